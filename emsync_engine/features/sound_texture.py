"""What a sound is like over about a second: the measures that part speech, music and noise.

Speech comes in syllables, some four a second, with pauses; its pitch glides, and no spectrum lasts.
Music holds its pitches, moves in steps, and comes back to a beat. Everything here is relative to
the sound's own level, so that quiet dialogue and loud dialogue measure alike.

References
----------
Scheirer and Slaney (1997), "Construction and evaluation of a robust multifeature speech/music
discriminator": 4 Hz modulation, low-energy share, pulse. Minami et al. (1998) and Seyerlehner et
al. (2007): spectral peaks that last. Talkin (1995): pitch by normalised autocorrelation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emsync_engine.monitor import SILENT, Monitor

FloatArray = NDArray[np.float32]

RATE = 16_000  # samples per second; other rates are converted
STEP_S = 0.2
WINDOW_S = 1.2  # a few syllables, about a bar's half
SILENCE_DB = -60.0  # dBFS of a window of 64 ms

_HOP = 320  # 20 ms
_WINDOW = 1024  # 64 ms: harmonics of a low voice are apart
_FFT = 2048
_CHUNK_HOPS = 1500  # half a minute at a time, so that long films need little memory
_BANDS = 24
_LOWEST_HZ, _HIGHEST_HZ = 80.0, 7000.0
_FLOOR = 1e-9  # power of a band: under what 16 bits can hold
_LONGEST_LAG, _SHORTEST_LAG = 228, 40  # samples: 70 to 400 Hz
_PEAKS = slice(10, 512)  # bins of 80 to 4000 Hz, in which notes are followed
_VOICED = 0.5  # of the autocorrelation at lag zero
_STEADY, _GLIDE = 0.15, 1.5  # semitones in 40 ms
_HOPS_PER_STEP = round(STEP_S * RATE / _HOP)
_HOPS_PER_WINDOW = round(WINDOW_S * RATE / _HOP)
_CONTEXT = 3 * _HOPS_PER_WINDOW  # hops: what a longer stretch is like
_BEAT_HOPS = 300  # 6 s
_BEAT_LAGS = slice(15, 60)  # hops: 0.3 to 1.2 s


@dataclass(frozen=True, slots=True)
class SoundTexture:
    """Measures of a sound, one row each ``STEP_S``.

    Attributes
    ----------
    times_s : (S,) middles of the steps
    measures : (S, len(names)) float32, finite
    level_db : (S,) dBFS of the loudest 64 ms within the step
    """

    times_s: NDArray[np.float64]
    measures: FloatArray
    level_db: FloatArray


@dataclass(frozen=True, slots=True)
class _Hops:
    """What is kept of every 20 ms: (T, bands) decibels and (T,) each of the others."""

    mel_db: FloatArray
    power: FloatArray
    pitch: FloatArray  # semitones over 70 Hz
    voicing: FloatArray  # 0..1
    lasting_short: FloatArray  # likeness to the spectrum 100 ms before, -1..1
    lasting_long: FloatArray  # 300 ms before
    flatness: FloatArray
    flux: FloatArray


def sound_texture(
    samples: FloatArray, rate: int, *, monitor: Monitor = SILENT, stage: str = "sound kinds"
) -> SoundTexture:
    """Measure a sound.

    Parameters
    ----------
    samples : (M,) mono in [-1, 1]; may be a memory map, is read half a minute at a time
    rate : samples per second
    """
    hops = _measured_hops(samples, rate, monitor, stage)
    steps = max(1, -(-len(hops.power) // _HOPS_PER_STEP))
    return SoundTexture(
        times_s=(np.arange(steps, dtype=np.float64) + 0.5) * STEP_S,
        measures=_window_measures(hops, steps),
        level_db=_decibels(_loudest_per_step(hops.power, steps)),
    )


def _pieces(samples: FloatArray, rate: int) -> Iterator[tuple[int, int, FloatArray]]:
    """Hops first..last, and the samples that their windows and the 300 ms before them cover."""
    length = -(-len(samples) * RATE // rate)
    hops = max(1, -(-length // _HOP))
    before, after = 16 * _HOP, _WINDOW
    for first in range(0, hops, _CHUNK_HOPS):
        last = min(first + _CHUNK_HOPS, hops)
        start, stop = first * _HOP - before, last * _HOP + after
        piece = np.zeros(stop - start, np.float32)
        low, high = max(start, 0) * rate // RATE, -(-min(stop, length) * rate // RATE)
        read = np.asarray(samples[low:high], dtype=np.float32)
        if rate != RATE and len(read):
            from scipy.signal import resample_poly  # slow to load, and films are at this rate

            read = resample_poly(read, RATE, rate).astype(np.float32)
        at = max(start, 0) - start
        piece[at : at + len(read)] = read[: len(piece) - at]
        yield first, last, piece


def _measured_hops(samples: FloatArray, rate: int, monitor: Monitor, stage: str) -> _Hops:
    total = max(1, -(-len(samples) * RATE // rate // _HOP))
    found: list[tuple[FloatArray, ...]] = []
    for first, last, piece in _pieces(samples, rate):
        monitor.advance(stage, min(first, total), total)
        found.append(_measure_piece(piece, last - first))
    return _Hops(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def _measure_piece(piece: FloatArray, count: int) -> tuple[FloatArray, ...]:
    """The fields of ``_Hops`` for a piece of ``count`` hops that begins 16 hops earlier."""
    windows = np.lib.stride_tricks.sliding_window_view(piece, _WINDOW)[::_HOP][: count + 16]
    spectrum = np.fft.rfft(windows * np.hanning(_WINDOW).astype(np.float32), _FFT, axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)  # (count + 16, 1025)
    mel_db = _decibels(power @ _mel_weights() / _WINDOW)
    pitch, voicing = _pitch(power[16:])
    lasting = _contrast(power)
    ours = lasting[16:]
    flatness = np.exp(np.log(power[16:, 10:896] + _FLOOR).mean(axis=1)) / (
        power[16:, 10:896].mean(axis=1) + _FLOOR
    )
    rise = np.maximum(np.diff(mel_db[15:], axis=0), 0).mean(axis=1)
    return (
        mel_db[16:],
        (windows[16:] ** 2).mean(axis=1),
        pitch,
        voicing,
        (ours * lasting[11:-5]).sum(axis=1),
        (ours * lasting[1:-15]).sum(axis=1),
        flatness,
        rise,
    )


def _pitch(power: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Pitch in semitones over 70 Hz and how periodic it is, from the power spectra of windows."""
    lags = np.fft.irfft(power, axis=1)[:, : _LONGEST_LAG + 1].astype(np.float32)
    ratio = lags / np.maximum(lags[:, :1], 1e-6) / _window_lags()[None]
    span = ratio[:, _SHORTEST_LAG:]
    # a period fits twice as well as its double: the shortest lag that is nearly as good
    best = span.max(axis=1)
    lag = np.argmax(span >= 0.92 * best[:, None], axis=1) + _SHORTEST_LAG
    at = np.arange(len(lag))
    while True:  # climb to the top of that peak
        higher = ratio[at, np.minimum(lag + 1, _LONGEST_LAG)] > ratio[at, lag]
        higher &= lag < _LONGEST_LAG
        if not higher.any():
            break
        lag = lag + higher
    left = ratio[at, lag - 1]
    middle = ratio[at, lag]
    right = ratio[at, np.minimum(lag + 1, _LONGEST_LAG)]
    bend = left - 2 * middle + right
    shift = np.where(
        bend < -1e-6, np.clip(0.5 * (left - right) / np.minimum(bend, -1e-6), -1, 1), 0
    )
    semitones = 12 * np.log2(RATE / np.maximum(lag + shift, 1) / 70)
    return semitones.astype(np.float32), np.clip(middle, 0, 1).astype(np.float32)


@cache
def _window_lags() -> FloatArray:
    """(229,) autocorrelation of the window itself, which falls with the lag."""
    window = np.hanning(_WINDOW)
    own = np.fft.irfft(np.abs(np.fft.rfft(window, _FFT)) ** 2)[: _LONGEST_LAG + 1]
    return np.asarray(own / own[0], dtype=np.float32)


def _contrast(power: FloatArray) -> FloatArray:
    """(T, 502) peaks of each spectrum over its surroundings, each row of length one."""
    from scipy.ndimage import uniform_filter1d

    level = np.log(power[:, _PEAKS] + _FLOOR)
    peaks = np.maximum(level - uniform_filter1d(level, 25, axis=1, mode="nearest"), 0)
    length = np.sqrt((peaks**2).sum(axis=1, keepdims=True))
    return np.asarray(peaks / np.maximum(length, 1e-3), dtype=np.float32)


@cache
def _mel_weights() -> FloatArray:
    """(1025, bands) triangles on the mel scale."""
    edges_mel = np.linspace(
        1127 * np.log(1 + _LOWEST_HZ / 700), 1127 * np.log(1 + _HIGHEST_HZ / 700), _BANDS + 2
    )
    edges = 700 * (np.exp(edges_mel / 1127) - 1)
    hz = np.fft.rfftfreq(_FFT, 1 / RATE)[:, None]
    rising = (hz - edges[:-2]) / np.diff(edges)[:-1]
    falling = (edges[2:] - hz) / np.diff(edges)[1:]
    weights = np.maximum(np.minimum(rising, falling), 0)
    return np.asarray(weights / weights.sum(axis=0), dtype=np.float32)


def _decibels(power: ArrayLike) -> FloatArray:
    return np.asarray(10 * np.log10(np.maximum(power, _FLOOR)), dtype=np.float32)


def _loudest_per_step(power: FloatArray, steps: int) -> FloatArray:
    padded = np.zeros(steps * _HOPS_PER_STEP, np.float32)
    padded[: len(power)] = power
    loudest: FloatArray = padded.reshape(steps, _HOPS_PER_STEP).max(axis=1)
    return loudest


def measure_names() -> tuple[str, ...]:
    """What the columns of ``SoundTexture.measures`` are."""
    return (
        *(f"shape_{band}" for band in range(_BANDS)),
        *(f"spread_{band}" for band in range(_BANDS)),
        *(f"syllables_{group}" for group in range(6)),
        *("change", "voicing", "voicing_spread", "voiced_share", "steady_pitch", "gliding_pitch"),
        *("leaping_pitch", "pitch_height", "pitch_spread", "lasting_short", "lasting_long"),
        *("lasting_spread", "flatness", "quiet_share", "quiet_share_long", "voicing_long"),
        *("steady_pitch_long", "gliding_pitch_long", "lasting_long_long", "beat"),
    )


def _window_measures(hops: _Hops, steps: int) -> FloatArray:
    """(S, names) means over the 1.2 s round the middle of each step, or over 3.6 s."""
    middles = np.minimum((np.arange(steps) + 0.5) * _HOPS_PER_STEP, len(hops.power) - 1).astype(int)
    mean = _mean(hops.mel_db, _HOPS_PER_WINDOW)[middles]
    variance = _mean(hops.mel_db**2, _HOPS_PER_WINDOW)[middles] - mean**2
    columns = [
        (mean - mean.mean(axis=1, keepdims=True)) / 10,
        np.sqrt(np.maximum(variance, 0)) / 5,
        _syllables(hops.mel_db)[middles],
        np.stack(_single_measures(hops, middles), axis=1),
        _beat(hops.flux, middles)[:, None],
    ]
    measures: FloatArray = np.nan_to_num(np.concatenate(columns, axis=1)).astype(np.float32)
    return measures


def _syllables(mel_db: FloatArray) -> FloatArray:
    """(T, 6) how much each part of the spectrum rises and falls 3 to 8 times a second."""
    grouped = mel_db.reshape(len(mel_db), 6, _BANDS // 6).mean(axis=2)
    swing = _mean(grouped, 3) - _mean(grouped, 17)
    return np.asarray(np.sqrt(_mean(swing**2, _HOPS_PER_WINDOW)) / 5, dtype=np.float32)


def _single_measures(hops: _Hops, middles: NDArray[np.intp]) -> list[FloatArray]:
    voiced = (hops.voicing > _VOICED).astype(np.float32)
    moved = np.abs(hops.pitch - np.roll(hops.pitch, 2))
    both = voiced * np.roll(voiced, 2)
    steady = both * (moved < _STEADY)
    gliding = both * ((moved >= _STEADY) & (moved < _GLIDE))
    leaping = both * (moved >= _GLIDE)
    share = _mean(voiced, _HOPS_PER_WINDOW)[middles]
    height = _mean(hops.pitch * voiced, _HOPS_PER_WINDOW)[middles] / np.maximum(share, 0.02)
    square = _mean(hops.pitch**2 * voiced, _HOPS_PER_WINDOW)[middles] / np.maximum(share, 0.02)
    voicing = _mean(hops.voicing, _HOPS_PER_WINDOW)[middles]
    voicing_square = _mean(hops.voicing**2, _HOPS_PER_WINDOW)[middles]
    lasting = _mean(hops.lasting_long, _HOPS_PER_WINDOW)[middles]
    lasting_square = _mean(hops.lasting_long**2, _HOPS_PER_WINDOW)[middles]
    quiet, quiet_long = (
        _mean((hops.power < 0.25 * _mean(hops.power, width)).astype(np.float32), width)[middles]
        for width in (_HOPS_PER_WINDOW, _CONTEXT)
    )
    return [
        _mean(hops.flux, _HOPS_PER_WINDOW)[middles] / 2,
        voicing,
        np.sqrt(np.maximum(voicing_square - voicing**2, 0)),
        share,
        *(_mean(kind, _HOPS_PER_WINDOW)[middles] for kind in (steady, gliding, leaping)),
        height / 12,
        np.sqrt(np.maximum(square - height**2, 0)) / 6,
        _mean(hops.lasting_short, _HOPS_PER_WINDOW)[middles],
        lasting,
        np.sqrt(np.maximum(lasting_square - lasting**2, 0)),
        np.log10(_mean(hops.flatness, _HOPS_PER_WINDOW)[middles] + 1e-4),
        quiet,
        quiet_long,
        *(
            _mean(kind, _CONTEXT)[middles]
            for kind in (hops.voicing, steady, gliding, hops.lasting_long)
        ),
    ]


def _beat(flux: FloatArray, middles: NDArray[np.intp]) -> FloatArray:
    """(S,) how well the onsets of 6 s repeat after 0.3 to 1.2 s: 0 not at all, 1 exactly."""
    padded = np.pad(flux, (_BEAT_HOPS // 2, _BEAT_HOPS // 2), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, _BEAT_HOPS)
    found = []
    for first in range(0, len(middles), 1024):
        stretch = windows[middles[first : first + 1024]]
        stretch = stretch - stretch.mean(axis=1, keepdims=True)
        lags = np.fft.irfft(np.abs(np.fft.rfft(stretch, 2 * _BEAT_HOPS, axis=1)) ** 2, axis=1)
        found.append(lags[:, _BEAT_LAGS].max(axis=1) / np.maximum(lags[:, 0], 1e-3))
    return np.concatenate(found).astype(np.float32)


def _mean(values: FloatArray, hops: int) -> FloatArray:
    """Mean over a number of hops round each one, along the first axis."""
    from scipy.ndimage import uniform_filter1d

    return np.asarray(uniform_filter1d(values, hops, axis=0, mode="nearest"), dtype=np.float32)
