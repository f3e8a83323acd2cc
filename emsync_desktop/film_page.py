"""The working page: picture, inspector and timeline of one film, kept in step.

Views redraw from the document's signals; gestures go to the editor and the transport.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QFrame, QSplitter, QVBoxLayout, QWidget

from emsync_desktop.circumplex.geometry import trail_around
from emsync_desktop.document import ProjectDocument
from emsync_desktop.editor import Editor
from emsync_desktop.fields import UndoPasses
from emsync_desktop.film_clock import FilmClock, frame_typed
from emsync_desktop.inspector.history import HistoryList
from emsync_desktop.inspector.hits import hit_rows
from emsync_desktop.inspector.panel import InspectorPanel
from emsync_desktop.part_states import PartStates
from emsync_desktop.plans import plan_of
from emsync_desktop.preview.console import Console
from emsync_desktop.preview.following import PictureFollower
from emsync_desktop.preview.panel import PreviewPanel
from emsync_desktop.preview.picture_worker import PictureWorker
from emsync_desktop.preview.transport import Transport
from emsync_desktop.take_editor import TakeEditor
from emsync_desktop.timeline.closer import CloserPictures
from emsync_desktop.timeline.film_view import (
    ARRIVING_FILM_VIEW,
    EMPTY_FILM_VIEW,
    FilmView,
)
from emsync_desktop.timeline.names import emotion_name
from emsync_desktop.timeline.scene import TimelineScene
from emsync_desktop.timeline.telling import boundary_words
from emsync_desktop.timeline.view import TimelineView
from emsync_desktop.wording import reading_steps
from emsync_engine.project.model import BoundaryId
from emsync_engine.timing import FrameRate

if TYPE_CHECKING:
    from emsync_engine.video.arriving import FilmPart

_TOP_PX, _ALL_PX = [740, 670], [470, 360]
"""How picture and inspector, and both and the timeline, share the room at first: a picture of 16 to
9 is as high as the inspector needs to be, and leaves it the rest."""
AROUND_S = Fraction(2)
"""How long before and after a hit it is played."""


class FilmPage(QWidget):
    """Shows the document's film; before there is one, the picture of what is being read."""

    def __init__(
        self,
        document: ProjectDocument,
        editor: Editor,
        takes: TakeEditor,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._editor = editor
        self._takes = takes
        self.transport = Transport(self)
        self.pictures = PictureWorker(self)
        self.closer = CloserPictures(self)
        self.preview = PreviewPanel()
        self.inspector = InspectorPanel()
        self.history = HistoryList(document.undo_stack, lambda: document.path is not None)
        self.inspector.score.add_history(self.history)
        self.timeline = TimelineView()
        self.parts = PartStates(document, lambda: self.inspector.score.settings, self)
        self.clock = FilmClock(FrameRate.parse("25"))
        self.film: Path | None = None
        self._scene: TimelineScene | None = None
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        timeline_panel = QFrame()
        timeline_panel.setProperty("look", "panel")
        inside = QVBoxLayout(timeline_panel)
        inside.setContentsMargins(2, 6, 2, 4)
        inside.addWidget(self.timeline)
        top = QSplitter(Qt.Orientation.Horizontal)
        top.addWidget(self.preview)
        top.addWidget(self.inspector)
        top.setSizes(_TOP_PX)
        top.setStretchFactor(0, 3)
        top.setStretchFactor(1, 1)
        everything = QSplitter(Qt.Orientation.Vertical)
        everything.addWidget(top)
        everything.addWidget(timeline_panel)
        everything.setSizes(_ALL_PX)
        for row in (0, 1):
            everything.setStretchFactor(row, 1)
        self._splitters = {"top": top, "all": everything}
        for splitter in (top, everything):
            splitter.setHandleWidth(10)
            splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 12, 0)
        column.addWidget(everything)
        self._undo_passes = UndoPasses(self)
        self._undo_passes.watch(self.findChildren(QAbstractSpinBox))

    def _connect(self) -> None:
        document, editor, transport = self._document, self._editor, self.transport
        document.timeline_changed.connect(self._on_timeline_changed)
        document.takes_changed.connect(self._on_takes_changed)
        editor.selection_changed.connect(self._on_selection_changed)
        self.timeline.scrubbed.connect(transport.scrub_to)
        self.timeline.segment_chosen.connect(editor.choose_segment)
        self.timeline.boundary_chosen.connect(editor.choose_boundary)
        self.timeline.marquee_chosen.connect(self._on_marquee)
        self.timeline.boundaries_moved.connect(self._on_boundaries_moved)
        self.timeline.level_moved.connect(editor.choose_level)
        self.timeline.span_marked.connect(editor.mark_span)
        self.timeline.boundary_add_asked.connect(editor.add_boundary)
        self.timeline.hit_toggle_asked.connect(editor.toggle_hit)
        self.timeline.looked_at.connect(self._look_closer)
        self.closer.arrived.connect(self.timeline.show_closer)
        transport.playing_changed.connect(self.closer.hold)
        editor.span_changed.connect(self._on_span_changed)
        self.inspector.header.tacet_chosen.connect(editor.set_tacet)
        self.inspector.header.lock_chosen.connect(editor.set_lock)
        self.inspector.header.level_chosen.connect(editor.set_level)
        self.inspector.point.point_chosen.connect(editor.choose_point)
        self.inspector.point.level_chosen.connect(editor.choose_level)
        self._connect_lists()
        self._follower = PictureFollower(transport, self.pictures, self.preview.picture, self)
        self.console = Console(self.preview, transport, document)
        transport.moved.connect(self._on_moved)
        transport.playing_changed.connect(self.preview.show_playing)
        transport.speed_changed.connect(self.preview.show_speed)
        self.preview.timecode.typed.connect(self._on_time_typed)

    def _connect_lists(self) -> None:
        score, takes = self.inspector.score, self._takes
        self.parts.changed.connect(self._show_scene)
        score.settings_changed.connect(self._on_settings)
        score.take_chosen.connect(takes.choose)
        score.takes.star_asked.connect(takes.star)
        score.takes.rename_asked.connect(takes.rename)
        score.takes.delete_asked.connect(takes.delete)
        score.hits.chosen.connect(self._on_hit_chosen)
        score.hits.play_asked.connect(self.play_around)
        score.hits_page.strength_chosen.connect(self._editor.set_strength)
        score.hits_page.choose_asked.connect(self._editor.choose_hits)

    def save_layout(self) -> None:
        """Remember how the room is shared."""
        for name, splitter in self._splitters.items():
            QSettings().setValue(f"window/{name}", splitter.saveState())

    def restore_layout(self) -> None:
        """Share the room as it was shared last."""
        for name, splitter in self._splitters.items():
            state = QSettings().value(f"window/{name}")
            if state is not None:
                splitter.restoreState(state)

    def usual_layout(self) -> None:
        """Share the room as at first."""
        self._splitters["top"].setSizes(_TOP_PX)
        self._splitters["all"].setSizes(_ALL_PX)

    def close_film(self) -> None:
        """Let go of the film, its threads and its sound; the page is empty then."""
        self.film = None
        self._follower.open(None)
        self.closer.open(None, self.clock.rate)
        self.transport.open(None, self.clock.rate, Fraction(0))

    def shut_down(self) -> None:
        """The window closes: end the threads."""
        self.film = None
        self.parts.stop()
        self.console.close()
        self.transport.close()
        self.pictures.close()
        self.closer.close()

    # -- a film

    def begin(self, film: Path) -> None:
        """Show the first picture of a film of which nothing else is known yet."""
        self.film = film
        self.timeline.cuts = ()
        self.timeline.steps = reading_steps()
        self.timeline.show_film(ARRIVING_FILM_VIEW, self.clock)
        self._follower.open(film)
        self.timeline.setFocus()

    def begin_project(self) -> None:
        """Show the document's project, which was opened just now."""
        project = self._document.project
        assert project is not None
        video, rate = project.video, FrameRate(project.video.frame_rate)
        self.clock = FilmClock.of(rate, video.start_timecode)
        self.transport.open(Path(video.path), rate, project.timeline.duration)
        self.closer.open(Path(video.path), rate)
        self.preview.length.setText("/ " + self.clock.text(video.duration))
        self.show_film_view(EMPTY_FILM_VIEW)  # until somebody begins to read it
        self.inspector.score.show_settings(project.take.settings if project.take else None)
        self.inspector.score.prepare_after(project)
        self.timeline.fit()
        self._on_selection_changed()
        self._on_takes_changed()

    def show_film_view(self, film: FilmView) -> None:
        """Pictures and waveform of the film."""
        self.timeline.show_film(film, self.clock)
        self._look_closer()

    def _look_closer(self) -> None:
        """Ask for the frames that are seen where the strip's pictures lie too far apart."""
        times_s, room = self.timeline.close_times_s, (1, 1)
        if times_s:
            high = self.timeline.row("picture").height * self.timeline.devicePixelRatioF()
            room = (ceil(high * self.timeline.film.aspect), ceil(high))
        self.closer.want(times_s, room)

    def await_film(self) -> None:
        """The film is about to be read, or to be read on: what is missing is shown as such."""
        if not self.timeline.film.is_arriving:
            self.show_film_view(ARRIVING_FILM_VIEW)

    def show_part(self, part: FilmPart) -> None:
        """More of the film that is being read."""
        if self._document.project is None:
            self.clock = FilmClock.of(FrameRate(part.frame_rate), part.start_timecode)
            self.preview.timecode.setText(self.clock.name(0))
        film = self.timeline.film.with_part(part)
        self.timeline.show_arriving(film, self.clock, float(part.duration))

    def stop_awaiting(self) -> None:
        """No more of the film will come; what is there stays."""
        self.show_film_view(self.timeline.film.arrived())

    # -- keeping in step

    def _on_takes_changed(self) -> None:
        mix = self._document.mix
        self.inspector.score.show_takes(self._document.project)
        take = self._document.take
        self.transport.set_music(
            mix, stems=self._document.stems, take=take.id if take is not None else ""
        )
        self.preview.show_sound(has_device=bool(self.transport.device), has_music=mix is not None)
        self.parts.refresh()
        self._show_scene()

    def _on_timeline_changed(self) -> None:
        self.parts.refresh()
        self._show_scene()

    def _on_settings(self) -> None:
        self.parts.refresh()
        self._show_scene()

    def _show_scene(self) -> None:
        document, before = self._document, self._scene
        self._scene = None
        if document.timeline is not None:
            self._scene = TimelineScene.of(
                document.timeline, document.take, stale=self.parts.stale, before=before
            )
        self.timeline.show_scene(self._scene)
        self._show_trail()
        self._tell_choice()
        rows, has_parts = hit_rows(self._scene), bool(document.take and document.take.parts)
        self.inspector.score.hits.show_hits(rows, self.clock, can_fix=has_parts)
        plan = plan_of(self.parts.states, document.take)
        self.inspector.show_plan(plan, stale=len(self.parts.stale))

    def _on_selection_changed(self) -> None:
        editor = self._editor
        self.inspector.show_segments(editor.segment, editor.chosen_segments, self.clock)
        self.timeline.select(editor.selection)
        self._show_trail()
        self.inspector.score.hits.choose(editor.boundary)
        boundaries = editor.chosen_boundaries
        last = next((one for one in boundaries if one.id == editor.boundary), None)
        self.inspector.score.hits_page.show_boundary(last)
        self._tell_choice()

    def _on_moved(self, time_s: float) -> None:
        self.preview.timecode.setText(self.clock.text(time_s))
        self.timeline.show_playhead(time_s, follow=True)
        self._show_now(time_s)

    def _tell_choice(self) -> None:
        """What is chosen, in words for a screen reader."""
        segment, scene = self._editor.segment, self._scene
        if segment is None or scene is None or scene.timeline is not self._document.timeline:
            return  # a timeline that was changed just now is told when it is shown
        words = self.tr("Segment {number} of {count}, {emotion}, {start} to {end}").format(
            number=segment.index + 1,
            count=len(scene.labels),
            emotion=emotion_name(scene.labels[segment.index]),
            start=self.clock.text(segment.start),
            end=self.clock.text(segment.end),
        )
        boundaries = self._editor.chosen_boundaries
        told = [boundary_words(self.timeline, one) for one in boundaries[:1]]
        self.timeline.setAccessibleDescription(". ".join([words, *told]))

    def _show_trail(self) -> None:
        """The film's path over the circumplex."""
        scene = self._scene
        points = scene.points if scene is not None else np.zeros((0, 2))
        index = min(self._editor.selection.segment, max(len(points) - 1, 0))
        self.inspector.point.circumplex.show_trail(*trail_around(points, index))

    def _show_now(self, time_s: float) -> None:
        """While it plays, where on the circumplex the music is."""
        now = None
        if self.transport.is_playing and self._scene is not None:
            curve = self._scene.curve
            now = (
                float(np.interp(time_s, curve.times_s, curve.valence)),
                float(np.interp(time_s, curve.times_s, curve.arousal)),
            )
        self.inspector.point.circumplex.show_now(now)

    def _on_span_changed(self) -> None:
        self.timeline.show_span(self._editor.span)
        self.transport.set_span(self._editor.span)

    def _on_time_typed(self, text: str) -> None:
        """Go to the time that was typed; what is none changes nothing."""
        now = self.clock.rate.frame_at(self.transport.time)
        frame = frame_typed(text, self.clock, now)
        if frame is not None:
            self.transport.go_to_frame(frame)
            self._editor.choose_at(self.transport.time)
        self.timeline.setFocus()

    # -- moving about

    def _on_boundaries_moved(
        self, times: dict[BoundaryId, Fraction], held: BoundaryId, gesture: object
    ) -> None:
        """Move them, and show the frame on which the held one lies now: the first of its shot."""
        self._editor.move_boundaries(times, gesture)
        self.transport.go_to(times[held])

    def _on_marquee(self, boundaries: list[BoundaryId], segments: list[int], adds: bool) -> None:
        self._editor.choose_many(boundaries, segments, add=adds)

    def _on_hit_chosen(self, boundary_id: BoundaryId) -> None:
        self._editor.choose_boundary(boundary_id)
        boundary = self._editor.chosen_boundaries[0]
        self.transport.go_to(boundary.time)

    def play_around(self, time: Fraction) -> None:
        """Play from a little before a time to a little after it."""
        start = max(time - AROUND_S, Fraction(0))
        self.transport.play_between(start, time + AROUND_S)

    def play_choice(self) -> None:
        """Play the marked range, else the chosen segments, and stop at the end."""
        chosen, span = self._editor.chosen_segments, self._editor.span
        if span is None and chosen:
            span = (chosen[0].start, chosen[-1].end)
        if span is not None:
            self.transport.play_between(*span)

    def nudge_boundary(self, frames: int) -> None:
        """Move the chosen boundaries by frames, and show where the last chosen lies then."""
        time = self._editor.nudge_boundary(frames)
        if time is not None:
            self.transport.go_to(time)

    def go_to_boundary(self, direction: int) -> None:
        """To the next or last boundary, or the film's end or start; it is then chosen."""
        timeline = self._document.timeline
        if timeline is None:
            return
        now = self.transport.time
        times = [Fraction(0), *(one.time for one in timeline.boundaries)]
        beyond = [time for time in times if (time > now if direction > 0 else time < now)]
        if beyond:
            time = beyond[0] if direction > 0 else beyond[-1]
            self.transport.go_to(time)
            self._editor.choose_at(time)
        elif direction > 0:
            self.transport.go_to_frame(self.transport.last_frame)
