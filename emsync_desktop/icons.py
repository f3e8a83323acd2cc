"""Transport icons, drawn: sharp at every size, in the colour of the text."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF

from emsync_desktop.appearance import COLOURS

IconName = Literal["play", "pause", "previous", "next", "back", "forward", "loop"]
_SIDE = 64


def icon(name: IconName) -> QIcon:
    """A transport icon; ``previous`` and ``next`` lead to boundaries, the others by frames."""
    made = QIcon()
    for mode, state, colour in (
        (QIcon.Mode.Normal, QIcon.State.Off, COLOURS.text),
        (QIcon.Mode.Normal, QIcon.State.On, COLOURS.accent_text),
        (QIcon.Mode.Disabled, QIcon.State.Off, COLOURS.off),
        (QIcon.Mode.Disabled, QIcon.State.On, COLOURS.off),
    ):
        picture = QPixmap(_SIDE, _SIDE)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        _draw(painter, name)
        painter.end()
        made.addPixmap(picture, mode, state)
    return made


def _draw(painter: QPainter, name: IconName) -> None:
    if name == "pause":
        painter.drawRect(QRectF(14, 10, 13, 44))
        painter.drawRect(QRectF(37, 10, 13, 44))
        return
    if name == "loop":
        _draw_loop(painter)
        return
    if name in ("previous", "back"):
        painter.translate(_SIDE, 0)
        painter.scale(-1, 1)
    if name == "play":
        _triangle(painter, 16, 54)
    elif name in ("next", "previous"):
        _triangle(painter, 12, 44)
        painter.drawRect(QRectF(46, 12, 7, 40))
    else:
        painter.drawRect(QRectF(14, 14, 6, 36))
        _triangle(painter, 26, 54)


def _draw_loop(painter: QPainter) -> None:
    """Two bent arrows that follow each other."""
    colour = painter.brush().color()
    for _ in range(2):
        painter.setPen(QPen(colour, 6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawArc(QRectF(10, 16, 44, 32), 40 * 16, 150 * 16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(QPolygonF([QPointF(59, 18), QPointF(52, 36), QPointF(40, 22)]))
        painter.translate(_SIDE, _SIDE)
        painter.rotate(180)


def _triangle(painter: QPainter, left: float, right: float) -> None:
    half = (right - left) * 0.58
    painter.drawPolygon(
        QPolygonF([QPointF(left, 32 - half), QPointF(right, 32), QPointF(left, 32 + half)])
    )
