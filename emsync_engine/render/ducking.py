"""Music that makes room for speech, as gain over time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from emsync_engine.project.ducking import Ducking
from emsync_engine.render.synthesizer import SAMPLE_RATE

POINTS_PER_S = 200
"""Points of the curve in a second; between them it runs straight."""


class Spoken(Protocol):
    """A stretch in which somebody speaks, as ``features.speech.SpeechSpan``."""

    @property
    def start_s(self) -> float: ...

    @property
    def end_s(self) -> float: ...


@dataclass(frozen=True, slots=True, eq=False)
class DuckingCurve:
    """How much softer the music is: (K,) dB, 0 or more, 200 a second from the start on."""

    reduction_db: NDArray[np.float64]

    @property
    def share(self) -> float:
        """Share of the time in which the music is softer by 1 dB or more."""
        return float(np.mean(self.reduction_db >= 1.0)) if len(self.reduction_db) else 0.0

    def gains(self, start: int, count: int) -> NDArray[np.float32]:
        """(count, 1) gains of the samples (48 kHz) from ``start`` on; 1 beyond the end."""
        places = (start + np.arange(count)) * (POINTS_PER_S / SAMPLE_RATE)
        points = np.arange(len(self.reduction_db))
        if len(points) == 0:
            return np.ones((count, 1), np.float32)
        reduction = np.interp(places, points, self.reduction_db, right=0.0)
        gains: NDArray[np.float32] = (10 ** (-reduction / 20)).astype(np.float32)
        return gains[:, None]


def ducking_curve(spans: Iterable[Spoken], ducking: Ducking, duration_s: float) -> DuckingCurve:
    """The curve that makes room for some spans of speech; flat where ducking is off.

    Down and up along half a cosine in dB: a fade that nobody hears begin or end. Where two spans
    meet, the deeper one counts, so that the music does not come up between two sentences.
    """
    reduction = np.zeros(round(duration_s * POINTS_PER_S) + 1)
    if not ducking.is_on or ducking.depth_db == 0:
        return DuckingCurve(reduction)
    for span in spans:
        first = max(round((span.start_s - ducking.attack_s) * POINTS_PER_S), 0)
        last = min(round((span.end_s + ducking.release_s) * POINTS_PER_S) + 1, len(reduction))
        times_s = np.arange(first, last) / POINTS_PER_S
        before = (span.start_s - times_s) / ducking.attack_s
        after = (times_s - span.end_s) / ducking.release_s
        away = np.clip(np.maximum(before, after), 0.0, 1.0)
        depth = ducking.depth_db * (0.5 + 0.5 * np.cos(np.pi * away))
        reduction[first:last] = np.maximum(reduction[first:last], depth)
    return DuckingCurve(reduction)
