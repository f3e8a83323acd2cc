"""Nothing is fetched unasked: sockets are watched in every process that is started.

A ``sitecustomize`` in front of the path takes the place of ``socket.socket`` and of the look-up of
names before anything else is imported, in the command line, in the engine process and in whatever
Python they start. It notes what is asked of another machine, and refuses it.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import ended, started

pytestmark = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="there is no ffmpeg")

WATCHER = """
import os
import socket

_usual, _HERE = socket.socket, ("127.0.0.1", "::1", "localhost", "")


def _note(what):
    with open(os.environ["EMSYNC_TEST_ASKED"], "a") as file:
        file.write(f"{what}\\n")
    raise OSError("blocked by the test")


class Watched(_usual):
    def connect(self, address):
        if self.family != getattr(socket, "AF_UNIX", None) and address[0] not in _HERE:
            _note(f"connect {address}")
        return super().connect(address)

    def connect_ex(self, address):
        if self.family != getattr(socket, "AF_UNIX", None) and address[0] not in _HERE:
            _note(f"connect {address}")
        return super().connect_ex(address)

    def sendto(self, data, *rest):
        if rest[-1][0] not in _HERE:
            _note(f"sendto {rest[-1]}")
        return super().sendto(data, *rest)


def _look_up(host, *rest, **options):
    _note(f"look up {host}")


socket.socket = socket.SocketType = Watched
for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr"):
    setattr(socket, name, _look_up)
"""

ENGINE = """
import sys
from pathlib import Path
from emsync_engine.jobs.messages import Advanced, AnalyseJob, Shown, Succeeded
from emsync_engine.jobs.process import EngineProcess

if __name__ == "__main__":
    folder = Path(sys.argv[2])
    with EngineProcess(folder=folder / "session", log=folder / "engine.log") as engine:
        engine.receive()
        engine.submit(AnalyseJob(Path(sys.argv[1])))
        while isinstance(message := engine.receive(), Advanced | Shown):
            pass
        assert isinstance(message, Succeeded), message
"""

ASKING = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=0.1)"


@pytest.fixture
def watched(tmp_path):
    """The environment of watched processes."""
    folder = tmp_path / "watcher"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(WATCHER)
    found = dict(os.environ)
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "EMSYNC_OFFLINE"):
        found.pop(name, None)
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    told = {"PYTHONPATH": path, "EMSYNC_TEST_ASKED": str(tmp_path / "asked.txt")}
    (tmp_path / "asked.txt").touch()
    return {**found, **told, "EMSYNC_MODELS_DIR": str(tmp_path / "models")}


def asked(watched):
    return Path(watched["EMSYNC_TEST_ASKED"]).read_text()


def run(watched, *command):
    return subprocess.run(
        [sys.executable, *map(str, command)],
        env=watched,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_the_watcher_watches(watched):
    done = run(watched, "-c", ASKING)
    assert "blocked by the test" in done.stderr
    assert "192.0.2.1" in asked(watched)


def test_commands_ask_nobody(watched, no_sound_film, toy_resources, tmp_path):
    commands = [
        ("models", "list"),
        ("models", "list", "--json"),
        ("models", "verify", "clip"),
        ("doctor", "--json"),
        ("analyze", no_sound_film, "--json"),
        ("score", no_sound_film, "--out-dir", tmp_path / "out", "--json"),
    ]
    (tmp_path / "out").mkdir()
    for command in commands:
        outcome = ended(started(toy_resources, *command, **watched))
        assert outcome.code in (0, 4), (command, outcome)
        assert "blocked" not in outcome.err
    assert json.loads(outcome.out)["take"]["notes"] > 0
    assert asked(watched) == ""


def test_the_engine_process_asks_nobody(watched, no_sound_film, tmp_path):
    script = tmp_path / "engine.py"
    script.write_text(ENGINE)
    done = run(watched, script, no_sound_film, tmp_path)
    assert done.returncode == 0, done.stderr
    assert asked(watched) == ""


def test_a_download_that_is_asked_for_does_connect(watched):
    """So that the silence above means something."""
    program = (
        "import sys\n"
        "from dataclasses import replace\n"
        "from emsync_engine.cli import main\n"
        "from emsync_engine.models import installing\n"
        "installing.RULES = replace(installing.RULES, attempts=1)\n"
        "sys.exit(main(['models', 'install', 'face-detector', '--yes']))\n"
    )
    done = run(watched, "-c", program)
    assert done.returncode == 4
    assert "media.githubusercontent.com cannot be reached" in done.stderr
    assert "look up media.githubusercontent.com" in asked(watched)


def test_offline_by_choice_not_even_a_download_asks(watched, toy_resources):
    outcome = ended(
        started(
            toy_resources,
            *("models", "install", "face-detector", "--yes"),
            **{**watched, "EMSYNC_OFFLINE": "1"},
        )
    )
    assert outcome.code == 4
    assert outcome.err.startswith("EMSYNC is offline by your choice")
    assert outcome.err.count("\n") == 1
    assert asked(watched) == ""


@pytest.mark.parametrize("command", ["analyze film.mp4", "models list", "doctor"])
def test_who_asks_within_a_command_is_refused(command):
    """A library that would fetch something while a command runs: the guard is in force."""
    program = (
        "import socket, sys\n"
        "from emsync_engine.cli import commands, main\n"
        "def ask(options, monitor):\n"
        "    socket.create_connection(('192.0.2.1', 80), timeout=0.1)\n"
        "for name in commands.COMMANDS: commands.COMMANDS[name] = ask\n"
        f"main({command.split()!r})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert "OfflineError: EMSYNC fetches nothing unasked; 192.0.2.1 was not asked." in done.stderr


def test_libraries_are_told_before_they_are_imported():
    program = (
        "import os, sys\n"
        "from emsync_engine.cli.main import main\n"
        "main(['models', 'list'])\n"
        "assert 'huggingface_hub' not in sys.modules\n"
        "print({name: os.environ.get(name) for name in ('HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE',"
        " 'HF_DATASETS_OFFLINE')})\n"
    )
    environment = {name: value for name, value in os.environ.items() if "OFFLINE" not in name}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    told = done.stdout.splitlines()[-1]
    assert told == str(
        {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    )
