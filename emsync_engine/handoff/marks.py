"""The film as an editing program counts it, and the places in it that are marked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from emsync_engine.emotion.mapping import display_label
from emsync_engine.errors import InputUnusableError
from emsync_engine.music.current_hits import CurrentHit, current_hits
from emsync_engine.project.model import Hit, Project, Segment, Timeline
from emsync_engine.timing import FrameRate, frame_of_timecode, timecode

MarkKind = Literal["hit", "cut", "cue out", "cue in"]
Colour = Literal["green", "yellow", "red", "blue", "purple"]

FULL_HOUR = "01:00:00:00"
"""Where editing programs begin a timeline, and so do lists of films without timecode."""

_DAY_H = 24


@dataclass(frozen=True, slots=True)
class FilmTimecode:
    """How the frames of a film and of the timeline that it lies in are numbered.

    ``media_start`` is the number of the film's first picture in its own timecode, ``record_start``
    that of the timeline's first frame. ``frames`` is the film's length.
    """

    rate: FrameRate
    frames: int
    media_start: int = 0
    record_start: int = 0
    drop_frame: bool = False

    @classmethod
    def of(cls, project: Project, *, start: str | None = None) -> FilmTimecode:
        """As the film states it; the full hour for the timeline of a film that states nothing.

        Parameters
        ----------
        start : timecode of the timeline's first frame, ``;`` for drop-frame; None for the above

        Raises
        ------
        InputUnusableError if ``start`` is no timecode at this rate
        """
        rate = FrameRate(project.video.frame_rate)
        frames = max(rate.nearest_frame(project.timeline.duration), 1)
        stated = project.video.start_timecode
        media_start = _frame(stated, rate)
        wanted = start if start is not None else (stated if media_start is not None else FULL_HOUR)
        record_start = _frame(wanted, rate)
        if record_start is None:
            raise InputUnusableError(
                f"{wanted!r} is not a timecode such as {FULL_HOUR} at {rate} pictures a second."
            )
        drop_frame = rate.allows_drop_frame and any(mark in str(wanted) for mark in ";.")
        return cls(rate, frames, media_start or 0, record_start, drop_frame)

    def frame_of(self, time: Fraction) -> int:
        """The frame that a time lies nearest to, counted from the first picture."""
        return min(max(self.rate.nearest_frame(time), 0), self.frames)

    def record(self, frame: int) -> str:
        """Timecode in the timeline of a frame, counted from the first picture."""
        return self._text(self.record_start + frame)

    def media(self, frame: int) -> str:
        """Timecode in the film's own counting of a frame, counted from the first picture."""
        return self._text(self.media_start + frame)

    def _text(self, frame: int) -> str:
        whole_day = _frame_of_hours(_DAY_H, self.rate, self.drop_frame)
        return timecode(frame % whole_day, self.rate, drop_frame=self.drop_frame)

    @property
    def media_start_s(self) -> Fraction:
        """Seconds since midnight of the film's first picture."""
        return self.rate.time_of(self.media_start)


def _frame(text: str | None, rate: FrameRate) -> int | None:
    if text is None:
        return None
    is_drop = rate.allows_drop_frame
    try:
        return frame_of_timecode(text if is_drop else text.replace(";", ":"), rate)
    except ValueError:
        return None


def _frame_of_hours(hours: int, rate: FrameRate, drop_frame: bool) -> int:
    return frame_of_timecode(f"{hours:02d}:00:00{';' if drop_frame else ':'}00", rate)


@dataclass(frozen=True, slots=True)
class Mark:
    """A boundary to be shown in an editing program: its frame, from 0, and what is to be said."""

    frame: int
    time: Fraction
    kind: MarkKind
    name: str
    note: str
    colour: Colour
    strength: float
    hit: Hit | None = None


@dataclass(frozen=True, slots=True)
class Shot:
    """A segment in frames, [start, end), and the emotion that its music has."""

    number: int
    start: int
    end: int
    name: str


def marks_of(project: Project, code: FilmTimecode) -> tuple[Mark, ...]:
    """A mark for every boundary of the timeline, in order; of two in one frame the stronger."""
    timeline, take = project.timeline, project.take
    reports = {one.number: one for one in current_hits(timeline, take, frame_rate=code.rate.ratio)}
    numbers = {one.id: number for number, one in enumerate(timeline.hits, start=1)}
    marks: dict[int, Mark] = {}
    named = zip(timeline.boundaries, names_of(timeline), timeline.segments[1:], strict=True)
    for boundary, (kind, name), segment in named:
        report = reports.get(numbers.get(boundary.id, 0))
        mark = Mark(
            frame=code.frame_of(boundary.time),
            time=boundary.time,
            kind=kind,
            name=name,
            note=_note(segment, report),
            colour=_colour(kind, report),
            strength=boundary.weight,
            hit=report.hit if report is not None else None,
        )
        known = marks.get(mark.frame)
        if 0 < mark.frame < code.frames and (known is None or known.strength < mark.strength):
            marks[mark.frame] = mark
    return tuple(marks[frame] for frame in sorted(marks))


def names_of(timeline: Timeline) -> tuple[tuple[MarkKind, str], ...]:
    """What every boundary is, and what it is called wherever it is written.

    Hits bear the numbers that they have in every table of hits (``current_hits``), at a cue too:
    ``hit 3``, ``cue out 1, hit 4``.
    """
    cues: dict[Fraction, MarkKind] = {}
    for start, end in timeline.tacet_spans:
        cues |= {start: "cue out", end: "cue in"}
    counts: Counter[str] = Counter()
    named: list[tuple[MarkKind, str]] = []
    for boundary in timeline.boundaries:
        kind = cues.get(boundary.time, "hit" if boundary.is_hit else "cut")
        counts.update({kind, "hit"} if boundary.is_hit else {kind})
        name = f"{kind} {counts[kind]}"
        if boundary.is_hit and kind != "hit":
            name += f", hit {counts['hit']}"
        named.append((kind, name))
    return tuple(named)


def shots_of(project: Project, code: FilmTimecode) -> tuple[Shot, ...]:
    """Segments between the marked frames; those shorter than half a frame are left out."""
    shots: list[Shot] = []
    for segment in project.timeline.segments:
        start, end = code.frame_of(segment.start), code.frame_of(segment.end)
        if end > start:
            shots.append(Shot(len(shots) + 1, start, end, emotion_of(segment)))
    return tuple(shots)


def emotion_of(segment: Segment) -> str:
    """The word for a segment's emotion, or that its music is silent."""
    return "tacet" if segment.is_tacet else str(display_label(segment.emotion.point))


def _note(segment: Segment, report: CurrentHit | None) -> str:
    point = segment.emotion.point
    parts = [f"{emotion_of(segment)} ({point.valence:+.2f}, {point.arousal:+.2f})"]
    if report is not None and report.hit.error_ms is not None:
        parts.append(f"{report.words}, {report.hit.error_ms:+.1f} ms, {report.hit.what}")
    elif report is not None:
        parts.append(f"{report.words}, {report.hit.what}")
    return "; ".join(parts)


def _colour(kind: MarkKind, report: CurrentHit | None) -> Colour:
    """Green only where the music was written to land there, and does."""
    if kind in ("cue out", "cue in"):
        return "purple"
    if kind == "cut" or report is None:
        return "blue"
    if report.hit.status == "exact" and not report.is_exact:
        return "yellow"
    colours: dict[str, Colour] = {"exact": "green", "near": "yellow", "tacet": "purple"}
    return colours.get(report.hit.status, "red")


def plain_name(path: Path) -> str:
    """A film's name that every system and format takes: letters of any script, no signs of paths.

    Names on disk may be in any encoding, and as long as the disk lets them be.
    """
    text = path.stem.encode(errors="replace").decode()
    kept = "".join("_" if one in '<>:"/\\|?*' or not one.isprintable() else one for one in text)
    return kept.strip(" .")[:80] or "film"
