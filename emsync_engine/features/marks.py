"""Marks of a picture that people would name: colours by name and place, symmetry, sharpness."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from emsync_engine.features.picture import Colours, Plane, as_plane, gradient

FloatArray = NDArray[np.float64]
Mask = NDArray[np.bool_]

_SPECTRUM_PX = 64
_BANDS = ((0.02, 0.04), (0.04, 0.08), (0.08, 0.15), (0.15, 0.25), (0.25, 0.35), (0.35, 0.5))
_SMOOTH, _STEEP = 0.01, 0.08  # lightness per pixel
_NO_SKIN = (0.0, 0.3, 0.0, 0.5)


def marks(planes: Colours) -> FloatArray:
    """(86,) marks of one picture.

    Shares of thirteen named colours in the whole, above, below and in the middle (52); symmetry
    (3); spectrum by size of detail and by direction (12); edges and sharpness (6); middle against
    rim and above against below (6); variety of colours (3); place of the largest patch of skin (4).
    """
    lightness = planes.lightness
    middle = _middle(lightness.shape)
    named = _named_colours(planes)
    across, down = gradient(lightness)
    slope = np.hypot(across, down)
    found: FloatArray = np.nan_to_num(
        np.concatenate(
            [
                _shares(named, middle),
                _symmetry(lightness),
                _spectrum(lightness),
                _edges(lightness, np.arctan2(down, across), slope, middle),
                _balance(planes, middle),
                _variety(planes),
                [(slope < _SMOOTH).mean(), (slope > _STEEP).mean()],
                _largest_patch(named[0]),
            ]
        )
    )
    return found


def _middle(shape: tuple[int, ...]) -> FloatArray:
    """(h, w) weights that add up to one, highest in the middle of the picture."""
    height, width = shape
    down = np.linspace(-1, 1, height)[:, None]
    across = np.linspace(-1, 1, width)[None]
    weights = np.exp(-2 * (down**2 + across**2))
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _named_colours(planes: Colours) -> list[Mask]:
    """Pixels that look like skin, green, blue, sky, white, black, grey and seven other colours."""
    hue, saturation, value = np.rad2deg(planes.hue), planes.saturation, planes.value
    red_green, blue_yellow = planes.red_green, planes.blue_yellow
    vivid = saturation > 0.2
    grey = saturation < 0.12
    skin = (hue < 45) & (saturation > 0.15) & (saturation < 0.65) & (value > 0.35)
    return [
        skin & (red_green > 0.05) & (blue_yellow > 0.08),
        (hue > 65) & (hue < 165) & vivid & (value > 0.15),
        (hue > 180) & (hue < 260) & vivid & (value > 0.3),
        (hue > 170) & (hue < 260) & (value > 0.55),
        grey & (value > 0.85),
        value < 0.15,
        grey & (value > 0.15) & (value < 0.85),
        ((hue < 18) | (hue > 340)) & (saturation > 0.5) & (value > 0.25),
        (hue > 18) & (hue < 45) & (saturation > 0.5) & (value > 0.4),
        (hue > 45) & (hue < 68) & (saturation > 0.4) & (value > 0.5),
        (hue < 45) & (saturation > 0.3) & (value < 0.5) & (value > 0.1),
        ((hue > 290) | (hue < 12)) & (saturation > 0.12) & (saturation < 0.5) & (value > 0.6),
        (hue > 250) & (hue < 300) & vivid,
    ]


def _shares(masks: list[Mask], middle: FloatArray) -> FloatArray:
    third = max(1, middle.shape[0] // 3)
    values = [
        (mask.mean(), mask[:third].mean(), mask[-third:].mean(), (mask * middle).sum())
        for mask in masks
    ]
    return np.sqrt(np.array(values)).ravel()


def _symmetry(lightness: Plane) -> FloatArray:
    mirrored = lightness[:, ::-1]
    spread = float(lightness.std())
    alike = float(((lightness - lightness.mean()) * (mirrored - mirrored.mean())).mean())
    return np.array(
        [
            np.abs(lightness - mirrored).mean(),
            np.abs(lightness - lightness[::-1]).mean(),
            alike / spread**2 if spread > 1e-4 else 1.0,
        ]
    )


def _spectrum(lightness: Plane) -> FloatArray:
    """(12,) slope and level of the logarithmic spectrum, six bands of it, and four directions."""
    import cv2

    size = (_SPECTRUM_PX, _SPECTRUM_PX)
    square = as_plane(cv2.resize(lightness, size, interpolation=cv2.INTER_AREA))
    window, bands, directions = _spectrum_masks()
    power = np.abs(np.fft.fft2((square - square.mean()) * window)).ravel() ** 2
    levels = np.log(bands @ power + 1e-6)
    middles = np.log([0.03, 0.06, 0.115, 0.2, 0.3, 0.42])
    line = np.polyfit(middles, levels, 1)
    lying = directions @ power
    return np.concatenate([line, levels, np.log((lying + 1e-6) / (lying.mean() + 1e-6))])


@cache
def _spectrum_masks() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Window, and (6, n) and (4, n) means over bands and over directions of the spectrum."""
    window = np.outer(np.hanning(_SPECTRUM_PX), np.hanning(_SPECTRUM_PX))
    frequency = np.fft.fftfreq(_SPECTRUM_PX)
    across, down = np.meshgrid(frequency, frequency)
    radius, direction = np.hypot(across, down), np.arctan2(down, across)
    bands = np.array([((radius >= low) & (radius < high)).ravel() for low, high in _BANDS], float)
    lying = np.array(
        [
            ((np.abs(np.cos(direction - turn)) > 0.92) & (radius > 0.05)).ravel()
            for turn in np.arange(4) * np.pi / 4
        ],
        float,
    )
    return (
        window,
        bands / bands.sum(axis=1, keepdims=True),
        lying / lying.sum(axis=1, keepdims=True),
    )


def _edges(lightness: Plane, direction: Plane, slope: Plane, middle: FloatArray) -> FloatArray:
    """Entropy of the edges' directions (Redies et al. 2017), and where and how sharp edges are."""
    import cv2

    counts, _ = np.histogram(np.mod(direction, np.pi), 24, (0, np.pi), weights=slope)
    shares = counts / (counts.sum() + 1e-9)
    curve = np.abs(as_plane(cv2.Laplacian(lightness, cv2.CV_32F)))
    whole = np.log(curve.mean() + 1e-3)
    return np.array(
        [
            -(shares * np.log(shares + 1e-9)).sum(),
            whole,
            np.log((curve * middle).sum() + 1e-3) - whole,
            np.log(np.percentile(curve, 99) + 1e-3),
        ]
    )


def _balance(planes: Colours, middle: FloatArray) -> FloatArray:
    half = middle.shape[0] // 2
    values = []
    for plane in (planes.lightness, planes.chroma, planes.saturation):
        values += [(plane * middle).sum() - plane.mean(), plane[:half].mean() - plane[half:].mean()]
    return np.array(values)


def _variety(planes: Colours) -> FloatArray:
    """How many of 144 colours there are, the share of the commonest, and their entropy."""
    cells = (
        np.clip(planes.lightness * 4, 0, 3).astype(np.int64) * 36
        + np.clip((planes.red_green + 1) * 3, 0, 5).astype(np.int64) * 6
        + np.clip((planes.blue_yellow + 1) * 3, 0, 5).astype(np.int64)
    )
    shares = np.bincount(cells.ravel(), minlength=144) / cells.size
    return np.array(
        [(shares > 0.01).sum() / 20, shares.max(), -(shares * np.log(shares + 1e-9)).sum()]
    )


def _largest_patch(mask: Mask) -> FloatArray:
    """Size, place and fullness of the largest connected patch."""
    import cv2

    number, _, found, centres = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if number < 2:
        return np.array(_NO_SKIN)
    height, width = mask.shape
    largest = 1 + int(found[1:, cv2.CC_STAT_AREA].argmax())
    box = found[largest, cv2.CC_STAT_WIDTH] * found[largest, cv2.CC_STAT_HEIGHT]
    area = found[largest, cv2.CC_STAT_AREA]
    across, down = centres[largest]
    return np.array(
        [np.sqrt(area / mask.size), abs(across / width - 0.5), down / height - 0.5, area / box]
    )
