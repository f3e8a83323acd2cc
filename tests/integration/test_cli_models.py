"""``emsync models`` for the models of the full analysis, from the outside."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from emsync_engine.cli.adding import verified_there
from emsync_engine.cli.progress import TerminalMonitor
from emsync_engine.models.store import State, installed_path, state_of
from tests.command_line import emsync
from tests.conftest import REPOSITORY
from tests.model_server import BY_NAME, contents, file_of, slow, status, whole

DATA = contents(2_000_000)
PROGRAM = """
import dataclasses, sys
from emsync_engine.cli import main
from emsync_engine.models import installing
from emsync_engine.models.catalogue import ModelFile
from tests.model_server import BY_NAME, QUICK
address, size, sha256 = sys.argv[1], int(sys.argv[2]), sys.argv[3]
file = ModelFile("weights.bin", address, size, sha256)
BY_NAME["clip"] = dataclasses.replace(BY_NAME["clip"], files=(file,))
installing.RULES = QUICK
sys.exit(main(["models", "install", "clip", "--yes"]))
"""


@pytest.fixture
def serve(at, folder, monkeypatch):
    def put(*behaviours, name="clip"):
        file = file_of(at, "weights.bin", DATA, *behaviours)
        monkeypatch.setitem(BY_NAME, name, dataclasses.replace(BY_NAME[name], files=(file,)))
        return file

    return put


def started(file):
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, file.address, str(file.size_bytes), file.sha256],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )


def until_some_came(process, limit_s=60):
    until = time.monotonic() + limit_s
    while state_of("clip").share < 0.05:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < until, "nothing came"
        time.sleep(0.02)


def test_the_list_tells_what_is_there(serve):
    serve()
    listed = emsync("models", "list")
    assert listed.code == 0
    line = next(line for line in listed.out.splitlines() if line.startswith("clip"))
    assert "not installed" in line
    assert "2.0 MB" in line
    told = emsync("models", "list", "--json").json
    assert told["clip"]["state"] == "not installed"
    assert told["clip"]["kind"] == "model"
    assert told["open"]["licence"] == "Apache-2.0"


def test_licence_size_and_address_are_shown_first(serve, folder):
    file = serve()
    shown = emsync("models", "install", "clip", "--yes")
    assert (shown.code, shown.err) == (0, "")
    for words in (BY_NAME["clip"].licence, "2.0 MB", file.address, str(folder / "clip")):
        assert words in shown.out
    assert installed_path("clip") == folder / "clip"
    again = emsync("models", "download", "clip")
    assert (again.code, again.out.count("Installed in")) == (0, 1)


def test_without_yes_somebody_has_to_agree(serve, at):
    serve()
    shown = emsync("models", "install", "clip")
    assert shown.code == 3
    assert "add --yes" in shown.err
    assert at.asked == []


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("install", "glip", "--yes"), 3, "no model named 'glip'; there are: clip"),
        (("use", "clip", "missing.bin"), 3, "There is no file missing.bin"),
        (("verify", "glip"), 4, "no weights named 'glip'"),
        (("remove", "glip"), 4, "no imported weights named 'glip'"),
    ],
)
def test_refusals_are_one_sentence(folder, arguments, code, sentence):
    refused = emsync("models", *arguments)
    assert (refused.code, refused.err.count("\n")) == (code, 1)
    assert sentence in refused.err


def test_a_failed_download_is_one_sentence_with_exit_code_4(serve):
    serve(status(404))
    failed = emsync("models", "install", "clip", "--yes")
    assert (failed.code, failed.err.count("\n")) == (4, 1)
    assert "(404)" in failed.err


def test_a_file_of_the_users_verify_and_remove(serve, tmp_path, folder):
    serve()
    (tmp_path / "mine.bin").write_bytes(DATA)
    used = emsync("models", "use", "clip", tmp_path / "mine.bin")
    assert (used.code, used.out) == (0, "clip: installed.\n")
    assert emsync("models", "verify", "clip").out == "clip: whole\n"
    assert verified_there(TerminalMonitor()) == []
    (folder / "clip" / "weights.bin").write_bytes(DATA[::-1])
    wrong = emsync("models", "verify", "clip")
    assert (wrong.code, wrong.err) == (4, "Not usable: clip.\n")
    assert "weights.bin is damaged" in wrong.out
    assert emsync("models", "remove", "clip").out == "Removed clip.\n"
    assert state_of("clip").state is State.NOT_INSTALLED


def test_another_folder_for_one_command(serve, tmp_path, monkeypatch):
    serve()
    elsewhere = tmp_path / "else where"
    monkeypatch.setenv("EMSYNC_MODELS_DIR", os.environ["EMSYNC_MODELS_DIR"])  # put back at the end
    assert emsync("models", "install", "clip", "--yes", "--folder", elsewhere).code == 0
    assert (elsewhere / "clip" / "weights.bin").read_bytes() == DATA
    told = json.loads(emsync("models", "list", "--json", "--folder", elsewhere).out)
    assert told["clip"]["state"] == "installed"


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_what_came_stays_and_the_next_command_goes_on(serve, at, number):
    file = serve(slow(DATA, 20_000, 0.02, at.is_over), whole(DATA))
    process = started(file)
    until_some_came(process)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    if number is signal.SIGINT:
        assert process.returncode == 130
        assert err.startswith("Paused at ")
        assert "emsync models install clip goes on from there" in err
    kept = state_of("clip")
    assert kept.state is State.PARTLY
    assert installed_path("clip") is None
    process = started(file)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert [asked.start > 0 for asked in at.asked] == [False, True]
    assert installed_path("clip") is not None
    assert f"{kept.share:.0%} of it there" in out
