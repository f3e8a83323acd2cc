"""The picture, as large as the room allows, on black."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from emsync_desktop.appearance import COLOURS
from emsync_desktop.preview.streamer import is_punched, streamer_share

_SPARE_PX = 6  # a picture is not scaled to fill so little


class PictureView(QWidget):
    """Shows one image, its shape kept, and over it what was switched on."""

    resized = Signal()
    painted = Signal(float)
    """The picture of a time, in seconds, was painted for the first time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setSizePolicy(policy)
        self.setMinimumSize(320, 160)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(self.tr("Picture under the playhead"))
        self._image: QImage | None = None
        self._unpainted_s: float | None = None
        self._time_s = 0.0
        self._hits_s: list[float] = []
        self._figures: list[str] = []
        self.has_streamer = False

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt override
        return QSize(820, 380)

    @property
    def room(self) -> tuple[int, int]:
        """Width and height in the screen's pixels; a picture that just fits is painted as it is."""
        ratio = self.devicePixelRatioF()
        return max(64, round(self.width() * ratio)), max(64, round(self.height() * ratio))

    @property
    def image(self) -> QImage | None:
        return self._image

    def show_image(self, image: QImage | None, time_s: float | None = None) -> None:
        """A picture, and the time for which it was asked."""
        self._image, self._unpainted_s = image, time_s
        self.update()

    def show_time(self, time_s: float) -> None:
        """Where the playhead is; the streamer follows."""
        self._time_s = time_s
        if self.has_streamer:
            self.update()

    def show_hits(self, hits_s: Sequence[float]) -> None:
        """Times of the hits in seconds, increasing."""
        self._hits_s = list(hits_s)
        self.update()

    @property
    def figures(self) -> list[str]:
        return self._figures

    def show_figures(self, lines: Sequence[str]) -> None:
        """A few lines over the picture; none to take them away."""
        self._figures = list(lines)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt override
        super().resizeEvent(event)
        self.resized.emit()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt override
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#000000"))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        box = QRectF(self.rect())
        if self._image is not None and not self._image.isNull():
            box = self._box_of(self._image)
            painter.drawImage(box, self._image)
        if self.has_streamer:
            self._draw_streamer(painter, box)
        if self._figures:
            self._draw_figures(painter)
        painter.end()
        if self._unpainted_s is not None:
            time_s, self._unpainted_s = self._unpainted_s, None
            self.painted.emit(time_s)

    def _box_of(self, image: QImage) -> QRectF:
        """Where an image lies: whole pixels where it was made for this room, else scaled to it."""
        ratio = self.devicePixelRatioF()
        size = QSizeF(image.size()) / ratio
        fitted = size.scaled(QSizeF(self.size()), Qt.AspectRatioMode.KeepAspectRatio)
        spare = fitted - size
        if max(abs(spare.width()), abs(spare.height())) > _SPARE_PX / ratio:
            size = fitted
        left = round((self.width() - size.width()) / 2 * ratio) / ratio
        top = round((self.height() - size.height()) / 2 * ratio) / ratio
        return QRectF(left, top, size.width(), size.height())

    def _draw_streamer(self, painter: QPainter, box: QRectF) -> None:
        """The line from left to right that arrives with the hit, and the punch when it does."""
        share = streamer_share(self._time_s, self._hits_s)
        colour = QColor(COLOURS.accent)
        if share is not None:
            x = box.left() + share * box.width()
            behind = QColor(colour)
            behind.setAlpha(46)
            painter.fillRect(QRectF(box.left(), box.top(), x - box.left(), box.height()), behind)
            painter.setPen(QPen(colour, 4))
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
        if is_punched(self._time_s, self._hits_s):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor("#ffffff"))
            side = min(box.width(), box.height()) / 7
            painter.drawEllipse(box.center(), side, side)

    def _draw_figures(self, painter: QPainter) -> None:
        line = painter.fontMetrics().height()
        width = max(painter.fontMetrics().horizontalAdvance(one) for one in self._figures)
        ground = QRectF(10, 10, width + 20, line * len(self._figures) + 14)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 190))
        painter.drawRoundedRect(ground, 5, 5)
        painter.setPen(QColor("#f2f2f2"))
        for at, words in enumerate(self._figures):
            painter.drawText(QPointF(20, 10 + 5 + (at + 0.8) * line), words)
