"""Tables of cuts: our own CSV, PySceneDetect's, and what PySceneDetect prints."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import cast, get_args

from emsync_engine.errors import CutListError
from emsync_engine.project.model import CutKind
from emsync_engine.scenes.cutlists.listing import KNOWN_RATES, MOST_CUTS, CutList, ListedCut
from emsync_engine.timing import FrameRate

_COUNTED = (
    "The list counts {rate:.3f} frames a second, not as many as the film; its times were taken."
)
_FRAMES_APART = 2  # what rounding of frames and of times may make
_CLOCK = re.compile(r"(\d{1,3}):(\d{2}):(\d{2}(?:\.\d{1,9})?)")
_TIMECODE = re.compile(r"\d{1,2}:\d{2}:\d{2}[:;]\d{2,3}")
_TIMECODE_COLUMNS = (
    *("timecode", "tc", "start tc", "timecode in", "record in", "rec in", "in", "start"),
    *("position", "time"),
)
_SCENE_NAMES = ("scene number", "scene #", "scene")
_START_FRAME, _END_FRAME = "start frame", "end frame"
_START_TIMES = ("start time (seconds)", "start timecode", "start time")
_END_TIMES = ("end time (seconds)", "end timecode", "end time")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its number in the file, and its values by lower-case heading."""

    line: int
    values: Mapping[str, str]

    def error(self, what: str) -> CutListError:
        return CutListError(f"Line {self.line}: {what}.")

    def number(self, column: str) -> Fraction | None:
        """The exact number in a column, or None where there is none."""
        text = self.values.get(column, "")
        if not text:
            return None
        try:
            if len(text) > 40 or not math.isfinite(float(text)):
                raise ValueError(text)
            return Fraction(text)
        except (ValueError, OverflowError) as error:
            raise self.error(f"{text[:40]!r} in column {column} is not a number") from error


def table_cuts(text: str, rate: FrameRate, *, is_vfr: bool = False) -> CutList | None:
    """The cuts of a table, in frames at the film's rate; None if it is no table of cuts.

    Two kinds, told apart by their headings:

    - our own, separated by commas, semicolons or tabs: ``frame`` (from 0 at the first picture) or
      ``time_s`` (seconds from the first picture), or both; ``kind`` (hard, fade, dissolve; hard if
      absent), ``score`` (0 to 1), ``start_frame`` and ``end_frame`` (first and last frame that a
      transition touches). With a constant rate the frame decides, with a variable one the time.
    - PySceneDetect's (``list-scenes``): the file with or without its first line of timecodes, that
      line alone, or the table that it prints. Its frames count from 1; the first scene begins with
      the film and makes no cut.
    """
    lines = text.splitlines()
    if (clocks := _only_clocks(lines)) is not None:
        cuts = tuple(ListedCut.plain("the list", time * rate.ratio) for time in clocks)
        return CutList("list of times", rate, cuts)
    rows = _rows(text)
    if rows is None:
        return None
    heading, found = rows
    if heading & set(_SCENE_NAMES) and (_START_FRAME in heading or heading & set(_START_TIMES)):
        return _scenes(found, rate, is_vfr=is_vfr)
    if heading & {"frame", "time_s"}:
        other = _other_rate(found, rate)
        by_time = is_vfr or other is not None
        cuts = tuple(_own_cut(row, rate, by_time=by_time) for row in found)
        said = () if other is None else (_COUNTED.format(rate=float(other.ratio)),)
        return CutList("table of cuts", rate, cuts, remarks=said)
    return None


def _other_rate(rows: list[Row], rate: FrameRate) -> FrameRate | None:
    """The rate at which frames and times of a table agree, if that is not the film's."""
    both = [
        (frame, time)
        for row in rows
        if (frame := row.number("frame")) and (time := row.number("time_s"))
    ]
    if not both:
        return None
    counted = _counted_rate(*max(both), rate)
    return None if counted == rate else counted


def timecodes_of(text: str) -> tuple[tuple[int, str], ...] | None:
    """Lines and timecodes of a table of markers, as Resolve and Premiere write them.

    The first column of ``_TIMECODE_COLUMNS`` in which every field is a timecode; None for what is
    no such table.
    """
    rows = _rows(text)
    if rows is None or not rows[1]:
        return None
    for column in _TIMECODE_COLUMNS:
        found = [(row.line, row.values.get(column, "")) for row in rows[1]]
        if column in rows[0] and all(_TIMECODE.fullmatch(code) for _, code in found):
            return tuple(found)
    return None


def _only_clocks(lines: list[str]) -> list[Fraction] | None:
    """Times of a list that holds nothing else, as PySceneDetect prints them after its table."""
    times: list[Fraction] = []
    for line in lines:
        fields = [field.strip() for field in line.split(",") if field.strip()]
        if fields and fields[0].lower().startswith("timecode list"):
            fields = fields[1:]
        for field in fields:
            if (match := _CLOCK.fullmatch(field)) is None:
                return None
            times.append(_seconds(match))
    return times or None


def _seconds(match: re.Match[str]) -> Fraction:
    return Fraction(int(match[1]) * 3600 + int(match[2]) * 60) + Fraction(match[3])


def _rows(text: str) -> tuple[set[str], list[Row]] | None:
    """Headings in lower case and rows of a table; None without a line of headings."""
    lines = text.splitlines(keepends=True)
    if sum(line.lstrip().startswith("|") for line in lines) >= 2:
        return _printed_rows(lines)
    skipped = 0
    while skipped < len(lines) and (
        not lines[skipped].strip() or lines[skipped].lower().startswith(("timecode list", "# "))
    ):
        skipped += 1
    if skipped == len(lines):
        return None
    delimiter = max(",;\t", key=lines[skipped].count)
    reader = csv.reader(
        io.StringIO("".join(lines[skipped:])), delimiter=delimiter, skipinitialspace=True
    )
    try:
        heading = [name.strip().lower() for name in next(reader, [])]
        rows = [
            Row(skipped + reader.line_num, values)
            for values in _values(reader, heading)
            if any(values.values())
        ]
    except csv.Error as error:
        raise CutListError(f"Line {skipped + reader.line_num}: {error}.") from error
    if len(rows) > MOST_CUTS:
        raise CutListError(f"The list has more than {MOST_CUTS} lines.")
    return set(heading), rows


def _values(reader: Iterator[list[str]], heading: list[str]) -> Iterator[dict[str, str]]:
    for fields in reader:
        yield dict(zip(heading, (field.strip() for field in fields), strict=False))


def _printed_rows(lines: list[str]) -> tuple[set[str], list[Row]] | None:
    """The table that ``list-scenes`` prints, with bars between its columns."""
    table = [
        (number, [field.strip() for field in line.strip().strip("|").split("|")])
        for number, line in enumerate(lines, start=1)
        if line.lstrip().startswith("|")
    ]
    heading = [name.lower() for name in table[0][1]]
    return set(heading), [
        Row(number, dict(zip(heading, fields, strict=False))) for number, fields in table[1:]
    ]


def _own_cut(row: Row, rate: FrameRate, *, by_time: bool) -> ListedCut:
    where = f"line {row.line}"
    at = _own_place(row, rate, by_time=by_time)
    kind = row.values.get("kind", "").lower() or "hard"
    if kind not in get_args(CutKind):
        raise row.error(f"{kind!r} is not a kind of cut; use hard, fade or dissolve")
    score = row.number("score")
    if score is not None and not 0 <= score <= 1:
        raise row.error(f"a score lies between 0 and 1, not at {float(score):g}")
    start, end = row.number("start_frame"), row.number("end_frame")
    if kind == "hard" or start is None or end is None or not start <= at <= end:
        start, end = at, at - 1
    return ListedCut(
        where, at, start, end + 1, cast(CutKind, kind), None if score is None else float(score)
    )


def _own_place(row: Row, rate: FrameRate, *, by_time: bool) -> Fraction:
    frame, time = row.number("frame"), row.number("time_s")
    if frame is not None and frame.denominator != 1:
        raise row.error(f"a frame is a whole number, not {float(frame):g}")
    if time is not None and (by_time or frame is None):
        return time * rate.ratio
    if frame is None:
        raise row.error("there is neither a frame nor a time")
    return frame


def _scenes(rows: list[Row], rate: FrameRate, *, is_vfr: bool) -> CutList:
    """The starts of all scenes but the first; by frames, or by times where those say more."""
    starts = [(row, row.number(_START_FRAME), _clock(row, _START_TIMES)) for row in rows]
    end_frame = rows[-1].number(_END_FRAME) if rows else None
    end_time = _clock(rows[-1], _END_TIMES) if rows else None
    counted = _counted_rate(end_frame, end_time, rate)
    cuts: list[ListedCut] = []
    for row, frame, time in starts:
        if frame is None and time is None:
            raise row.error("there is neither a start frame nor a start time")
        by_time = None if time is None else time * counted.ratio
        at = by_time if frame is None or (is_vfr and by_time is not None) else frame - 1
        cuts.append(ListedCut.plain(f"line {row.line}", at or Fraction(0)))
    last = end_frame
    if last is None and end_time is not None:
        last = end_time * counted.ratio
    return CutList("list of PySceneDetect", counted, tuple(cuts), first=Fraction(0), last=last)


def _clock(row: Row, columns: tuple[str, ...]) -> Fraction | None:
    """Seconds of the first of these columns that has any."""
    for column in columns:
        text = row.values.get(column, "")
        if match := _CLOCK.fullmatch(text):
            return _seconds(match)
        if text:
            return row.number(column)
    return None


def _counted_rate(
    end_frame: Fraction | None, end_time: Fraction | None, rate: FrameRate
) -> FrameRate:
    """The rate that frames and times of a list stand in; the film's where that is near."""
    if not end_frame or not end_time:
        return rate
    per_second = end_frame / end_time
    if abs(per_second - rate.ratio) * end_time <= _FRAMES_APART:
        return rate
    return min(KNOWN_RATES, key=lambda one: abs(one.ratio - per_second))
