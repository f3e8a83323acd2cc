"""Ekman's six emotions and valence-arousal: the thesis' mixture of Gaussians, both ways.

References
----------
Thesis, section 6.1 and table 6.1: means and standard deviations from Russell and Mehrabian (1977),
each axis mapped by the least and greatest of its means onto [-r, r], standard deviations scaled
alike. The inverse (Bayes over the mixture) is ours and only labels a point for display.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from emsync_engine.project.model import EMOTIONS, Emotion, VAPoint

FloatArray = NDArray[np.float64]
DisplayLabel = Literal["anger", "disgust", "fear", "joy", "sadness", "surprise", "calm", "neutral"]
DISPLAY_LABELS: tuple[DisplayLabel, ...] = get_args(DisplayLabel)

DEFAULT_RANGE = 0.8

# Thesis, table 6.1: mean and standard deviation of valence, then of arousal.
_RATED: dict[Emotion, tuple[float, float, float, float]] = {
    "anger": (-0.51, 0.20, 0.59, 0.29),
    "disgust": (-0.60, 0.20, 0.35, 0.41),
    "fear": (-0.64, 0.20, 0.60, 0.32),
    "joy": (0.76, 0.22, 0.48, 0.26),
    "sadness": (-0.63, 0.23, -0.27, 0.34),
    "surprise": (0.40, 0.30, 0.67, 0.27),
}

# Ekman has no word for the quiet, pleasant quarter, nor for nothing in particular (DESIGN 3).
_BEYOND_EKMAN: MappingProxyType[DisplayLabel, tuple[float, float]] = MappingProxyType(
    {"calm": (0.6, -0.6), "neutral": (0.0, 0.0)}
)


@dataclass(frozen=True)
class EkmanMixture:
    """One Gaussian for each of ``EMOTIONS``, in that order, mapped onto [-r, r].

    ``r`` is the greatest absolute value that a mean takes; ValueError outside 0 < r <= 1.
    """

    r: float = DEFAULT_RANGE

    def __post_init__(self) -> None:
        if not 0 < self.r <= 1:
            raise ValueError(f"the range of the mapped means lies in 0..1, not {self.r}")

    @cached_property
    def means(self) -> FloatArray:
        """(6, 2) valence and arousal of each emotion: x' = 2r (x - min) / (max - min) - r."""
        rated = _rated_means()
        low, high = rated.min(axis=0), rated.max(axis=0)
        mapped: FloatArray = 2 * self.r * (rated - low) / (high - low) - self.r
        return mapped

    @cached_property
    def stds(self) -> FloatArray:
        """(6, 2) standard deviations, scaled like the means but not shifted."""
        rated = _rated_means()
        spread = rated.max(axis=0) - rated.min(axis=0)
        stds: FloatArray = 2 * self.r * _rated_stds() / spread
        return stds

    def mean(self, distribution: Sequence[float]) -> VAPoint:
        """Mean of the mixture: the means of the emotions, weighted by their probabilities."""
        return _point(_probabilities(distribution) @ self.means)

    def sample(self, distribution: Sequence[float], rng: np.random.Generator) -> VAPoint:
        """Draw an emotion, then a point from its Gaussian, clipped to [-1, 1]."""
        emotion = rng.choice(len(EMOTIONS), p=_probabilities(distribution))
        return _point(rng.normal(self.means[emotion], self.stds[emotion]))

    def posterior(self, point: VAPoint) -> tuple[float, ...]:
        """Probability of each emotion at a point, by Bayes with a uniform prior."""
        offset = (np.array([point.valence, point.arousal]) - self.means) / self.stds  # (6, 2)
        log_density = -0.5 * (offset**2).sum(axis=1) - np.log(self.stds).sum(axis=1)
        density = np.exp(log_density - log_density.max())
        return tuple(float(p) for p in density / density.sum())

    def display_label(self, point: VAPoint) -> DisplayLabel:
        """Nearest of the six mapped means, "calm" and "neutral"; the first one on a tie."""
        places = np.vstack([self.means, list(_BEYOND_EKMAN.values())])
        distance = ((places - [point.valence, point.arousal]) ** 2).sum(axis=1)
        return DISPLAY_LABELS[int(distance.argmin())]


def mixture_mean(distribution: Sequence[float]) -> VAPoint:
    """VA point of an emotion distribution: the mean of the default mixture."""
    return _DEFAULT.mean(distribution)


def sample_mixture(distribution: Sequence[float], rng: np.random.Generator) -> VAPoint:
    """VA point drawn from the default mixture under an emotion distribution."""
    return _DEFAULT.sample(distribution, rng)


def emotion_posterior(point: VAPoint) -> tuple[float, ...]:
    """Probability of each of ``EMOTIONS`` at a VA point, under the default mixture."""
    return _DEFAULT.posterior(point)


def display_label(point: VAPoint) -> DisplayLabel:
    """Word to show for a VA point: one of the six, "calm" or "neutral"."""
    return _DEFAULT.display_label(point)


def _rated_means() -> FloatArray:
    return np.array([[_RATED[emotion][0], _RATED[emotion][2]] for emotion in EMOTIONS])


def _rated_stds() -> FloatArray:
    return np.array([[_RATED[emotion][1], _RATED[emotion][3]] for emotion in EMOTIONS])


def _probabilities(distribution: Sequence[float]) -> FloatArray:
    """(6,) the distribution, made to sum to one; ValueError if it is none."""
    weights = np.asarray(distribution, dtype=np.float64)
    total = float(weights.sum())
    if (
        weights.shape != (len(EMOTIONS),)
        or not np.isfinite(total)
        or total <= 0
        or weights.min() < 0
    ):
        raise ValueError(f"an emotion distribution has six probabilities, not {distribution}")
    return weights / total


def _point(values: FloatArray) -> VAPoint:
    valence, arousal = np.clip(values, -1, 1)
    return VAPoint(float(valence), float(arousal))


_DEFAULT = EkmanMixture()
