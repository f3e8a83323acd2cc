"""Start of ``emsync``: parse, run one command, answer with an exit code.

0 done, 2 wrong usage (of the words alone, whatever the film or project holds), 3 the input cannot
be used, 4 a tool or model is missing, 130 cancelled; 2, 3 and 4 print one sentence on standard
error.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from io import TextIOWrapper

from emsync_engine.cli.parser import build_parser
from emsync_engine.cli.progress import TerminalMonitor, cancelled_by_signals
from emsync_engine.cli.usage import EXIT_USAGE, UsageError, parsed, usage_sentence
from emsync_engine.errors import EmsyncError, MissingError
from emsync_engine.monitor import Cancelled
from emsync_engine.offline import cut_off, go_offline_if_told

EXIT_DONE = 0
EXIT_UNUSABLE = 3
EXIT_MISSING = 4
EXIT_CANCELLED = 130

_SIGNED = ("--va", "--lufs", "--film-lufs", "--true-peak")
_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)
_PLAIN, _BY_MODULE = "%(message)s", "%(name)s: %(message)s"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    _take_any_name(sys.stdout, sys.stderr)
    go_offline_if_told()
    monitor = TerminalMonitor()
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        with cancelled_by_signals(monitor):
            _run(given, monitor)
    except (Cancelled, KeyboardInterrupt) as stop:
        return _ended(monitor, str(stop) or "Cancelled; nothing was written.", EXIT_CANCELLED)
    except UsageError as error:
        command = next((one for one in given if not one.startswith("-")), "")
        said = usage_sentence(str(error), f"emsync {command}")
        return _ended(monitor, said, EXIT_USAGE)
    except EmsyncError as error:
        if monitor.is_cancelled:  # an external program may have heard Ctrl-C before us
            return _ended(monitor, "Cancelled; nothing was written.", EXIT_CANCELLED)
        code = EXIT_MISSING if isinstance(error, MissingError) else EXIT_UNUSABLE
        return _ended(monitor, str(error), code)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone; there is nobody to tell
        return EXIT_DONE
    return EXIT_DONE


def _run(arguments: list[str], monitor: TerminalMonitor) -> None:
    options = parsed(build_parser(), with_joined_values(arguments))
    logging.basicConfig(
        level=_LEVELS[min(options.verbose, len(_LEVELS) - 1)],
        format=_BY_MODULE if options.verbose else _PLAIN,
        stream=sys.stderr,
    )
    from emsync_engine.cli.commands import COMMANDS

    with nullcontext() if _may_connect(options) else cut_off():
        COMMANDS[options.command](options, monitor)


def _may_connect(options: argparse.Namespace) -> bool:
    """Whether a command has business with the network: a download, or training on many machines."""
    return (options.command, getattr(options, "what", "")) == ("models", "install") or (
        options.command == "train"
    )


def _take_any_name(*streams: object) -> None:
    """File names that the terminal's alphabet cannot show are spelled out, and end no command."""
    for stream in streams:
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def with_joined_values(arguments: list[str]) -> list[str]:
    """Join ``--va -0.8,0.2`` to ``--va=-0.8,0.2``, which argparse would take for an option."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] in _SIGNED and "--" not in joined:
            joined[-1] += "=" + argument
        else:
            joined.append(argument)
    return joined


def _ended(monitor: TerminalMonitor, sentence: str, code: int) -> int:
    monitor.clear()
    print(sentence, file=sys.stderr)
    return code
