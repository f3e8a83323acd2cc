"""Edits of a timeline that the hand makes: pure functions, a new timeline for each."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from emsync_engine.project.model import Boundary, BoundaryId, Timeline, new_boundary_id


def boundary_of(timeline: Timeline, boundary_id: BoundaryId) -> Boundary | None:
    """The boundary of an id, or None where the timeline has none (any more)."""
    return next((one for one in timeline.boundaries if one.id == boundary_id), None)


def segment_index_at(timeline: Timeline, time: Fraction) -> int:
    """Index of the segment that holds a time; the last one from the film's end on."""
    return sum(boundary.time <= time for boundary in timeline.boundaries)


def with_boundary_added(
    timeline: Timeline, time: Fraction, boundary_id: BoundaryId | None = None
) -> Timeline:
    """Split the segment at a time; both halves keep its emotion.

    BoundaryOrderError where a boundary stands already, or outside the film.
    """
    index = segment_index_at(timeline, time)
    added = Boundary(boundary_id or new_boundary_id(), time, origin="user", is_hit=True)
    boundaries = (*timeline.boundaries[:index], added, *timeline.boundaries[index:])
    emotions = timeline.emotions[: index + 1] + timeline.emotions[index:]
    return replace(timeline, boundaries=boundaries, emotions=emotions)


def without_boundary(timeline: Timeline, boundary_id: BoundaryId) -> Timeline:
    """Join the segments on both sides; the longer one's emotion is kept."""
    index = next(i for i, one in enumerate(timeline.boundaries) if one.id == boundary_id)
    before, after = timeline.segments[index : index + 2]
    kept = before if before.end - before.start >= after.end - after.start else after
    return replace(
        timeline,
        boundaries=timeline.boundaries[:index] + timeline.boundaries[index + 1 :],
        emotions=(*timeline.emotions[:index], kept.emotion, *timeline.emotions[index + 2 :]),
    )


def neighbours(timeline: Timeline, boundary_id: BoundaryId) -> tuple[Fraction, Fraction]:
    """Times of the boundaries (or film edges) between which one boundary may move."""
    edges = [Fraction(0), *(one.time for one in timeline.boundaries), timeline.duration]
    index = next(i for i, one in enumerate(timeline.boundaries) if one.id == boundary_id)
    return edges[index], edges[index + 2]
