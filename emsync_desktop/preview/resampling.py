"""The mix at the rate of a device that does not play 48 kHz. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from math import gcd

import numpy as np

from emsync_desktop.preview.sound import RATE, FloatArray

_TAPS = 32
_BETA = 8.0  # of the Kaiser window: what is folded back lies 80 dB down
_PASSED = 0.95  # of the lower of both bandwidths

Reading = Callable[[int, int], FloatArray]


class Resampled:
    """Reads from a place on as the mix does, but places and counts are samples of the device.

    Samples are weighted by a windowed sinc, of which there is one for every place that a sample of
    the device can have between two of the mix (147 at 44.1 kHz). The mix is asked for every sample
    once, in order, as long as this is.

    Parameters
    ----------
    read : (count, 2) samples at 48 kHz from a place on
    rate : of the device, in Hz
    """

    def __init__(self, read: Reading, rate: int) -> None:
        self._read = read
        divisor = gcd(RATE, rate)
        self._up, self._down = rate // divisor, RATE // divisor
        self._weights = _sinc_table(self._up, min(1.0, rate / RATE) * _PASSED)
        self._held: FloatArray = np.zeros((0, 2), np.float32)
        self._held_from = 0

    def read(self, start: int, count: int) -> FloatArray:
        """(count, 2) float32 from a sample of the device on."""
        moments = np.arange(start, start + count) * self._down
        before, phases = np.divmod(moments, self._up)
        first = int(before[0]) - _TAPS // 2 + 1
        self._hold(first, int(before[-1]) + _TAPS // 2 + 1)
        places = (before - _TAPS // 2 + 1 - first)[:, None] + np.arange(_TAPS)
        taken = np.einsum("nt,ntc->nc", self._weights[phases], self._held[places])
        return taken.astype(np.float32)

    def _hold(self, first: int, end: int) -> None:
        """Have the samples [first, end) of the mix at hand, and none before."""
        held_to = self._held_from + len(self._held)
        if not self._held_from <= first <= held_to:
            self._held, self._held_from, held_to = self._held[:0], first, first
        if end > held_to:
            self._held = np.concatenate([self._held, self._read(held_to, end - held_to)])
        self._held = self._held[first - self._held_from :]
        self._held_from = first


def _sinc_table(phases: int, cutoff: float) -> FloatArray:
    """(phases, taps) float32 weights that add up to 1, for places 0, 1/phases, ... after a sample.

    ``cutoff`` is the highest frequency that passes, of half the mix' rate.
    """
    shares = np.arange(phases)[:, None] / phases
    distances = np.arange(_TAPS) - (_TAPS // 2 - 1) - shares
    inside = np.clip(1 - (distances / (_TAPS / 2)) ** 2, 0, None)
    window = np.i0(_BETA * np.sqrt(inside)) / np.i0(_BETA)
    weights = cutoff * np.sinc(cutoff * distances) * window
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
