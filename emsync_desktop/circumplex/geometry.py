"""The circumplex in pixels: valence to the right, arousal upwards. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

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
