"""The film in miniature: its pictures side by side, and the waveform of its sound."""

from __future__ import annotations

from math import ceil

import numpy as np
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QImage, QPainter

from emsync_desktop.appearance import COLOURS
from emsync_desktop.timeline.columns import Columns, peaks_in
from emsync_desktop.timeline.ink import image_of, ink
from emsync_desktop.timeline.scene import FilmView

QUIETEST_SHOWN = 0.2  # a film whose loudest sample is below this looks quiet
_KEPT_PICTURES = 512


def paint_pictures(painter: QPainter, film: FilmView, height: float, columns: Columns) -> None:
    """Pictures side by side from the film's start, each showing the time at its left edge."""
    if not film.pictures:
        return
    ratio = columns.ratio
    high = max(1, round(height * ratio))
    wide = max(1, round(high * film.aspect))
    first = columns.first // wide
    for number in range(first, ceil((columns.first + columns.count) / wide)):
        picture = film.number_at(number * wide / columns.per_s)
        image = _scaled(film, picture, wide, high)
        image.setDevicePixelRatio(ratio)
        painter.drawImage(QPointF((number * wide - columns.first) / ratio, 0.0), image)


def _scaled(film: FilmView, number: int, wide: int, high: int) -> QImage:
    kept, key = film.scaled, (number, wide, high)
    if key not in kept:
        if len(kept) >= _KEPT_PICTURES:
            kept.clear()
        smooth = Qt.TransformationMode.SmoothTransformation
        image = film.pictures[number].convertToFormat(QImage.Format.Format_RGB32)
        shape = Qt.AspectRatioMode.IgnoreAspectRatio
        kept[key] = image.scaled(QSize(wide, high), shape, smooth)
    return kept[key]


def paint_waveform(painter: QPainter, film: FilmView, height: float, columns: Columns) -> None:
    """Lowest to highest sample of each column, around a line for silence."""
    rows = max(1, round(height * columns.ratio))
    middle = rows / 2
    pixels = np.zeros((rows, columns.count), np.uint32)
    pixels[int(middle)] = ink(COLOURS.line)
    if len(film.peaks):
        peaks = peaks_in(columns, film.pyramid, film.peaks_per_s)
        half = (rows / 2 - 3 * columns.ratio) / max(film.loudest, QUIETEST_SHOWN)
        top, bottom = middle - peaks[:, 1] * half, middle - peaks[:, 0] * half
        numbers = np.arange(rows)[:, None] + 0.5
        sounds = (peaks[:, 1] - peaks[:, 0]) > 1e-3
        is_inside = (numbers >= top - 0.5) & (numbers <= bottom + 0.5) & sounds
        pixels[is_inside] = ink(COLOURS.waveform)
    painter.drawImage(QPointF(0, 0), image_of(pixels, columns.ratio))
