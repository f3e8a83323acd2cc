import inspect
import pickle
from pathlib import Path

import pytest

from emsync_engine import errors
from emsync_engine.monitor import Cancelled

ERRORS = [
    value
    for _, value in inspect.getmembers(errors, inspect.isclass)
    if issubclass(value, errors.EmsyncError)
]


def test_every_failure_has_the_one_root():
    assert len(ERRORS) > 10
    assert all(error.__module__ == "emsync_engine.errors" for error in ERRORS)
    assert all(error.__name__.endswith("Error") for error in ERRORS)


def test_what_exits_with_3_and_what_exits_with_4_never_overlap():
    both = [
        error
        for error in ERRORS
        if issubclass(error, errors.InputUnusableError) and issubclass(error, errors.MissingError)
    ]
    assert both == []
    assert issubclass(errors.VideoUnreadableError, errors.InputUnusableError)
    assert issubclass(errors.ProjectTooNewError, errors.InputUnusableError)
    assert issubclass(errors.OutputExistsError, errors.InputUnusableError)
    assert issubclass(errors.ToolMissingError, errors.MissingError)
    assert issubclass(errors.WeightsCorruptError, errors.MissingError)


def test_cancelling_is_not_a_failure():
    assert not issubclass(Cancelled, errors.EmsyncError)


@pytest.mark.parametrize(
    ("error", "sentence", "attributes"),
    [
        (
            errors.VideoUnreadableError(Path("/films/a b.mp4"), "it holds no picture"),
            "a b.mp4 cannot be used as a video: it holds no picture.",
            {"path": Path("/films/a b.mp4"), "reason": "it holds no picture"},
        ),
        (
            errors.MidiUnreadableError(Path("x.mid"), "it is empty"),
            "x.mid cannot be used as MIDI: it is empty.",
            {"path": Path("x.mid"), "reason": "it is empty"},
        ),
        (
            errors.OutputExistsError(Path("out/film.mp4")),
            f"{Path('out/film.mp4')} exists already; add --overwrite to replace it.",
            {"path": Path("out/film.mp4")},
        ),
        (
            errors.ToolMissingError("ffmpeg", "install it with: brew install ffmpeg"),
            "ffmpeg is not installed; install it with: brew install ffmpeg.",
            {"tool": "ffmpeg", "how_to_get": "install it with: brew install ffmpeg"},
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_one_sentence_and_the_data_behind_it(error, sentence, attributes):
    assert str(error) == sentence
    assert {name: getattr(error, name) for name in attributes} == attributes


def test_a_failed_program_tells_its_last_line():
    error = errors.ToolFailedError(["ffmpeg", "-i", "x"], 1, "warming up\n\nInvalid data\n  \n")
    assert str(error) == "ffmpeg failed with exit code 1: Invalid data."
    assert error.command == ("ffmpeg", "-i", "x")
    assert error.last_output == "warming up\n\nInvalid data\n  \n"
    assert "no output" in str(errors.ToolFailedError(["ffmpeg"], -9, "\n \n"))


@pytest.mark.parametrize(
    "error", [errors.EmsyncError, errors.CutListError, errors.ProjectTooNewError, Cancelled]
)
def test_errors_of_one_text_pass_between_processes(error):
    passed = pickle.loads(pickle.dumps(error("what happened")))
    assert type(passed) is error
    assert str(passed) == "what happened"
