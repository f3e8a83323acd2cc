"""Exit codes and the one sentence, whatever a command meets."""

import io
import json
import sys

import pytest

from emsync_engine.cli import commands
from emsync_engine.cli.main import main
from emsync_engine.cli.usage import UsageError
from emsync_engine.errors import (
    InputUnusableError,
    ToolFailedError,
    ToolMissingError,
    WeightsCorruptError,
)
from emsync_engine.monitor import Cancelled


def run(monkeypatch, outcome):
    def command(options, monitor):
        if outcome is not None:
            raise outcome

    monkeypatch.setitem(commands.COMMANDS, "analyze", command)
    return main(["analyze", "a.mp4"])


@pytest.mark.parametrize(
    ("outcome", "code", "sentence"),
    [
        (None, 0, ""),
        (InputUnusableError("It cannot be used."), 3, "It cannot be used.\n"),
        (ToolFailedError(("ffmpeg",), 1, "x\ny"), 3, "ffmpeg failed with exit code 1: y.\n"),
        (ToolMissingError("ffmpeg", "get it"), 4, "ffmpeg is not installed; get it.\n"),
        (WeightsCorruptError("They are damaged."), 4, "They are damaged.\n"),
        (Cancelled(), 130, "Cancelled; nothing was written.\n"),
        (KeyboardInterrupt(), 130, "Cancelled; nothing was written.\n"),
        (BrokenPipeError(), 0, ""),
    ],
)
def test_exit_codes(monkeypatch, capsys, outcome, code, sentence):
    monkeypatch.setattr(sys, "stderr", errors := io.StringIO())
    monkeypatch.setattr(errors, "close", lambda: None)

    assert run(monkeypatch, outcome) == code
    assert errors.getvalue() == sentence


def test_a_bug_is_not_dressed_up_as_bad_input(monkeypatch):
    with pytest.raises(ZeroDivisionError):
        run(monkeypatch, ZeroDivisionError())


def test_a_tool_that_hears_ctrl_c_first_counts_as_cancelled(monkeypatch, capsys):
    def command(options, monitor):
        monitor.is_cancelled = True
        raise ToolFailedError(("ffmpeg",), 255, "Exiting normally, received signal 2.")

    monkeypatch.setitem(commands.COMMANDS, "analyze", command)

    assert main(["analyze", "a.mp4"]) == 130
    assert capsys.readouterr().err == "Cancelled; nothing was written.\n"


def test_names_that_the_terminal_cannot_show_are_spelled_out(monkeypatch):
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setitem(
        commands.COMMANDS, "analyze", lambda options, monitor: print("映画 \udcff.mp4")
    )

    assert main(["analyze", "a.mp4"]) == 0
    out.flush()
    assert raw.getvalue() == b"\\u6620\\u753b \\udcff.mp4\n"


def test_json_is_plain_ascii_on_one_line(capsys):
    commands._print_json({"video": "映画.mp4"})

    told = capsys.readouterr().out
    assert told.isascii()
    assert told.count("\n") == 1
    assert json.loads(told) == {"video": "映画.mp4"}


def test_warnings_do_not_name_modules_unless_asked(monkeypatch):
    import logging

    formats = []
    monkeypatch.setattr(logging, "basicConfig", lambda **how: formats.append(how["format"]))
    monkeypatch.setitem(commands.COMMANDS, "analyze", lambda options, monitor: None)

    assert main(["analyze", "a.mp4"]) == main(["-v", "analyze", "a.mp4"]) == 0
    assert formats == ["%(message)s", "%(name)s: %(message)s"]


def test_a_contradiction_that_a_command_finds_is_wrong_usage(monkeypatch, capsys):
    def command(options, monitor):
        raise UsageError("These do not go together.")

    monkeypatch.setitem(commands.COMMANDS, "analyze", command)

    assert main(["-v", "analyze", "a.mp4"]) == 2
    wanted = "These do not go together; emsync analyze --help tells more.\n"
    assert capsys.readouterr().err == wanted
