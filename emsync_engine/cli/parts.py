"""The options of the commands that work on a project: its parts, its takes, its timeline."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path

from emsync_engine.cli.cut_lists import add_cut_list
from emsync_engine.errors import InputUnusableError
from emsync_engine.project.model import LOUDEST_DB, QUIETEST_DB, VAPoint

DEVICES = ("auto", "cpu", "cuda", "mps")
Commands = argparse._SubParsersAction

_RANGE = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?")


@dataclass(frozen=True, slots=True)
class Numbers:
    """Segments as they are written: ``3``, ``3-5``, ``1,4-6`` or ``all``; numbered from 1."""

    text: str
    ranges: tuple[tuple[int, int], ...]  # none for all

    @classmethod
    def written(cls, text: str) -> Numbers:
        """ValueError for what names no segments."""
        if text == "all":
            return cls(text, ())
        ranges = []
        for part in text.split(","):
            match = _RANGE.fullmatch(part.strip())
            first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
            if not 1 <= first <= last:
                raise ValueError(f"{text!r} names no segments, as 3, 3-5, 1,4-6 or all do")
            ranges.append((first, last))
        return cls(text, tuple(ranges))

    def places(self, count: int) -> tuple[int, ...]:
        """Places from 0 on; InputUnusableError where the film has no such segment."""
        if not self.ranges:
            return tuple(range(count))
        last = max(last for _, last in self.ranges)
        if last > count:
            raise InputUnusableError(f"There is no segment {last}; the film has {count} of them.")
        return tuple(
            sorted({one - 1 for first, last in self.ranges for one in range(first, last + 1)})
        )


def add_project_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Everything that takes a PROJECT and changes it, or tells of it."""
    _add_compose(commands)
    _add_fix(commands)
    _add_locks(commands)
    _add_comp(commands)
    _add_takes(commands)
    _add_edit(commands)
    parts = commands.add_parser("parts", help="what is fresh, stale, locked or silent")
    parts.add_argument("project", metavar="PROJECT", type=Path)
    parts.add_argument("--json", action="store_true", help="one JSON object on standard output")


def _add_project(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("project", metavar="PROJECT", type=Path)
    parser.add_argument(
        "-o", dest="out", type=Path, metavar="OUT", help="write another project, leave this one"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace OUT if it is there")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")


def _add_work(parser: argparse.ArgumentParser, *, candidates: str) -> None:
    parser.add_argument(
        "--seed",
        type=_whole,
        metavar="N",
        help="same seed, same music (default: another each time)",
    )
    parser.add_argument("--candidates", type=_count, metavar="N", help=candidates)
    parser.add_argument("--device", choices=DEVICES, default="auto")


def _add_compose(commands: Commands[argparse.ArgumentParser]) -> None:
    compose = commands.add_parser(
        "compose", help="write new takes for a project, or only what is stale"
    )
    _add_project(compose)
    which = compose.add_mutually_exclusive_group()
    which.add_argument(
        "--only-stale", action="store_true", help="write what is stale, keep everything else"
    )
    which.add_argument(
        "--segments", type=_numbers, metavar="3-5", help="write these segments, keep the others"
    )
    compose.add_argument("--takes", type=_count, default=1, metavar="N", help="write N whole takes")
    add_opening(compose)
    _add_work(compose, candidates="ways in which a part is written; the best stays (3)")


def add_opening(parser: argparse.ArgumentParser) -> None:
    """How the music begins, where it is not to begin as a piece does."""
    parser.add_argument(
        "--primer", type=Path, metavar="MIDI", help="go on from this music, which is not heard"
    )
    parser.add_argument(
        "--no-start", action="store_true", help="begin abruptly, as from the middle of a piece"
    )


def _add_fix(commands: Commands[argparse.ArgumentParser]) -> None:
    fix = commands.add_parser("fix", help="write only what leads to a missed hit anew")
    _add_project(fix)
    fix.add_argument(
        "--hit",
        type=_number,
        required=True,
        metavar="N",
        help="which hit of the timeline, counted from 1 as emsync parts does",
    )
    fix.add_argument(
        "--force", action="store_true", help="also where the hit is exact already (it stays so)"
    )
    _add_work(fix, candidates="ways in which it is written; the best stays (4)")


def _add_locks(commands: Commands[argparse.ArgumentParser]) -> None:
    for name, said in (("lock", "keep the music of segments as it is"), ("unlock", "let it go")):
        parser = commands.add_parser(name, help=said)
        _add_project(parser)
        parser.add_argument("segments", type=_numbers, metavar="SEGMENTS", help="3, 3-5 or all")


def _add_comp(commands: Commands[argparse.ArgumentParser]) -> None:
    comp = commands.add_parser("comp", help="put segments of one take into another")
    _add_project(comp)
    comp.add_argument("segments", type=_numbers, metavar="SEGMENTS", help="3, 3-5 or all")
    comp.add_argument(
        "--from", dest="source", required=True, metavar="TAKE", help="number, id or name"
    )
    comp.add_argument("--into", metavar="TAKE", help="(default: the chosen take)")


def _add_takes(commands: Commands[argparse.ArgumentParser]) -> None:
    takes = commands.add_parser("takes", help="list the takes of a project by number, or keep them")
    _add_project(takes)
    for option, said in (
        ("--choose", "this take is heard"),
        ("--star", "star it"),
        ("--unstar", "take its star away"),
        ("--delete", "remove it from the project"),
    ):
        takes.add_argument(option, metavar="TAKE", help=said)
    takes.add_argument("--rename", nargs=2, metavar=("TAKE", "NAME"), help="give it a name")


def _add_edit(commands: Commands[argparse.ArgumentParser]) -> None:
    edit = commands.add_parser("edit", help="change the timeline of a project")
    _add_project(edit)
    of_boundary = "boundary N lies behind segment N; a time is seconds or a timecode"
    edit.add_argument(
        "--move", action="append", default=[], type=_pair, metavar="N=TIME", help=of_boundary
    )
    edit.add_argument("--add", action="append", default=[], metavar="TIME", help="a boundary")
    edit.add_argument("--remove", action="append", default=[], type=_number, metavar="N")
    edit.add_argument(
        "--mark", action="append", default=[], type=_number, metavar="N", help="make it a hit"
    )
    edit.add_argument(
        "--unmark", action="append", default=[], type=_number, metavar="N", help="make it none"
    )
    edit.add_argument(
        "--va", action="append", default=[], type=_segment_point, metavar="SEGMENT=V,A"
    )
    edit.add_argument(
        "--level", action="append", default=[], type=_segment_level, metavar="SEGMENT=DB"
    )
    edit.add_argument("--tacet", type=_numbers, metavar="SEGMENTS", help="no music there")
    add_cut_list(edit)
    edit.add_argument("--play", type=_numbers, metavar="SEGMENTS", help="music there again")


def _numbers(text: str) -> Numbers:
    try:
        return Numbers.written(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _whole(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 on")
    return int(text)


def _number(text: str) -> int:
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return number


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 64")
    return int(text)


def _pair(text: str) -> tuple[int, str]:
    number, equals, value = text.partition("=")
    if not equals or not value:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NUMBER=VALUE")
    return _number(number), value


def _segment_point(text: str) -> tuple[int, VAPoint]:
    number, value = _pair(text)
    try:
        valence, arousal = (float(field) for field in value.split(","))
        return number, VAPoint(valence, arousal)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a segment and two numbers from -1 to 1, such as 3=0.8,-0.2"
        ) from None


def _segment_level(text: str) -> tuple[int, float]:
    number, value = _pair(text)
    try:
        level_db = float(value.lower().removesuffix("db"))
    except ValueError:
        level_db = float("nan")
    if not QUIETEST_DB <= level_db <= LOUDEST_DB:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a segment and a level from {QUIETEST_DB:g} to {LOUDEST_DB:g} dB, "
            "such as 3=-6"
        )
    return number, level_db
