"""Fitting the second reader: one ridge on the answers of kernels that were drawn at random."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from emsync_engine.affect.random_convolutions import ConvolutionReader, answers, draw_kernels
from emsync_engine.affect.reading import FloatArray
from emsync_engine.affect.roll import rolls
from emsync_engine.training.affect_training import HEADS, Described, targets_of

_WINDOWS = 8  # of a piece, evenly spread, and as many of its drawing
_LEAST_DEVIATION = 1e-3
_MOOD = HEADS.index("mood")


@dataclass(frozen=True, slots=True)
class ConvolutionRecipe:
    """How the second reader is fitted.

    ``ridge`` is the penalty beside the mean of a window's squares; ``memomusic`` and ``mood`` weigh
    those sets' windows, of which the latter tell of valence alone.
    """

    ridge: float = 1.0
    memomusic: float = 0.5
    mood: float = 0.2
    seed: int = 7
    count: int = 128


def fit_convolutions(
    described: Sequence[Described], *, recipe: ConvolutionRecipe | None = None
) -> ConvolutionReader:
    """Fit to pieces and their drawings, each window alike; the same pieces give the same reader.

    Its scale is that of deviations as they are; ``affect_run.even_scale`` evens it out.
    """
    recipe = recipe or ConvolutionRecipe()
    kernels = draw_kernels(recipe.seed, count=recipe.count)
    found, said, weights = _windows(described, kernels, recipe)
    mean, deviation = found.mean(axis=0), found.std(axis=0) + _LEAST_DEVIATION
    alike = (found - mean) / deviation
    fitted = [_ridge(alike, said[:, axis], weights[:, axis], recipe.ridge) for axis in range(2)]
    plain = np.tile(np.linspace(-2.0, 2.0, 3), (2, 1))
    return ConvolutionReader(
        kernels,
        mean.astype(np.float32),
        deviation.astype(np.float32),
        np.stack([weight for weight, _ in fitted], axis=1).astype(np.float32),
        np.array([bias for _, bias in fitted]),
        plain,
        np.full(2, 0.5),
    )


def _windows(
    described: Sequence[Described], kernels: tuple[Tensor, ...], recipe: ConvolutionRecipe
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Answers (N, D), ratings (N, 2) in deviations, and their weights (N, 2), 0 where unknown."""
    share = {"vgmidi": 1.0, "memomusic": recipe.memomusic, "tegridy": recipe.mood}
    found, said, weights = [], [], []
    targets = targets_of([one.piece for one in described])
    for one, target in zip(described, targets, strict=True):
        columns = {"vgmidi": [0, 1], "memomusic": [2, 3], "tegridy": [_MOOD, 1]}[one.piece.set]
        rated = target[columns]
        known = np.isfinite(rated) & [True, one.piece.set != "tegridy"]
        chosen = np.unique(np.linspace(0, len(one.centres_s) - 1, _WINDOWS).round().astype(int))
        for notes in (one.piece.notes, one.piece.drawing or one.piece.notes):
            found.append(answers(kernels, rolls(notes, one.centres_s[chosen])))
            said += [np.where(known, rated, 0.0)] * len(chosen)
            weights += [share[one.piece.set] * known] * len(chosen)
    return np.concatenate(found).astype(np.float64), np.array(said), np.array(weights)


def _ridge(
    alike: FloatArray, said: FloatArray, weights: FloatArray, ridge: float
) -> tuple[FloatArray, float]:
    """(D,) weights and the bias that meet (N,) ratings best."""
    bias = float(np.average(said, weights=weights))
    weighed = alike * weights[:, None]
    moments = weighed.T @ alike + ridge * weights.sum() * np.eye(alike.shape[1])
    return np.linalg.solve(moments, weighed.T @ (said - bias)), bias
