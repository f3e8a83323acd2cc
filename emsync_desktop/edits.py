"""Edits of a timeline that the hand makes: pure functions, a new timeline for each."""

from __future__ import annotations

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
    """Split the segment at a time, by a hit; both halves keep what it had.

    BoundaryOrderError where a boundary stands already, or outside the film.
    """
    added = Boundary(boundary_id or new_boundary_id(), time, origin="user", is_hit=True)
    return timeline.with_boundary(added)


def without_boundary(timeline: Timeline, boundary_id: BoundaryId) -> Timeline:
    """Join the segments on both sides; what the longer one had is kept."""
    return timeline.without_boundary(boundary_id)


def neighbours(timeline: Timeline, boundary_id: BoundaryId) -> tuple[Fraction, Fraction]:
    """Times of the boundaries (or film edges) between which one boundary may move."""
    edges = [Fraction(0), *(one.time for one in timeline.boundaries), timeline.duration]
    index = next(i for i, one in enumerate(timeline.boundaries) if one.id == boundary_id)
    return edges[index], edges[index + 2]
