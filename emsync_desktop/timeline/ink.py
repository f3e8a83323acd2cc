"""What is drawn by the hundred: colours as numbers, arrays as images, texts laid out once."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QStaticText, QTransform

from emsync_desktop.appearance import digits, words

Pixels = NDArray[np.uint32]


def ink(colour: QColor | str, alpha: float = 1.0) -> int:
    """A colour as a number of ``Format_ARGB32_Premultiplied``."""
    if isinstance(colour, str):
        return _named_ink(colour, alpha)
    return _ink(colour, alpha)


@lru_cache(maxsize=256)
def _named_ink(colour: str, alpha: float) -> int:
    return _ink(QColor(colour), alpha)


def _ink(one: QColor, alpha: float) -> int:
    share = one.alphaF() * alpha
    parts = (255, one.red(), one.green(), one.blue())
    number = 0
    for part in parts:
        number = number << 8 | round(part * share)
    return number


@lru_cache(maxsize=64)
def shades(colour: str, strength: float = 1.0) -> Pixels:
    """(256,) a colour from nothing to all of it, or to ``strength`` of it."""
    return np.array([ink(colour, strength * n / 255) for n in range(256)], np.uint32)


def inked(codes: NDArray[np.uint8], inks: Pixels) -> Pixels:
    """The number of each code; every code must have one."""
    return np.take(
        inks, codes, mode="wrap"
    )  # other modes check each code, which takes twice as long


def image_of(pixels: Pixels, ratio: float) -> QImage:
    """A picture of (height, width) numbers, ``ratio`` of which make a pixel as Qt counts them."""
    return _seen(np.ascontiguousarray(pixels), ratio).copy()


def draw_pixels(painter: QPainter, pixels: Pixels, ratio: float) -> None:
    """Draw (height, width) numbers from the painter's origin on, without a copy of them."""
    rows = np.ascontiguousarray(pixels)
    painter.drawImage(QPointF(0, 0), _seen(rows, ratio))


def _seen(rows: Pixels, ratio: float) -> QImage:
    """Rows of numbers as a picture that lasts no longer than they do."""
    height, width = rows.shape
    image = QImage(rows.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    return image


@lru_cache(maxsize=2048)
def laid_out(text: str, pixel_size: int, *, is_digits: bool = False) -> QStaticText:
    """A text in the font of ``words`` or ``digits``: to lay it out takes longer than to draw it."""
    laid = QStaticText(text)
    laid.setTextFormat(Qt.TextFormat.PlainText)
    laid.prepare(QTransform(), digits(pixel_size) if is_digits else words(pixel_size))
    return laid


def draw_text(painter: QPainter, left: float, middle: float, text: QStaticText) -> None:
    """Draw a text that is laid out in the painter's font, its middle at a height."""
    painter.drawStaticText(QPointF(left, middle - text.size().height() / 2), text)
