"""A true-peak limiter that sees the whole music before it acts.

What passes the ceiling is turned down by a smooth curve of gain, the same for every stem; all else
keeps its level. Nothing is ever turned up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emsync_engine.render.loudness import CHUNK
from emsync_engine.render.synthesizer import SAMPLE_RATE

BLOCK = 32
"""Samples between two points of the curve: 0.67 ms."""

ATTACK_BLOCKS = 4  # on either side of a peak: the curve goes down over 6 ms, and rounds its corners
RELEASE_DB_PER_S = 24.0

NOTICED_DB = 0.1
LARGEST_DB = 6.0
"""More than this much for longer than ``LONG_SHARE`` of the music is no limiting any more."""

LONG_SHARE = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Limiting:
    """How much a sound is turned down over time: (B,) dB, 0 or more, at every 32nd sample."""

    reduction_db: NDArray[np.float64]

    @property
    def largest_db(self) -> float:
        return float(self.reduction_db.max(initial=0.0))

    @property
    def share(self) -> float:
        """Share of the time in which it is turned down by 0.1 dB or more."""
        if len(self.reduction_db) == 0:
            return 0.0
        return float(np.mean(self.reduction_db >= NOTICED_DB))

    @property
    def is_bearable(self) -> bool:
        """Whether it stays within 6 dB but for a hundredth of the time."""
        if len(self.reduction_db) == 0:
            return True
        return bool(np.mean(self.reduction_db > LARGEST_DB) <= LONG_SHARE)

    @property
    def working(self) -> list[tuple[int, int]]:
        """Stretches [start, end) of samples, in order, outside of which nothing is turned down."""
        turned = np.concatenate([[False], self.reduction_db > 0, [False]])
        edges = np.flatnonzero(turned[1:] != turned[:-1])
        return [
            (max(int(first) - 1, 0) * BLOCK, (int(last) + 1) * BLOCK)
            for first, last in edges.reshape(-1, 2)
        ]

    def gains(self, start: int, count: int) -> NDArray[np.float32]:
        """(count, 1) gains of the samples from ``start`` on; straight lines between the points."""
        points = 10 ** (-self._around(start, count) / 20)
        if np.all(points == 1):
            return np.ones((count, 1), np.float32)
        first = max(start // BLOCK - 1, 0)
        places = np.arange(start, start + count) - (first * BLOCK + BLOCK / 2)
        gains = np.interp(places / BLOCK, np.arange(len(points)), points)
        return gains[:, None].astype(np.float32)

    def _around(self, start: int, count: int) -> NDArray[np.float64]:
        """Points of the curve on which the gains of some samples depend."""
        return self.reduction_db[max(start // BLOCK - 1, 0) : (start + count) // BLOCK + 2]

    def piece(
        self, samples: NDArray[np.float32], start: int, end: int, gain: float
    ) -> NDArray[np.float32]:
        """Samples [start, end) of (N, C), with a gain and turned down by the curve; a new array."""
        found = samples[start:end]
        limited: NDArray[np.float32] = found * np.float32(gain)
        if np.any(self._around(start, len(found))):
            limited *= self.gains(start, len(found))
        return limited

    def applied(self, samples: NDArray[np.float32], gain: float) -> Iterator[NDArray[np.float32]]:
        """(n, C) pieces of 10 s of (N, C) samples, with a gain and turned down by the curve."""
        for start in range(0, len(samples), CHUNK):
            yield self.piece(samples, start, start + CHUNK, gain)


def limiting(peaks: NDArray[np.float64], ceiling_db: float) -> Limiting:
    """The curve that keeps blocks with these peaks (dB) under a ceiling (dB).

    A peak is turned down by what it is too high, over the 3 ms on either side of it; then the
    level comes back by 24 dB a second. Both ways the curve is smoothed by a window of 6 ms, under
    which no point falls below what its peak needs.
    """
    from scipy.ndimage import convolve1d, maximum_filter1d

    if len(peaks) == 0:
        return Limiting(np.zeros(0))
    over = np.maximum(peaks - ceiling_db, 0.0)
    if not np.any(over):
        return Limiting(over)
    climb = np.arange(len(over)) * (RELEASE_DB_PER_S * BLOCK / SAMPLE_RATE)
    held = np.maximum.accumulate(over + climb) - climb
    window = np.hanning(2 * ATTACK_BLOCKS + 3)[1:-1]
    # one block wider than the window: between two points the line must lie high enough as well
    widened = maximum_filter1d(held, len(window) + 2, mode="nearest")
    return Limiting(convolve1d(widened, window / window.sum(), mode="nearest"))
