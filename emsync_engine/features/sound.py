"""Loudness, brightness, onsets and mode of the sound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emsync_engine.features.sequences import (
    Feature,
    Film,
    FloatArray,
    NothingToMeasure,
    StepGrid,
)
from emsync_engine.monitor import Monitor
from emsync_engine.music.keys import key_fits
from emsync_engine.project.model import SceneCut

SILENCE_DB = -60.0  # dBFS; room tone of a quiet recording lies above

_WINDOW = 1024  # samples: 64 ms at 16 kHz
_HOP = 512
_TONE_WINDOW = 4096  # 256 ms: semitones are apart from about 110 Hz upwards
_CHUNK_S = 30.0
_ONSET_WINDOW_S = 3.0  # an onset rate needs a few seconds to mean something
_MODE_WINDOW_S = 9.0  # about two phrases' chords tell a key
_FLOOR_DB = -90.0


@dataclass(frozen=True, slots=True)
class _Spectra:
    """What is kept of every hop: (F,) each, and (T, 12) chroma of the longer windows."""

    times_s: FloatArray
    power: FloatArray
    centroid_hz: FloatArray
    flux: FloatArray
    tone_times_s: FloatArray
    chroma: FloatArray


class SoundFeatures:
    """Energy and brightness (Hanjalic and Xu, 2005), onset rate and mode per step."""

    features = (
        Feature("loudness_db", "dBFS", "root mean square of the sound"),
        Feature("brightness_hz", "Hz", "centre of the spectrum, weighted by its magnitude"),
        Feature("onset_rate", "1/s", "notes, steps and bangs that start, over 3 s"),
        Feature("mode", "-1..1", "-1 minor, 1 major, 0 neither; over 9 s, weighted by clarity"),
        Feature("silence_share", "0..1", "share of the time under -60 dBFS"),
    )

    def extract(
        self, film: Film, cuts: tuple[SceneCut, ...], grid: StepGrid, monitor: Monitor
    ) -> dict[str, FloatArray]:
        """Sequences of the sound; NothingToMeasure for a film without any, or silent throughout."""
        if not film.has_audio or len(film.audio) == 0:
            raise NothingToMeasure("the film has no sound")
        spectra = _spectra(film, monitor)
        level_db = _decibels(spectra.power)
        if level_db.max() < SILENCE_DB:
            raise NothingToMeasure("the film's sound is silent")
        audible = np.where(level_db > SILENCE_DB, spectra.centroid_hz, np.nan)
        return {
            "loudness_db": _decibels(_covered(grid, spectra.times_s, spectra.power)),
            "brightness_hz": grid.mean_per_step(spectra.times_s, audible),
            "onset_rate": _onset_rate(spectra, grid),
            "mode": _mode(spectra, grid),
            "silence_share": 1
            - _covered(grid, spectra.times_s, (level_db > SILENCE_DB).astype(np.float64)),
        }


def _covered(grid: StepGrid, times_s: FloatArray, values: FloatArray) -> FloatArray:
    """(count,) mean per step; zero for steps after the sound has ended."""
    means = grid.mean_per_step(times_s, values)
    return np.where(grid.starts_s > times_s[-1] + 0.1, 0.0, means)


def _decibels(power: FloatArray) -> FloatArray:
    decibels: FloatArray = np.maximum(10 * np.log10(np.maximum(power, 1e-12)), _FLOOR_DB)
    return decibels


def _spectra(film: Film, monitor: Monitor) -> _Spectra:
    """Analyse the sound in stretches of half a minute, so that long films need little memory."""
    rate = film.audio_rate
    hops_per_chunk = int(_CHUNK_S * rate) // _HOP
    hops = max(1, -(-len(film.audio) // _HOP))
    columns: list[tuple[FloatArray, FloatArray, FloatArray]] = []
    chroma: list[FloatArray] = []
    fold = _chroma_fold(rate)
    before: FloatArray | None = None
    for first in range(0, hops, hops_per_chunk):
        monitor.advance("sound", first, hops)
        last = min(first + hops_per_chunk, hops)
        magnitude, power = _magnitudes(film.audio, first, last)
        columns.append((power, _centroid(magnitude, rate), _flux(magnitude, before)))
        before = magnitude[-1]
        chroma.append(_chroma(film.audio, first, last, fold))
    power, centroid, flux = (np.concatenate(parts) for parts in zip(*columns, strict=True))
    tones = np.concatenate(chroma)
    return _Spectra(
        times_s=(np.arange(hops) + 0.5) * _HOP / rate,
        power=power,
        centroid_hz=centroid,
        flux=flux,
        tone_times_s=(np.arange(len(tones)) + 0.5) * _TONE_WINDOW / rate,
        chroma=tones,
    )


def _windows(audio: NDArray[np.float32], first: int, count: int, size: int, hop: int) -> FloatArray:
    """(count, size) windows that start at sample ``first``, zeros beyond the end."""
    stretch = np.zeros((count - 1) * hop + size)
    piece = audio[first : first + len(stretch)]
    stretch[: len(piece)] = piece
    windows: FloatArray = np.lib.stride_tricks.sliding_window_view(stretch, size)[::hop]
    return windows


def _magnitudes(audio: NDArray[np.float32], first: int, last: int) -> tuple[FloatArray, FloatArray]:
    """(F, 513) magnitude spectrum and (F,) mean square of the hops first..last."""
    windows = _windows(audio, first * _HOP, last - first, _WINDOW, _HOP)
    magnitude: FloatArray = np.abs(np.fft.rfft(windows * np.hanning(_WINDOW), axis=1))
    return magnitude, (windows[:, :_HOP] ** 2).mean(axis=1)


def _centroid(magnitude: FloatArray, rate: int) -> FloatArray:
    frequencies = np.fft.rfftfreq(_WINDOW, 1 / rate)
    centroid: FloatArray = (magnitude @ frequencies) / np.maximum(magnitude.sum(axis=1), 1e-9)
    return centroid


def _flux(magnitude: FloatArray, before: FloatArray | None) -> FloatArray:
    """(F,) rise of the compressed spectrum since the hop before, averaged over frequency."""
    compressed = np.log1p(10 * magnitude)
    previous = np.log1p(10 * before) if before is not None else compressed[0]
    rise = np.diff(compressed, axis=0, prepend=previous[None])
    mean_rise: FloatArray = np.maximum(rise, 0).mean(axis=1)
    return mean_rise


def _onset_rate(spectra: _Spectra, grid: StepGrid) -> FloatArray:
    """(count,) onsets per second in the three seconds round the middle of each step."""
    onsets_s = spectra.times_s[_onsets(spectra.flux)]
    half = _ONSET_WINDOW_S / 2
    low = np.maximum(grid.middles_s - half, 0)
    high = np.minimum(grid.middles_s + half, max(grid.duration_s, grid.step_s))
    number = np.searchsorted(onsets_s, high) - np.searchsorted(onsets_s, low)
    rate: FloatArray = number / np.maximum(high - low, 0.25)
    return rate


def _onsets(flux: FloatArray) -> NDArray[np.intp]:
    """Hops where the flux peaks clearly over its surroundings of about one second (Dixon, 2006)."""
    from scipy.ndimage import maximum_filter1d, uniform_filter1d

    around = uniform_filter1d(flux, 31, mode="nearest")
    peak = flux >= maximum_filter1d(flux, 5, mode="nearest")
    return np.flatnonzero(peak & (flux > 1.5 * around + 0.02))


def _chroma_fold(rate: int) -> FloatArray:
    """(2049, 12) what each bin from 110 Hz to 2 kHz gives to its nearest pitch class."""
    frequencies = np.fft.rfftfreq(_TONE_WINDOW, 1 / rate)
    fold = np.zeros((len(frequencies), 12))
    used = np.flatnonzero((frequencies >= 110) & (frequencies <= 2000))
    pitch = 69 + 12 * np.log2(frequencies[used] / 440)
    closeness = np.cos(np.pi * (pitch - np.round(pitch))) ** 2  # bins between two notes count less
    fold[used, np.round(pitch).astype(int) % 12] = closeness
    return fold


def _chroma(audio: NDArray[np.float32], first: int, last: int, fold: FloatArray) -> FloatArray:
    """(T, 12) energy of each pitch class in windows of 256 ms, compressed by a square root."""
    start, stop = first * _HOP // _TONE_WINDOW, -(-last * _HOP // _TONE_WINDOW)
    windows = _windows(audio, start * _TONE_WINDOW, stop - start, _TONE_WINDOW, _TONE_WINDOW)
    power = np.abs(np.fft.rfft(windows * np.hanning(_TONE_WINDOW), axis=1)) ** 2
    chroma: FloatArray = np.sqrt(power @ fold)
    return chroma


def _mode(spectra: _Spectra, grid: StepGrid) -> FloatArray:
    """(count,) how much better the best major key explains the chroma than the best minor one.

    Correlation with Krumhansl and Kessler's profiles in all keys; the difference counts as much as
    the better of the two correlates, so that speech and noise, which fit no key, come near zero.
    """
    from scipy.ndimage import uniform_filter1d

    width = max(1, round(_MODE_WINDOW_S * len(spectra.chroma) / max(spectra.tone_times_s[-1], 0.1)))
    around = uniform_filter1d(spectra.chroma, min(width, 2 * len(spectra.chroma)), axis=0)
    major, minor = (fits.max(axis=1) for fits in key_fits(around))
    clarity = np.clip(np.maximum(major, minor), 0, 1)
    lead = np.clip(4 * (major - minor), -1, 1) * clarity
    return grid.mean_per_step(spectra.tone_times_s, lead)
