"""Edits of a timeline that the hand makes: pure functions, a new timeline for each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Literal

from emsync_engine.project.model import (
    Boundary,
    BoundaryId,
    Timeline,
    VAPoint,
    new_boundary_id,
)
from emsync_engine.project.tacet import SNAP_S

Axis = Literal["valence", "arousal"]


def with_length(timeline: Timeline, duration: Fraction) -> Timeline:
    """The same timeline on a film of another length, in seconds.

    On a shorter one, boundaries at or beyond its end go, with the segments behind them; on a longer
    one the last segment reaches to its end.
    """
    kept = tuple(one for one in timeline.boundaries if one.time < duration)
    count = len(kept) + 1
    return replace(
        timeline,
        duration=duration,
        boundaries=kept,
        emotions=timeline.emotions[:count],
        tacet=timeline.tacet[:count],
        locked=timeline.locked[:count],
        levels_db=timeline.levels_db[:count],
        loudness_db=timeline.loudness_db[: -(-duration.numerator // duration.denominator)],
    )


def boundary_of(timeline: Timeline, boundary_id: BoundaryId) -> Boundary | None:
    """The boundary of an id, or None where the timeline has none (any more)."""
    return next((one for one in timeline.boundaries if one.id == boundary_id), None)


def segment_index_at(timeline: Timeline, time: Fraction) -> int:
    """Index of the segment that holds a time; the last one from the film's end on."""
    return sum(boundary.time <= time for boundary in timeline.boundaries)


def with_boundary_added(
    timeline: Timeline, time: Fraction, boundary_id: BoundaryId | None = None
) -> Timeline:
    """Split the segment at a time, by a hit; both halves keep what it had.

    BoundaryOrderError where a boundary stands already, or outside the film.
    """
    added = Boundary(boundary_id or new_boundary_id(), time, origin="user", is_hit=True)
    return timeline.with_boundary(added)


def without_boundary(timeline: Timeline, boundary_id: BoundaryId) -> Timeline:
    """Join the segments on both sides; what the longer one had is kept."""
    return timeline.without_boundary(boundary_id)


def without_boundaries(timeline: Timeline, ids: Iterable[BoundaryId]) -> Timeline:
    """Join the segments on both sides of several boundaries, one after the other."""
    for boundary_id in ids:
        timeline = timeline.without_boundary(boundary_id)
    return timeline


def with_merged(timeline: Timeline, first: int, last: int) -> Timeline:
    """Make one segment of those from the first to the last; the longest gives what it had."""
    return without_boundaries(timeline, [one.id for one in timeline.boundaries[first:last]])


def with_ends(timeline: Timeline, span: tuple[Fraction, Fraction]) -> Timeline:
    """The timeline with a boundary, no hit, at both ends of a stretch of time.

    An end within ``SNAP_S`` of a boundary, or of the film's start or end, needs none.
    """
    for time in span:
        edges = [Fraction(0), *(one.time for one in timeline.boundaries), timeline.duration]
        if min(abs(edge - time) for edge in edges) > SNAP_S:
            timeline = timeline.with_boundary(Boundary(new_boundary_id(), time, origin="user"))
    return timeline


def neighbours(timeline: Timeline, boundary_id: BoundaryId) -> tuple[Fraction, Fraction]:
    """Times of the boundaries (or film edges) between which one boundary may move."""
    edges = [Fraction(0), *(one.time for one in timeline.boundaries), timeline.duration]
    index = next(i for i, one in enumerate(timeline.boundaries) if one.id == boundary_id)
    return edges[index], edges[index + 2]


def shift_room(
    timeline: Timeline, ids: Collection[BoundaryId], frame_s: Fraction
) -> tuple[Fraction, Fraction]:
    """How far boundaries may move together, back (0 or less) and forth (0 or more), in seconds.

    Each stays a frame or more away from the boundaries that stand still, and from the film's edges.
    """
    edges = [Fraction(0), *(one.time for one in timeline.boundaries), timeline.duration]
    moves = [False, *(one.id in ids for one in timeline.boundaries), False]
    back = [
        edges[n - 1] + frame_s - edges[n]
        for n in range(1, len(edges))
        if moves[n] and not moves[n - 1]
    ]
    forth = [
        edges[n + 1] - frame_s - edges[n]
        for n in range(len(edges) - 1)
        if moves[n] and not moves[n + 1]
    ]
    zero = Fraction(0)
    return min(max(back, default=zero), zero), max(min(forth, default=zero), zero)


def with_times(timeline: Timeline, times: Mapping[BoundaryId, Fraction]) -> Timeline:
    """Boundaries at other times; BoundaryOrderError where one would pass another."""
    moved = tuple(
        replace(one, time=times[one.id]) if one.id in times else one for one in timeline.boundaries
    )
    return replace(timeline, boundaries=moved)


def with_levels(
    timeline: Timeline, segments: Iterable[int], *, axis: Axis, value: float
) -> Timeline:
    """Choose the valence or the arousal (-1 to 1) of segments; each keeps its other axis."""
    for index in segments:
        point = timeline.emotions[index].point
        level = round(min(max(value, -1.0), 1.0), 2)
        valence = level if axis == "valence" else point.valence
        arousal = level if axis == "arousal" else point.arousal
        timeline = timeline.with_point(index, VAPoint(valence, arousal))
    return timeline
