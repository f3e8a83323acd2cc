"""Cut lists from elsewhere, in the place of detection."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast, get_args

from emsync_engine.errors import CutListError
from emsync_engine.project.model import CutKind, SceneCut
from emsync_engine.video.probe import VideoInfo

_MOST_BYTES = 16 << 20


def read_cuts_csv(path: Path, info: VideoInfo) -> list[SceneCut]:
    """Cuts from a CSV file with a heading; CutListError in one sentence if it cannot be used.

    Columns, in any order, separated by commas, semicolons or tabs: ``frame`` (from 0 at the first
    picture) or ``time_s`` (seconds from the first picture), or both; ``kind`` (hard, fade,
    dissolve; hard if absent) and ``score`` (0 to 1; 1 if absent). Other columns are ignored. With
    a constant rate the frame decides and a time is moved to the nearest frame; with a variable
    rate, where frame numbers say little, the time decides. Cuts at the first picture or after the
    end are refused, since the list then belongs to another film or another edit.
    """
    text = _read_text(path)
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True)
    columns = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
    if not columns.keys() & {"frame", "time_s"}:
        raise CutListError(f"{path.name} has no column named frame or time_s in its first line.")
    cuts: dict[Fraction, SceneCut] = {}
    try:
        for record in reader:
            values = {column: (record[name] or "").strip() for column, name in columns.items()}
            if any(values.values()):
                cut = _cut(_Row(path, reader.line_num, values), info)
                cuts[cut.time] = cut
    except csv.Error as error:
        raise CutListError(f"{path.name}, line {reader.line_num}: {error}.") from error
    return [cuts[time] for time in sorted(cuts)]


@dataclass(frozen=True, slots=True)
class _Row:
    path: Path
    line: int
    values: dict[str, str]

    def error(self, what: str) -> CutListError:
        return CutListError(f"{self.path.name}, line {self.line}: {what}.")

    def number(self, column: str) -> Fraction | None:
        """The exact number in a column, or None where there is none."""
        text = self.values.get(column, "")
        if not text:
            return None
        try:
            if not math.isfinite(float(text)):
                raise ValueError(text)
            return Fraction(text)
        except (ValueError, OverflowError) as error:
            raise self.error(f"{text!r} in column {column} is not a number") from error


def _cut(row: _Row, info: VideoInfo) -> SceneCut:
    time = _time(row, info)
    if not 0 < time < info.duration:
        raise row.error(
            f"the cut at {float(time):.3f} s does not lie inside the film, "
            f"which is {float(info.duration):.3f} s long"
        )
    kind = row.values.get("kind", "").lower() or "hard"
    if kind not in get_args(CutKind):
        raise row.error(f"{kind!r} is not a kind of cut; use hard, fade or dissolve")
    score = row.number("score")
    if score is not None and not 0 <= score <= 1:
        raise row.error(f"a score lies between 0 and 1, not at {float(score):g}")
    return SceneCut(
        time=time,
        frame=info.frame_rate.nearest_frame(time),
        score=1.0 if score is None else float(score),
        kind=cast(CutKind, kind),
    )


def _time(row: _Row, info: VideoInfo) -> Fraction:
    frame, time = row.number("frame"), row.number("time_s")
    if frame is not None and frame.denominator != 1:
        raise row.error(f"a frame is a whole number, not {float(frame):g}")
    if time is not None and (info.is_vfr or frame is None):
        return time if info.is_vfr else info.frame_rate.time_of(info.frame_rate.nearest_frame(time))
    if frame is None:
        raise row.error("there is neither a frame nor a time")
    return info.frame_rate.time_of(int(frame))


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise CutListError(f"{path.name} is too large for a list of cuts.")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CutListError(f"{path.name} is not a text file in UTF-8.") from error
    except OSError as error:
        raise CutListError(f"{path.name} cannot be read: {error.strerror}.") from error
