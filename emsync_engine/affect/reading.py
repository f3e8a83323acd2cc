"""How the emotion of music is read: one Protocol for the regressor and for the judge.

``regressor.shipped_regressor()`` labels the training music, ranks takes and measures the VA error;
``judge.shipped_judge()`` is of another kind, learned from other pieces, and is kept for judging:
nothing is labelled with it, nothing ranked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from emsync_engine.project.model import VAPoint
from emsync_engine.project.notes import Music

FloatArray = NDArray[np.float64]

WINDOW_S = 12.0
"""Length of music that one reading speaks of (windows of 8 to 16 s, DESIGN section 4)."""


@dataclass(frozen=True, slots=True)
class AffectReading:
    """Valence and arousal of a stretch of music, with how far a reading usually lies off.

    ``point`` is on the scale of the composer's labels: 0 is the middle, -1 and 1 are the ends of
    the training music. The spreads are standard deviations on the same scale.
    """

    point: VAPoint
    valence_spread: float
    arousal_spread: float


class AffectReader(Protocol):
    """Reads valence and arousal from notes; velocities and programs are never looked at."""

    def read(self, music: Music, start_s: float, end_s: float) -> AffectReading:
        """Reading of the stretch, the mean of its windows of 12 s.

        What cannot be read is 0 with a spread of 1: both axes of silence, the valence of drums.
        """

    def read_windows(
        self, music: Music, centres_s: FloatArray, width_s: float = WINDOW_S
    ) -> FloatArray:
        """Valence and arousal of the windows around (N,) centres, all at once.

        Returns
        -------
        (N, 2) float64 in [-1, 1]: NaN where nothing sounds, valence NaN where only drums do
        """
