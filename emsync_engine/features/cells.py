"""A picture as a bag of small cells: colour, roughness and place of each, and words for them.

Cells are described by a mixture of Gaussians learned from many pictures (the words), and a picture
by how its cells deviate from each word: a patch of smooth blue high up, of rough green low down.

References
----------
Perronnin, Sanchez and Mensink (2010), "Improving the Fisher kernel for large-scale image
classification": gradients to the means, signed square root, length one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emsync_engine.features.picture import Colours, Plane, gradient

FloatArray = NDArray[np.float64]

CELL_PX = 6
VALUES = 11
_COLOUR, _ROUGH, _EDGE, _TURN, _PLACE = 3.0, 2.0, 5.0, 10.0, 0.5


def picture_cells(planes: Colours) -> FloatArray:
    """(cells, 11) colour (3), its spread (3), edges, their lying and their slant, place (2).

    Cells are six pixels wide. A mirrored picture has the same cells.
    """
    lab = np.stack([planes.lightness, planes.red_green, planes.blue_yellow], axis=2)
    across, down = gradient(planes.lightness)
    slope, turn = np.hypot(across, down), 2 * np.arctan2(down, across)
    colour = _pooled(lab)
    spread = np.sqrt(np.maximum(_pooled(lab**2) - colour**2, 0))
    edge = _pooled(slope[..., None])
    lying = _pooled((slope * np.cos(turn))[..., None])
    slant = np.abs(_pooled((slope * np.sin(turn))[..., None]))
    rows, columns = colour.shape[:2]
    height = np.broadcast_to(np.linspace(-1, 1, rows)[:, None, None], (rows, columns, 1))
    aside = np.broadcast_to(np.abs(np.linspace(-1, 1, columns))[None, :, None], (rows, columns, 1))
    described = np.concatenate(
        [
            _COLOUR * colour,
            _ROUGH * np.sqrt(spread),
            _EDGE * np.sqrt(edge),
            _TURN * lying,
            _TURN * slant,
            _PLACE * height,
            _PLACE * aside,
        ],
        axis=2,
    )
    return np.asarray(described.reshape(-1, VALUES), dtype=np.float64)


def _pooled(planes: Plane) -> Plane:
    """(h, w, C) to the means of its cells; what is left at the rims belongs to none."""
    rows, columns = (max(1, size // CELL_PX) for size in planes.shape[:2])
    cut = planes[: rows * CELL_PX, : columns * CELL_PX]
    high, wide = cut.shape[0] // rows, cut.shape[1] // columns
    means: Plane = (
        cut[: rows * high, : columns * wide]
        .reshape(rows, high, columns, wide, -1)
        .mean(axis=(1, 3))
    )
    return means


@dataclass(frozen=True, slots=True)
class CellWords:
    """A mixture of K Gaussians over standardised cells.

    ``mean``, ``scale`` (11,) standardise; ``shares`` (K,), ``centres`` and ``variances`` (K, 11).
    """

    mean: FloatArray
    scale: FloatArray
    shares: FloatArray
    centres: FloatArray
    variances: FloatArray

    def describe(self, cells: FloatArray) -> FloatArray:
        """(K * 11,) how (n, 11) cells deviate from each word, of length one."""
        values = (cells - self.mean) / self.scale
        mine = self.responsibilities(values)
        amount = mine.sum(axis=0)
        pull = (mine.T @ values - amount[:, None] * self.centres) / np.sqrt(self.variances)
        pull = pull.ravel() / len(values) / np.repeat(np.sqrt(self.shares), values.shape[1])
        rooted = np.sign(pull) * np.sqrt(np.abs(pull))
        described: FloatArray = rooted / (np.linalg.norm(rooted) + 1e-9)
        return described

    def responsibilities(self, values: FloatArray) -> FloatArray:
        """(n, K) probability of each word for standardised cells."""
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
    cells: FloatArray, count: int = 48, *, rounds: int = 25, seed: int = 0
) -> CellWords:
    """Fit the mixture to (n, 11) cells by expectation and maximisation, begun by k-means."""
    mean, scale = cells.mean(axis=0), cells.std(axis=0) + 1e-6
    values = (cells - mean) / scale
    centres = _k_means(values, count, np.random.default_rng(seed))
    words = CellWords(
        mean,
        scale,
        np.full(count, 1 / count),
        centres,
        np.tile(values.var(axis=0) + 1e-3, (count, 1)),
    )
    for _ in range(rounds):
        mine = words.responsibilities(values)
        amount = mine.sum(axis=0) + 1e-6
        centres = mine.T @ values / amount[:, None]
        variances = np.maximum(mine.T @ values**2 / amount[:, None] - centres**2, 1e-3)
        words = CellWords(mean, scale, amount / amount.sum(), centres, variances)
    return words


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
