"""Painting the timeline: lanes by columns of pixels, and over them what the view adds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from emsync_desktop.appearance import COLOURS, FAMILY_COLOURS, digits, text_width, words
from emsync_desktop.film_clock import FilmClock
from emsync_desktop.timeline.closer import NO_CLOSER, Closer
from emsync_desktop.timeline.columns import Columns, IntArray
from emsync_desktop.timeline.emotion_lanes import (
    SELECTED,
    paint_curves,
    paint_segment,
    paint_segments,
    segment_box,
)
from emsync_desktop.timeline.film_lanes import paint_pictures, paint_waveform
from emsync_desktop.timeline.film_view import FilmView
from emsync_desktop.timeline.geometry import Row, TimeScale, ruler_ticks
from emsync_desktop.timeline.ink import Pixels, draw_text, image_of, ink, laid_out
from emsync_desktop.timeline.music_lanes import paint_hits, paint_notes
from emsync_desktop.timeline.names import emotion_name, lane_title, tr
from emsync_desktop.timeline.scene import TimelineScene
from emsync_engine.project.model import BoundaryId

HEADER_PX = 118.0
LINES_APART_PX = 3.0  # lines of boundaries nearer than this would cover the lanes
LABEL_PX = 18.0  # a segment narrower than this has no room for a word
TIGHT_PX = 6.0  # of the room beside a name, that one that hardly fits may take
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_NO_PEN = Qt.PenStyle.NoPen


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Everything one painting of the timeline needs.

    ``span_s`` is the range that the user marked, ``scale`` one aligned to device pixels, ``closer``
    are pictures for zooms that need more of them than the strip has.
    """

    scene: TimelineScene
    strip: FilmView
    scale: TimeScale
    clock: FilmClock
    lanes: list[Row]
    segments: frozenset[int] = frozenset()
    boundaries: frozenset[BoundaryId] = frozenset()
    span_s: tuple[float, float] | None = None
    ratio: float = 1.0
    closer: Closer = NO_CLOSER

    @property
    def columns(self) -> Columns:
        """The columns of time that the view has room for."""
        return self.scale.columns(self.ratio)


def paint_lane(painter: QPainter, picture: Picture, row: Row, columns: Columns) -> None:
    """A lane without what is chosen in it: what it shows in some columns, from the left edge on.

    The painter's origin is the lane's top at the first of the columns.
    """
    scene, film, closer = picture.scene, picture.strip, picture.closer
    painter.setClipRect(QRectF(0, 0, columns.width, row.height))
    end = min(columns.width, columns.x_of(picture.scale.duration_s))
    painter.fillRect(QRectF(0, 0, end, row.height), QColor(COLOURS.lane))
    if row.name == "picture":
        painter.setClipRect(QRectF(0, 0, max(end, 0.0), row.height))
        paint_pictures(painter, film, row.height, columns, end_x=end, closer=closer)
    elif row.name == "original":
        painter.setClipRect(QRectF(0, 0, max(end, 0.0), row.height))
        paint_waveform(painter, film, row.height, columns, end_x=end)
    elif row.name == "segments":
        paint_segments(painter, scene, row.height, columns)
    elif row.name == "emotion":
        painter.setClipRect(QRectF(0, 0, max(end, 0.0), row.height))
        paint_curves(painter, scene, row.height, columns)
    elif row.name == "hits":
        paint_hits(painter, scene, row.height, columns)
    else:
        paint_notes(painter, scene, row.name, row.height, columns)


def paint_timeline(painter: QPainter, picture: Picture, width: float) -> None:
    """Paint every lane anew, from the back to the front, without the playhead."""
    columns = picture.columns
    for row in picture.lanes:
        if row.name != "ruler":
            painter.save()
            painter.translate(picture.scale.origin_px, row.top)
            paint_lane(painter, picture, row, columns)
            painter.restore()
    paint_over(painter, picture, width)
    paint_titles(painter, picture.lanes)


def paint_over(painter: QPainter, picture: Picture, width: float) -> None:
    """What lies over the lanes and changes with what is chosen, or with where the view begins."""
    painter.save()
    origin, bottom = picture.scale.origin_px, picture.lanes[-1].bottom + 4
    painter.setClipRect(QRectF(origin, 0, picture.scale.width_px, bottom))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    rows = {row.name: row for row in picture.lanes}
    paint_ruler(painter, picture.scale, picture.clock, rows["ruler"])
    _paint_segment_words(painter, picture, rows["segments"])
    _paint_stale(painter, picture)
    painter.setClipRect(QRectF(origin, 0, width - origin, bottom))  # marks have room at the end
    _paint_boundaries(painter, picture)
    _paint_span(painter, picture)
    painter.restore()


# -- titles and ruler


def paint_titles(painter: QPainter, lanes: list[Row]) -> None:
    """Names of the lanes, at the left."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for row in lanes:
        title, below = lane_title(row.name)
        middle = row.top + row.height / 2
        painter.setPen(QColor(COLOURS.text))
        painter.setFont(words(12))
        lift = 8 if below and row.height >= 32 else 0
        box = QRectF(12, middle - 10 - lift, HEADER_PX - 16, 20)
        if row.name in FAMILY_COLOURS:
            painter.setBrush(QColor(FAMILY_COLOURS[row.name]))
            painter.setPen(_NO_PEN)
            painter.drawRoundedRect(QRectF(12, middle - 5, 3, 10), 1.5, 1.5)
            painter.setPen(QColor(COLOURS.text))
            box.translate(10, 0)
        painter.drawText(box, _LEFT, title)
        if lift and row.name == "emotion":
            _paint_legend(painter, middle)
        elif lift:
            painter.setPen(QColor(COLOURS.quiet))
            painter.setFont(words(10))
            painter.drawText(QRectF(12, middle, HEADER_PX - 16, 18), _LEFT, below)


def _paint_legend(painter: QPainter, top: float) -> None:
    """Which of the two curves is which: by line and by colour."""
    painter.setFont(words(10))
    left = 12.0
    for colour, style, text in (
        (COLOURS.valence, Qt.PenStyle.SolidLine, tr("val")),
        (COLOURS.arousal, Qt.PenStyle.DashLine, tr("aro")),
    ):
        painter.setPen(QPen(QColor(colour), 1.6, style))
        painter.drawLine(QLineF(left, top + 9, left + 14, top + 9))
        painter.setPen(QColor(COLOURS.quiet))
        painter.drawText(QRectF(left + 18, top, 30, 18), _LEFT, text)
        left += 46


def paint_ruler(painter: QPainter, scale: TimeScale, clock: FilmClock, row: Row) -> None:
    """Timecode, as dense as its digits allow."""
    painter.setFont(digits(11))
    end = min(scale.x_of(scale.duration_s), scale.origin_px + scale.width_px)
    ticks = ruler_ticks(scale, clock)
    for colour, height, shown in (
        (COLOURS.tick, 9, [tick for tick in ticks if tick.label]),
        (COLOURS.line, 4, [tick for tick in ticks if not tick.label]),
    ):
        painter.setPen(QPen(QColor(colour), 1))
        painter.drawLines(
            [QLineF(tick.x, row.bottom - height, tick.x, row.bottom) for tick in shown]
        )
    painter.setPen(QColor(COLOURS.quiet))
    for tick in ticks:
        if tick.label:
            text = laid_out(tick.label, 11, is_digits=True)
            if tick.x + 5 >= scale.origin_px and text.size().width() <= end - tick.x - 5:
                draw_text(painter, tick.x + 5, row.bottom - 12, text)


# -- what is chosen


def _paint_segment_words(painter: QPainter, picture: Picture, row: Row) -> None:
    """Names of the segments that have room for one, and what is chosen among them."""
    scene, scale = picture.scene, picture.scale
    shown = scene.segments_between(scale.start_s, scale.end_s)
    edges = scale.origin_px + (scene.edges_s - scale.start_s) * scale.px_per_s
    inner = np.arange(shown.start, min(shown.stop, len(edges) - 1))
    wide = inner[np.diff(edges)[inner] - 1.5 >= LABEL_PX]
    for index in sorted({*wide.tolist(), *(picture.segments & set(shown))}):
        box = segment_box(float(edges[index]), float(edges[index + 1]), row.top, row.height)
        if index in picture.segments:
            start_x = scale.origin_px - picture.columns.first / picture.ratio
            paint_segment(painter, scene, index, box, start_x=start_x, share=SELECTED)
            painter.setPen(QPen(QColor(COLOURS.text), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), 3, 3)
        _paint_label(painter, picture, index, box)


def _paint_label(painter: QPainter, picture: Picture, index: int, box: QRectF) -> None:
    """The emotion's name where it fits, in smaller letters if need be; a dot for a hand's choice.

    Half a name says nothing: where it does not fit there is none, and the pointer tells it.
    """
    scene, scale = picture.scene, picture.scale
    is_tacet = scene.timeline.tacet[index]
    name = tr("tacet") if is_tacet else emotion_name(scene.labels[index])
    left = max(box.left(), scale.origin_px) + 7
    room = box.right() - left - 3
    if scene.timeline.locked[index] and room >= 10:
        _paint_lock(painter, box.right() - 4, box.center().y() + 2)
        room -= 14
    has_dot = not is_tacet and scene.timeline.emotions[index].chosen is not None and room > 14
    if has_dot:
        painter.setPen(_NO_PEN)
        painter.setBrush(QColor(COLOURS.text))
        painter.drawEllipse(QPointF(left + 2.5, box.center().y() + 1.5), 2.5, 2.5)
        left, room = left + 9, room - 9
    for size in (12, 11, 10, 9):
        if text_width(name, size) <= room + TIGHT_PX:
            left -= max(0.0, min(text_width(name, size) - room, TIGHT_PX / 2))
            painter.setFont(words(size))
            painter.setPen(QColor(COLOURS.on_segment))
            draw_text(painter, left, box.center().y() + 1.5, laid_out(name, size))
            return


def _paint_stale(painter: QPainter, picture: Picture) -> None:
    """Music that was written for something else: faint, under a stripe in the accent's colour."""
    scene, scale = picture.scene, picture.scale
    rows = [row for row in picture.lanes if row.name in FAMILY_COLOURS]
    if not rows or not scene.stale:
        return
    top, bottom = rows[0].top, rows[-1].bottom
    veil, tint = QColor(COLOURS.lane), QColor(COLOURS.accent)
    veil.setAlphaF(0.62)
    tint.setAlphaF(0.10)
    shown = scene.segments_between(scale.start_s, scale.end_s)
    stale = np.array([n in scene.stale for n in shown])
    edges = np.flatnonzero(np.diff(np.concatenate([[False], stale, [False]])))
    for first, last in edges.reshape(-1, 2).tolist():
        start = max(scale.x_of(float(scene.edges_s[shown.start + first])), scale.origin_px)
        end = scale.x_of(float(scene.edges_s[shown.start + last]))
        box = QRectF(start, top, end - start, bottom - top)
        painter.fillRect(box, veil)
        painter.fillRect(box, tint)
        painter.fillRect(QRectF(start, top - 3, end - start, 2), QColor(COLOURS.accent))


def _paint_lock(painter: QPainter, right: float, middle: float) -> None:
    """A small padlock, its right edge at ``right``."""
    colour = QColor(COLOURS.on_segment)
    painter.setPen(QPen(colour, 1.4))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(QRectF(right - 7.5, middle - 6.5, 6, 7), 0, 180 * 16)
    painter.drawLines([QLineF(right - x, middle - 3, right - x, middle - 0.5) for x in (7.5, 1.5)])
    painter.setPen(_NO_PEN)
    painter.setBrush(colour)
    painter.drawRoundedRect(QRectF(right - 9, middle - 1, 9, 7), 1.5, 1.5)


def _paint_boundaries(painter: QPainter, picture: Picture) -> None:
    """A thin line for each boundary through all lanes, whole for a hit; chosen ones in full."""
    scene, scale, columns = picture.scene, picture.scale, picture.columns
    top = next(row.top for row in picture.lanes if row.name == "picture")
    bottom = picture.lanes[-1].top
    pattern = image_of(_lines(scene, columns), picture.ratio)
    painter.save()
    painter.translate(scale.origin_px, top)
    painter.fillRect(QRectF(0, 0, columns.width, bottom - top), QBrush(pattern))
    painter.restore()
    seen = scene.boundaries_between(scale.start_s, scale.end_s)
    painter.setPen(QPen(QColor(COLOURS.text), 1.5))
    if picture.boundaries:
        for boundary in scene.timeline.boundaries[seen]:
            if boundary.id in picture.boundaries:
                x = scale.x_of(float(boundary.time))
                painter.drawLine(QLineF(x, top, x, bottom))


def _lines(scene: TimelineScene, columns: Columns) -> Pixels:
    """A few rows of pixels that, repeated downwards, are the lines of the boundaries.

    At most one stands in each ``LINES_APART_PX``, a hit's rather than another's.
    """
    thick = max(1, round(columns.ratio))
    pixels = np.zeros((4 * thick, columns.count), np.uint32)
    apart = max(1, round(LINES_APART_PX * columns.ratio))
    seen = scene.boundaries_between(columns.start_s, columns.end_s)
    numbers = np.floor(scene.boundary_times_s[seen] * columns.per_s).astype(np.int64)
    is_hit = scene.is_hit[seen]
    hits = _apart(numbers[is_hit], apart)
    others = _apart(numbers[~is_hit], apart)
    if len(hits) and len(others):
        first = min(hits[0], others[0]) // apart
        is_taken = np.zeros(max(hits[-1], others[-1]) // apart - first + 1, np.bool_)
        is_taken[hits // apart - first] = True
        others = others[~is_taken[others // apart - first]]
    for chosen, colour, rows in (
        (hits, ink(QColor(COLOURS.text), 0.47), 4 * thick),
        (others, ink(QColor(COLOURS.quiet), 0.47), 2 * thick),
    ):
        for beside in range(thick):
            at = np.clip(chosen - columns.first + beside, 0, columns.count - 1)
            pixels[:rows, at] = colour
    return pixels


def _apart(numbers: IntArray, apart: int) -> IntArray:
    """The first of the numbers, in increasing order, in each stretch of so many."""
    stretches = numbers // apart
    is_first = np.ones(len(numbers), np.bool_)
    is_first[1:] = stretches[1:] != stretches[:-1]
    return numbers[is_first]


def _paint_span(painter: QPainter, picture: Picture) -> None:
    """The marked range: a band on the ruler, and what lies outside it dimmed a little."""
    if picture.span_s is None:
        return
    scale, lanes = picture.scale, picture.lanes
    start, end = (scale.x_of(time_s) for time_s in picture.span_s)
    ruler = lanes[0]
    veil = QColor(COLOURS.panel)
    veil.setAlphaF(0.3)
    left, right = scale.origin_px, scale.origin_px + scale.width_px
    top, bottom = lanes[1].top, lanes[-1].top
    for first, last in ((left, min(start, right)), (max(end, left), right)):
        if last > first:
            painter.fillRect(QRectF(first, top, last - first, bottom - top), veil)
    band = QColor(COLOURS.accent)
    band.setAlphaF(0.28)
    painter.fillRect(QRectF(start, ruler.top, end - start, ruler.height), band)
    painter.setPen(QPen(QColor(COLOURS.accent), 1.5))
    painter.drawLines([QLineF(x, ruler.top, x, bottom) for x in (start, end)])
