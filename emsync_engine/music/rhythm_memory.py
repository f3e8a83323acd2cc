"""Which places of the bar a take usually strikes: the rhythm that the last bars had."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

HABIT = 4.2
"""Nats that a place gains for each time it is struck more often than others, on a log scale."""

MOST_LOST = 4.4
"""Nats that a place loses at most: less than a time loses that is no place of the bar."""

BARS_KEPT = 4.0
"""A bar counts less and less; after so many more bars a third."""

SELDOM = 0.1
"""Added to the share of bars in which a place is struck: none is ruled out."""


class RhythmMemory:
    """How often each place of a bar was struck, and what it gains by that.

    Parameters
    ----------
    meter : places of a bar
    """

    def __init__(self, meter: int) -> None:
        self._struck: NDArray[np.float64] | None = None
        self.gains = np.zeros(meter)
        """(meter,) nats, above 0 for places that are struck more often than others."""

    def keep(self, places: Iterable[float]) -> None:
        """Remember a bar by its onsets, in places from the bar line or from any other."""
        struck = np.zeros(len(self.gains))
        for place in places:
            struck[round(place) % len(struck)] = 1.0
        if self._struck is None:
            self._struck = struck
        else:
            self._struck += (struck - self._struck) / BARS_KEPT
        gains = HABIT * np.log((self._struck + SELDOM) / (self._struck.mean() + SELDOM))
        self.gains = np.maximum(gains, -MOST_LOST)
