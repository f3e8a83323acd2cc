"""Fitting the text model, and judging it on texts it has not seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emsync_engine.emotion.labelled_texts import LabelledTexts, Split
from emsync_engine.emotion.text_emotion import ALL_LABELS, FINE_LABELS, TextModel, weighed
from emsync_engine.emotion.text_pieces import Pieces, pieces_of
from emsync_engine.monitor import SILENT, Monitor

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_TOLD_EVERY = 500  # texts
_INT8 = 127
_TRIED = np.linspace(0.2, 0.9998, 400)  # quantiles of a label's probability


@dataclass(frozen=True, slots=True)
class TextRecipe:
    """How the model is fitted: pieces of at least so many texts, ``ridge`` on their weights.

    Both were chosen on the validation split. The fit is convex and starts from zero, so that it
    needs no seed.
    """

    least_texts: int = 3
    ridge: float = 0.7
    iterations: int = 50


@dataclass(frozen=True, slots=True)
class LabelScore:
    """Precision, recall and F1 of one label, and how many texts people gave it."""

    label: str
    precision: float
    recall: float
    f1: float
    texts: int


@dataclass(frozen=True, slots=True)
class TextTraining:
    """A fitted model, and its scores on the test split for 28 and for 7 labels."""

    model: TextModel
    fine: tuple[LabelScore, ...]
    broad: tuple[LabelScore, ...]


def train_text_model(
    splits: Mapping[Split, LabelledTexts],
    *,
    recipe: TextRecipe | None = None,
    monitor: Monitor = SILENT,
) -> TextTraining:
    """Fit on the training split, choose thresholds on the validation split, score on the test."""
    recipe = recipe or TextRecipe()
    model = fit_text_model(splits["train"], recipe=recipe, monitor=monitor)
    thresholds = best_thresholds(model.read(splits["dev"].texts), splits["dev"].labels)
    model = TextModel(model.keys, model.rarity, model.weights, model.scales, model.bias, thresholds)
    scores = score_labels(model.read(splits["test"].texts), splits["test"].labels, thresholds)
    return TextTraining(model, scores[: len(FINE_LABELS)], scores[len(FINE_LABELS) :])


def fit_text_model(
    learned: LabelledTexts, *, recipe: TextRecipe, monitor: Monitor = SILENT
) -> TextModel:
    """Logistic regressions on all labels at once; thresholds of one half."""
    pieces: list[Pieces] = []
    for done, text in enumerate(learned.texts):
        if done % _TOLD_EVERY == 0:
            monitor.advance("pieces", done, len(learned.texts))
        pieces.append(pieces_of(text))
    keys, rarity = _known_pieces(pieces, recipe.least_texts)
    rows = _matrix(pieces, keys, rarity)
    weights, bias = _logistic(rows, learned.labels, recipe, monitor)
    scales = np.maximum(np.abs(weights).max(axis=0), 1e-6) / _INT8
    whole = np.rint(weights / scales).astype(np.int8)
    return TextModel(keys, rarity, whole, scales, bias, np.full(len(ALL_LABELS), 0.5))


def _known_pieces(
    pieces: Sequence[Pieces], least_texts: int
) -> tuple[NDArray[np.uint32], FloatArray]:
    """Pieces of enough texts, in the order of their hashes, and how rare each is."""
    texts: Counter[int] = Counter()
    for one in pieces:
        for counted in one.values():
            texts.update(counted.keys())
    kept = sorted(key for key, count in texts.items() if count >= least_texts)
    rarity = np.log(len(pieces) / np.array([texts[key] for key in kept], np.float64))
    return np.array(kept, np.uint32), rarity.astype(np.float16).astype(np.float64)


def _matrix(pieces: Sequence[Pieces], keys: NDArray[np.uint32], rarity: FloatArray) -> Any:
    """(N, P) sparse float32."""
    from scipy.sparse import csr_matrix

    found = [weighed(one, keys, rarity) for one in pieces]
    ends = np.cumsum([0, *(len(places) for places, _ in found)])
    values = np.concatenate([value for _, value in found]).astype(np.float32)
    places = np.concatenate([place for place, _ in found])
    return csr_matrix((values, places, ends), shape=(len(pieces), len(keys)))


def _logistic(
    rows: Any, labels: BoolArray, recipe: TextRecipe, monitor: Monitor
) -> tuple[FloatArray, FloatArray]:
    """Weights (P, L) and bias (L,) of least penalised log loss, by L-BFGS."""
    from scipy.optimize import minimize

    wanted, columns = labels.astype(np.float32), rows.T.tocsr()
    shape = (rows.shape[1] + 1, labels.shape[1])
    steps = 0

    def loss_and_slope(flat: FloatArray) -> tuple[float, FloatArray]:
        nonlocal steps
        monitor.advance("fit", min(steps, recipe.iterations), recipe.iterations)
        steps += 1
        both = flat.reshape(shape).astype(np.float32)
        said = rows @ both[:-1] + both[-1]
        loss = float((np.logaddexp(0, said) - said * wanted).sum())
        missed = 1 / (1 + np.exp(-said)) - wanted
        slope = np.vstack([columns @ missed + recipe.ridge * both[:-1], missed.sum(axis=0)])
        penalty = recipe.ridge / 2 * float((both[:-1].astype(np.float64) ** 2).sum())
        return loss + penalty, slope.ravel().astype(np.float64)

    first = np.zeros(shape)
    share = np.clip(wanted.mean(axis=0), 1e-4, 1 - 1e-4)
    first[-1] = np.log(share / (1 - share))
    options = {"maxiter": recipe.iterations, "maxcor": 5}
    found = minimize(loss_and_slope, first.ravel(), jac=True, method="L-BFGS-B", options=options)
    both = found.x.reshape(shape)
    return both[:-1], both[-1]


def best_thresholds(probability: FloatArray, labels: BoolArray) -> FloatArray:
    """(L,) threshold of greatest F1 for each label, from (N, L) probabilities."""
    chosen = np.full(labels.shape[1], 0.5)
    for column in range(labels.shape[1]):
        tried = np.unique(np.quantile(probability[:, column], _TRIED))
        f1 = [_f1(probability[:, column] >= one, labels[:, column])[2] for one in tried]
        chosen[column] = tried[int(np.argmax(f1))]
    return chosen


def score_labels(
    probability: FloatArray, labels: BoolArray, thresholds: FloatArray
) -> tuple[LabelScore, ...]:
    """Precision, recall and F1 of each of ``ALL_LABELS``."""
    held = probability >= thresholds
    return tuple(
        LabelScore(name.split(".")[1], *_f1(held[:, at], labels[:, at]), int(labels[:, at].sum()))
        for at, name in enumerate(ALL_LABELS)
    )


def _f1(held: BoolArray, wanted: BoolArray) -> tuple[float, float, float]:
    right = float((held & wanted).sum())
    precision = right / max(float(held.sum()), 1.0)
    recall = right / max(float(wanted.sum()), 1.0)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def macro(scores: Sequence[LabelScore]) -> LabelScore:
    """Plain mean over the labels."""
    means = np.mean([[one.precision, one.recall, one.f1] for one in scores], axis=0)
    precision, recall, f1 = map(float, means)
    return LabelScore("macro-average", precision, recall, f1, sum(one.texts for one in scores))
