"""The circumplex: the detected point as a ring, the chosen one as a dot that the hand moves."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QRadialGradient,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from emsync_desktop.appearance import COLOURS, EMOTION_COLOURS, mixed, text_width, words
from emsync_desktop.circumplex.geometry import (
    FINE_STEP,
    STEP,
    Square,
    landmarks,
    moved,
    spreads,
    uncertainty,
)
from emsync_desktop.circumplex.menu import emotion_menu
from emsync_desktop.timeline.names import emotion_name
from emsync_engine.project.model import VAPoint

MARGIN_PX, SMALL_MARGIN_PX = 22.0, 7.0
SMALL_PX = 200
"""Below this height the words at the edges stand inside, so that more room is left for points."""
_DOT_PX, _ASIDE_PX = 7.0, 22.0
ONE_STEP_S = 0.8
"""Keys pressed within this time of one another are one step of undo."""
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
        self.setMinimumSize(190, 132)
        self.setAccessibleName(self.tr("Valence and arousal of the segment"))
        self.setAccessibleDescription(
            self.tr(
                "Left and Right change valence, Up and Down arousal; with Shift finely. "
                "Delete returns to what was read."
            )
        )
        self.setToolTip(
            self.tr(
                "Drag the dot to where the music should feel. The ring is what was read in the "
                "film, the dashed ellipse how sure that is; coloured ellipses are where people "
                "put each emotion. The line is the film's path through all its segments."
            )
        )
        self._detected: VAPoint | None = None
        self._point: VAPoint | None = None
        self._others: tuple[VAPoint, ...] = ()
        self._spread: tuple[float, float] | None = None
        self._trail: NDArray[np.float64] = np.zeros((0, 2))
        self._trail_at = 0
        self._now: tuple[float, float] | None = None
        self._gesture: object | None = None
        self._key_gesture: object | None = None
        self._key_s = 0.0

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt override
        return QSize(290, 290)

    @property
    def square(self) -> Square:
        margin = SMALL_MARGIN_PX if self._is_small else MARGIN_PX
        return Square.inside(self.width(), self.height(), margin)

    @property
    def _is_small(self) -> bool:
        return self.height() < SMALL_PX

    def show_points(
        self,
        detected: VAPoint | None,
        point: VAPoint | None,
        others: Sequence[VAPoint] = (),
        distribution: tuple[float, ...] | None = None,
    ) -> None:
        """The point that was read, and the one that the composer gets; None without a segment.

        ``others`` are those of further chosen segments, which get what is chosen here too;
        ``distribution`` says how sure the reading is.
        """
        self._detected, self._point, self._others = detected, point, tuple(others)
        self._spread = uncertainty(distribution) if distribution and sum(distribution) else None
        self.setEnabled(point is not None)
        self.update()

    def show_trail(self, points: NDArray[np.float64], at: int) -> None:
        """The film's path, (N, 2) in order of time, and which of its corners is chosen."""
        self._trail, self._trail_at = points, at
        self.update()

    def show_now(self, now: tuple[float, float] | None) -> None:
        """Where the music is at the playhead; None while the film stands."""
        if now != self._now:
            self._now = now
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
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self._point is not None:
            self.point_chosen.emit(None, None)
            return
        step = _ARROWS.get(Qt.Key(event.key()))
        if step is None or self._point is None:
            super().keyPressEvent(event)
            return
        now = time.monotonic()
        if self._key_gesture is None or now > self._key_s + ONE_STEP_S:
            self._key_gesture = object()
        self._key_s = now
        size = FINE_STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP
        after = moved(self._point, step[0] * size, step[1] * size)
        self.point_chosen.emit(after, self._key_gesture)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt override
        self._key_gesture = None
        super().focusOutEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt override
        if self._point is not None:
            menu = self.menu()
            menu.exec(event.globalPos())
            menu.deleteLater()

    def menu(self) -> QMenu:
        """The emotions by name, for whoever knows what the music should feel like."""
        return emotion_menu(
            self,
            lambda point: self.point_chosen.emit(point, None),
            can_return=self._point != self._detected,
        )

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt override
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        square = self.square
        self._paint_ground(painter, square)
        for name, (valence, arousal) in spreads().items():
            self._paint_spread(painter, square, name, valence, arousal)
        self._paint_trail(painter, square)
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
        self._paint_edges(painter, square)

    def _paint_edges(self, painter: QPainter, square: Square) -> None:
        """What the four directions mean: beside the square, in a small one within it."""
        x, y, half = square.centre_x, square.centre_y, square.half
        beside = 8.0 if not self._is_small else -8.0
        painter.setFont(words(9 if self._is_small else 11))
        painter.setPen(QColor(COLOURS.quiet))
        centre = Qt.AlignmentFlag.AlignCenter
        for middle, text in (
            (y - half - beside - 4, self.tr("aroused")),
            (y + half + beside + 4, self.tr("quiet")),
        ):
            painter.drawText(QRectF(x - 60, middle - 8, 120, 16), centre, text)
        for turn, at, text in (
            (-90, x - half - beside - 4, self.tr("unpleasant")),
            (90, x + half + beside + 4, self.tr("pleasant")),
        ):
            painter.save()
            painter.translate(at, y)
            painter.rotate(turn)
            painter.drawText(QRectF(-60, -8, 120, 16), centre, text)
            painter.restore()

    def _paint_spread(
        self, painter: QPainter, square: Square, name: str, valence: float, arousal: float
    ) -> None:
        """Where people put an emotion: its mean, and one standard deviation around it."""
        painter.save()
        inside = QPainterPath()
        x, y, half = square.centre_x, square.centre_y, square.half
        inside.addRoundedRect(QRectF(x - half, y - half, 2 * half, 2 * half), 6, 6)
        painter.setClipPath(inside)
        painter.translate(*square.xy_of(landmarks()[name]))
        wide, high = valence * square.half, arousal * square.half
        colour = QColor(EMOTION_COLOURS[name])
        glow = QRadialGradient(QPointF(0, 0), 1.0)
        strength = 1.0 if self.isEnabled() else 0.35
        for place, alpha in ((0.0, 0.30), (0.6, 0.12), (1.0, 0.03)):
            colour.setAlphaF(alpha * strength)
            glow.setColorAt(place, colour)
        painter.save()
        painter.scale(wide, high)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(glow)
        painter.drawEllipse(QPointF(0, 0), 1.0, 1.0)
        painter.restore()
        colour.setAlphaF(0.30 * strength)
        painter.setPen(QPen(colour, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(0, 0), wide, high)
        painter.restore()

    def _paint_trail(self, painter: QPainter, square: Square) -> None:
        """The film's path: fainter the further from the chosen segment, dotted."""
        if len(self._trail) < 2 or not self.isEnabled():
            return
        places = [
            QPointF(square.centre_x + v * square.half, square.centre_y - a * square.half)
            for v, a in self._trail.tolist()
        ]
        colour = QColor(COLOURS.text)
        for number, (start, end) in enumerate(pairwise(places)):
            apart = min(abs(number - self._trail_at), abs(number + 1 - self._trail_at))
            colour.setAlphaF(max(0.10, 0.55 * 0.8**apart))
            painter.setPen(QPen(colour, 1.1, Qt.PenStyle.DotLine))
            painter.drawLine(start, end)
        painter.setPen(Qt.PenStyle.NoPen)
        colour.setAlphaF(0.35)
        painter.setBrush(colour)
        for place in places:
            painter.drawEllipse(place, 1.6, 1.6)

    def _paint_landmark(self, painter: QPainter, square: Square, name: str, place: VAPoint) -> None:
        x, y = square.xy_of(place)
        colour = QColor(EMOTION_COLOURS[name])
        painter.setPen(Qt.PenStyle.NoPen)
        colour.setAlpha(255 if self.isEnabled() else 110)
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(x, y), 2.8, 2.8)
        size = 10 if self._is_small else 11
        box = self._label_box(square, name, text_width(emotion_name(name), size))
        painter.setFont(words(size))
        painter.setPen(QColor(COLOURS.text if self.isEnabled() else COLOURS.off))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, emotion_name(name))

    def _label_box(self, square: Square, name: str, width: float) -> QRectF:
        """Where a landmark's name stands: on the other side of its dot where a point covers it."""
        x, y = square.xy_of(landmarks()[name])
        dx, dy = _LABEL_PLACES[name]
        if self._is_small:
            dx, dy = dx * 0.9, dy * 0.65
        box = QRectF(x + dx - width / 2, y + dy - 7, width, 14)
        points = [one for one in (self._point, self._detected) if one is not None]
        dots = [QPointF(*square.xy_of(one)) for one in points]
        other_side = box.translated(0, -2 * dy if abs(dy) > box.height() / 2 else _ASIDE_PX)
        for place in (box, other_side):
            around = place.adjusted(-_DOT_PX, -_DOT_PX, _DOT_PX, _DOT_PX)
            if place.top() > square.centre_y - square.half and not any(
                around.contains(dot) for dot in dots
            ):
                return place
        return box

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
        if self._spread is not None:
            self._paint_uncertainty(painter, square, ring)
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
        if self._now is not None:
            valence, arousal = self._now
            x = square.centre_x + valence * square.half
            y = square.centre_y - arousal * square.half
            painter.setPen(QPen(QColor(COLOURS.panel), 1.5))
            painter.setBrush(QColor(COLOURS.playhead))
            painter.drawEllipse(QPointF(x, y), 4.5, 4.5)

    def _paint_uncertainty(self, painter: QPainter, square: Square, ring: QPointF) -> None:
        """How far off the reading may be: one standard deviation, within the square."""
        assert self._spread is not None
        x, y, half = square.centre_x, square.centre_y, square.half
        painter.save()
        painter.setClipRect(QRectF(x - half, y - half, 2 * half, 2 * half))
        colour = QColor(COLOURS.text)
        colour.setAlphaF(0.55)
        pen = QPen(colour, 1.1, Qt.PenStyle.DashLine)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.drawEllipse(ring, self._spread[0] * half, self._spread[1] * half)
        painter.restore()
