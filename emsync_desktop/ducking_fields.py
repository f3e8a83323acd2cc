"""Fields for ducking: whether the music gives way to speech, how deep, how soon and how slowly."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QHBoxLayout, QVBoxLayout, QWidget

from emsync_desktop.labels import labelled
from emsync_engine.project.ducking import ATTACK_S, DEEPEST_DB, RELEASE_S, Ducking


class DuckingFields(QWidget):
    """Shows a ducking, and says when the user changes it."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._given = Ducking()
        self._is_showing = False
        self.is_on = QCheckBox(self.tr("Softer music while somebody speaks"))
        self.is_on.toggled.connect(self._on_changed)
        self.depth = self._number(self.tr("Depth"), " dB", (0.0, DEEPEST_DB), 1)
        self.attack = self._number(self.tr("Attack"), " s", ATTACK_S, 0.05)
        self.release = self._number(self.tr("Release"), " s", RELEASE_S, 0.1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.is_on)
        row = QHBoxLayout()
        row.setSpacing(8)
        for words, field in (
            (self.tr("by"), self.depth),
            (self.tr("down in"), self.attack),
            (self.tr("up in"), self.release),
        ):
            label = labelled(words, "quiet")
            label.setBuddy(field)
            row.addWidget(label)
            row.addWidget(field)
        row.addStretch(1)
        column.addLayout(row)
        self.show_ducking(Ducking())

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

    @property
    def ducking(self) -> Ducking:
        """What the fields say; what they were given where they only round it."""
        given = self._given
        made = Ducking(
            self.is_on.isChecked(), self.depth.value(), self.attack.value(), self.release.value()
        )
        rounded = Ducking(
            given.is_on, round(given.depth_db), round(given.attack_s, 2), round(given.release_s, 2)
        )
        return given if made == rounded else made

    def show_ducking(self, ducking: Ducking) -> None:
        """Let the fields show a ducking, without a word on each."""
        self._given, self._is_showing = ducking, True
        self.is_on.setChecked(ducking.is_on)
        self.depth.setValue(ducking.depth_db)
        self.attack.setValue(ducking.attack_s)
        self.release.setValue(ducking.release_s)
        self._is_showing = False
        self._enable()

    def _enable(self) -> None:
        for field in (self.depth, self.attack, self.release):
            field.setEnabled(self.is_on.isChecked())

    def _on_changed(self) -> None:
        self._enable()
        if not self._is_showing:
            self.changed.emit()
