"""Onsets as they are heard: found in the samples alone, and how well they are found.

The detector knows nothing of the notes. It follows the level in bands. A chord that is held raises
the level of its bands and keeps it up: its onset is where they have risen half of the way, which is
what the renderer aims at (``render.attack``). Drums die away meanwhile and do not disturb it. Where
nothing rises to stay, the onset is where the bands rise most steeply together. A detector of the
first change of any kind would hear a slow note at its very beginning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emsync_engine.project.notes import Family, Music, Note
from emsync_engine.render.synthesizer import SAMPLE_RATE

FloatArray = NDArray[np.float64]

LISTEN_S = 0.1
"""An onset further from the cut than this is not taken for the one that was to land there."""

_HOP = 96  # samples: two milliseconds
_WINDOW = 1024  # samples: 21 ms
_CONTEXT_S = 0.6
_BANDS_HZ = (80.0, 10_000.0)
_BANDS = 21
_BEFORE_S = (-0.15, -0.08)
_AFTER_S = (0.1, 0.3)
_LEAST_RISE = 1.25  # of the level that stays: 2 dB
_SCALE_S = 0.015  # of a steep rise
_LASTING_S = 0.04  # of one that lasts: notes that beat against each other waver faster
_LEAST_SHARE = 0.25  # of the steepest rise in the context: less is no onset but a wavering
_SILENT = 1e-6


def heard_onset_s(samples: NDArray[np.float32], around_s: float) -> float | None:
    """The onset within 0.1 s of a time, seconds; None where nothing starts.

    Parameters
    ----------
    samples : (N, 2) float32 at 48 kHz
    """
    levels = band_levels(samples, around_s)
    place = _half_risen(levels)
    if place is None:
        place = _steepest(levels)
    return None if place is None else around_s + place * _HOP / SAMPLE_RATE


def band_levels(samples: NDArray[np.float32], around_s: float) -> FloatArray:
    """Amplitude in each band, every 2 ms of 0.6 s on both sides of a time; silence beyond.

    Returns
    -------
    (2 R + 1, bands) float64, R = 300; the time itself is in the middle row
    """
    reach = _hops(_CONTEXT_S)
    first = round(around_s * SAMPLE_RATE) - reach * _HOP - _WINDOW // 2
    count = 2 * reach * _HOP + _WINDOW
    mono = np.zeros(count)
    start, end = max(first, 0), min(first + count, len(samples))
    if end > start:
        mono[start - first : end - first] = samples[start:end].mean(axis=1)
    frames = np.lib.stride_tricks.sliding_window_view(mono, _WINDOW)[::_HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW), axis=1)) ** 2
    levels: FloatArray = np.sqrt(power @ _bands().T)
    return levels


def _half_risen(levels: FloatArray) -> float | None:
    """Where what rises to stay has risen half of the way, in hops from the middle.

    Before: the median of 150 to 80 ms before the time; after: the mean of 100 to 300 ms behind it.
    Bands count by how much they rise. What died away, or was struck shortly before, or voices that
    beat, may cross the middle as well: the crossing counts where the level rises most against what
    it is, for so the ear tells an onset (Klapuri 1999). None if they do not rise, or elsewhere.
    """

    middle, reach = len(levels) // 2, _hops(LISTEN_S)
    before = np.median(levels[_rows(middle, _BEFORE_S)], axis=0)
    after = levels[_rows(middle, _AFTER_S)].mean(axis=0)
    weights = np.maximum(after - before, 0.0)
    low, high = float(before @ weights), float(after @ weights)
    if high <= max(_LEAST_RISE * low, _SILENT):
        return None
    near = slice(middle - reach, middle + reach + 1)
    weighted = levels @ weights
    smooth = _smoothed(weighted, _LASTING_S)
    rise = (_smoothed(weighted, _LASTING_S, order=1) / np.maximum(smooth, _SILENT))[near]
    level = weighted[near]
    half = (low + high) / 2
    crossings = np.flatnonzero((level[:-1] < half) & (level[1:] >= half))
    if not len(crossings):
        return None
    best = int(crossings[np.argmax(rise[crossings])])
    return best - reach + float((half - level[best]) / (level[best + 1] - level[best]))


def _smoothed(levels: FloatArray, scale_s: float, *, order: int = 0) -> FloatArray:
    """Levels (order 0), or how fast they rise (order 1), over about so many seconds."""
    from scipy.ndimage import gaussian_filter1d

    scale = scale_s * SAMPLE_RATE / _HOP
    smoothed: FloatArray = gaussian_filter1d(levels, scale, axis=0, order=order)
    return smoothed


def _steepest(levels: FloatArray) -> float | None:
    """Where the bands rise most steeply together, in hops from the middle; None without a rise."""
    strength: FloatArray = np.maximum(_smoothed(levels, _SCALE_S, order=1), 0.0).sum(axis=1)
    middle, reach = len(levels) // 2, _hops(LISTEN_S)
    inner = np.arange(middle - reach, middle + reach + 1)
    is_peak = (strength[inner] >= strength[inner - 1]) & (strength[inner] > strength[inner + 1])
    least = max(_LEAST_SHARE * float(strength.max()), _SILENT)
    peaks = inner[is_peak & (strength[inner] >= least)]
    if not len(peaks):
        return None
    best = int(peaks[np.argmax(strength[peaks])])
    before, top, after = (float(value) for value in strength[best - 1 : best + 2])
    return best - middle + 0.5 * (before - after) / (before - 2 * top + after)


def _hops(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE / _HOP)


def _rows(middle: int, bounds_s: tuple[float, float]) -> slice:
    return slice(middle + _hops(bounds_s[0]), middle + _hops(bounds_s[1]))


def _bands() -> FloatArray:
    """(bands, bins) 1 where a bin of the spectrum belongs to a band."""
    edges = np.geomspace(*_BANDS_HZ, _BANDS + 1)
    bins = np.fft.rfftfreq(_WINDOW, 1 / SAMPLE_RATE)
    belongs = (bins >= edges[:-1, None]) & (bins < edges[1:, None])
    return belongs.astype(np.float64)


KNOWN_CHORDS: tuple[tuple[int, ...], ...] = (
    (55, 60, 64, 67, 72),
    (48, 55, 64),
    (60, 64, 67),
    (43, 50, 59, 67),
    (62, 65, 69, 74),
    (57, 60, 64, 69),
)
_APART_S = 4.0


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the detector hears of chords whose times are known, errors in ms; None is unheard.

    ``errors_ms`` with the attack made up for, ``late_ms`` without.
    """

    program: int
    attack_ms: tuple[float, ...]  # as measured, at pitches 48, 60 and 72
    errors_ms: tuple[float | None, ...]
    late_ms: tuple[float | None, ...]


def known_chords(family: Family, program: int) -> tuple[Music, tuple[float, ...]]:
    """Held chords behind quiet figures of the same family, and when each starts, seconds.

    The times lie in odd places between the blocks and hops that rendering and listening count in.
    """
    notes: list[Note] = []
    times: list[float] = []
    for place, chord in enumerate(KNOWN_CHORDS):
        start_s = place * _APART_S
        hit_s = start_s + 1.9371 + 0.0137 * place
        figure = np.arange(hit_s - 1.75, hit_s - 0.2, 0.25)
        notes += [
            Note(float(onset), float(onset) + 0.2, family, 60 + 2 * (step % 4), 60)
            for step, onset in enumerate(figure)
        ]
        notes += [Note(hit_s, hit_s + 1.6, family, pitch, 95) for pitch in chord]
        times.append(hit_s)
    duration_s = len(KNOWN_CHORDS) * _APART_S
    return Music(duration_s, tuple(sorted(notes)), programs={family: program}), tuple(times)


def measure_hearing(family: Family, program: int) -> Hearing:
    """Render the known chords with and without what makes up for the attack, and listen."""
    from emsync_engine.render.attack import attack_of
    from emsync_engine.render.fluidsynth import render_stems
    from emsync_engine.render.mixing import mix_stems
    from emsync_engine.render.soundfont import find_soundfont

    font = find_soundfont()
    music, times_s = known_chords(family, program)
    heard: list[tuple[float | None, ...]] = []
    for accents_s in (times_s, ()):
        stems = render_stems(music, font, accents_s=accents_s)
        samples = mix_stems(stems, music.duration_s, fade_s=0.0).samples
        heard.append(tuple(errors_ms(samples, times_s)))
    attack = attack_of(font, program)
    return Hearing(program, tuple(1000 * attack.at(pitch) for pitch in (48, 60, 72)), *heard)


def errors_ms(samples: NDArray[np.float32], times_s: Sequence[float]) -> list[float | None]:
    """Heard minus wanted for each time, ms; None where nothing is heard to start."""
    heard = [heard_onset_s(samples, time_s) for time_s in times_s]
    return [
        None if onset_s is None else 1000 * (onset_s - time_s)
        for onset_s, time_s in zip(heard, times_s, strict=True)
    ]
