"""A field to choose from, with an arrow that the style sheet would otherwise take away."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox

from emsync_desktop.appearance import COLOURS

_FROM_RIGHT_PX = 14.0


class Choice(QComboBox):
    """A combo box of the window's design."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt override
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(COLOURS.quiet if self.isEnabled() else COLOURS.off), 1.6))
        x, y = self.width() - _FROM_RIGHT_PX, self.height() / 2 - 1.5
        painter.drawPolyline([QPointF(x - 4, y), QPointF(x, y + 4), QPointF(x + 4, y)])
        painter.end()
