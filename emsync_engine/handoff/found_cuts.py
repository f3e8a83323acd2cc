"""Cuts found in a film as a list or timeline for an editing program; no project is needed."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Literal

from emsync_engine.errors import InputUnusableError, OutputError, OutputExistsError
from emsync_engine.handoff.edit import Edit, edit_of
from emsync_engine.handoff.fcpxml import fcpxml_text
from emsync_engine.handoff.lists import cmx3600, resolve_markers
from emsync_engine.handoff.marks import FilmTimecode, Mark, Shot, plain_name
from emsync_engine.handoff.otio import otio_text
from emsync_engine.output import written_whole
from emsync_engine.project.model import Project, SegmentEmotion, Timeline, VAPoint, VideoSource
from emsync_engine.scenes.transition import Transition
from emsync_engine.video.probe import VideoInfo

CutsFormat = Literal["csv", "edl", "resolve", "fcpxml", "otio"]
CUTS_FORMATS: dict[CutsFormat, str] = {
    "csv": "_cuts.csv",
    "edl": "_cuts.edl",
    "resolve": "_resolve_markers.edl",
    "fcpxml": "_cuts.fcpxml",
    "otio": "_cuts.otio",
}
"""How a list is named after its film where nobody names it."""

NAMES = {"hard": "cut", "fade": "fade", "dissolve": "dissolve"}
_CSV_FIELDS = ("cut", "timecode", "frame", "time_s", "kind", "start_frame", "end_frame", "strength")
_WRITERS: dict[CutsFormat, Callable[[Edit], str]] = {
    **{"edl": cmx3600, "resolve": resolve_markers},
    **{"otio": otio_text, "fcpxml": fcpxml_text},
}
_UNREAD = SegmentEmotion((1 / 6,) * 6, VAPoint(0, 0), 0.0)


def cuts_place(info: VideoInfo, path: Path | None, kind: CutsFormat, *, overwrite: bool) -> Path:
    """Where a list is to be, before the film is looked at.

    OutputError or OutputExistsError if it cannot be there.
    """
    place = path or info.path.with_name(info.path.stem + CUTS_FORMATS[kind])
    if place.is_dir():
        raise OutputError(f"{place} is a folder; name the file in it.")
    if place.exists() and place.samefile(info.path):
        raise OutputError(f"{place} is the film itself; name another file.")
    if place.exists() and not overwrite:
        raise OutputExistsError(place)
    return place


def write_cuts(
    place: Path,
    info: VideoInfo,
    found: Sequence[Transition],
    kind: CutsFormat,
    *,
    start: str | None = None,
) -> None:
    """Write cuts whole, or nothing.

    Parameters
    ----------
    start : timecode of the timeline's first frame; the film's own, or a full hour, where None

    Raises
    ------
    InputUnusableError if ``start`` is no timecode at the film's rate; OutputError
    """
    edit = cuts_edit(info, found, start=start)
    text = _csv_text(edit, found) if kind == "csv" else _WRITERS[kind](edit)
    place.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(place) as partial:
        partial.write_text(text, encoding="utf-8", newline="")


def cuts_edit(info: VideoInfo, found: Sequence[Transition], *, start: str | None = None) -> Edit:
    """The film with a mark at every cut, and a shot between one and the next."""
    project = _bare_project(info)
    code = FilmTimecode.of(project, start=start)
    bare = edit_of(project, code)
    marks = _marks(found, code)
    edges = [0, *(mark.frame for mark in marks), code.frames]
    return Edit(
        name=f"{plain_name(info.path)} cuts",
        film_name=bare.film_name,
        film_url=bare.film_url,
        code=code,
        marks=marks,
        shots=tuple(
            Shot(number, first, last, f"shot {number}")
            for number, (first, last) in enumerate(pairwise(edges), start=1)
        ),
        size=(info.width, info.height),
        film_has_sound=info.audio_stream is not None,
    )


def _bare_project(info: VideoInfo) -> Project:
    """The film alone: what its frames are counted by."""
    if info.duration <= 0:
        raise InputUnusableError(f"{info.path} has no length.")
    return Project(
        video=VideoSource(
            path=str(info.path.absolute()),
            content_hash=info.content_hash,
            duration=info.duration,
            frame_rate=info.frame_rate.ratio,
            start_timecode=info.start_timecode,
        ),
        timeline=Timeline(info.duration, (), (_UNREAD,)),
    )


def _marks(found: Sequence[Transition], code: FilmTimecode) -> tuple[Mark, ...]:
    """One for each cut that lies in a frame of its own."""
    counts: Counter[str] = Counter()
    marks: dict[int, Mark] = {}
    for cut in found:
        name = NAMES[cut.kind]
        counts[name] += 1
        frame = code.frame_of(cut.time)
        if not 0 < frame < code.frames or frame in marks:
            continue
        first, last = (code.record(code.frame_of(time)) for time in (cut.start, cut.end))
        note = name if first == last else f"{name} from {first} to {last}"
        marks[frame] = Mark(
            frame=frame,
            time=cut.time,
            kind="cut",
            name=f"{name} {counts[name]}",
            note=note,
            colour="blue",
            strength=cut.score,
        )
    return tuple(marks[frame] for frame in sorted(marks))


def _csv_text(edit: Edit, found: Sequence[Transition]) -> str:
    """A line for each cut; frames count from 0, times in seconds from the first picture."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_CSV_FIELDS)
    for number, cut in enumerate(found, start=1):
        writer.writerow(
            [
                number,
                edit.code.record(edit.code.frame_of(cut.time)),
                cut.frame,
                f"{float(cut.time):.6f}",
                cut.kind,
                cut.start_frame,
                cut.end_frame,
                f"{cut.score:.3f}",
            ]
        )
    return text.getvalue()
