"""Gestures to commands: what is chosen, and the edits made to it."""

from __future__ import annotations

from fractions import Fraction

from PySide6.QtCore import QObject, Signal

from emsync_desktop.commands import AddTake, ChooseTake, EditTimeline
from emsync_desktop.document import ProjectDocument
from emsync_desktop.edits import (
    boundary_of,
    neighbours,
    segment_index_at,
    with_boundary_added,
    without_boundary,
)
from emsync_desktop.timeline.geometry import snapped
from emsync_engine.errors import BoundaryOrderError
from emsync_engine.project.model import (
    BoundaryId,
    Segment,
    Take,
    Timeline,
    VAPoint,
    new_boundary_id,
)


class Editor(QObject):
    """The chosen segment and boundary of a document, and every edit as one undo step."""

    selection_changed = Signal()

    def __init__(self, document: ProjectDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._segment = 0
        self._boundary: BoundaryId | None = None
        document.opened.connect(self._on_opened)
        document.timeline_changed.connect(self._on_timeline_changed)

    @property
    def segment(self) -> Segment | None:
        """The chosen segment; there always is one while a film is open."""
        timeline = self._document.timeline
        return timeline.segments[self._segment] if timeline is not None else None

    @property
    def boundary(self) -> BoundaryId | None:
        return self._boundary

    # -- choosing

    def choose_segment(self, index: int) -> None:
        """Choose a segment; no boundary is chosen then."""
        self._choose(index, None)

    def choose_boundary(self, boundary_id: BoundaryId) -> None:
        """Choose a boundary and the segment that starts there."""
        timeline = self._timeline
        index = next(i for i, one in enumerate(timeline.boundaries) if one.id == boundary_id)
        self._choose(index + 1, boundary_id)

    def choose_at(self, time: Fraction) -> None:
        """Choose the segment under the playhead, and the boundary on which it stands."""
        timeline = self._document.timeline
        if timeline is None:
            return
        on = next((one.id for one in timeline.boundaries if one.time == time), None)
        self._choose(segment_index_at(timeline, time), on)

    def _choose(self, segment: int, boundary: BoundaryId | None) -> None:
        if (segment, boundary) != (self._segment, self._boundary):
            self._segment, self._boundary = segment, boundary
            self.selection_changed.emit()

    def _on_opened(self) -> None:
        self._segment, self._boundary = 0, None

    def _on_timeline_changed(self) -> None:
        timeline = self._document.timeline
        if timeline is None:
            return
        self._segment = min(self._segment, len(timeline.boundaries))
        if self._boundary is not None and boundary_of(timeline, self._boundary) is None:
            self._boundary = None
        self.selection_changed.emit()

    # -- boundaries

    @property
    def _timeline(self) -> Timeline:
        assert self._document.timeline is not None
        return self._document.timeline

    def move_boundary(self, boundary_id: BoundaryId, time: Fraction, gesture: object) -> None:
        """Move a boundary; the moves of one gesture are one step."""
        moving = boundary_of(self._timeline, boundary_id)
        if moving is None or moving.time == time:
            return
        after = self._timeline.with_boundary_at(boundary_id, time)
        self._push(after, self.tr("Move boundary"), gesture)

    def nudge_boundary(self, frames: int) -> Fraction | None:
        """Move the chosen boundary by frames; where it then lies, or None without one."""
        if self._boundary is None:
            return None
        boundary = boundary_of(self._timeline, self._boundary)
        assert boundary is not None
        rate = self._document.rate
        wanted = boundary.time + frames / rate.ratio
        time = snapped(float(wanted), rate, neighbours(self._timeline, self._boundary))
        self.move_boundary(self._boundary, time, None)
        return time

    def add_boundary(self, time: Fraction) -> None:
        """Split the segment at the frame nearest to a time; the new boundary is chosen."""
        rate = self._document.rate
        boundary_id = new_boundary_id()
        at = rate.time_of(rate.nearest_frame(time))
        try:
            after = with_boundary_added(self._timeline, at, boundary_id)
        except BoundaryOrderError:
            return  # one stands there already, or it is the film's very start or end
        self._push(after, self.tr("Add boundary"))
        self.choose_boundary(boundary_id)

    def remove_boundary(self, boundary_id: BoundaryId | None = None) -> None:
        """Join the segments on both sides of a boundary, by default of the chosen one."""
        boundary_id = boundary_id or self._boundary
        if boundary_id is not None:
            after = without_boundary(self._timeline, boundary_id)
            self._push(after, self.tr("Remove boundary"))

    def toggle_hit(self, boundary_id: BoundaryId | None = None) -> None:
        """Ask the music to mark a boundary, or no longer, by default the chosen one."""
        boundary_id = boundary_id or self._boundary
        boundary = boundary_of(self._timeline, boundary_id) if boundary_id is not None else None
        if boundary is None:
            return
        after = self._timeline.with_hit_wanted(boundary.id, not boundary.is_hit)
        self._push(after, self.tr("Remove hit") if boundary.is_hit else self.tr("Set hit"))

    # -- silence, emotion and takes

    def set_tacet(self, is_tacet: bool) -> None:
        """Silence the music in the chosen segment, or let it play."""
        segment = self.segment
        if segment is None or segment.is_tacet == is_tacet:
            return
        after = self._timeline.with_tacet(segment.index, is_tacet)
        self._push(after, self.tr("Silence segment") if is_tacet else self.tr("Play segment"))

    def toggle_tacet(self) -> None:
        """Silence the chosen segment if it plays; let it play if it is silent."""
        if self.segment is not None:
            self.set_tacet(not self.segment.is_tacet)

    def choose_point(self, point: VAPoint | None, gesture: object) -> None:
        """Give the chosen segment a VA point; None returns to the detected one."""
        segment = self.segment
        if segment is None or segment.emotion.chosen == point:
            return
        after = self._timeline.with_point(segment.index, point)
        self._push(after, self.tr("Change emotion"), gesture)

    def add_take(self, take: Take) -> None:
        self._document.undo_stack.push(AddTake(self._document, take, self.tr("New take")))

    def choose_take(self, take_id: str) -> None:
        project = self._document.project
        if project is not None and project.chosen_take != take_id:
            command = ChooseTake(self._document, take_id, self.tr("Choose take"))
            self._document.undo_stack.push(command)

    def _push(self, after: Timeline, text: str, gesture: object | None = None) -> None:
        self._document.undo_stack.push(EditTimeline(self._document, after, text, gesture))
