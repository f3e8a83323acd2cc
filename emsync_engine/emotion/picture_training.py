"""Fitting the picture model to rated pictures, and judging it on themes it has not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from emsync_engine.emotion.picture_model import (
    AxisModel,
    Descriptors,
    FloatArray,
    GroupMap,
    PictureModel,
    joint_map,
)
from emsync_engine.monitor import SILENT, Monitor

_LEAST_SCALE = 1e-3  # a feature that hardly varies among the rated pictures is not blown up


@dataclass(frozen=True, slots=True)
class AxisRecipe:
    """How one axis is fitted.

    ``kernel_rates`` gives for each group gamma in exp(-gamma |x - y|^2 / (2 D)), x and y
    standardised; ``ridge`` the penalty on kernels averaged to one.
    """

    kernel_rates: Mapping[str, float]
    ridge: float
    frequencies: int = 512
    seed: int = 0


VALENCE = AxisRecipe(
    MappingProxyType({"palette": 0.25, "orientation": 0.25, "layout": 0.25, "hue": 1.0}), ridge=0.1
)
AROUSAL = AxisRecipe(
    MappingProxyType({"scales": 0.25, "texture": 0.25, "statistics": 0.25, "palette": 0.25}),
    ridge=0.3,
)


def fit_picture_model(
    descriptors: Descriptors,
    ratings: FloatArray,
    themes: Sequence[str],
    *,
    valence: AxisRecipe = VALENCE,
    arousal: AxisRecipe = AROUSAL,
    monitor: Monitor = SILENT,
) -> PictureModel:
    """Fit both axes on all pictures; ``ratings`` is (N, 2) valence and arousal in [-1, 1].

    The reference mean and deviation come from ten-fold predictions by theme, because predictions on
    the training pictures themselves spread more widely than on any film.
    """
    axes = []
    for column, recipe in enumerate((valence, arousal)):
        unseen = predict_unseen_themes(
            descriptors, ratings[:, column], themes, recipe, monitor=monitor
        )
        axis = fit_axis(descriptors, ratings[:, column], recipe)
        axes.append(
            AxisModel(
                axis.groups, axis.weights, axis.bias, float(unseen.mean()), float(unseen.std())
            )
        )
    return PictureModel(*axes)


def fit_axis(descriptors: Descriptors, ratings: FloatArray, recipe: AxisRecipe) -> AxisModel:
    """Ridge regression of (N,) ratings on the mapped features, solved in its dual form."""
    rng = np.random.default_rng(recipe.seed)
    groups = {
        name: _group_map(descriptors[name], rate, recipe.frequencies, rng)
        for name, rate in recipe.kernel_rates.items()
    }
    mapped = joint_map(groups, descriptors)
    bias = float(ratings.mean())
    kernel = mapped @ mapped.T + recipe.ridge * np.eye(len(mapped))
    weights = mapped.T @ np.linalg.solve(kernel, ratings - bias)
    fitted = mapped @ weights + bias
    return AxisModel(groups, weights, bias, float(fitted.mean()), float(fitted.std()))


def predict_unseen_themes(
    descriptors: Descriptors,
    ratings: FloatArray,
    themes: Sequence[str],
    recipe: AxisRecipe,
    *,
    folds: int = 10,
    seed: int = 10,
    monitor: Monitor = SILENT,
) -> FloatArray:
    """(N,) predictions, each by a model that saw no picture of the same theme."""
    fold_of = theme_folds(themes, folds, seed)
    predicted = np.empty(len(ratings))
    for fold in range(folds):
        monitor.advance("cross-validation", fold, folds)
        held_out = fold_of == fold
        axis = fit_axis(_rows(descriptors, ~held_out), ratings[~held_out], recipe)
        predicted[held_out] = axis.predict(_rows(descriptors, held_out))
    return predicted


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


def _rows(descriptors: Descriptors, chosen: NDArray[np.bool_]) -> dict[str, FloatArray]:
    return {name: values[chosen] for name, values in descriptors.items()}


def _group_map(
    values: FloatArray, rate: float, frequencies: int, rng: np.random.Generator
) -> GroupMap:
    """Standardise by the training pictures and draw orthogonal random frequencies."""
    size = values.shape[1]
    drawn: list[FloatArray] = []
    while sum(map(len, drawn)) < frequencies:
        square, _ = np.linalg.qr(rng.normal(size=(size, size)))
        drawn.append(square * np.sqrt(rng.chisquare(size, size=size))[:, None])
    return GroupMap(
        mean=values.mean(axis=0),
        scale=values.std(axis=0) + _LEAST_SCALE,
        frequencies=np.concatenate(drawn)[:frequencies] * np.sqrt(rate / size),
    )
