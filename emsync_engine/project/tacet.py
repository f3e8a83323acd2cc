"""Silence as an editor asks for it: ranges of time that become tacet segments of a timeline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from emsync_engine.errors import InputUnusableError
from emsync_engine.project.model import Boundary, Timeline, new_boundary_id
from emsync_engine.timing import FrameRate, frame_of_timecode

Span = tuple[Fraction, Fraction]

SNAP_S = Fraction(1, 10)
"""An end this close to a boundary, or to the film's start or end, is meant to be there."""

FILM_END = "end"
_SECONDS = re.compile(r"\d{1,7}(\.\d{1,9})?")
_TIMECODE = re.compile(r"\d{1,2}:\d{2}:\d{2}[:;.]\d{2,3}")


class TacetError(InputUnusableError):
    """A range of silence does not fit the film, or another range."""


@dataclass(frozen=True, slots=True)
class TacetRange:
    """From cue out to cue in, as it was written: seconds, timecode, or ``end`` for the film's."""

    text: str
    start: str
    end: str

    @classmethod
    def written(cls, text: str) -> TacetRange:
        """``"12.5-20"``, ``"00:00:12:12-00:00:20:00"`` or ``"40-end"``; ValueError for others."""
        start, dash, end = (part.strip() for part in text.partition("-"))
        if not dash or not is_time(start) or not (is_time(end) or end == FILM_END):
            raise ValueError(
                f"{text!r} is no range such as 12.5-20, 00:00:12:12-00:00:20:00 or 40-end"
            )
        if _SECONDS.fullmatch(start) and _SECONDS.fullmatch(end) and not _before(start, end):
            raise ValueError(f"the tacet range {text} ends before it begins")
        return cls(text, start, end)


def is_time(text: str) -> bool:
    """Whether a text is a number of seconds or a timecode, of any film."""
    return bool(_SECONDS.fullmatch(text) or _TIMECODE.fullmatch(text))


def _before(start: str, end: str) -> bool:
    return Fraction(start) < Fraction(end)


def spans_of(ranges: Sequence[TacetRange], duration: Fraction, rate: FrameRate) -> list[Span]:
    """Exact stretches in order of time, each on frames of the film.

    TacetError where a range is no time of this film, holds no frame, or overlaps another.
    """
    spans = sorted(
        ((_span_of(one, duration, rate), one) for one in ranges), key=lambda pair: pair[0]
    )
    for ((_, end), first), ((start, _), second) in pairwise(spans):
        if start < end:
            raise TacetError(f"The tacet ranges {first.text} and {second.text} overlap.")
    return [span for span, _ in spans]


def _span_of(one: TacetRange, duration: Fraction, rate: FrameRate) -> Span:
    start = _time_of(one.start, duration, rate)
    end = _time_of(one.end, duration, rate)
    if start >= duration or end > duration + SNAP_S:
        raise TacetError(
            f"The tacet range {one.text} goes past the end of the film, "
            f"which is {float(duration):.3f} s long."
        )
    end = min(end, duration)
    if end <= start:
        raise TacetError(f"The tacet range {one.text} holds no frame of the film.")
    return start, end


def _time_of(text: str, duration: Fraction, rate: FrameRate) -> Fraction:
    """The start of the frame nearest to a time; the film's end is itself."""
    if text == FILM_END:
        return duration
    if _SECONDS.fullmatch(text):
        time = Fraction(text)
    else:
        try:
            time = rate.time_of(frame_of_timecode(text, rate))
        except ValueError as error:
            raise TacetError(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    return time if time > duration else min(rate.time_of(rate.nearest_frame(time)), duration)


def with_tacet_spans(timeline: Timeline, spans: Sequence[Span]) -> Timeline:
    """The timeline with the music silent in these stretches, which do not overlap.

    An end within ``SNAP_S`` of a boundary moves onto it; elsewhere a new boundary, no hit, splits
    the segment. A stretch that snapping would close keeps its own ends.
    """
    for span in spans:
        start, end = (_snapped(timeline, time) for time in span)
        if end <= start:
            start, end = span
        for time in (start, end):
            timeline = _with_edge(timeline, time)
        tacet = tuple(
            segment.is_tacet or start <= segment.start < end for segment in timeline.segments
        )
        timeline = replace(timeline, tacet=tacet)
    return timeline


def _edges(timeline: Timeline) -> list[Fraction]:
    return [Fraction(0), *(boundary.time for boundary in timeline.boundaries), timeline.duration]


def _snapped(timeline: Timeline, time: Fraction) -> Fraction:
    nearest = min(_edges(timeline), key=lambda edge: abs(edge - time))
    return nearest if abs(nearest - time) <= SNAP_S else time


def _with_edge(timeline: Timeline, time: Fraction) -> Timeline:
    if time in _edges(timeline):
        return timeline
    return timeline.with_boundary(Boundary(new_boundary_id(), time, origin="user"))
