"""A failure is remembered until something changes; so is an attempt that ended the program."""

import gc
import os
import subprocess
import sys

import pytest

from emsync_engine.errors import ToolMissingError
from emsync_engine.extractors import attempts as attempting
from emsync_engine.extractors import reading
from emsync_engine.extractors.attempts import Attempts, surroundings
from emsync_engine.extractors.interface import ModelUnusableError
from emsync_engine.features.sequences import NothingToMeasure
from emsync_engine.models.locking import locked_file
from emsync_engine.monitor import Cancelled
from emsync_engine.video.cache import Cache
from tests.conftest import REPOSITORY
from tests.unit.engine.extractors.test_reading import Watcher


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    monkeypatch.setattr(gc, "collect", lambda *_: 0)


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "weights").write_bytes(b"one")
    return folder


@pytest.fixture
def watcher():
    return Watcher(models=("m",), failure=ZeroDivisionError())


@pytest.fixture
def look(film, tmp_path, model, watcher):
    cache = Cache(tmp_path / "cache")

    def looked(**options):
        return reading.read_film(
            film, cache=cache, find=lambda name: model, extractors={"watcher": watcher}, **options
        )

    return looked


def test_a_failure_is_not_repeated_and_says_so(look, watcher):
    first = look().missing["watcher"]
    again = look().missing["watcher"]
    assert watcher.seen == 1
    assert first.sentence == "watcher failed on this film and was left out (ZeroDivisionError)."
    assert again.why == "failed"
    assert again.sentence.startswith(first.sentence.rstrip("."))
    assert "tried again when the film, the model or its library changes" in again.sentence
    assert again.sentence.count(".") == 1
    assert look().missing["watcher"] == again  # and is not told twice in one sentence


@pytest.mark.parametrize("change", ["film", "model", "version", "library", "device", "asked"])
def test_it_is_tried_again_when_something_changes(look, watcher, film, model, change, monkeypatch):
    look()
    watcher.failure = None
    options = {}
    if change == "film":
        film.content_hash = "another film"
    elif change == "model":
        (model / "weights").write_bytes(b"another")
    elif change == "version":
        watcher.version = 2
    elif change == "library":
        monkeypatch.setattr(reading, "surroundings", lambda libraries, device: "newer")
    elif change == "device":
        options = {"device": "cuda:0"}
    else:
        options = {"tries_again": True}
    assert look(**options).observed
    assert watcher.seen == 2
    assert look(**options).observed
    assert watcher.seen == 2, "what was observed is kept"


def test_asking_again_in_vain_is_remembered_too(look, watcher):
    look()
    look(tries_again=True)
    look()
    assert watcher.seen == 2


@pytest.mark.parametrize(
    ("failure", "times"),
    [
        (ModelUnusableError("m", "its weights do not fit its configuration"), 1),
        (OSError("no such device"), 2),
        (ToolMissingError("easyocr", "run pip"), 2),
        (NothingToMeasure("The film has no sound."), 2),
    ],
)
def test_what_may_be_otherwise_at_any_moment_is_tried_again(look, watcher, failure, times):
    watcher.failure = failure
    look()
    look()
    assert watcher.seen == times


def test_want_of_memory_is_remembered_for_a_day(look, watcher, monkeypatch):
    watcher.failure = MemoryError()
    look()
    look()
    assert watcher.seen == 1
    now = attempting.time.time()
    monkeypatch.setattr(attempting.time, "time", lambda: now + 25 * 3600)
    look()
    assert watcher.seen == 2


def test_cancelling_leaves_nothing_behind(look, watcher, tmp_path):
    watcher.failure = Cancelled()
    for _ in range(3):
        with pytest.raises(Cancelled):
            look()
    assert watcher.seen == 3
    assert not list((tmp_path / "cache" / attempting.FOLDER).glob("*"))


DEADLY = """
import os, sys
from pathlib import Path
from emsync_engine.extractors.attempts import Attempts
from emsync_engine.video.cache import Cache
with Attempts(Cache(Path(sys.argv[1])), "watcher", "key").under_way():
    os._exit(9)
"""


def test_what_takes_the_program_down_twice_is_left_out(tmp_path):
    attempts = Attempts(Cache(tmp_path), "watcher", "key")
    for earlier in range(2):
        assert attempts.failure() is None, f"after {earlier}"
        ran = subprocess.run(
            [sys.executable, "-c", DEADLY, str(tmp_path)], cwd=REPOSITORY, check=False
        )
        assert ran.returncode == 9
    said = attempts.failure()
    assert said is not None
    assert said.startswith("watcher took EMSYNC down with it on this film")
    attempts.forget()
    assert attempts.failure() is None


def test_an_attempt_of_another_program_under_way_is_no_crash(tmp_path):
    attempts = Attempts(Cache(tmp_path), "watcher", "key")
    attempts._trying.parent.mkdir()
    attempts._trying.write_bytes(b"...")
    held = locked_file(attempts._trying)
    assert held is not None
    assert attempts.failure() is None
    with attempts.under_way():
        pass
    assert attempts._trying.exists(), "it is the other's"
    os.close(held)
    assert attempts.failure() is not None


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path):
    (tmp_path / attempting.FOLDER).touch()
    attempts = Attempts(Cache(tmp_path), "watcher", "key")
    with attempts.under_way():
        attempts.remember("It failed.")
    assert attempts.failure() is None


def test_another_version_of_a_library_is_another_attempt(tmp_path, monkeypatch):
    library = tmp_path / "some_library_of_the_test.py"
    library.write_text("one = 1")
    monkeypatch.syspath_prepend(str(tmp_path))
    names = ("some_library_of_the_test", "not_installed_at_all")
    before = surroundings(names, "cpu")
    assert surroundings(names, "cpu") == before
    library.write_text("another = 2")
    assert surroundings(names, "cpu") != before
