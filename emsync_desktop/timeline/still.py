"""What the timeline shows under the playhead: painted anew only when something has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from emsync_desktop.appearance import COLOURS, words
from emsync_desktop.timeline.canvas import Canvas
from emsync_desktop.timeline.waiting import paint_arriving, paint_steps, steps_box

if TYPE_CHECKING:
    from emsync_desktop.timeline.painting import Picture
    from emsync_desktop.timeline.view import TimelineView


class Still:
    """Everything but the playhead, kept as one picture."""

    def __init__(self) -> None:
        self.canvas = Canvas()
        self._shown: QPixmap | None = None
        self._ground: QPixmap | None = None

    def spoil(self) -> None:
        """Something has changed."""
        self._shown = None

    def clear(self) -> None:
        """Another film, or none."""
        self._shown = None
        self.canvas.clear()

    def pixmap(self, picture: Callable[[], Picture], size: QSize) -> QPixmap:
        """The picture on a viewport of a size in pixels as Qt counts them."""
        if self._shown is None:
            self._shown = self._painted(picture(), size)
        return self._shown

    def _painted(self, picture: Picture, size: QSize) -> QPixmap:
        room = size * picture.ratio
        still = self._ground
        if still is None or still.size() != room:
            still = self._ground = QPixmap(room)
        still.setDevicePixelRatio(picture.ratio)
        still.fill(QColor(COLOURS.panel))
        painter = QPainter(still)
        self.canvas.paint(painter, picture, size.width())
        painter.end()
        return still


def paint_focus(painter: QPainter, view: TimelineView) -> None:
    """A line around the timeline that has the keyboard."""
    painter.setPen(QPen(QColor(COLOURS.quiet), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(view.viewport().rect().adjusted(0, 0, -1, -1))


def paint_message(view: TimelineView, message: str, *, is_known: bool) -> None:
    """A film that is being read, or a few words in the place of a timeline.

    ``is_known`` says whether its length is known already.
    """
    painter = QPainter(view.viewport())
    painter.fillRect(view.viewport().rect(), QColor(COLOURS.panel))
    box = QRectF(view.viewport().rect())
    if view.film.is_arriving and view.lanes:
        clock = view.clock if is_known else None
        paint_arriving(painter, view.film, view.scale, clock, view.lanes)
        box = steps_box(view.lanes, view.scale)
    if message in view.steps:
        paint_steps(painter, box, view.steps, view.steps.index(message))
    else:
        painter.setPen(QColor(COLOURS.quiet))
        painter.setFont(words(14))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, message)
    painter.end()
