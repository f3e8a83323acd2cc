"""The click track: a tick on every beat of the take, a higher one where a bar begins. No Qt."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from emsync_desktop.preview.sound import RATE, FloatArray

_LENGTH = RATE * 30 // 1000
_BEAT_HZ, _BAR_HZ = 1000.0, 1600.0
_LEVEL = 0.25


def _tick(frequency_hz: float) -> FloatArray:
    """(30 ms, 1) of a tone that dies away."""
    time_s = np.arange(_LENGTH) / RATE
    tone = np.sin(2 * np.pi * frequency_hz * time_s) * np.exp(-time_s * 180) * _LEVEL
    return tone.astype(np.float32)[:, None]


class ClickTrack:
    """Beats in seconds, strictly increasing, and which of them begin a bar."""

    def __init__(self, beats_s: Sequence[float], bars_s: Sequence[float]) -> None:
        self._starts: NDArray[np.int64] = np.rint(np.asarray(beats_s) * RATE).astype(np.int64)
        bars = np.rint(np.asarray(bars_s) * RATE).astype(np.int64)
        self._is_bar = np.isin(self._starts, bars)
        self._ticks = (_tick(_BEAT_HZ), _tick(_BAR_HZ))

    def add(self, samples: FloatArray, start: int) -> None:
        """Add what ticks within (n, 2) samples that start at a sample of the film."""
        end = start + len(samples)
        first, last = np.searchsorted(self._starts, [start - _LENGTH + 1, end])
        for at, is_bar in zip(
            self._starts[first:last].tolist(), self._is_bar[first:last].tolist(), strict=True
        ):
            tick = self._ticks[is_bar]
            begin, stop = max(at, start), min(at + _LENGTH, end)
            samples[begin - start : stop - start] += tick[begin - at : stop - at]
