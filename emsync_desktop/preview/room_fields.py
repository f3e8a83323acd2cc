"""Room for speech in the mixer: the project's ducking, and where somebody speaks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from emsync_desktop.ducking_fields import DuckingFields
from emsync_desktop.labels import labelled
from emsync_engine.project.ducking import Ducking

if TYPE_CHECKING:
    from emsync_engine.features.speech import SpeechSpan


class RoomFields(QWidget):
    """Shows the project's ducking, and asks for another one."""

    chosen = Signal(object)
    """``Ducking``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields = DuckingFields()
        self.fields.changed.connect(lambda: self.chosen.emit(self.fields.ducking))
        self.words = labelled("", "quiet")
        self.words.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.fields)
        column.addWidget(self.words)
        self.show_ducking(None)
        self.show_speech(None)

    def show_ducking(self, ducking: Ducking | None) -> None:
        """What the project says; None without a project."""
        self.setEnabled(ducking is not None)
        self.fields.show_ducking(ducking or Ducking())

    def show_speech(self, spans: Sequence[SpeechSpan] | None) -> None:
        """Where somebody speaks; None while nobody has listened yet."""
        if spans is None:
            self.words.setText(self.tr("The film's sound has not been listened to yet."))
        elif not spans:
            self.words.setText(self.tr("Nobody speaks in this film, as far as can be heard."))
        else:
            seconds = sum(one.end_s - one.start_s for one in spans)
            self.words.setText(
                self.tr("Somebody speaks for {seconds:.0f} s, in {count} places.").format(
                    seconds=seconds, count=len(spans)
                )
            )
