"""What the hand does on the timeline: each gesture a small object, from the press to the release.

A gesture sees the view as it is now and answers with the view's signals; it changes nothing itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

import numpy as np
from PySide6.QtCore import QPointF, Qt

from emsync_desktop.edits import Axis, shift_room
from emsync_desktop.selection import Choosing
from emsync_desktop.timeline.emotion_lanes import CURVE_MARGIN_PX
from emsync_desktop.timeline.geometry import (
    GRIP_PX,
    SNAP_PX,
    nearest_index,
    row_at,
    snapped,
    unsnapped,
)
from emsync_engine.project.model import Boundary, BoundaryId

if TYPE_CHECKING:
    from emsync_desktop.timeline.view import TimelineView

LEVEL_PX = 6.0
"""How near the pointer must be to a curve to take it."""
_ALT, _CTRL, _SHIFT = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


class Gesture(Protocol):
    """Something that is being done between a press and a release."""

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The pointer is somewhere else now."""


def choosing(modifiers: Qt.KeyboardModifier) -> Choosing:
    """What a click with these keys held means."""
    if modifiers & _CTRL:
        return "toggle"
    return "extend" if modifiers & _SHIFT else "only"


@dataclass(eq=False)
class Scrub:
    """The playhead follows the pointer."""

    view: TimelineView

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self.view.scrubbed.emit(self.view.time_at(at.x()))


@dataclass(eq=False)
class MoveBoundaries:
    """Boundaries in the hand: where each lay when they were taken, and which one is held.

    They keep their distances. The held one lies on frames, and is pulled by the playhead, its own
    start, the marked range and the film's cuts; with Alt it lies where the hand is, to the
    millisecond.
    """

    view: TimelineView
    held: BoundaryId
    starts: dict[BoundaryId, Fraction]
    magnets: tuple[Fraction, ...]
    room: tuple[Fraction, Fraction]
    pulled_to: Fraction | None = None

    @classmethod
    def of(cls, view: TimelineView, boundary: Boundary) -> MoveBoundaries:
        """Take a boundary, and with it all chosen ones if it is one of them."""
        scene, rate = view.scene, view.clock.rate
        assert scene is not None
        chosen = view.chosen_boundaries
        ids = chosen if boundary.id in chosen else frozenset({boundary.id})
        starts = {one.id: one.time for one in scene.timeline.boundaries if one.id in ids}
        back, forth = shift_room(scene.timeline, ids, 1 / rate.ratio)
        frame_s = 1 / rate.ratio
        room = (boundary.time + back - frame_s, boundary.time + forth + frame_s)
        return cls(view, boundary.id, starts, magnets(view, boundary.time), room)

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        view, start = self.view, self.starts[self.held]
        is_free = bool(modifiers & _ALT) or not view.is_snapping
        reach_s = min(SNAP_PX / view.scale.px_per_s, 0.5)
        if modifiers & _ALT:
            time = unsnapped(view.scale.time_at(at.x()), view.clock.rate, self.room)
        else:
            time = snapped(
                view.scale.time_at(at.x()),
                view.clock.rate,
                self.room,
                magnets=() if is_free else self.magnets,
                reach_s=reach_s,
            )
        self.pulled_to = time if not is_free and time in self.magnets else None
        shift = time - start
        times = {one: then + shift for one, then in self.starts.items()}
        view.boundaries_moved.emit(times, self.held, self)


@dataclass(eq=False)
class MoveLevel:
    """A level of valence or arousal in the hand; the chosen segments follow."""

    view: TimelineView
    axis: Axis
    offset_px: float  # from the pointer down to the curve, when it was taken

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        row = self.view.row("emotion")
        half = row.height / 2 - CURVE_MARGIN_PX
        value = (row.top + row.height / 2 - (at.y() + self.offset_px)) / half
        self.view.level_moved.emit(self.axis, min(max(value, -1.0), 1.0), self)


@dataclass(eq=False)
class Marquee:
    """A rectangle that chooses the boundaries inside, and the segments if it touches their lane."""

    view: TimelineView
    start: QPointF
    adds: bool
    end: QPointF = field(default_factory=QPointF)

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self.end = at
        scene = self.view.scene
        assert scene is not None
        first, last = sorted((self.view.time_at(self.start.x()), self.view.time_at(at.x())))
        lane = self.view.row("segments")
        top, bottom = sorted((self.start.y(), at.y()))
        inside = scene.timeline.boundaries[scene.boundaries_between(first, last)]
        touched = range(0)
        if top < lane.bottom and bottom > lane.top:
            touched = scene.segments_between(first, last)
        self.view.marquee_chosen.emit([one.id for one in inside], list(touched), self.adds)


@dataclass(eq=False)
class MarkSpan:
    """A range that is being marked on the ruler, on whole frames."""

    view: TimelineView
    start_s: float

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        rate = self.view.clock.rate
        ends = sorted((self.start_s, self.view.time_at(at.x())))
        first, last = (rate.time_of(rate.nearest_frame(Fraction(one))) for one in ends)
        assert self.view.scene is not None
        self.view.span_marked.emit((first, min(last, self.view.scene.timeline.duration)))


def level_at(view: TimelineView, at: QPointF) -> MoveLevel | None:
    """The curve that a pointer there would take: the nearer one within reach."""
    row, scene = view.row("emotion"), view.scene
    if scene is None or not row.top <= at.y() < row.bottom:
        return None
    half, middle = row.height / 2 - CURVE_MARGIN_PX, row.top + row.height / 2
    time_s, curve = view.time_at(at.x()), scene.curve
    found: MoveLevel | None = None
    axes: tuple[Axis, Axis] = ("valence", "arousal")
    for axis in axes:
        value = float(np.interp(time_s, curve.times_s, getattr(curve, axis)))
        offset = middle - value * half - at.y()
        if abs(offset) <= LEVEL_PX and (found is None or abs(offset) < abs(found.offset_px)):
            found = MoveLevel(view, axis, offset)
    return found


def magnets(view: TimelineView, start: Fraction) -> tuple[Fraction, ...]:
    """What pulls a boundary that lay at ``start``: that, the playhead, the range, the cuts."""
    assert view.scene is not None
    rate = view.clock.rate
    playhead = rate.time_of(rate.nearest_frame(Fraction(view.playhead_s)))
    taken = {one.time for one in view.scene.timeline.boundaries}
    free = [cut for cut in view.cuts if cut not in taken]
    return (playhead, start, *(view.span or ()), *free)


def boundary_at(view: TimelineView, at: QPointF) -> Boundary | None:
    """The boundary that a pointer there would take."""
    scene, scale = view.scene, view.scale
    if scene is None or at.x() < scale.origin_px - GRIP_PX:
        return None
    if not view.row("picture").top <= at.y() < view.lanes[-1].bottom:
        return None
    index = nearest_index(scene.boundary_times_s, scale.time_at(at.x()), GRIP_PX / scale.px_per_s)
    return None if index is None else scene.timeline.boundaries[index]


def cursor_at(view: TimelineView, at: QPointF) -> Qt.CursorShape:
    """How the pointer looks over what the hand could take there."""
    if boundary_at(view, at) is not None:
        return Qt.CursorShape.SplitHCursor
    if at.x() >= view.scale.origin_px and level_at(view, at) is not None:
        return Qt.CursorShape.SizeVerCursor
    return Qt.CursorShape.ArrowCursor


def double_click(view: TimelineView, at: QPointF) -> None:
    """A boundary becomes a hit or none; a free place in the lanes of boundaries gets one."""
    boundary = boundary_at(view, at)
    if boundary is not None:
        view.hit_toggle_asked.emit(boundary.id)
    elif row_at(view.lanes, at.y()) in ("segments", "hits"):
        view.boundary_add_asked.emit(Fraction(view.scale.time_at(at.x())))


def gesture_at(view: TimelineView, at: QPointF, modifiers: Qt.KeyboardModifier) -> Gesture | None:
    """What a press there begins; what it chooses at once is told by the view's signals."""
    boundary, how = boundary_at(view, at), choosing(modifiers)
    if boundary is not None:
        if how != "only" or boundary.id not in view.chosen_boundaries:
            view.boundary_chosen.emit(boundary.id, how)
        return MoveBoundaries.of(view, boundary) if how == "only" else None
    if at.x() < view.scale.origin_px:
        return None
    lane = row_at(view.lanes, at.y())
    if lane == "ruler" and how == "extend":
        return MarkSpan(view, view.time_at(at.x()))
    if lane in ("segments", "hits"):
        if lane == "segments":
            view.segment_chosen.emit(view.segment_index_at(at.x()), how)
        return Marquee(view, at, adds=how != "only")
    index = view.segment_index_at(at.x())
    level = level_at(view, at)
    if level is not None:
        if index not in view.chosen_segments:
            view.segment_chosen.emit(index, "only")
        return level
    view.segment_chosen.emit(index, how)
    view.scrubbed.emit(view.time_at(at.x()))
    return Scrub(view)
