"""Segments in the colours of their emotions, and valence and arousal over time."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from emsync_desktop.appearance import COLOURS, EMOTION_COLOURS, mixed
from emsync_desktop.timeline.columns import Columns, curve_alpha, index_in
from emsync_desktop.timeline.ink import Pixels, draw_pixels, image_of, ink, inked, shades
from emsync_desktop.timeline.scene import LOOKS, Curve, TimelineScene

NARROW_PX = 8.0  # a segment too narrow for rounded corners or a letter
HATCH_PX = 9.0  # between the lines that mark a silence
FULL, SELECTED = 0.34, 0.46  # how much of its colour a segment has
CURVE_MARGIN_PX = 4.0
_NO_PEN = Qt.PenStyle.NoPen


def paint_segments(
    painter: QPainter, scene: TimelineScene, height: float, columns: Columns
) -> None:
    """A block for each segment; those too narrow for one are told by colour alone."""
    _paint_narrow(painter, scene, height, columns)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    inner = scene.segments_between(columns.start_s, columns.end_s)
    x = scene.edges_s[inner.start : inner.stop + 1] * columns.per_s
    x = (x - columns.first) / columns.ratio
    start_x = -columns.first / columns.ratio
    for number in np.flatnonzero(np.diff(x) - 1.5 >= NARROW_PX).tolist():
        box = segment_box(float(x[number]), float(x[number + 1]), 0.0, height)
        paint_segment(painter, scene, inner.start + number, box, start_x=start_x)


def segment_box(left: float, right: float, top: float, height: float) -> QRectF:
    """Where a segment's block lies between its edges."""
    return QRectF(left + 0.75, top, max(1.0, right - left - 1.5), height)


def paint_segment(
    painter: QPainter,
    scene: TimelineScene,
    index: int,
    box: QRectF,
    *,
    start_x: float,
    share: float = FULL,
) -> None:
    """One block: its colour, hatched where it is silent, with a stripe on top."""
    look = LOOKS[scene.looks[index]]
    is_tacet = look == LOOKS[-1]
    painter.setPen(_NO_PEN)
    painter.setBrush(_fill(look, share))
    painter.drawRoundedRect(box, 3, 3)
    if is_tacet:
        hatch(painter, box, start_x=start_x)
    painter.fillRect(QRectF(box.left(), box.top(), box.width(), 3), _fill(look, 1.0))


def _paint_narrow(painter: QPainter, scene: TimelineScene, height: float, columns: Columns) -> None:
    """The colour of the segment in the middle of each column, where segments are narrow."""
    wide = np.diff(scene.edges_s) * columns.per_s / columns.ratio - 1.5 >= NARROW_PX
    index = index_in(columns, scene.edges_s)
    numbers = columns.first + np.arange(columns.count)
    is_shown = ~wide[index] & (numbers >= 0) & (numbers < scene.edges_s[-1] * columns.per_s)
    if is_shown.any():
        row = np.where(is_shown, _inks(COLOURS.name)[scene.looks[index]], np.uint32(0))[None]
        painter.drawImage(QRectF(0, 0, columns.width, height), image_of(row, 1.0))


def _fill(look: str, share: float) -> QColor:
    """The colour of a look on the panel: ``share`` of it."""
    return _mixed_in(COLOURS.name, look, share)


@lru_cache(maxsize=4)
def _inks(theme: str) -> Pixels:
    return np.array([ink(_mixed_in(theme, look, FULL)) for look in LOOKS], np.uint32)


@lru_cache(maxsize=128)
def _mixed_in(theme: str, look: str, share: float) -> QColor:
    return mixed(EMOTION_COLOURS.get(look, COLOURS.off), COLOURS.panel, share)


# -- silence


def tacet_boxes(scene: TimelineScene, height: float, columns: Columns) -> list[QRectF]:
    """Where a lane lies in a silence, as far as the columns show it."""
    boxes: list[QRectF] = []
    for start_s, end_s in scene.tacet_s:
        start, end = columns.x_of(start_s), columns.x_of(end_s)
        if end > 0 and start < columns.width:
            boxes.append(QRectF(start, 0.0, max(end - start, 1.0), height))
    return boxes


def hatch(painter: QPainter, box: QRectF, *, start_x: float) -> None:
    """Slanting lines for silence where it is visible: seen without colour, calm behind a word.

    ``start_x`` is where the film starts, so that pieces painted apart fit together.
    """
    shown = box.intersected(painter.clipBoundingRect())
    if shown.isEmpty():
        return
    if box.width() < NARROW_PX:
        painter.fillRect(shown, mixed(COLOURS.edge, COLOURS.panel, 0.5))
        return
    passed = (shown.left() - box.height() - start_x) // HATCH_PX
    first = start_x + passed * HATCH_PX
    places = np.arange(first, shown.right(), HATCH_PX)
    painter.save()
    painter.setClipRect(shown, Qt.ClipOperation.IntersectClip)
    painter.setPen(QPen(QColor(COLOURS.edge), 1.2))
    top, bottom, across = box.top(), box.bottom(), box.height()
    painter.drawLines([QLineF(float(x), bottom, float(x) + across, top) for x in places])
    painter.restore()


# -- valence and arousal


def paint_curves(painter: QPainter, scene: TimelineScene, height: float, columns: Columns) -> None:
    """Valence whole and arousal dashed, as the composer gets them; thin what was read instead."""
    rows = max(1, round(height * columns.ratio))
    dots = np.zeros((rows, columns.count), np.uint32)
    dots[rows // 2, (columns.first + np.arange(columns.count)) % 4 < 2] = ink(COLOURS.line)
    draw_pixels(painter, dots, columns.ratio)
    if scene.has_chosen:
        _paint_pair(painter, scene.detected_curve, rows, columns, thickness=1.0, strength=0.5)
    _paint_pair(painter, scene.curve, rows, columns, thickness=1.8, strength=1.0)
    veil = QColor(COLOURS.lane)
    veil.setAlphaF(0.78)  # what the composer does not get is hardly seen
    for box in tacet_boxes(scene, height, columns):
        painter.fillRect(box, veil)


def _paint_pair(
    painter: QPainter,
    curve: Curve,
    rows: int,
    columns: Columns,
    *,
    thickness: float,
    strength: float,
) -> None:
    half = rows / 2 - CURVE_MARGIN_PX * columns.ratio
    for values, colour, is_dashed in (
        (curve.valence, COLOURS.valence, False),
        (curve.arousal, COLOURS.arousal, True),
    ):
        alpha = curve_alpha(
            columns,
            rows,
            curve.times_s,
            rows / 2 - values * half,
            thickness=thickness * columns.ratio,
            dashed=is_dashed,
        )
        draw_pixels(painter, inked(alpha, shades(colour, strength)), columns.ratio)
