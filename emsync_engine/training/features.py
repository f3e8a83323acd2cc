"""What can be measured of a piece second by second: density, tempo, mode and register."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from emsync_engine.music.keys import key_fits
from emsync_engine.project.notes import Music

FEATURES = ("onset_density", "note_density", "bpm", "mode", "register", "loudness")

WINDOW_S = 12.0
"""Length of music that one value speaks of (windows of 8 to 16 s, DESIGN section 4)."""


def second_by_second(
    music: Music, *, bpm_at: Callable[[float], float] | None = None
) -> NDArray[np.float32]:
    """Features of the 12 s around the middle of every second.

    Parameters
    ----------
    bpm_at : quarter notes per minute at a time in seconds, if the file tells; else taken from the
        bars, as if each had four beats

    Returns
    -------
    (S, 6) float32, columns as ``FEATURES``: onsets per second, notes per second, quarter notes
    per minute (NaN without honest bars), best major less best minor key correlation, mean pitch
    (MIDI number; NaN where nothing sounds), mean velocity. S = ceil(duration), at least 1.
    """
    seconds = max(int(np.ceil(music.duration_s)), 1)
    onsets = np.array([note.onset_s for note in music.notes])
    bins = np.clip(onsets.astype(int), 0, seconds - 1)
    tonal = np.array([note.family != "drums" for note in music.notes], dtype=bool)
    distinct = np.unique(np.round(onsets / 0.03).astype(int)) * 0.03
    columns = [
        _smooth(np.bincount(np.clip(distinct.astype(int), 0, seconds - 1), minlength=seconds)),
        _smooth(np.bincount(bins, minlength=seconds)),
        _tempo(music, seconds, bpm_at),
        *_tonal(music, bins, tonal, seconds),
        _mean(bins, np.array([note.velocity for note in music.notes], dtype=float), seconds),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _smooth(counts: NDArray[np.float64] | NDArray[np.int64]) -> NDArray[np.float64]:
    smooth: NDArray[np.float64] = gaussian_filter1d(
        counts.astype(np.float64), WINDOW_S / 4, axis=0, mode="nearest", truncate=2
    )
    return smooth


def _mean(
    bins: NDArray[np.int64], values: NDArray[np.float64], seconds: int
) -> NDArray[np.float64]:
    """Windowed mean of a value per note; NaN where no note is near."""
    weight = _smooth(np.bincount(bins, minlength=seconds))
    total = _smooth(np.bincount(bins, weights=values, minlength=seconds))
    return np.where(weight > 1e-6, total / np.maximum(weight, 1e-6), np.nan)


def _tonal(
    music: Music, bins: NDArray[np.int64], tonal: NDArray[np.bool_], seconds: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mode and register."""
    pitches = np.array([note.pitch for note in music.notes])[tonal]
    lengths = np.array([min(note.end_s - note.onset_s, 2.0) for note in music.notes])[tonal]
    classes = np.zeros((seconds, 12))
    np.add.at(classes, (bins[tonal], pitches % 12), lengths)
    major, minor = key_fits(_smooth(classes))
    mode = major.max(axis=1) - minor.max(axis=1)
    return mode, _mean(bins[tonal], pitches.astype(float), seconds)


def _tempo(
    music: Music, seconds: int, bpm_at: Callable[[float], float] | None
) -> NDArray[np.float64]:
    bars = np.array(music.bar_onsets_s)
    if len(bars) < 3:
        return np.full(seconds, np.nan)
    times = np.arange(seconds) + 0.5
    if bpm_at is not None:
        tempo = np.array([bpm_at(time) for time in times.tolist()])
    else:
        lengths = np.diff(bars)
        around = np.clip(np.searchsorted(bars, times, side="right") - 1, 0, len(lengths) - 1)
        tempo = 4 * 60.0 / np.maximum(lengths[around], 0.2)
    smooth: NDArray[np.float64] = gaussian_filter1d(tempo, WINDOW_S / 4, mode="nearest")
    return smooth
