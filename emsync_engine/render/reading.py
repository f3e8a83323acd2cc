"""What a meter reads of a mix, kept by place: of a part that is written anew, that part alone.

Loudness comes from the power of every 100 ms, the limiter's curve from the peak of every 32
samples. Both depend on what is near alone, so a stretch that changed costs its own length.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emsync_engine.render.limiter import BLOCK, Limiting
from emsync_engine.render.loudness import (
    CHUNK,
    SETTLED,
    SHORTEST,
    SPAN,
    STEP,
    Loudness,
    block_peaks,
    loudness_of,
    loudness_of_powers,
    measured,
    peaks_between,
    sample_peaks,
    step_powers,
)
from emsync_engine.render.spans import Changed, joined

_BLOCKS = SPAN // BLOCK
_MARGIN = 32  # samples around a span that its true peak depends on
_WORTH_A_LOOK = 0.5  # of the highest peak: between samples less than twice as much can hide

Span = tuple[int, int]
"""Samples [start, end)."""

_PieceOf = Callable[[int, int], NDArray[np.float32]]  # samples from one place to another


@dataclass(slots=True, eq=False)
class Reading:
    """Powers and peaks of (N, C) samples, which may change in places (``read_again``)."""

    samples: NDArray[np.float32]
    _powers: NDArray[np.float64]  # (S,) of each whole step
    _peaks: NDArray[np.float32]  # (C, B) of each block; true ones where they have been looked at
    _looked_at: NDArray[np.bool_]  # (C, B / 256) of each span

    @classmethod
    def of(cls, samples: NDArray[np.float32]) -> Reading:
        """Read (N, C) float32 samples at 48 kHz from end to end."""
        channels = range(samples.shape[1])
        peaks = np.stack([sample_peaks(samples[:, channel], BLOCK) for channel in channels])
        looked_at = np.zeros((len(peaks), peaks.shape[1] // _BLOCKS), np.bool_)
        return cls(samples, step_powers(samples), peaks, looked_at)

    def read_again(self, changed: Iterable[Span]) -> None:
        """Read what lies in some stretches, and what their sound leaves in the meter's filters."""
        for start, end in changed:
            if start < end:
                _weigh(self._powers, start, end + SETTLED, self._piece)
                self._forget_peaks(max(start - _MARGIN, 0), min(end + _MARGIN, len(self.samples)))

    @property
    def loudness(self) -> Loudness:
        """What a meter shows of it all."""
        if len(self.samples) < SHORTEST:
            return measured(self.samples)
        return loudness_of_powers(self._powers)

    def peaks_db(self, *, floor_db: float) -> NDArray[np.float64]:
        """True peak of every block of 32 samples, in dB.

        Where no sample reaches 6 dB below ``floor_db``, the samples' own peaks may be taken: what
        cannot pass a ceiling need not be known better.
        """
        self._look_at(0.5 * 10 ** (floor_db / 20))
        with np.errstate(divide="ignore"):
            decibels: NDArray[np.float64] = 20 * np.log10(self._highest().astype(np.float64))
        return decibels

    def limited_loudness(self, curve: Limiting, gain_db: float) -> Loudness:
        """What a meter shows after a gain and a limiter, which is read only where it works."""
        gain = 10 ** (gain_db / 20)
        if len(self.samples) < SHORTEST:
            return loudness_of(curve.applied(self.samples, gain))
        powers = self._powers * gain**2

        def limited(first: int, last: int) -> NDArray[np.float32]:
            return curve.piece(self.samples, first, last, gain)

        for start, end in _pieces(curve.working, SETTLED):
            _weigh(powers, start, end + SETTLED, limited)
        return loudness_of_powers(powers)

    def limited_peak_dbtp(self, curve: Limiting, gain_db: float) -> float:
        """True peak after a gain and a limiter; -inf for silence."""
        gain = 10 ** (gain_db / 20)
        own = self._highest()
        highest = 0.0
        for start, end in _pieces(curve.working, SPAN):
            first = max(start - _MARGIN, 0) // BLOCK
            last = min(-(-(end + _MARGIN) // BLOCK), len(own))
            highest = max(highest, self._limited_peak(curve, gain, first, last))
            own[first:last] = 0.0
        level = max(highest, gain * float(own.max(initial=0.0)))
        if level == 0:
            return -math.inf
        left = own > 0
        self._look_at(_WORTH_A_LOOK * level / gain)
        highest = max(highest, gain * float(self._highest()[left].max(initial=0.0)))
        return 20 * math.log10(max(highest, level))

    def _limited_peak(self, curve: Limiting, gain: float, first: int, last: int) -> float:
        """Highest true peak of some blocks after the limiter; what is around them is heard too."""
        before = max(first - _MARGIN // BLOCK, 0)
        after = min((last + _MARGIN // BLOCK) * BLOCK, len(self.samples))
        heard = curve.piece(self.samples, before * BLOCK, after, gain)
        level = float(np.max(np.abs(heard), initial=0.0))
        peaks = block_peaks(heard, BLOCK, floor=_WORTH_A_LOOK * level)
        return float(peaks[first - before : last - before].max(initial=0.0))

    def _piece(self, start: int, end: int) -> NDArray[np.float32]:
        return self.samples[start:end]

    def _forget_peaks(self, start: int, end: int) -> None:
        """Take the samples' own peaks in the spans that [start, end) touches."""
        first, last = start // SPAN, -(-end // SPAN)
        for channel in range(len(self._peaks)):
            sound = self.samples[first * SPAN : last * SPAN, channel]
            self._peaks[channel, first * _BLOCKS : last * _BLOCKS] = sample_peaks(sound, BLOCK)
        self._looked_at[:, first:last] = False

    def _look_at(self, floor: float) -> None:
        """Find true peaks in spans with a sample of at least ``floor``."""
        spans = self._peaks.reshape(*self._looked_at.shape, _BLOCKS)
        wanted = (spans.max(axis=2, initial=0.0) >= floor) & ~self._looked_at
        for channel, span in np.argwhere(wanted):
            found = peaks_between(self.samples[:, channel], int(span), BLOCK)
            spans[channel, span] = np.maximum(spans[channel, span], found)
            self._looked_at[channel, span] = True

    def _highest(self) -> NDArray[np.float32]:
        """(ceil(N / 32),) peaks over all channels; a new array."""
        highest: NDArray[np.float32] = self._peaks.max(axis=0, initial=0.0)
        return highest[: -(-len(self.samples) // BLOCK)]


def _weigh(powers: NDArray[np.float64], start: int, end: int, piece_of: _PieceOf) -> None:
    """Write the powers of the steps that [start, end) touches."""
    step, last = start // STEP, min(-(-end // STEP), len(powers))
    if step < last:
        first = max(step - SETTLED // STEP, 0)
        powers[step:last] = step_powers(piece_of(first * STEP, last * STEP))[step - first :]


def _pieces(spans: Iterable[Span], gap: int) -> Iterator[Span]:
    """Spans in order, joined where they are nearer to each other than ``gap``; 10 s at most."""
    for one in joined((Changed(*span) for span in spans), gap):
        for first in range(one.start, one.end, CHUNK):
            yield first, min(first + CHUNK, one.end)
