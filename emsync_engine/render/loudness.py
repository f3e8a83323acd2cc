"""How loud a mix is: loudness by ITU-R BS.1770-4 and EBU R 128, and true peak."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from emsync_engine.render.synthesizer import SAMPLE_RATE

FloatArray = NDArray[np.float64]

CHUNK = 480_000
"""Samples that are looked at at a time: 10 s, whole steps of the meter."""

STEP = SAMPLE_RATE // 10
"""Samples of which the power is taken at once: gating blocks of 400 ms begin every 100 ms."""

SETTLED = 3 * STEP
"""After so many samples nothing is left in the filters of what was heard before (-1000 dB)."""

SPAN = 8192
"""Samples that are oversampled at once, for true peaks."""

SHORTEST = 4 * STEP
"""Samples of a gating block: less is measured as if it were repeated."""

_MOMENTARY_STEPS, _SHORT_TERM_STEPS = 4, 30
_OFFSET_LUFS = -0.691
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU, _RANGE_GATE_LU = -10.0, -20.0
_SHELF_AND_HIGH_PASS = (  # BS.1770-4, tables 1 and 2: the filters at 48 kHz
    (
        1.53512485958697,
        -2.69169618940638,
        1.19839281085285,
        1.0,
        -1.69065929318241,
        0.73248077421585,
    ),
    (1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621),
)
_SURROUND = 1.41
_WEIGHTS = {
    6: (1.0, 1.0, 1.0, 0.0, _SURROUND, _SURROUND),
    8: (1.0, 1.0, 1.0, 0.0, _SURROUND, _SURROUND, _SURROUND, _SURROUND),
}
_OVERSAMPLING = 4
_HALF_LENGTH = 10 * _OVERSAMPLING
_MARGIN = 32  # samples around a span that the interpolation looks at
_WORTH_A_LOOK = 0.5  # of the highest sample: between samples less than twice as much can hide


@dataclass(frozen=True, slots=True)
class Loudness:
    """What a meter shows of a sound; -inf for silence.

    ``integrated_lufs`` over all, ``range_lu`` between its soft and loud passages (EBU Tech 3342),
    and the highest momentary (400 ms) and short-term (3 s) loudness.
    """

    integrated_lufs: float
    range_lu: float
    momentary_lufs: float
    short_term_lufs: float


def chunks_of(samples: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    """A sound in pieces of 10 s, so that two hours need little memory."""
    for start in range(0, len(samples), CHUNK):
        yield samples[start : start + CHUNK]


def integrated_loudness(samples: NDArray[np.float32]) -> float:
    """Loudness of (N, C) samples in LUFS (ITU-R BS.1770-4); -inf for silence.

    Music shorter than a gating block of 0.4 s is measured as if it were repeated.
    """
    return loudness_of(chunks_of(_long_enough(samples))).integrated_lufs


def measured(samples: NDArray[np.float32]) -> Loudness:
    """Everything that a meter shows of (N, C) samples at 48 kHz."""
    return loudness_of(chunks_of(_long_enough(samples)))


def loudness_of(chunks: Iterable[NDArray[np.float32]]) -> Loudness:
    """What a meter shows of a sound that comes in pieces of whole steps of 100 ms but the last.

    Parameters
    ----------
    chunks : each (n, C) float32 at 48 kHz; C of 6 or 8 are 5.1 and 7.1 in ffmpeg's order
    """
    powers = [power for power in _step_powers(chunks) if len(power)]
    return loudness_of_powers(np.concatenate(powers) if powers else np.zeros(0))


def loudness_of_powers(power: FloatArray) -> Loudness:
    """What a meter shows of a sound whose steps of 100 ms have these powers, (S,)."""
    momentary = _windowed(power, _MOMENTARY_STEPS)
    short_term = _windowed(power, _SHORT_TERM_STEPS)
    return Loudness(
        integrated_lufs=_gated(momentary),
        range_lu=_range(short_term),
        momentary_lufs=float(momentary.max(initial=-math.inf)),
        short_term_lufs=float(short_term.max(initial=-math.inf)),
    )


def _long_enough(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    if not 0 < len(samples) < SHORTEST:
        return samples
    return np.tile(samples, (-(-SHORTEST // len(samples)), 1))


def step_powers(samples: NDArray[np.float32]) -> FloatArray:
    """(S,) weighted mean square of each whole step of 100 ms of (N, C) samples."""
    return np.concatenate([np.zeros(0), *_step_powers(chunks_of(samples))])


def _step_powers(chunks: Iterable[NDArray[np.float32]]) -> Iterator[FloatArray]:
    """Weighted mean square of every whole step of 100 ms."""
    from scipy.signal import sosfilt

    filters = np.array(_SHELF_AND_HIGH_PASS)
    state: FloatArray | None = None
    for chunk in chunks:
        channels = chunk.shape[1]
        if state is None:
            state = np.zeros((len(filters), 2, channels))
        heard, state = sosfilt(filters, chunk, axis=0, zi=state)
        whole = len(heard) // STEP * STEP
        squares = (heard[:whole] ** 2).reshape(-1, STEP, channels).mean(axis=1)
        yield squares @ np.array(_WEIGHTS.get(channels, (1.0,) * channels))


def _windowed(power: FloatArray, steps: int) -> FloatArray:
    """Loudness of windows of some steps, one from every step on; of all there is if shorter."""
    if len(power) == 0:
        return np.zeros(0)
    steps = min(steps, len(power))
    sums = np.concatenate([[0.0], np.cumsum(power)])
    means = np.maximum((sums[steps:] - sums[:-steps]) / steps, 0.0)
    with np.errstate(divide="ignore"):
        loudness: FloatArray = _OFFSET_LUFS + 10 * np.log10(means)
    return loudness


def _gated(momentary: FloatArray) -> float:
    """Integrated loudness: the mean power of what passes the absolute and the relative gate."""
    power = 10 ** ((momentary - _OFFSET_LUFS) / 10)
    heard = momentary > _ABSOLUTE_GATE_LUFS
    if not np.any(heard):
        return -math.inf
    gate = _OFFSET_LUFS + 10 * math.log10(power[heard].mean()) + _RELATIVE_GATE_LU
    return _OFFSET_LUFS + 10 * math.log10(power[heard & (momentary > gate)].mean())


def _range(short_term: FloatArray) -> float:
    """Loudness range (EBU Tech 3342): from the 10th to the 95th percentile of what is heard."""
    heard = short_term[short_term > _ABSOLUTE_GATE_LUFS]
    if len(heard) == 0:
        return 0.0
    gate = 10 * math.log10((10 ** (heard / 10)).mean()) + _RANGE_GATE_LU
    low, high = np.percentile(heard[heard > gate], (10, 95))
    return float(high - low)


def true_peak_dbtp(samples: NDArray[np.float32]) -> float:
    """Highest level of (N, C) samples in dBTP, 4 times oversampled (BS.1770-4, annex 2).

    Only stretches whose samples reach half of the highest one are oversampled. -inf for silence.
    """
    level = max((float(np.max(np.abs(chunk))) for chunk in chunks_of(samples)), default=0.0)
    if level == 0:
        return float("-inf")
    peak = float(block_peaks(samples, SPAN, floor=_WORTH_A_LOOK * level).max())
    return 20 * float(np.log10(peak))


def block_peaks(samples: NDArray[np.float32], block: int, *, floor: float) -> NDArray[np.float32]:
    """True peak of every block of (N, C) samples, over all channels; (ceil(N / block),) float32.

    Parameters
    ----------
    block : samples; a divisor of 8192
    floor : stretches without a sample above it are not oversampled: their samples are taken
    """
    peaks = np.zeros(-(-len(samples) // SPAN) * (SPAN // block), np.float32)
    for channel in range(samples.shape[1]):
        own = sample_peaks(samples[:, channel], block)
        np.maximum(peaks, own, out=peaks)
        loud = np.flatnonzero(own.reshape(-1, SPAN // block).max(axis=1, initial=0.0) >= floor)
        for span in map(int, loud):
            at = slice(span * (SPAN // block), (span + 1) * (SPAN // block))
            peaks[at] = np.maximum(peaks[at], peaks_between(samples[:, channel], span, block))
    return peaks[: -(-len(samples) // block)]


def sample_peaks(sound: NDArray[np.float32], block: int) -> NDArray[np.float32]:
    """Highest sample of each block of (N,) samples; as many as whole spans of 8192 have."""
    padded = np.zeros(-(-len(sound) // SPAN) * SPAN, np.float32)
    np.abs(sound, out=padded[: len(sound)])
    peaks: NDArray[np.float32] = padded.reshape(-1, block).max(axis=1, initial=0.0)
    return peaks


def peaks_between(sound: NDArray[np.float32], span: int, block: int) -> NDArray[np.float32]:
    """Peaks of the blocks of one span of (N,) samples, of what lies between them too."""
    from scipy.signal import upfirdn

    start = span * SPAN
    first = max(start - _MARGIN, 0)
    around = sound[first : start + SPAN + _MARGIN]
    fine = np.zeros(SPAN * _OVERSAMPLING, np.float32)
    begin = (start - first) * _OVERSAMPLING + _HALF_LENGTH
    heard = upfirdn(_interpolation(), around, _OVERSAMPLING)[begin : begin + len(fine)]
    count = min(len(heard), (len(sound) - start) * _OVERSAMPLING)
    np.abs(heard[:count], out=fine[:count])
    most: NDArray[np.float32] = fine.reshape(-1, block * _OVERSAMPLING).max(axis=1)
    return most


@cache
def _interpolation() -> NDArray[np.float32]:
    """A low pass of 81 taps that puts three samples between two."""
    from scipy.signal import firwin

    taps: NDArray[np.float64] = firwin(
        2 * _HALF_LENGTH + 1, 1 / _OVERSAMPLING, window=("kaiser", 5.0)
    )
    return (taps * _OVERSAMPLING).astype(np.float32)
