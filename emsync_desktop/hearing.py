"""What is heard of the take: played again when its sound is gone, or its levels are others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from emsync_desktop.document import Sounding, sound_of

if TYPE_CHECKING:
    from emsync_desktop.main_window import MainWindow

_LATER_MS = 700  # after the last change of a level


class Hearing(QObject):
    """Keeps the sound of the chosen take as it should be."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._asked: object = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_LATER_MS)
        self._later.timeout.connect(self.play_if_needed)
        window.document.timeline_changed.connect(self.play_soon)
        window.document.takes_changed.connect(self.play_if_needed)
        window.scoring.rendered.connect(self._on_rendered)
        window.scoring.idle.connect(self.play_soon)

    def close(self) -> None:
        self._later.stop()

    def play_soon(self) -> None:
        """Something has changed, and more may: the sound follows a moment later."""
        if self._window.document.is_sound_old:
            self._later.start()

    def play_if_needed(self) -> None:
        """A take from a project, or one whose sound is gone or old, is played again."""
        document, scoring = self._window.document, self._window.scoring
        take, timeline = document.take, document.timeline
        if take is None or timeline is None or scoring.task is not None:
            return
        if document.mix is None or document.is_sound_old:
            self._asked = sound_of(take, timeline)
            scoring.render(take, timeline)

    def _on_rendered(self, take_id: str, rendered: object) -> None:
        from emsync_engine.jobs.messages import Rendered

        document = self._window.document
        if isinstance(rendered, Rendered) and document.timeline is not None:
            before = document.sounding_of(take_id)
            made_for = before.timeline if before else document.timeline
            document.keep_sounding(
                take_id, Sounding(rendered.mix_wav, made_for, self._asked, rendered.stems)
            )

    def show_instruments(self) -> None:
        """Which instruments play the take that is heard."""
        from emsync_desktop.inspector.instruments import InstrumentsDialog

        window, take = self._window, self._window.document.take
        if take is not None:
            dialog = InstrumentsDialog(take, window)
            dialog.chosen.connect(window.takes.set_programs)
            window.helping.dialog = dialog
            dialog.open()
