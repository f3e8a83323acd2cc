"""Fitting the picture model to rated pictures, and judging it on themes it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emsync_engine.emotion.picture_model import (
    AXES,
    FloatArray,
    Head,
    PictureMap,
    PictureModel,
    Words,
    group_sizes,
    side_by_side,
)
from emsync_engine.features.cells import FloatRows, learn_words
from emsync_engine.features.descriptor import Description
from emsync_engine.monitor import SILENT, Monitor

FOLDS = 10
_LEAST_SCALE = 1e-3  # a feature that hardly varies among the rated pictures is not blown up
_CELLS_PER_PICTURE = 40
_COLOUR_COMPONENTS, _SHAPE_COMPONENTS = 12, 16
_SHAPES_EVENED = 0.5  # components of shapes fall off slowly: the last ones are mostly noise
_ERROR_RIDGE = 1.0


@dataclass(frozen=True, slots=True)
class PictureRecipe:
    """How the model is fitted.

    ``kernel_rate`` is gamma in exp(-gamma d), d being the mean over the groups of |x - y|^2 / (2 D)
    with x and y standardised; ``ridges`` the penalties on that kernel for valence and arousal.
    """

    kernel_rate: float = 0.5
    ridges: tuple[float, float] = (0.05, 0.2)
    blocks: int = 24
    colour_words: int = 48
    shape_words: int = 32
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Unseen:
    """Predictions for each picture by models that saw no picture of its theme.

    ``ratings`` and ``errors`` are (N, 2): valence and arousal, and the absolute error that was
    expected of either before the ratings were looked at.
    """

    ratings: FloatArray
    errors: FloatArray


def fit_picture_model(
    descriptions: Sequence[Description],
    ratings: FloatArray,
    themes: Sequence[str],
    *,
    recipe: PictureRecipe | None = None,
    monitor: Monitor = SILENT,
) -> PictureModel:
    """Fit on all pictures; ``ratings`` is (N, 2) valence and arousal in [-1, 1].

    The reference means and deviations come from ten-fold predictions by theme, because predictions
    on the training pictures themselves spread more widely than on any film.
    """
    recipe = recipe or PictureRecipe()
    unseen = predict_unseen_themes(descriptions, ratings, themes, recipe=recipe, monitor=monitor)
    mapping = fit_map(descriptions, recipe)
    mapped = mapping(descriptions)
    missed = np.abs(unseen.ratings - ratings)
    return PictureModel(
        mapping,
        {
            axis: _head(mapped, ratings[:, at], recipe.ridges[at], unseen.ratings[:, at])
            for at, axis in enumerate(AXES)
        },
        {
            axis: _head(mapped, missed[:, at], _ERROR_RIDGE, unseen.errors[:, at])
            for at, axis in enumerate(AXES)
        },
    )


def fit_map(descriptions: Sequence[Description], recipe: PictureRecipe) -> PictureMap:
    """Words, standardisation and frequencies; no rating is looked at."""
    rng = np.random.default_rng(recipe.seed)
    words = _words(descriptions, recipe, rng)
    values = side_by_side(words, descriptions)
    scale = (values.std(axis=0) + _LEAST_SCALE) * _group_weights(words, descriptions[0])
    size = 1 << (values.shape[1] - 1).bit_length()
    signs = rng.choice(np.array([-1.0, 1.0]), (recipe.blocks, 3, size))
    return PictureMap(words, values.mean(axis=0), scale / np.sqrt(2 * recipe.kernel_rate), signs)


def _words(
    descriptions: Sequence[Description], recipe: PictureRecipe, rng: np.random.Generator
) -> Words:
    return Words(
        learn_words(
            _some([one.cells.colours for one in descriptions], rng),
            recipe.colour_words,
            components=_COLOUR_COMPONENTS,
            seed=recipe.seed,
        ),
        learn_words(
            _some([one.cells.shapes for one in descriptions], rng),
            recipe.shape_words,
            components=_SHAPE_COMPONENTS,
            evened=_SHAPES_EVENED,
            seed=recipe.seed,
        ),
    )


def _some(cells: Sequence[FloatRows], rng: np.random.Generator) -> FloatRows:
    """(n, V) a few cells of every picture."""
    chosen = [
        one[rng.choice(len(one), min(len(one), _CELLS_PER_PICTURE), replace=False)] for one in cells
    ]
    return np.concatenate(chosen)


def _group_weights(words: Words, description: Description) -> FloatArray:
    """(D,) divisors after which the squared distance is the mean over groups of that kernel."""
    sizes = group_sizes(words, description)
    return np.concatenate([np.full(size, np.sqrt(2.0 * size * len(sizes))) for size in sizes])


def _head(mapped: FloatArray, wanted: FloatArray, ridge: float, unseen: FloatArray) -> Head:
    weights, bias = _ridge(mapped, wanted, ridge)
    return Head(weights, bias, float(unseen.mean()), float(max(unseen.std(), 1e-6)))


def _ridge(mapped: FloatArray, wanted: FloatArray, ridge: float) -> tuple[FloatArray, float]:
    """Weights and bias of a ridge regression, solved in its dual form."""
    bias = float(wanted.mean())
    kernel = mapped @ mapped.T + ridge * np.eye(len(mapped))
    return mapped.T @ np.linalg.solve(kernel, wanted - bias), bias


def predict_unseen_themes(
    descriptions: Sequence[Description],
    ratings: FloatArray,
    themes: Sequence[str],
    *,
    recipe: PictureRecipe | None = None,
    folds: int = FOLDS,
    seed: int = 10,
    monitor: Monitor = SILENT,
) -> Unseen:
    """Ten-fold by theme: words, components and weights are all learned without the fold's themes.

    The errors are predicted in a second round: each fold's by regressions on the errors that the
    other folds' pictures met.
    """
    recipe = recipe or PictureRecipe()
    fold_of = theme_folds(themes, folds, seed)
    found, expected = np.empty_like(ratings), np.empty_like(ratings)
    kernels: list[FloatArray] = []
    for fold in range(folds):
        monitor.advance("cross-validation", fold, folds)
        seen = fold_of != fold
        mapping = fit_map(
            [one for one, kept in zip(descriptions, seen, strict=True) if kept], recipe
        )
        mapped = mapping(descriptions)
        kernels.append(mapped @ mapped.T)
        found[~seen] = _heldout(kernels[-1], seen, ratings, recipe.ridges)
    missed = np.abs(found - ratings)
    for fold, kernel in enumerate(kernels):
        seen = fold_of != fold
        expected[~seen] = _heldout(kernel, seen, missed, (_ERROR_RIDGE,) * len(AXES))
    return Unseen(found, expected)


def _heldout(
    kernel: FloatArray,
    seen: NDArray[np.bool_],
    wanted: FloatArray,
    ridges: Sequence[float],
) -> FloatArray:
    """(M, 2) ridge regressions on the pictures that were seen, at the M that were not.

    In the dual form both axes share the kernel, and nothing is as large as the map is wide.
    """
    among, across = kernel[np.ix_(seen, seen)], kernel[np.ix_(~seen, seen)]
    told = np.empty((len(across), len(ridges)))
    for axis, ridge in enumerate(ridges):
        bias = float(wanted[seen, axis].mean())
        weights = np.linalg.solve(among + ridge * np.eye(len(among)), wanted[seen, axis] - bias)
        told[:, axis] = across @ weights + bias
    return told


def theme_folds(themes: Sequence[str], folds: int, seed: int) -> NDArray[np.int64]:
    """(N,) fold of each picture; pictures of one theme are near-duplicates and stay together."""
    names = sorted(set(themes))
    if len(names) < folds:
        raise ValueError(f"{len(names)} themes cannot make {folds} folds")
    place = {
        names[theme]: rank % folds
        for rank, theme in enumerate(np.random.default_rng(seed).permutation(len(names)))
    }
    return np.array([place[theme] for theme in themes])
