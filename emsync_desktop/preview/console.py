"""What can be switched on over the preview: mixer, click, streamer and the figures of playing."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction

from emsync_desktop.preview.click import click_of
from emsync_desktop.preview.device import output_devices
from emsync_desktop.preview.gauge import Gauge
from emsync_desktop.preview.mixer_window import MixerWindow
from emsync_desktop.preview.room import NO_ROOM, room_for_speech
from emsync_desktop.preview.speech import SpeechFinder
from emsync_engine.project.ducking import Ducking

if TYPE_CHECKING:
    from emsync_desktop.document import ProjectDocument
    from emsync_desktop.preview.panel import PreviewPanel
    from emsync_desktop.preview.transport import Transport
    from emsync_desktop.scoring import Scoring
    from emsync_engine.features.speech import SpeechSpan

_FIGURES_MS = 500


class Console(QObject):
    """Keeps them in step with the document and the transport."""

    def __init__(
        self, preview: PreviewPanel, transport: Transport, document: ProjectDocument
    ) -> None:
        super().__init__(preview)
        self._preview, self._transport, self._document = preview, transport, document
        self._device = ""
        self._music: object = None
        self._finder: SpeechFinder | None = None
        self._spoken: Sequence[SpeechSpan] | None = None
        self.mixer: MixerWindow | None = None
        self.actions_in_mixer: list[QAction] = []
        """What keys do there too; arrows and Space belong to its faders and buttons."""
        self.gauge = Gauge()
        self._figures = QTimer(self)
        self._figures.setInterval(_FIGURES_MS)
        self._figures.timeout.connect(self._show_figures)
        preview.picture.painted.connect(self._on_painted)
        preview.levels.changed.connect(self._on_levels)
        transport.moved.connect(preview.picture.show_time)
        transport.playing_changed.connect(lambda _: self.gauge.restart())
        transport.device_changed.connect(self.refresh)
        document.takes_changed.connect(self.refresh)
        document.timeline_changed.connect(self._on_timeline)
        document.ducking_changed.connect(self._refresh_room)
        for changed in (document.opened, document.source_changed):
            changed.connect(self._refresh_room)
        self._on_levels()

    # -- the mixer

    def show_mixer(self) -> None:
        """Bring the mixer up, or put it away."""
        if self.mixer is None:
            self.mixer = MixerWindow(self._preview.levels, self._preview.window())
            self.mixer.addActions(self.actions_in_mixer)
            self.mixer.device_chosen.connect(self._on_device)
            self.mixer.matching_chosen.connect(self._transport.matching.switch)
            self.mixer.ducking_chosen.connect(self._on_ducking_chosen)
        if self.mixer.isVisible():
            self.mixer.close()
            return
        self.mixer.show_devices(output_devices(), self._device)
        self.refresh()
        self._refresh_room()
        self.mixer.show()
        self.mixer.activateWindow()

    def close(self) -> None:
        self._figures.stop()
        if self._finder is not None:
            self._finder.close()
        if self.mixer is not None:
            self.mixer.close()

    def refresh(self) -> None:
        """Another take or another device is heard."""
        self._refresh_click()
        if self.mixer is None:
            return
        take, sound = self._document.take, self._transport.mix.take
        has_stems = take is not None and sound is not None and sound.has_stems
        self.mixer.show_sound(
            has_device=bool(self._transport.device),
            has_music=sound is not None,
            families=take.music.families if take is not None and has_stems else (),
        )

    def _on_device(self, name: str) -> None:
        self._device = name
        self._transport.choose_device(name)

    def _on_levels(self) -> None:
        self._transport.mix.set_strips(self._preview.levels.strips)

    # -- room for speech

    def listen_by(self, scoring: Scoring) -> None:
        """Let the engine find out where somebody speaks, whenever it has nothing else to do."""
        self._finder = SpeechFinder(scoring, self._document)
        self._finder.found.connect(self.show_speech)

    def show_speech(self, spans: Sequence[SpeechSpan] | None) -> None:
        """Where somebody speaks in the film, in seconds; None while nobody knows."""
        self._spoken = spans
        self._refresh_room()

    def _refresh_room(self) -> None:
        """The music makes room as the project says, and an export would."""
        project = self._document.project
        room = NO_ROOM
        if project is not None:
            length_s = float(project.video.duration)
            room = room_for_speech(self._spoken or (), project.ducking, length_s)
        self._transport.mix.set_room(room)
        if self.mixer is not None:
            self.mixer.room.show_ducking(project.ducking if project is not None else None)
            self.mixer.room.show_speech(self._spoken)

    def _on_ducking_chosen(self, ducking: object) -> None:
        from emsync_desktop.export.ducking_command import ChangeDucking

        words = self.tr("Change the room for speech")
        assert isinstance(ducking, Ducking)
        self._document.undo_stack.push(ChangeDucking(self._document, ducking, words))

    # -- click, streamer, figures

    def switch_click(self, is_on: bool) -> None:
        """A tick on every beat of the take."""
        self._transport.mix.has_click = is_on
        self._refresh_click()

    def _refresh_click(self) -> None:
        take, mix = self._document.take, self._transport.mix
        music = take.music if take is not None else None
        if mix.has_click and music is not self._music:
            self._music = music
            mix.click = click_of(music) if music is not None else None

    def switch_streamer(self, is_on: bool) -> None:
        """A line that grows across the picture before each hit."""
        self._preview.picture.has_streamer = is_on
        self._on_timeline()

    def _on_timeline(self) -> None:
        timeline = self._document.timeline
        hits = timeline.hits if timeline is not None else ()
        self._preview.picture.show_hits([float(one.time) for one in hits])

    def switch_figures(self, is_on: bool) -> None:
        """Dropped frames, underruns and offset, over the picture."""
        self.gauge = Gauge()
        self._preview.picture.show_figures([])
        if is_on:
            self._figures.start()
            self._show_figures()
        else:
            self._figures.stop()

    def _on_painted(self, time_s: float) -> None:
        transport = self._transport
        if not transport.is_playing or transport.speed != 1:
            return
        rate = self._document.rate
        frame = rate.frame_at(Fraction(time_s + 1e-6))
        self.gauge.show(frame, transport.now_s - float(rate.time_of(frame)))

    def _show_figures(self) -> None:
        figures, clock = self.gauge.figures, self._transport.clock
        lines = [
            self.tr("Pictures {shown}, dropped {dropped}").format(
                shown=figures.shown, dropped=figures.dropped
            ),
            self.tr("Sound underruns {count}").format(count=clock.underruns if clock else 0),
        ]
        if figures.offset_ms is not None and figures.offset_p95_ms is not None:
            lines.append(
                self.tr("Picture after sound {median:.0f} ms, 95 % within {high:.0f} ms").format(
                    median=figures.offset_ms, high=figures.offset_p95_ms
                )
            )
        self._preview.picture.show_figures(lines)
