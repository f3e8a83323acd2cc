"""The circumplex: the detected point as a ring, the chosen one as a dot that the hand moves."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QRadialGradient,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from emsync_desktop.appearance import COLOURS, EMOTION_COLOURS, mixed, words
from emsync_desktop.circumplex.geometry import FINE_STEP, STEP, Square, landmarks, moved
from emsync_desktop.timeline.names import emotion_name
from emsync_engine.project.model import VAPoint

MARGIN_PX = 22.0
_LABEL_PLACES = {  # where a label stands from its dot, so that anger and fear do not collide
    "fear": (-4, -20),
    "anger": (26, -2),
    "disgust": (4, 18),
    "sadness": (10, 15),
    "joy": (0, 17),
    "surprise": (0, 17),
    "calm": (0, 17),
    "neutral": (0, 17),
}
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class CircumplexWidget(QWidget):
    """Valence to the right, arousal upwards, and the words that lie there."""

    point_chosen = Signal(object, object)
    """A VA point, and a token that the steps of one gesture share."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setSizePolicy(policy)
        self.setMinimumSize(220, 220)
        self.setAccessibleName(self.tr("Valence and arousal of the segment"))
        self.setAccessibleDescription(
            self.tr("Left and Right change valence, Up and Down arousal; with Shift finely.")
        )
        self._detected: VAPoint | None = None
        self._point: VAPoint | None = None
        self._others: tuple[VAPoint, ...] = ()
        self._gesture: object | None = None
        self._key_gesture: object | None = None

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt override
        return QSize(290, 290)

    @property
    def square(self) -> Square:
        return Square.inside(self.width(), self.height(), MARGIN_PX)

    def show_points(
        self, detected: VAPoint | None, point: VAPoint | None, others: Sequence[VAPoint] = ()
    ) -> None:
        """The point that was read, and the one that the composer gets; None without a segment.

        ``others`` are those of further chosen segments, which get what is chosen here too.
        """
        self._detected, self._point, self._others = detected, point, tuple(others)
        self.setEnabled(point is not None)
        self.update()

    # -- the hand

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt override
        if self._point is not None and event.button() == Qt.MouseButton.LeftButton:
            self._gesture = object()
            self._choose(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt override
        if self._gesture is not None:
            self._choose(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt override
        self._gesture = None

    def _choose(self, at: QPointF) -> None:
        self.point_chosen.emit(self.square.point_at(at.x(), at.y()), self._gesture)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt override
        step = _ARROWS.get(Qt.Key(event.key()))
        if step is None or self._point is None:
            super().keyPressEvent(event)
            return
        if self._key_gesture is None or not event.isAutoRepeat():
            self._key_gesture = object()
        size = FINE_STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP
        after = moved(self._point, step[0] * size, step[1] * size)
        self.point_chosen.emit(after, self._key_gesture)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt override
        self._key_gesture = None
        super().focusOutEvent(event)

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt override
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        square = self.square
        self._paint_ground(painter, square)
        for name, place in landmarks().items():
            self._paint_landmark(painter, square, name, place)
        if self._point is not None and self._detected is not None:
            self._paint_points(painter, square)
        painter.end()

    def _paint_ground(self, painter: QPainter, square: Square) -> None:
        x, y, half = square.centre_x, square.centre_y, square.half
        frame = QRectF(x - half, y - half, 2 * half, 2 * half)
        has_focus = self.hasFocus()
        painter.setPen(QPen(QColor(COLOURS.quiet if has_focus else COLOURS.line), 1))
        painter.setBrush(QColor(COLOURS.lane))
        painter.drawRoundedRect(frame, 6, 6)
        painter.setPen(QPen(QColor(COLOURS.line), 1))
        painter.drawEllipse(QPointF(x, y), half, half)
        painter.drawLine(QPointF(x - half, y), QPointF(x + half, y))
        painter.drawLine(QPointF(x, y - half), QPointF(x, y + half))
        painter.setFont(words(11))
        painter.setPen(QColor(COLOURS.quiet))
        centre = Qt.AlignmentFlag.AlignCenter
        painter.drawText(QRectF(x - 60, y - half - 20, 120, 16), centre, self.tr("aroused"))
        painter.drawText(QRectF(x - 60, y + half + 4, 120, 16), centre, self.tr("quiet"))
        for turn, at, text in (
            (-90, x - half - 12, self.tr("unpleasant")),
            (90, x + half + 12, self.tr("pleasant")),
        ):
            painter.save()
            painter.translate(at, y)
            painter.rotate(turn)
            painter.drawText(QRectF(-60, -8, 120, 16), centre, text)
            painter.restore()

    def _paint_landmark(self, painter: QPainter, square: Square, name: str, place: VAPoint) -> None:
        x, y = square.xy_of(place)
        colour = QColor(EMOTION_COLOURS[name])
        glow = QRadialGradient(QPointF(x, y), square.half * 0.26)
        colour.setAlpha(70 if self.isEnabled() else 25)
        glow.setColorAt(0, colour)
        colour.setAlpha(0)
        glow.setColorAt(1, colour)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(glow)
        painter.drawEllipse(QPointF(x, y), square.half * 0.26, square.half * 0.26)
        colour.setAlpha(255 if self.isEnabled() else 110)
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(x, y), 2.8, 2.8)
        dx, dy = _LABEL_PLACES[name]
        painter.setFont(words(11))
        painter.setPen(QColor(COLOURS.text if self.isEnabled() else COLOURS.off))
        box = QRectF(x + dx - 40, y + dy - 8, 80, 16)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, emotion_name(name))

    def _paint_points(self, painter: QPainter, square: Square) -> None:
        assert self._point is not None
        assert self._detected is not None
        ring = QPointF(*square.xy_of(self._detected))
        dot = QPointF(*square.xy_of(self._point))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(COLOURS.accent, COLOURS.panel, 0.6))
        for other in self._others:
            painter.drawEllipse(QPointF(*square.xy_of(other)), 4.0, 4.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._point != self._detected:
            painter.setPen(QPen(QColor(COLOURS.accent), 1.5))
            painter.drawLine(ring, dot)
        painter.setPen(QPen(QColor(COLOURS.text), 1.8))
        painter.drawEllipse(ring, 5.5, 5.5)
        painter.setPen(QPen(QColor(COLOURS.panel), 2))
        painter.setBrush(QColor(COLOURS.accent))
        painter.drawEllipse(dot, 7.5, 7.5)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(COLOURS.text), 1.5))
            painter.drawEllipse(dot, 10.5, 10.5)
