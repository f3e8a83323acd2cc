"""A picture as a bag of small cells at three sizes, and words for what they show.

Two kinds of words: of colours (a patch of smooth blue high up, of rough green low down) and of
shapes (edges on three by three cells, whatever their strength). Words are a mixture of Gaussians
learned from many pictures; a picture is described by how its cells deviate from each word.

References
----------
Perronnin, Sanchez and Mensink (2010), "Improving the Fisher kernel for large-scale image
classification": principal components, gradients to the means, signed square root, length one.
Lowe (2004) for edges by direction on a grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emsync_engine.features.picture import Picture, Plane, as_plane, colours, gradient

FloatArray = NDArray[np.float64]
FloatRows = NDArray[np.float32]

CELL_PX = 6
LONG_SIDES_PX = (192, 96, 48)
DIRECTIONS = 8
COLOUR_VALUES = 20
SHAPE_CELLS = 3  # across and down
SHAPE_VALUES = SHAPE_CELLS**2 * DIRECTIONS
_SPREAD, _EDGES = slice(3, 6), slice(6, 6 + DIRECTIONS)
_COLOUR, _ROUGH, _EDGE, _AROUND, _PLACE = 3.0, 2.0, 5.0, 6.0, 0.5
_FAINT = 0.3  # edges of this strength over a shape count half
_SHAPE_EVERY = {192: 2}  # cells, in large pictures


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """What the cells of one picture show.

    ``colours`` (n, 20): colour, its spread, edges in eight directions, how neighbours differ in
    colour, above against below, and place. ``shapes`` (m, 72): edges of three by three cells by
    direction, in parts of their length.
    """

    colours: FloatRows
    shapes: FloatRows

    def mirrored(self) -> Cells:
        """As of the picture seen in a mirror: edges lean the other way."""
        colours = self.colours.copy()
        leaning = -np.arange(DIRECTIONS) % DIRECTIONS
        colours[:, _EDGES] = colours[:, _EDGES][:, leaning]
        grid = self.shapes.reshape(-1, SHAPE_CELLS, SHAPE_CELLS, DIRECTIONS)
        return Cells(colours, grid[:, :, ::-1][..., leaning].reshape(-1, SHAPE_VALUES))


def picture_cells(picture: Picture) -> Cells:
    """Cells of six pixels of one RGB picture, brought to three sizes."""
    found = [_at_size(resized(picture, side), side) for side in LONG_SIDES_PX]
    return Cells(
        np.concatenate([colours for colours, _ in found]),
        np.concatenate([shapes for _, shapes in found]),
    )


def resized(picture: Picture, long_side: int) -> Picture:
    """The picture with its long side as given, and at least 8 px on the short one."""
    import cv2

    height, width = picture.shape[:2]
    scale = long_side / max(height, width)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    if size == (width, height):
        return picture
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, size, interpolation=method), dtype=np.uint8)


def _at_size(picture: Picture, side: int) -> tuple[FloatRows, FloatRows]:
    import cv2

    planes = colours(picture)
    lab = np.stack([planes.lightness, planes.red_green, planes.blue_yellow], axis=2)
    colour = _pooled(lab)
    spread = np.sqrt(np.maximum(_pooled(lab**2) - colour**2, 0))
    edges = np.sqrt(_pooled_edges(planes.lightness))
    around = as_plane(cv2.blur(colour, (3, 3))).reshape(colour.shape) - colour
    above = np.roll(colour[..., :1], 1, axis=0) - np.roll(colour[..., :1], -1, axis=0)
    rows, columns = colour.shape[:2]
    height = np.broadcast_to(np.linspace(-1, 1, rows)[:, None, None], (rows, columns, 1))
    aside = np.broadcast_to(np.abs(np.linspace(-1, 1, columns))[None, :, None], (rows, columns, 1))
    described = np.concatenate(
        [
            _COLOUR * colour,
            _ROUGH * np.sqrt(spread),
            _EDGE * edges,
            _AROUND * around,
            _COLOUR * above,
            _PLACE * height,
            _PLACE * aside,
        ],
        axis=2,
    ).astype(np.float32)
    shapes = _shapes(described[..., _EDGES], every=_SHAPE_EVERY.get(side, 1))
    return described.reshape(-1, COLOUR_VALUES), shapes


def _pooled_edges(lightness: Plane) -> Plane:
    """(rows, columns, 8) slope in each cell by direction, mean over its pixels."""
    rows, columns, high, wide = _grid(lightness.shape)
    across, down = gradient(lightness)
    turn = np.arctan2(down, across) / np.pi * DIRECTIONS
    direction = np.mod(np.rint(turn), DIRECTIONS).astype(np.int64)
    row, column = np.arange(rows * high) // high, np.arange(columns * wide) // wide
    place = (row[:, None] * columns + column[None]) * DIRECTIONS
    inside = slice(rows * high), slice(columns * wide)
    total = np.bincount(
        (place + direction[inside]).ravel(),
        weights=np.hypot(across, down)[inside].ravel(),
        minlength=rows * columns * DIRECTIONS,
    )
    return as_plane(total.reshape(rows, columns, DIRECTIONS) / (high * wide))


def _shapes(edges: Plane, *, every: int) -> FloatRows:
    """(m, 72) edges of neighbouring cells side by side; none in a picture too small for it."""
    size = (SHAPE_CELLS, SHAPE_CELLS)
    if min(edges.shape[:2]) < SHAPE_CELLS:
        return np.zeros((0, SHAPE_VALUES), np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(edges, size, axis=(0, 1))
    columns = windows.shape[1]
    left = np.arange(0, (columns + 1) // 2, every)  # and as many on the right, as in a mirror
    chosen = windows[::every, np.union1d(left, columns - 1 - left)]
    chosen = np.moveaxis(chosen, 2, 4).reshape(-1, SHAPE_VALUES)
    length = np.linalg.norm(chosen, axis=1, keepdims=True) + _FAINT
    return np.asarray(chosen / length, dtype=np.float32)


def _pooled(planes: Plane) -> Plane:
    """(h, w, C) to the means of its cells; what is left at the rims belongs to none."""
    rows, columns, high, wide = _grid(planes.shape)
    means: Plane = (
        planes[: rows * high, : columns * wide]
        .reshape(rows, high, columns, wide, -1)
        .mean(axis=(1, 3))
    )
    return means


def _grid(shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Rows and columns of cells, and how many pixels high and wide they are."""
    rows, columns = (max(1, size // CELL_PX) for size in shape[:2])
    cut_high, cut_wide = min(shape[0], rows * CELL_PX), min(shape[1], columns * CELL_PX)
    return rows, columns, cut_high // rows, cut_wide // columns


@dataclass(frozen=True, slots=True)
class CellWords:
    """A mixture of Gaussians over components of cells.

    Cells are carried by ``mean`` (V,) and ``axes`` (V, P) to components, in which the words have
    ``shares`` (K,), ``centres`` and ``variances`` (K, P).
    """

    mean: FloatArray
    axes: FloatArray
    shares: FloatArray
    centres: FloatArray
    variances: FloatArray

    def describe(self, cells: FloatRows) -> FloatArray:
        """(K * P,) how (n, V) cells deviate from each word, of length one; zero without cells."""
        if not len(cells):
            return np.zeros(self.centres.size)
        values = self.components(cells)
        mine = self.responsibilities(values)
        amount = mine.sum(axis=0)
        pull = (mine.T @ values - amount[:, None] * self.centres) / np.sqrt(self.variances)
        pull = pull.ravel() / len(values) / np.repeat(np.sqrt(self.shares), values.shape[1])
        rooted = np.sign(pull) * np.sqrt(np.abs(pull))
        described: FloatArray = rooted / (np.linalg.norm(rooted) + 1e-9)
        return described

    def components(self, cells: FloatRows) -> FloatArray:
        """(n, P) of (n, V) cells."""
        found: FloatArray = (cells - self.mean) @ self.axes
        return found

    def responsibilities(self, values: FloatArray) -> FloatArray:
        """(n, K) probability of each word for (n, P) components."""
        scaled = 1 / self.variances
        level = (
            np.log(self.shares)
            - 0.5 * np.log(self.variances).sum(axis=1)
            - 0.5 * (self.centres**2 * scaled).sum(axis=1)
        )
        # words in rows, and one array throughout: this is most of the work of learning them
        density = (-0.5 * scaled) @ (values**2).T
        density += (self.centres * scaled) @ values.T
        density += level[:, None]
        density -= density.max(axis=0)
        np.exp(density, out=density)
        density /= density.sum(axis=0)
        return density.T


def learn_words(
    cells: FloatRows,
    count: int,
    *,
    components: int,
    evened: float = 1.0,
    rounds: int = 15,
    seed: int = 0,
) -> CellWords:
    """Fit the mixture to (n, V) cells by expectation and maximisation, begun by k-means.

    Parameters
    ----------
    components : principal ones that are kept, at most V
    evened : to which power of their deviation they are divided by it: 1 gives all the same weight
    """
    mean, axes = _principal(cells, components, evened)
    values = (cells - mean) @ axes
    centres = _k_means(values, count, np.random.default_rng(seed))
    variances = np.tile(values.var(axis=0) + 1e-3, (count, 1))
    words = CellWords(mean, axes, np.full(count, 1 / count), centres, variances)
    for _ in range(rounds):
        mine = words.responsibilities(values)
        amount = mine.sum(axis=0) + 1e-6
        centres = mine.T @ values / amount[:, None]
        variances = np.maximum(mine.T @ values**2 / amount[:, None] - centres**2, 1e-3)
        words = CellWords(mean, axes, amount / amount.sum(), centres, variances)
    return words


def _principal(cells: FloatRows, components: int, evened: float) -> tuple[FloatArray, FloatArray]:
    """Mean (V,) and (V, P) principal axes of cells."""
    mean = cells.mean(axis=0, dtype=np.float64)
    variances, axes = np.linalg.eigh(np.cov((cells - mean).T))
    kept = np.argsort(variances)[::-1][:components]
    deviation = np.sqrt(np.maximum(variances[kept], 1e-12))
    return mean, axes[:, kept] / np.maximum(deviation, 1e-3) ** evened


def _k_means(values: FloatArray, count: int, rng: np.random.Generator) -> FloatArray:
    centres = values[rng.choice(len(values), count, replace=len(values) < count)]
    for _ in range(8):
        nearest = ((centres**2).sum(axis=1) - 2 * values @ centres.T).argmin(axis=1)
        number = np.bincount(nearest, minlength=count)
        total = np.zeros_like(centres)
        np.add.at(total, nearest, values)
        strays = values[rng.choice(len(values), count)]
        filled = total / np.maximum(number, 1)[:, None]
        centres = np.where(number[:, None] > 0, filled, strays)
    return centres
