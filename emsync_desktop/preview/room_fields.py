"""Room for speech in the mixer: whether, how deep, how soon and how slowly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QHBoxLayout, QVBoxLayout, QWidget

from emsync_desktop.inspector.segment import labelled
from emsync_engine.project.ducking import ATTACK_S, DEEPEST_DB, RELEASE_S, Ducking

if TYPE_CHECKING:
    from emsync_engine.features.speech import SpeechSpan


class RoomFields(QWidget):
    """Shows the project's ducking, and asks for another one."""

    chosen = Signal(object)
    """``Ducking``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = Ducking()
        self._is_showing = False
        self.is_on = QCheckBox(self.tr("Softer music while somebody speaks"))
        self.is_on.toggled.connect(self._on_changed)
        self.depth = self._number(self.tr("Depth"), " dB", (0.0, DEEPEST_DB), 1)
        self.attack = self._number(self.tr("Attack"), " s", ATTACK_S, 0.05)
        self.release = self._number(self.tr("Release"), " s", RELEASE_S, 0.1)
        self.words = labelled("", "quiet")
        self.words.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.is_on)
        row = QHBoxLayout()
        row.setSpacing(8)
        for said, field in (
            (self.tr("by"), self.depth),
            (self.tr("down in"), self.attack),
            (self.tr("up in"), self.release),
        ):
            label = labelled(said, "quiet")
            label.setBuddy(field)
            row.addWidget(label)
            row.addWidget(field)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.words)
        self.show_ducking(None)
        self.show_speech(None)

    def _number(
        self, name: str, unit: str, limits: tuple[float, float], step: float
    ) -> QDoubleSpinBox:
        field = QDoubleSpinBox()
        field.setAccessibleName(name)
        field.setRange(*limits)
        field.setDecimals(0 if step >= 1 else 2)
        field.setSingleStep(step)
        field.setSuffix(unit)
        field.setFixedWidth(72)
        field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        field.setKeyboardTracking(False)
        field.valueChanged.connect(self._on_changed)
        return field

    def show_ducking(self, ducking: Ducking | None) -> None:
        """What the project says; None without a project."""
        self._shown = ducking or Ducking()
        self._is_showing = True
        self.setEnabled(ducking is not None)
        self.is_on.setChecked(self._shown.is_on)
        self.depth.setValue(self._shown.depth_db)
        self.attack.setValue(self._shown.attack_s)
        self.release.setValue(self._shown.release_s)
        self._is_showing = False
        self._enable()

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

    def _enable(self) -> None:
        for field in (self.depth, self.attack, self.release):
            field.setEnabled(self.is_on.isChecked())

    def _on_changed(self) -> None:
        self._enable()
        if self._is_showing:
            return
        made = Ducking(
            self.is_on.isChecked(), self.depth.value(), self.attack.value(), self.release.value()
        )
        if made != self._shown:
            self._shown = made
            self.chosen.emit(made)
