"""The circumplex in pixels: valence to the right, arousal upwards. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from emsync_engine.emotion.mapping import EkmanMixture
from emsync_engine.project.model import EMOTIONS, VAPoint

STEP = 0.05
FINE_STEP = 0.01


@dataclass(frozen=True, slots=True)
class Square:
    """Where -1..1 by -1..1 lies in a widget: its centre and half its side, in pixels."""

    centre_x: float
    centre_y: float
    half: float

    @classmethod
    def inside(cls, width: float, height: float, margin_px: float) -> Square:
        """The largest square with room for labels around it."""
        half = max(10.0, min(width, height) / 2 - margin_px)
        return cls(width / 2, height / 2, half)

    def xy_of(self, point: VAPoint) -> tuple[float, float]:
        return (
            self.centre_x + point.valence * self.half,
            self.centre_y - point.arousal * self.half,
        )

    def point_at(self, x: float, y: float) -> VAPoint:
        """The nearest point inside, to two decimals: what the fields show is what is meant."""
        return clipped(
            (x - self.centre_x) / self.half,
            (self.centre_y - y) / self.half,
        )


def clipped(valence: float, arousal: float) -> VAPoint:
    """A point within -1..1, to two decimals."""
    return VAPoint(round(min(max(valence, -1.0), 1.0), 2), round(min(max(arousal, -1.0), 1.0), 2))


def moved(point: VAPoint, valence: float, arousal: float) -> VAPoint:
    """A point moved by some valence and arousal."""
    return clipped(point.valence + valence, point.arousal + arousal)


@cache
def landmarks() -> dict[str, VAPoint]:
    """The words on the circumplex and where they stand: the mapped means, calm and neutral."""
    means = EkmanMixture().means
    places: dict[str, VAPoint] = {
        emotion: VAPoint(float(mean[0]), float(mean[1]))
        for emotion, mean in zip(EMOTIONS, means, strict=True)
    }
    return {**places, "calm": VAPoint(0.6, -0.6), "neutral": VAPoint(0.0, 0.0)}


@cache
def spreads() -> dict[str, tuple[float, float]]:
    """One standard deviation of valence and of arousal for each of the six emotions, as mapped."""
    stds = EkmanMixture().stds
    return {name: (float(v), float(a)) for name, (v, a) in zip(EMOTIONS, stds, strict=True)}


def uncertainty(distribution: tuple[float, ...]) -> tuple[float, float]:
    """One standard deviation of valence and arousal under a distribution of the six emotions.

    That of the whole mixture: Var[x] = sum of p (std^2 + mean^2), less the square of its mean.
    """
    mixture, shares = EkmanMixture(), np.array(distribution, dtype=np.float64)
    shares = shares / shares.sum()
    mean = shares @ mixture.means
    variance = shares @ (mixture.stds**2 + mixture.means**2) - mean**2
    valence, arousal = np.sqrt(np.maximum(variance, 0.0))
    return float(valence), float(arousal)


MOST_OF_TRAIL = 120


def trail_around(points: NDArray[np.float64], index: int) -> tuple[NDArray[np.float64], int]:
    """The path of a film's segments over the circumplex, and which of its corners is the chosen.

    Parameters
    ----------
    points : (N, 2) valence and arousal of each segment, in order of time
    index : the chosen segment

    Returns
    -------
    At most ``MOST_OF_TRAIL`` points around the chosen one: a path of thousands would cover all.
    """
    first = max(0, min(index - MOST_OF_TRAIL // 2, len(points) - MOST_OF_TRAIL))
    return points[first : first + MOST_OF_TRAIL], index - first
