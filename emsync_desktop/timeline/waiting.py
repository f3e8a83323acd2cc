"""In the place of a timeline that is not there yet: what of the film has come, and what is done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from emsync_desktop.appearance import COLOURS, text_width, words
from emsync_desktop.film_clock import FilmClock
from emsync_desktop.timeline.film_lanes import paint_pictures, paint_waveform
from emsync_desktop.timeline.film_view import FilmView
from emsync_desktop.timeline.geometry import Row, TimeScale
from emsync_desktop.timeline.painting import paint_ruler, paint_titles

DOT_PX = 9.0
_BESIDE_PX = 12.0  # from a dot to its words
_BETWEEN_PX = 46.0  # from one step to the next


def paint_arriving(
    painter: QPainter, film: FilmView, scale: TimeScale, clock: FilmClock | None, lanes: list[Row]
) -> None:
    """The lanes of a film that is being read: its pictures and its sound as far as they have come.

    Without a clock nothing is known of the film yet, not even how long it is.
    """
    columns = scale.columns(1.0)
    end_x = min(columns.width, columns.x_of(scale.duration_s))
    for row in lanes:
        if row.name == "ruler":
            continue
        painter.save()
        painter.translate(scale.origin_px, row.top)
        painter.setClipRect(QRectF(0, 0, max(end_x, 0.0), row.height))
        painter.fillRect(QRectF(0, 0, end_x, row.height), QColor(COLOURS.lane))
        if row.name == "picture":
            paint_pictures(painter, film, row.height, columns, end_x=end_x)
        elif row.name == "original":
            paint_waveform(painter, film, row.height, columns, end_x=end_x)
        painter.restore()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if clock is not None:
        paint_ruler(painter, scale, clock, lanes[0])
    paint_titles(painter, lanes)


def steps_box(lanes: list[Row], scale: TimeScale) -> QRectF:
    """Where the steps stand: in the lanes that are still empty."""
    empty = [row for row in lanes if row.name in ("segments", "emotion")]
    top, bottom = empty[0].top, empty[-1].bottom
    return QRectF(scale.origin_px, top, scale.width_px, bottom - top)


def paint_steps(painter: QPainter, box: QRectF, steps: Sequence[str], at: int) -> None:
    """Steps in a row: those before ``at`` are done, the one there is under way."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    widths = [DOT_PX + _BESIDE_PX + text_width(step, 14) for step in steps]
    x = box.center().x() - (sum(widths) + _BETWEEN_PX * (len(steps) - 1)) / 2
    y = box.center().y()
    for number, (step, width) in enumerate(zip(steps, widths, strict=True)):
        middle = QPointF(x + DOT_PX / 2, y)
        if number < at:
            _paint_tick(painter, middle)
        else:
            is_now = number == at
            painter.setPen(QPen(QColor(COLOURS.accent if is_now else COLOURS.edge), 1.6))
            painter.setBrush(QColor(COLOURS.accent) if is_now else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(middle, DOT_PX / 2, DOT_PX / 2)
        colour = COLOURS.text if number == at else COLOURS.quiet
        painter.setPen(QColor(colour if number <= at else COLOURS.off))
        painter.setFont(words(14))
        left = x + DOT_PX + _BESIDE_PX
        room = QRectF(left, y - 12, width, 24)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, step)
        if number + 1 < len(steps):
            painter.setPen(QPen(QColor(COLOURS.line), 1))
            end = x + width
            painter.drawLine(QPointF(end + 10, y), QPointF(end + _BETWEEN_PX - 10, y))
        x += width + _BETWEEN_PX


def _paint_tick(painter: QPainter, middle: QPointF) -> None:
    painter.setPen(QPen(QColor(COLOURS.exact), 2))
    painter.drawPolyline(
        [middle + QPointF(-4.5, 0.5), middle + QPointF(-1, 4), middle + QPointF(5, -4)]
    )
