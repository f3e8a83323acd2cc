"""The chosen segment: where it lies, what was read in it, and the point that the music gets."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from emsync_desktop.circumplex.geometry import STEP
from emsync_desktop.circumplex.widget import CircumplexWidget
from emsync_desktop.edits import Axis
from emsync_desktop.fields import ElidedLabel
from emsync_desktop.film_clock import FilmClock, seconds_text
from emsync_desktop.labels import labelled
from emsync_engine.project.model import LOUDEST_DB, QUIETEST_DB, Segment


class SegmentHeader(QWidget):
    """Number, timecodes and length of the segment, and whether the music is silent in it."""

    tacet_chosen = Signal(bool)
    lock_chosen = Signal(bool)
    level_chosen = Signal(float)
    """How much louder the music is played there, in dB."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self._title = labelled(self.tr("No segment"), "title")
        self._times = ElidedLabel()
        self._times.setProperty("look", "quiet")
        row.addWidget(self._title)
        row.addSpacing(8)
        row.addWidget(self._times, 1)
        self.level = self._level_field()
        label = labelled("♪", "quiet")
        label.setToolTip(self.level.toolTip())
        label.setBuddy(self.level)
        row.addWidget(label)
        row.addWidget(self.level)
        row.addSpacing(6)
        self.tacet = QCheckBox(self.tr("Tacet"))
        self.tacet.setToolTip(self.tr("No music in this segment"))
        self.tacet.setAccessibleDescription(self.tr("No music in this segment"))
        self.tacet.clicked.connect(self.tacet_chosen)
        row.addWidget(self.tacet)
        row.addSpacing(6)
        self.lock = QCheckBox(self.tr("Lock"))
        self.lock.setToolTip(self.tr("Keep the music of this segment as it is"))
        self.lock.setAccessibleDescription(self.tr("Keep the music of this segment as it is"))
        self.lock.clicked.connect(self.lock_chosen)
        row.addWidget(self.lock)

    def _level_field(self) -> QDoubleSpinBox:
        field = QDoubleSpinBox()
        field.setRange(QUIETEST_DB, LOUDEST_DB)
        field.setDecimals(1)
        field.setSingleStep(1.0)
        field.setSuffix(self.tr(" dB"))
        field.setKeyboardTracking(False)
        field.setFixedWidth(74)
        field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        field.setAccessibleName(self.tr("Level of the music in this segment"))
        field.setToolTip(
            self.tr("How much louder or softer the music plays in this segment, -40 to +12 dB")
        )
        field.valueChanged.connect(self.level_chosen)
        return field

    def show_segments(self, chosen: list[Segment], clock: FilmClock) -> None:
        """The chosen segments, in order of time; none without a film."""
        self.level.blockSignals(True)
        self.level.setEnabled(bool(chosen))
        self.level.setValue(chosen[0].level_db if chosen else 0.0)
        self.level.blockSignals(False)
        for switch, flags in (
            (self.tacet, [one.is_tacet for one in chosen]),
            (self.lock, [one.is_locked for one in chosen]),
        ):
            switch.setEnabled(bool(chosen))
            switch.setChecked(bool(chosen) and all(flags))
        if not chosen:
            self._title.setText(self.tr("No segment"))
            self._times.setText("")
            return
        first, last = chosen[0], chosen[-1]
        if len(chosen) == 1:
            self._title.setText(self.tr("Segment {number}").format(number=first.index + 1))
        else:
            self._title.setText(self.tr("{count} segments").format(count=len(chosen)))
        length = seconds_text(float(last.end - first.start))
        self._times.setText(f"{clock.text(first.start)} – {clock.text(last.end)} · {length}")


class PointEditor(QFrame):
    """Circumplex, the two numbers, and the way back to what was read."""

    point_chosen = Signal(object, object)
    """A VA point and a gesture token; None as the point returns to the detected one."""
    level_chosen = Signal(str, float, object)
    """An axis, its value and a gesture token: each chosen segment keeps its other axis."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.circumplex = CircumplexWidget()
        self.circumplex.point_chosen.connect(self.point_chosen)
        column.addWidget(self.circumplex, 1)
        row = QHBoxLayout()
        row.setSpacing(6)
        self.valence = self._number("valence", self.tr("valence"), row)
        row.addSpacing(8)
        self.arousal = self._number("arousal", self.tr("arousal"), row)
        row.addStretch()
        column.addLayout(row)
        self.reset = QPushButton()
        self.reset.setProperty("look", "link")
        self.reset.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.reset.clicked.connect(lambda: self.point_chosen.emit(None, None))
        self._column = column
        self.take_back_reset()
        self._found = ""
        self._is_reset_short = False
        self.show_segment(None)

    def take_back_reset(self) -> None:
        """The way back stands below the numbers."""
        self._column.addWidget(self.reset, 0, Qt.AlignmentFlag.AlignLeft)

    def shorten_reset(self, is_short: bool) -> None:
        """Whether the way back is an arrow alone, for a row with other buttons."""
        self._is_reset_short = is_short
        self._name_reset()

    def _name_reset(self) -> None:
        self.reset.setText("↺" if self._is_reset_short else self._found)
        self.reset.setToolTip(self._found if self._is_reset_short else "")
        self.reset.setAccessibleName(self._found)

    def _number(self, axis: Axis, name: str, row: QHBoxLayout) -> QDoubleSpinBox:
        label = labelled(name, "quiet")
        box = QDoubleSpinBox()
        box.setRange(-1.0, 1.0)
        box.setSingleStep(STEP)
        box.setDecimals(2)
        box.setKeyboardTracking(False)
        box.setFixedWidth(66)
        box.setAlignment(Qt.AlignmentFlag.AlignCenter)
        box.setAccessibleName(name)
        box.valueChanged.connect(lambda value: self.level_chosen.emit(axis, value, None))
        label.setBuddy(box)
        row.addWidget(label)
        row.addWidget(box)
        return box

    def show_segment(self, segment: Segment | None, others: Sequence[Segment] = ()) -> None:
        """The point of a segment, and faintly those of others that move with it."""
        emotion = segment.emotion if segment else None
        self.circumplex.show_points(
            emotion.detected if emotion else None,
            emotion.point if emotion else None,
            [one.emotion.point for one in others],
            emotion.distribution if emotion else None,
        )
        for box, value in (
            (self.valence, emotion.point.valence if emotion else 0.0),
            (self.arousal, emotion.point.arousal if emotion else 0.0),
        ):
            box.blockSignals(True)
            box.setValue(value)
            box.setEnabled(emotion is not None)
            box.blockSignals(False)
        self.reset.setEnabled(emotion is not None and emotion.chosen is not None)
        self._found = self.tr("Detected")
        if emotion is not None:
            self._found = self.tr("↺ detected {valence:+.2f} / {arousal:+.2f}").format(
                valence=emotion.detected.valence, arousal=emotion.detected.arousal
            )
        self._name_reset()
