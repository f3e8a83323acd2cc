"""From a file that the user has to an analysis that used it, in processes that ask nobody.

The models are tiny and random, in the real formats; they are brought by ``emsync models use``, and
found by the extractors where that put them.
"""

import json
import os
import shutil
import subprocess
import sys

import pytest

from emsync_engine.extractors.listing import EXTRACTORS, why_off
from tests.conftest import REPOSITORY
from tests.data import make_media, make_models
from tests.integration.test_no_network import WATCHER

LIBRARIES = ("transformers", "open_clip", "faster_whisper")
for library in LIBRARIES:
    pytest.importorskip(library)

pytestmark = [
    pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="there is no ffmpeg"),
    pytest.mark.slow,
    pytest.mark.timeout(1800),  # three large libraries are imported, on whatever machine
]

RUN = """
import dataclasses, sys
from pathlib import Path
from emsync_engine.cli import main
from emsync_engine.models.catalogue import ModelFile
from tests.model_server import BY_NAME
mine = Path(sys.argv[1])
for folder in (one for one in mine.iterdir() if one.name in sys.argv[2].split(",")):
    names = sorted(str(one.name) for one in folder.iterdir())
    files = tuple(ModelFile(name, f"https://example.org/{name}", about_bytes=1) for name in names)
    BY_NAME[folder.name] = dataclasses.replace(BY_NAME[folder.name], files=files)
if sys.argv[3] == "use":
    codes = [main(["models", "use", one, str(mine / one)]) for one in sys.argv[4:]]
    sys.exit(max(codes))
sys.exit(main(sys.argv[3:]))
"""
BROUGHT = ("clip", "audio-events", "speech")  # one for each library


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    """Models of the user's, which other tests of this run may have made before."""
    return make_models.tiny_models(tmp_path_factory.mktemp, *BROUGHT)


@pytest.fixture
def watched(tmp_path):
    watcher = tmp_path / "watcher"
    watcher.mkdir()
    (watcher / "sitecustomize.py").write_text(WATCHER)
    (tmp_path / "asked.txt").touch()
    found = {name: value for name, value in os.environ.items() if "OFFLINE" not in name}
    return {
        **found,
        "PYTHONPATH": str(watcher),
        "EMSYNC_TEST_ASKED": str(tmp_path / "asked.txt"),
        "EMSYNC_MODELS_DIR": str(tmp_path / "models"),
        "EMSYNC_CACHE_DIR": str(tmp_path / "cache"),
        "OMP_NUM_THREADS": "1",
    }


def run(mine, environment, *arguments):
    return subprocess.run(
        [sys.executable, "-c", RUN, str(mine), ",".join(BROUGHT), *map(str, arguments)],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_models_that_were_brought_are_used_and_nobody_is_asked(
    mine, watched, tmp_path, monkeypatch
):
    film = make_media.make_hard_cuts(tmp_path).path
    used = run(mine, watched, "use", *BROUGHT)
    assert used.returncode == 0, used.stderr
    assert used.stdout.count("installed.") == len(BROUGHT)
    done = run(mine, watched, "analyze", film, "--json")
    assert done.returncode == 0, done.stderr
    states = states_of(done)
    assert states["clip"] == ("ran", None)
    assert "failed" not in {state for state, _ in states.values()}, states
    assert states["screen-text"][0] == "off"
    assert "emsync models install screen-text" in states["screen-text"][1]
    assert (tmp_path / "asked.txt").read_text() == ""

    # half of a model is none, and says so
    (tmp_path / "models" / "clip" / "open_clip_model.safetensors").unlink()
    listed = json.loads(run(mine, watched, "models", "list", "--json").stdout)
    assert listed["clip"]["state"] == "partly"
    monkeypatch.setenv("EMSYNC_MODELS_DIR", watched["EMSYNC_MODELS_DIR"])
    assert "emsync models install clip" in why_off(EXTRACTORS["clip"])


def states_of(done):
    told = json.loads(done.stdout)["extractors"]
    return {one["name"]: (one["state"], one.get("reason")) for one in told}
