"""Fields of the window's design: one to choose from, one for a tempo, and words that give way."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, QPointF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QValidator,
)
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QSpinBox,
    QWidget,
)

from emsync_desktop.appearance import COLOURS
from emsync_engine.project.model import FASTEST_BPM, SLOWEST_BPM

_FROM_RIGHT_PX = 14.0
_AUTO = round(SLOWEST_BPM) - 1
_USUAL_BPM = 100
_UNDO_KEYS = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)


class Choice(QComboBox):
    """A combo box with an arrow, which the style sheet would otherwise take away."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt override
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(COLOURS.quiet if self.isEnabled() else COLOURS.off), 1.6))
        x, y = self.width() - _FROM_RIGHT_PX, self.height() / 2 - 1.5
        painter.drawPolyline([QPointF(x - 4, y), QPointF(x, y + 4), QPointF(x + 4, y)])
        painter.end()


class UndoPasses(QObject):
    """Lets undo and redo through to the window from numbers in which nobody is typing.

    A field takes both keys for its own letters, of which none are left once a number counts.
    """

    def watch(self, fields: Iterable[QAbstractSpinBox]) -> None:
        for field in fields:
            field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt override
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and isinstance(watched, QSpinBox | QDoubleSpinBox)
            and any(event.matches(key) for key in _UNDO_KEYS)
            and not _is_typed_in(watched)
        ):
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def _is_typed_in(field: QSpinBox | QDoubleSpinBox) -> bool:
    """Whether the letters in a field are others than those of its number."""
    value = field.textFromValue(field.value())  # type: ignore[arg-type]
    said = f"{field.prefix()}{value}{field.suffix()}"
    return field.text() not in (said, field.specialValueText())


class ElidedLabel(QLabel):
    """A line that ends in dots where there is no room for it; the pointer then tells all of it."""

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt override
        return QSize(24, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt override
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, room.width()
        )
        self.setToolTip(self.text() if shown != self.text() else "")
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, self.alignment() | Qt.TextFlag.TextSingleLine, shown)
        painter.end()


class TempoField(QSpinBox):
    """Beats a minute, or nothing at all: an empty field, one step below the slowest, is Auto."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(_AUTO, round(FASTEST_BPM))
        self.setSpecialValueText(self.tr("Auto"))
        self.setSuffix(self.tr(" bpm"))
        self.setKeyboardTracking(False)
        self.set_bpm(None)

    @property
    def bpm(self) -> float | None:
        """The tempo that was asked for; None for Auto."""
        return None if self.value() == _AUTO else float(self.value())

    def set_bpm(self, bpm: float | None) -> None:
        self.setValue(_AUTO if bpm is None else round(bpm))

    def stepBy(self, steps: int) -> None:  # noqa: N802 - Qt override
        """From Auto the first step up is to a usual tempo."""
        if self.value() == _AUTO and steps > 0:
            self.setValue(_USUAL_BPM)
        else:
            super().stepBy(steps)

    def validate(self, text: str, position: int) -> object:
        if self._is_auto(text):
            return QValidator.State.Acceptable, text, position
        return super().validate(text, position)

    def valueFromText(self, text: str) -> int:  # noqa: N802 - Qt override
        return _AUTO if self._is_auto(text) else super().valueFromText(text)

    def _is_auto(self, text: str) -> bool:
        typed = text.removesuffix(self.suffix()).strip().casefold()
        return typed in ("", self.specialValueText().casefold())
