"""Gestures to commands: what is chosen, and the edits made to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction

from PySide6.QtCore import QObject, Signal

from emsync_desktop.commands import EditTimeline
from emsync_desktop.document import ProjectDocument
from emsync_desktop.edits import (
    Axis,
    boundary_of,
    shift_room,
    with_boundary_added,
    with_ends,
    with_levels,
    with_merged,
    with_times,
    without_boundaries,
)
from emsync_desktop.selection import Choosing, Selection
from emsync_engine.errors import BoundaryOrderError
from emsync_engine.project.model import (
    Boundary,
    BoundaryId,
    Segment,
    Timeline,
    VAPoint,
    new_boundary_id,
)
from emsync_engine.project.tacet import with_tacet_spans

Span = tuple[Fraction, Fraction]


class Editor(QObject):
    """The chosen segments and boundaries of a document, and every edit as one undo step."""

    selection_changed = Signal()
    span_changed = Signal()
    """The marked range is another, or there is none any more."""

    def __init__(self, document: ProjectDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = Selection()
        self._span: Span | None = None
        self._known: tuple[Timeline, tuple[Segment, ...]] | None = None
        document.opened.connect(self._on_opened)
        document.timeline_changed.connect(self._on_timeline_changed)

    @property
    def selection(self) -> Selection:
        return self._selection

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All segments of the film; empty without one."""
        timeline = self._document.timeline
        if timeline is None:
            return ()
        if self._known is None or self._known[0] is not timeline:
            self._known = (timeline, timeline.segments)
        return self._known[1]

    @property
    def segment(self) -> Segment | None:
        """The chosen segment; there always is one while a film is open."""
        segments = self.segments
        return segments[self._selection.segment] if segments else None

    @property
    def chosen_segments(self) -> list[Segment]:
        """All chosen segments, in order of time."""
        segments = self.segments
        return [segments[n] for n in sorted(self._selection.segments)] if segments else []

    @property
    def boundary(self) -> BoundaryId | None:
        """The boundary that was chosen last."""
        return self._selection.boundary

    @property
    def chosen_boundaries(self) -> list[Boundary]:
        """All chosen boundaries, in order of time."""
        timeline, chosen = self._document.timeline, self._selection.boundaries
        return [one for one in timeline.boundaries if one.id in chosen] if timeline else []

    # -- choosing

    def choose_segment(self, index: int, how: Choosing = "only") -> None:
        """Choose a segment, alone or beside others."""
        self._choose(self._selection.with_segment(index, how))

    def choose_boundary(self, boundary_id: BoundaryId, how: Choosing = "only") -> None:
        """Choose a boundary, and alone the segment that starts there."""
        self._choose(self._selection.with_boundary(self._timeline, boundary_id, how))

    def choose_many(
        self, boundaries: Iterable[BoundaryId], segments: Iterable[int], *, add: bool = False
    ) -> None:
        """Choose what a marquee encloses."""
        self._choose(self._selection.with_many(boundaries, segments, add=add))

    def choose_all(self) -> None:
        """Choose every boundary."""
        if self._document.timeline is not None:
            self.choose_many([one.id for one in self._timeline.boundaries], ())

    def choose_at(self, time: Fraction) -> None:
        """Choose the segment under the playhead, and the boundary on which it stands."""
        if self._document.timeline is not None:
            self._choose(self._selection.at(self._timeline, time))

    def _choose(self, selection: Selection) -> None:
        if selection != self._selection:
            self._selection = selection
            self.selection_changed.emit()

    def _on_opened(self) -> None:
        self._selection = Selection()
        self.mark_span(None)

    def _on_timeline_changed(self) -> None:
        timeline = self._document.timeline
        if timeline is not None:
            self._selection = self._selection.kept_in(timeline)
            self.selection_changed.emit()

    # -- the marked range

    @property
    def span(self) -> Span | None:
        """The range that was marked on the ruler: its first moment, and the one after its last."""
        return self._span

    def mark_span(self, span: Span | None) -> None:
        """Mark a range; one that is empty is none."""
        if span is not None and span[0] >= span[1]:
            span = None
        if span != self._span:
            self._span = span
            self.span_changed.emit()

    def mark_start(self, time: Fraction) -> None:
        """Let the range begin at a time; it ends where it did, else with the film."""
        end = self._span[1] if self._span else self._timeline.duration
        self.mark_span((time, end if end > time else self._timeline.duration))

    def mark_end(self, time: Fraction) -> None:
        """Let the range end after the frame at a time; it begins where it did, or at the start."""
        end = min(time + 1 / self._document.rate.ratio, self._timeline.duration)
        start = self._span[0] if self._span else Fraction(0)
        self.mark_span((start if start < end else Fraction(0), end))

    def mark_chosen(self) -> None:
        """Mark the stretch from the first chosen segment to the last."""
        chosen = self.chosen_segments
        if chosen:
            self.mark_span((chosen[0].start, chosen[-1].end))

    def silence_span(self) -> None:
        """No music in the marked range; its ends become boundaries where there are none."""
        if self._span is not None:
            after = with_tacet_spans(self._timeline, [self._span])
            self._push(after, self.tr("Silence range"))

    def split_at_span(self) -> None:
        """Let the marked range begin and end with segments of its own."""
        if self._span is not None:
            after = with_ends(self._timeline, self._span)
            if after is not self._timeline:
                self._push(after, self.tr("Split at the range"))

    # -- boundaries

    @property
    def _timeline(self) -> Timeline:
        assert self._document.timeline is not None
        return self._document.timeline

    def move_boundary(self, boundary_id: BoundaryId, time: Fraction, gesture: object) -> None:
        """Move a boundary; the moves of one gesture are one step."""
        self.move_boundaries({boundary_id: time}, gesture)

    def move_boundaries(self, times: dict[BoundaryId, Fraction], gesture: object) -> None:
        """Move boundaries together to times; the moves of one gesture are one step."""
        now = {one.id: one.time for one in self._timeline.boundaries if one.id in times}
        wanted = {boundary_id: times[boundary_id] for boundary_id in now}
        if wanted != now:
            text = self.tr("Move boundary") if len(now) == 1 else self.tr("Move boundaries")
            self._push(with_times(self._timeline, wanted), text, gesture)

    def nudge_boundary(self, frames: int) -> Fraction | None:
        """Move the chosen boundaries by frames; where the last chosen then lies, None without one.

        They keep their distances, and stop a frame before what stands still.
        """
        chosen = self._selection.boundaries
        if self.boundary is None or not chosen:
            return None
        frame_s = 1 / self._document.rate.ratio
        back, forth = shift_room(self._timeline, chosen, frame_s)
        shift = min(max(frames * frame_s, back), forth)
        times = {one.id: one.time + shift for one in self.chosen_boundaries}
        self.move_boundaries(times, None)
        return times[self.boundary]

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
        """Join the segments on both sides of a boundary, by default of all the chosen ones."""
        ids = [boundary_id] if boundary_id else [one.id for one in self.chosen_boundaries]
        if ids:
            text = self.tr("Remove boundary") if len(ids) == 1 else self.tr("Remove boundaries")
            self._push(without_boundaries(self._timeline, ids), text)

    def merge_segments(self) -> None:
        """Make one of the chosen segments and what lies between them; one joins the next."""
        chosen = self._selection.segments
        first, last = min(chosen), max(chosen)
        if first == last:
            last = min(last + 1, len(self._timeline.boundaries))
            first = min(first, last - 1)
        if 0 <= first < last:
            self._push(with_merged(self._timeline, first, last), self.tr("Merge segments"))
            self.choose_segment(first)

    def toggle_hit(self, boundary_id: BoundaryId | None = None) -> None:
        """Ask the music to mark a boundary, or no longer, by default the chosen ones.

        Several become hits unless all of them are.
        """
        if boundary_id is not None:
            one = boundary_of(self._timeline, boundary_id)
            changed = [one] if one is not None else []
        else:
            changed = self.chosen_boundaries
        is_hit = not all(one.is_hit for one in changed)
        after = self._timeline
        for one in changed:
            if one.is_hit != is_hit:
                after = after.with_hit_wanted(one.id, is_hit)
        if after is not self._timeline:
            self._push(after, self.tr("Set hit") if is_hit else self.tr("Remove hit"))

    def set_strength(self, strength: float) -> None:
        """Say how strong the chosen boundaries are, for the next choice of hits."""
        after = self._timeline
        for one in self.chosen_boundaries:
            if round(one.weight, 2) != strength:
                after = after.with_strength(one.id, strength)
        if after is not self._timeline:
            self._push(after, self.tr("Change strength"))

    def choose_hits(self, spacing_s: float) -> None:
        """Let the strongest boundaries be hits, at least so far apart; the user's own stay."""
        from emsync_engine.scenes.hits import choose_hits

        timeline = self._timeline
        chosen = choose_hits(timeline.boundaries, spacing_s=spacing_s, duration=timeline.duration)
        if chosen != timeline.boundaries:
            self._push(replace(timeline, boundaries=chosen), self.tr("Choose hits"))

    def extend(self, direction: int) -> None:
        """Choose the segment after the last, or before the first, beside those chosen."""
        chosen = self._selection.segments
        index = max(chosen) + 1 if direction > 0 else min(chosen) - 1
        if self.segments and 0 <= index < len(self.segments):
            self.choose_segment(index, "extend")

    # -- segments

    def set_tacet(self, is_tacet: bool) -> None:
        """Silence the music in the chosen segments, or let it play."""
        text = self.tr("Silence segment") if is_tacet else self.tr("Play segment")
        self._change_chosen(
            [one.index for one in self.chosen_segments if one.is_tacet != is_tacet],
            lambda timeline, index: timeline.with_tacet(index, is_tacet),
            text,
        )

    def toggle_tacet(self) -> None:
        """Silence the chosen segments unless all are silent; then let them play."""
        chosen = self.chosen_segments
        if chosen:
            self.set_tacet(not all(one.is_tacet for one in chosen))

    def set_lock(self, is_locked: bool) -> None:
        """Keep the music of the chosen segments as it is, or let it be written anew."""
        text = self.tr("Lock segment") if is_locked else self.tr("Unlock segment")
        self._change_chosen(
            [one.index for one in self.chosen_segments if one.is_locked != is_locked],
            lambda timeline, index: timeline.with_lock(index, is_locked),
            text,
        )

    def set_level(self, level_db: float) -> None:
        """Play the music of the chosen segments louder or softer, by -40 to 12 dB."""
        self._change_chosen(
            [one.index for one in self.chosen_segments if one.level_db != level_db],
            lambda timeline, index: timeline.with_level(index, level_db),
            self.tr("Change level"),
        )

    def toggle_lock(self) -> None:
        """Lock the chosen segments unless all are locked; then unlock them."""
        chosen = self.chosen_segments
        if chosen:
            self.set_lock(not all(one.is_locked for one in chosen))

    def choose_point(self, point: VAPoint | None, gesture: object) -> None:
        """Give the chosen segments a VA point; None returns to the detected ones."""
        self._change_chosen(
            [one.index for one in self.chosen_segments if one.emotion.chosen != point],
            lambda timeline, index: timeline.with_point(index, point),
            self._emotion_text(point),
            gesture,
        )

    def choose_level(self, axis: Axis, value: float, gesture: object) -> None:
        """Give the chosen segments a valence or an arousal; each keeps its other axis."""
        chosen = sorted(self._selection.segments)
        after = with_levels(self._timeline, chosen, axis=axis, value=value)
        if after != self._timeline:
            name = self.tr("valence") if axis == "valence" else self.tr("arousal")
            text = self.tr("Segment {number}").format(number=chosen[0] + 1)
            if len(chosen) > 1:
                text = self.tr("{count} segments").format(count=len(chosen))
            self._push(after, f"{text}: {name} {value:+.2f}", gesture)

    def _emotion_text(self, point: VAPoint | None) -> str:
        """What an edit of the chosen segments' emotion is called in the history."""
        chosen = self.chosen_segments
        text = self.tr("Emotion of {count} segments").format(count=len(chosen))
        if len(chosen) == 1:
            text = self.tr("Emotion of segment {number}").format(number=chosen[0].index + 1)
        if point is not None and len(chosen) == 1:
            text = self.tr("Segment {number}").format(number=chosen[0].index + 1)
        return text if point is None else f"{text}: {point.valence:+.2f} / {point.arousal:+.2f}"

    def _change_chosen(
        self,
        indices: list[int],
        change: Callable[[Timeline, int], Timeline],
        text: str,
        gesture: object | None = None,
    ) -> None:
        """One step that changes several segments alike; none if nothing changes."""
        if not indices or self._document.timeline is None:
            return
        after = self._timeline
        for index in indices:
            after = change(after, index)
        self._push(after, text, gesture)

    def _push(self, after: Timeline, text: str, gesture: object | None = None) -> None:
        self._document.undo_stack.push(EditTimeline(self._document, after, text, gesture))
