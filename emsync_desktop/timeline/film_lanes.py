"""The film in miniature: its pictures side by side, and the waveform of its sound."""

from __future__ import annotations

from math import ceil

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from emsync_desktop.appearance import COLOURS
from emsync_desktop.timeline.closer import NO_CLOSER, Closer
from emsync_desktop.timeline.columns import Columns, peaks_in
from emsync_desktop.timeline.film_view import FilmView
from emsync_desktop.timeline.ink import draw_pixels, ink, inked

QUIETEST_SHOWN = 0.2  # a film whose loudest sample is below this looks quiet
_KEPT_PICTURES = 512


def paint_pictures(
    painter: QPainter,
    film: FilmView,
    height: float,
    columns: Columns,
    *,
    end_x: float,
    closer: Closer = NO_CLOSER,
) -> None:
    """Pictures side by side from the film's start, each showing the time at its left edge.

    While a film arrives, what is missing up to its end at ``end_x`` has a quiet frame. Pictures
    ``closer`` together take the place of the strip's where there are any.
    """
    if not film.pictures and not film.is_arriving:
        return
    ratio = columns.ratio
    wide, high = _tile_size(film, height, columns)
    for number in _tiles(columns, wide):
        x = (number * wide - columns.first) / ratio
        time_s = number * wide / columns.per_s
        picture = film.number_in(time_s, (number + 1) * wide / columns.per_s)
        exact = closer.picture_at(time_s)
        if picture is not None:
            shown = film.pictures[picture] if exact is None else exact
            image = _scaled(film, shown, wide, high)
            image.setDevicePixelRatio(ratio)
            painter.drawImage(QPointF(x, 0.0), image)
        elif x < end_x:
            _paint_missing(painter, QRectF(x, 0.0, min(wide / ratio, end_x - x), height))


def close_times(film: FilmView, height: float, columns: Columns) -> list[float]:
    """Times in seconds at the left edges of the pictures that are seen, in a lane so many pixels
    high; none where the strip's own pictures lie as close together.
    """
    wide, _ = _tile_size(film, height, columns)
    if not film.pictures or film.is_arriving or wide / columns.per_s >= film.apart_s:
        return []
    return [max(number * wide / columns.per_s, 0.0) for number in _tiles(columns, wide)]


def _tile_size(film: FilmView, height: float, columns: Columns) -> tuple[int, int]:
    """Width and height of a picture, in device pixels."""
    high = max(1, round(height * columns.ratio))
    return max(1, round(high * film.aspect)), high


def _tiles(columns: Columns, wide: int) -> range:
    """Numbers of the pictures that some columns show, counted from the film's start."""
    return range(columns.first // wide, ceil((columns.first + columns.count) / wide))


def _paint_missing(painter: QPainter, box: QRectF) -> None:
    """The place of a picture that has not arrived."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(COLOURS.track))
    painter.drawRoundedRect(box.adjusted(1.5, 1.0, -1.5, -1.0), 3, 3)


def _scaled(film: FilmView, picture: QImage, wide: int, high: int) -> QImage:
    kept = film.scaled
    key = (picture.cacheKey(), wide, high)
    if key not in kept:
        if len(kept) >= _KEPT_PICTURES:
            kept.clear()
        smooth = Qt.TransformationMode.SmoothTransformation
        image = picture.convertToFormat(QImage.Format.Format_RGB32)
        shape = Qt.AspectRatioMode.IgnoreAspectRatio
        kept[key] = image.scaled(QSize(wide, high), shape, smooth)
    return kept[key]


def paint_waveform(
    painter: QPainter, film: FilmView, height: float, columns: Columns, *, end_x: float
) -> None:
    """Lowest to highest sample of each column, around a line for silence.

    While a film arrives, a quiet band stands for the sound that is missing up to its end.
    """
    rows = max(1, round(height * columns.ratio))
    middle = rows / 2
    codes = np.zeros((rows, columns.count), np.uint8)
    if len(film.peaks):
        peaks = peaks_in(columns, film.pyramid, film.peaks_per_s)
        half = (rows / 2 - 3 * columns.ratio) / max(film.loudest, QUIETEST_SHOWN)
        first = np.ceil(middle - peaks[:, 1] * half - 1).astype(np.int16)
        last = np.floor(middle - peaks[:, 0] * half).astype(np.int16)
        last[peaks[:, 1] - peaks[:, 0] <= 1e-3] = -1
        numbers = np.arange(rows, dtype=np.int16)[:, None]
        codes[:] = (numbers >= first) & (numbers <= last)
    codes[int(middle)] |= 2
    known = columns.width
    if film.is_arriving:
        known = min(max(columns.x_of(film.sound_end_s), 0.0), columns.width)
        codes[:, round(known * columns.ratio) :] = 0
    inks = np.array([0, *map(ink, (COLOURS.waveform, COLOURS.line, COLOURS.waveform))], np.uint32)
    draw_pixels(painter, inked(codes, inks), columns.ratio)
    if known < min(end_x, columns.width):
        band = QRectF(known, height / 2 - 3, min(end_x, columns.width) - known, 6)
        painter.fillRect(band, QColor(COLOURS.track))
