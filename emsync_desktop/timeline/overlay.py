"""What moves over the timeline: the playhead, and what a gesture shows while it lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from emsync_desktop.appearance import COLOURS, digits
from emsync_desktop.edits import boundary_of
from emsync_desktop.timeline.hand import Gesture, Marquee, MoveBoundaries, MoveLevel
from emsync_desktop.timeline.names import tr

if TYPE_CHECKING:
    from emsync_desktop.timeline.view import TimelineView

_NO_PEN = Qt.PenStyle.NoPen


def paint_playhead(painter: QPainter, view: TimelineView) -> None:
    """A line through all lanes with a head on the ruler."""
    scale = view.scale
    x = scale.x_of(view.playhead_s)
    if not scale.origin_px - 1 <= x <= scale.origin_px + scale.width_px + 1:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour = QColor(COLOURS.playhead)
    painter.setPen(QPen(colour, 1.5))
    painter.drawLine(QPointF(x, 8), QPointF(x, view.lanes[-1].bottom))
    painter.setPen(_NO_PEN)
    painter.setBrush(colour)
    head = [(-6, 4), (6, 4), (6, 12), (0, 19), (-6, 12)]
    painter.drawPolygon(QPolygonF([QPointF(x + dx, y) for dx, y in head]))


def paint_gesture(painter: QPainter, view: TimelineView, gesture: Gesture) -> None:
    """Where what is dragged lies now, or what a marquee encloses."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if isinstance(gesture, MoveBoundaries):
        _paint_move(painter, view, gesture)
    elif isinstance(gesture, MoveLevel):
        _paint_level(painter, view, gesture)
    elif isinstance(gesture, Marquee) and not gesture.end.isNull():
        box = QRectF(gesture.start, gesture.end).normalized()
        fill = QColor(COLOURS.text)
        fill.setAlphaF(0.12)
        painter.setPen(QPen(QColor(COLOURS.quiet), 1))
        painter.setBrush(fill)
        painter.drawRect(box)


def _paint_move(painter: QPainter, view: TimelineView, gesture: MoveBoundaries) -> None:
    """The held boundary's timecode and how far it is from where it lay; what pulls it."""
    assert view.scene is not None
    boundary = boundary_of(view.scene.timeline, gesture.held)
    if boundary is None:
        return
    rate, x = view.clock.rate, view.scale.x_of(float(boundary.time))
    start = gesture.starts[gesture.held]
    frames = rate.nearest_frame(boundary.time) - rate.nearest_frame(start)
    text = f"{view.clock.text(boundary.time)}   {frames:+d} f"
    if len(gesture.starts) > 1:
        text += "   " + tr("{count} boundaries").format(count=len(gesture.starts))
    if gesture.pulled_to is not None:
        painter.setPen(QPen(QColor(COLOURS.accent), 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(x, view.lanes[0].bottom, x, view.lanes[-1].bottom))
    _paint_note(painter, view, x, view.row("segments").top - 26, text)


def _paint_level(painter: QPainter, view: TimelineView, gesture: MoveLevel) -> None:
    assert view.scene is not None
    segment = max(view.chosen_segment, 0)
    point = view.scene.timeline.emotions[segment].point
    value = point.valence if gesture.axis == "valence" else point.arousal
    name = {"valence": tr("valence"), "arousal": tr("arousal")}[gesture.axis]
    start, end = view.scene.edges_s[segment : segment + 2].tolist()
    x = view.scale.x_of((start + end) / 2)
    _paint_note(painter, view, x, view.row("emotion").top - 26, f"{name} {value:+.2f}")


def _paint_note(painter: QPainter, view: TimelineView, x: float, top: float, text: str) -> None:
    """A few words on a light ground, kept inside the view."""
    painter.setFont(digits(12))
    width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 16
    most = view.viewport().width() - width - 4
    box = QRectF(min(max(view.scale.origin_px, x - width / 2), most), top, width, 22)
    painter.setPen(_NO_PEN)
    painter.setBrush(QColor(COLOURS.text))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(QColor(COLOURS.ground))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
