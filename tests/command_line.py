"""The command line as a test runs it: in this process or another, with a toy composer."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emsync_engine.weights import LIST, save_composer
from tests.toy import toy_model

DRIVER = """
import sys
from pathlib import Path
from emsync_engine import weights
weights.RESOURCES = Path(sys.argv[1])
from emsync_engine.cli import main
print("ready", file=sys.stderr, flush=True)
sys.exit(main(sys.argv[2:]))
"""
READY = "ready"


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def sentences(self) -> list[str]:
        return self.err.splitlines()

    @property
    def json(self) -> dict[str, object]:
        """Standard output as one JSON object; ValueError if it is anything more."""
        found = json.loads(self.out)
        if not isinstance(found, dict):
            raise ValueError("not an object")
        return found


def make_toy_resources(folder: Path) -> Path:
    """A resources folder whose weights are a toy model's."""
    sha256 = save_composer(toy_model(), folder / "toy.safetensors")
    entry = {
        "file": "toy.safetensors",
        "sha256": sha256,
        "licence": "Apache-2.0",
        "card": "none",
        "description": "a toy",
    }
    (folder / LIST).write_text(json.dumps({"open": entry}), encoding="utf-8")
    return folder


def emsync(*arguments: object) -> Ended:
    """Run a command in this process."""
    from emsync_engine.cli import main

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as ended:  # argparse
            code = int(ended.code or 0)
    return Ended(code, out.getvalue(), err.getvalue())


def started(
    resources: Path, *arguments: object, before: Sequence[str] = (), **environment: str
) -> subprocess.Popen[str]:
    """A command in a process and a session of its own, as a terminal starts it."""
    command = [*before, sys.executable, "-c", DRIVER, str(resources), *map(os.fsdecode, arguments)]
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
        start_new_session=True,
    )


def wait_for_start(process: subprocess.Popen[str]) -> None:
    """Wait until the interpreter is up and the command about to run."""
    if process.stderr is None or process.stderr.readline().strip() != READY:
        raise RuntimeError("the command did not start")


def ended(process: subprocess.Popen[str], limit_s: float = 240) -> Ended:
    """Wait for the end."""
    out, err = process.communicate(timeout=limit_s)
    return Ended(process.returncode, out, err.removeprefix(f"{READY}\n"))


def everything_in(folder: Path) -> set[str]:
    """Names of all files and folders, hidden ones included."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}
