"""One picture as numbers for the picture model: groups of colour, layout and texture features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from emsync_engine.features.cells import Cells, picture_cells, resized
from emsync_engine.features.marks import marks
from emsync_engine.features.picture import (
    Colours,
    Picture,
    Plane,
    as_plane,
    colours,
    gradient,
)

FloatArray = NDArray[np.float64]

PICTURE_PX = 192  # texture depends on scale, so that every picture is brought to this size
_VIEW_PX = 96
_OUTLINE_CELLS, _OUTLINE_BINS = 6, 9
_VIEW_SHARE = 0.75


@dataclass(frozen=True, slots=True, eq=False)
class Description:
    """One picture: groups of features by name, each a vector, and its cells."""

    groups: Mapping[str, FloatArray]
    cells: Cells


def describe_picture(picture: Picture) -> Description:
    """Describe one RGB picture, 192 px long or brought to that.

    The groups are means over the whole picture and its four corners: what is felt hangs little on
    where the camera cut a picture off, and means over parts less so than the whole alone.
    """
    whole = resized(picture, PICTURE_PX)
    described = [describe_view(view) for view in views(whole)]
    groups: dict[str, FloatArray] = {
        name: np.mean([one[name] for one in described], axis=0) for name in described[0]
    }
    return Description(groups, picture_cells(whole))


def views(picture: Picture) -> list[Picture]:
    """The picture, and its four corners of three quarters each way."""
    height, width = picture.shape[:2]
    high, wide = round(_VIEW_SHARE * height), round(_VIEW_SHARE * width)
    return [picture] + [
        picture[top : top + high, left : left + wide]
        for top in (0, height - high)
        for left in (0, width - wide)
    ]


def describe_view(view: Picture) -> dict[str, FloatArray]:
    """Groups of features of one RGB picture, by name, each a vector.

    Returns
    -------
    ``palette`` (144,): square root of a Lab histogram of 4 x 6 x 6 cells; ``layout`` (128,): mean
    Lab and chroma on an 8 x 8 grid; ``marks`` (86,): see ``features.marks``; ``orientation`` (64,):
    edge energy, 8 directions on a 4 x 4 grid; ``outlines`` (162,): shares of 9 directions on a
    6 x 6 grid of the picture squared; ``texture`` (36,): local binary patterns up to rotation;
    ``scales`` (5,): detail at five sizes. Grids are averaged with their mirror image, and keep one
    half: a mirrored picture feels the same.
    """
    planes = colours(resized(view, _VIEW_PX))
    return {
        "palette": _palette(planes),
        "layout": _layout(planes),
        "marks": marks(planes),
        "orientation": _orientation(planes.lightness),
        "outlines": _outlines(planes.lightness),
        "texture": _texture(planes.lightness),
        "scales": _scales(planes.lightness),
    }


def _palette(planes: Colours) -> FloatArray:
    cells = (4, 6, 6)
    scaled = np.stack([planes.lightness, (planes.red_green + 1) / 2, (planes.blue_yellow + 1) / 2])
    index = [
        np.clip((plane * cell).astype(np.int64), 0, cell - 1)
        for plane, cell in zip(scaled, cells, strict=True)
    ]
    flat = np.ravel_multi_index(index, cells).ravel()
    shares: FloatArray = np.sqrt(np.bincount(flat, minlength=144) / flat.size)
    return shares


def _layout(planes: Colours) -> FloatArray:
    import cv2

    stack = np.dstack([planes.lightness, planes.red_green, planes.blue_yellow, planes.chroma])
    grid = np.asarray(cv2.resize(stack, (8, 8), interpolation=cv2.INTER_AREA), dtype=np.float64)
    return ((grid + grid[:, ::-1]) / 2)[:, :4].ravel()


def _orientation(lightness: Plane) -> FloatArray:
    across, down = gradient(lightness)
    strength = np.hypot(across, down)
    direction = np.minimum(np.mod(np.arctan2(down, across), np.pi) / np.pi * 8, 7).astype(np.int64)
    height, width = lightness.shape
    row = (np.arange(height) * 4 // height)[:, None]
    column = (np.arange(width) * 4 // width)[None]
    cell = (row * 4 + column) * 8 + direction
    energy = np.bincount(cell.ravel(), weights=strength.ravel(), minlength=128).reshape(4, 4, 8)
    mirrored = energy[:, ::-1, ::-1]
    half: FloatArray = np.sqrt((energy + mirrored)[:, :2] / 2 / (lightness.size / 16)).ravel()
    return half


def _outlines(lightness: Plane) -> FloatArray:
    """(162,) histograms of oriented gradients (Dalal and Triggs, 2005), mirrored halves joined."""
    import cv2

    size, bins, cells = _VIEW_PX, _OUTLINE_BINS, _OUTLINE_CELLS
    square = as_plane(cv2.resize(lightness, (size, size), interpolation=cv2.INTER_AREA))
    across, down = gradient(square)
    turn = np.mod(np.arctan2(down, across), np.pi) / np.pi * bins
    direction = np.minimum(turn, bins - 1).astype(np.int64)
    cell = np.arange(size) * cells // size
    place = (cell[:, None] * cells + cell[None]) * bins + direction
    energy = np.bincount(
        place.ravel(), weights=np.hypot(across, down).ravel(), minlength=cells * cells * bins
    ).reshape(cells, cells, bins)
    both = (energy + energy[:, ::-1, ::-1]) / 2
    shares: FloatArray = np.sqrt(both / (np.linalg.norm(both) / cells + 1e-3))
    return shares[:, : cells // 2].ravel()


def _texture(lightness: Plane) -> FloatArray:
    height, width = lightness.shape
    centre = lightness[1:-1, 1:-1]
    code = np.zeros(centre.shape, dtype=np.int64)
    ring = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))
    for bit, (down, across) in enumerate(ring):
        neighbour = lightness[down : down + height - 2, across : across + width - 2]
        code |= (neighbour > centre + 0.005).astype(np.int64) << bit
    patterns, number = _rotation_classes()
    counts = np.bincount(patterns[code].ravel(), minlength=number)
    shares: FloatArray = np.sqrt(counts / centre.size)
    return shares


@cache
def _rotation_classes() -> tuple[NDArray[np.int64], int]:
    """Class of each of the 256 binary patterns; rotations of one pattern share a class."""
    least = [min((code >> k | code << (8 - k)) & 255 for k in range(8)) for code in range(256)]
    _, classes = np.unique(least, return_inverse=True)
    return classes.astype(np.int64), int(classes.max()) + 1


def _scales(lightness: Plane) -> FloatArray:
    """(5,) mean detail lost by Gaussian blurs of 0.7, 1.4, 2.8, 5.6 and 11.2 px in turn."""
    import cv2

    detail, finer = [], lightness
    for octave in range(5):
        blurred = as_plane(cv2.GaussianBlur(lightness, (0, 0), 0.7 * 2.0**octave))
        detail.append(float(np.abs(finer - blurred).mean()))
        finer = blurred
    return np.array(detail)
