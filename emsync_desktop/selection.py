"""What is chosen on the timeline: values, no Qt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from emsync_desktop.edits import segment_index_at
from emsync_engine.project.model import BoundaryId, Timeline

Choosing = Literal["only", "toggle", "extend"]
"""A plain click, one with Ctrl, one with Shift."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Chosen segments and boundaries, and among each the one that was chosen last.

    There is always a segment: the one that the inspector shows.
    """

    segment: int = 0
    boundary: BoundaryId | None = None
    segments: frozenset[int] = frozenset({0})
    boundaries: frozenset[BoundaryId] = frozenset()

    def with_segment(self, index: int, how: Choosing = "only") -> Selection:
        """Choose a segment; alone it leaves no boundary chosen."""
        if how == "only":
            return Selection(index, None, frozenset({index}))
        if how == "extend":
            first, last = sorted((self.segment, index))
            return replace(self, segments=self.segments | frozenset(range(first, last + 1)))
        if index in self.segments and len(self.segments) > 1:
            rest = self.segments - {index}
            return replace(self, segment=min(rest, key=lambda n: abs(n - index)), segments=rest)
        return replace(self, segment=index, segments=self.segments | {index})

    def with_boundary(
        self, timeline: Timeline, boundary_id: BoundaryId, how: Choosing = "only"
    ) -> Selection:
        """Choose a boundary; alone it chooses the segment that starts there too."""
        ids = [one.id for one in timeline.boundaries]
        at = ids.index(boundary_id)
        if how == "only":
            return Selection(at + 1, boundary_id, frozenset({at + 1}), frozenset({boundary_id}))
        if how == "extend" and self.boundary in ids:
            first, last = sorted((ids.index(self.boundary), at))
            return replace(self, boundaries=self.boundaries | frozenset(ids[first : last + 1]))
        if boundary_id in self.boundaries:
            rest = self.boundaries - {boundary_id}
            last_one = self.boundary if self.boundary != boundary_id else next(iter(rest), None)
            return replace(self, boundary=last_one, boundaries=rest)
        return replace(self, boundary=boundary_id, boundaries=self.boundaries | {boundary_id})

    def with_many(
        self, boundaries: Iterable[BoundaryId], segments: Iterable[int], *, add: bool
    ) -> Selection:
        """Choose what a marquee encloses, alone or beside what was chosen."""
        more, spans = list(boundaries), sorted(segments)
        kept = self.segments if add or not spans else frozenset()
        return Selection(
            spans[0] if spans and not add else self.segment,
            more[0] if more else (self.boundary if add else None),
            kept | frozenset(spans),
            (self.boundaries if add else frozenset()) | frozenset(more),
        )

    def at(self, timeline: Timeline, time: Fraction) -> Selection:
        """The segment under a playhead, and the boundary on which it stands."""
        on = next((one.id for one in timeline.boundaries if one.time == time), None)
        index = segment_index_at(timeline, time)
        chosen: frozenset[BoundaryId] = frozenset() if on is None else frozenset({on})
        return Selection(index, on, frozenset({index}), chosen)

    def kept_in(self, timeline: Timeline) -> Selection:
        """What of it there still is in another timeline."""
        last = len(timeline.boundaries)
        ids = {one.id for one in timeline.boundaries} if self.boundaries else set()
        segment = min(self.segment, last)
        return Selection(
            segment,
            self.boundary if self.boundary in ids else None,
            frozenset(n for n in self.segments if n <= last) | {segment},
            self.boundaries & ids,
        )
