"""Wrong usage, told in one sentence with a way to find out more; exit code 2.

Wrong usage is what could be said of the words alone, whatever the film or project holds: an option
that is not there, a range that ends before it begins, two options that contradict each other.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

from emsync_engine.errors import EmsyncError

EXIT_USAGE = 2


class UsageError(EmsyncError):
    """The words of a command are wrong, or contradict each other."""


class Parser(argparse.ArgumentParser):
    """A parser that says in one sentence what is wrong, and where to read more."""

    def error(self, message: str) -> NoReturn:
        said = message.removeprefix("argument ").replace("expected one argument", "needs a value")
        self.exit(EXIT_USAGE, usage_sentence(f"{self.prog}: {said}", self.prog) + "\n")


def usage_sentence(said: str, program: str) -> str:
    """What is wrong, and the command that tells how it is right."""
    return f"{said.rstrip('.')}; {program} --help tells more."


def parsed(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> argparse.Namespace:
    """The options; UsageError for words that a command does not know, in its own name."""
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        first = unknown[0].partition("=")[0]
        what = "has no option" if first.startswith("-") else "can do nothing with"
        raise UsageError(f"emsync {options.command} {what} {first}")
    return options
