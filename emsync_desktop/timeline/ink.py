"""Arrays to pictures: colours as numbers, masks as images that a painter can draw."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

Pixels = NDArray[np.uint32]


def ink(colour: QColor | str, alpha: float = 1.0) -> int:
    """A colour as a number of ``Format_ARGB32_Premultiplied``."""
    one = QColor(colour)
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


def image_of(pixels: Pixels, ratio: float) -> QImage:
    """A picture of (height, width) numbers, ``ratio`` of which make a pixel as Qt counts them."""
    height, width = pixels.shape
    rows = np.ascontiguousarray(pixels)
    image = QImage(
        rows.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied
    ).copy()
    image.setDevicePixelRatio(ratio)
    return image
