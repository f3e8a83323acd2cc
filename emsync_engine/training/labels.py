"""Valence and arousal labels: by rule from measured features, and by the music-emotion regressor.

By rule, arousal follows tempo and density (thesis section 4.3, after Williams et al. 2015); valence
follows mode first, then register and tempo; both are ranked within a source, because a lied and a
shooter's music fill quite different ranges. The regressor says what people said far better
(``docs/models/music-va.md``) and rates all music by one measure, so its ratings are ranked over all
sources together: what is asked of the composer then means the same whatever it has learned from.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emsync_engine.music.conditioning import LABEL_KINDS
from emsync_engine.training.features import FEATURES

AROUSAL_WEIGHTS = {"onset_density": 0.6, "bpm": 0.25, "note_density": 0.15}
VALENCE_WEIGHTS = {"mode": 0.7, "register": 0.15, "bpm": 0.15}


def ranks(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N,) to their ranks, evenly over [-1, 1]; NaN stays NaN."""
    result = np.full(len(values), np.nan, dtype=np.float32)
    known = np.flatnonzero(~np.isnan(values))
    order = np.argsort(values[known], kind="stable")
    result[known[order]] = (np.arange(len(known)) + 0.5) / max(len(known), 1) * 2 - 1
    return result


def weighted_ranks(
    values: NDArray[np.float32], weights: NDArray[np.float64]
) -> NDArray[np.float32]:
    """(N,) to places in [-1, 1] such that music, by its weight (N,), fills them evenly.

    NaN stays NaN.
    """
    result = np.full(len(values), np.nan, dtype=np.float32)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    reached = np.cumsum(weights[order])
    if len(order):
        result[order] = (reached - weights[order] / 2) / reached[-1] * 2 - 1
    return result


def _weighted(
    ranked: dict[str, NDArray[np.float32]], weights: dict[str, float]
) -> NDArray[np.float32]:
    """Weighted mean of ranked features, over those that are known."""
    columns = np.stack([ranked[name] for name in weights])
    shares = np.array(list(weights.values()), dtype=np.float32)[:, None] * ~np.isnan(columns)
    total = shares.sum(axis=0)
    mean = np.nansum(np.nan_to_num(columns) * shares, axis=0) / np.maximum(total, 1e-6)
    return np.where(total > 0.3, mean, np.nan).astype(np.float32)


def label_source(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Labels for all the seconds of one source.

    Parameters
    ----------
    features : (S, 6), columns as ``FEATURES``

    Returns
    -------
    (S, 2) float32: valence and arousal, evenly over [-1, 1], NaN where unknown
    """
    ranked = {name: ranks(features[:, column]) for column, name in enumerate(FEATURES)}
    silent = features[:, FEATURES.index("register")]
    valence = _weighted(ranked, VALENCE_WEIGHTS)
    valence[np.isnan(silent)] = np.nan  # drums alone have no mode
    return np.stack([ranks(valence), ranks(_weighted(ranked, AROUSAL_WEIGHTS))], axis=1)


def labels_of_ratings(
    rated: NDArray[np.float32], ruled: NDArray[np.float32], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Labels for all the seconds of a store, by rule where the regressor says nothing.

    Parameters
    ----------
    rated : (S, 2) what the regressor says, on any scale, NaN where it says nothing
    ruled : (S, 2) labels by rule
    weights : (S,) how often each second is seen in training

    Returns
    -------
    (S, 2) float32 labels in [-1, 1], NaN where unknown; (S, 2) uint8 places in ``LABEL_KINDS``.
    Drums alone have an arousal by rule and no valence.
    """
    labels = np.stack([weighted_ranks(rated[:, axis], weights) for axis in range(2)], axis=1)
    kinds = np.full(labels.shape, LABEL_KINDS.index("regressor"), dtype=np.uint8)
    unsaid = np.isnan(labels)
    labels[unsaid] = ruled[unsaid]
    kinds[unsaid] = LABEL_KINDS.index("rule")
    kinds[np.isnan(labels)] = LABEL_KINDS.index("none")
    return labels, kinds
