"""Twelve seconds of notes as a picture: pitch classes around the circle, time along the line."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emsync_engine.affect.reading import WINDOW_S, FloatArray
from emsync_engine.affect.sounding import DRUMS, NoteArrays

FRAMES = 125
BAND_EDGES = np.array([48, 60, 72, 84])  # low, tenor, middle, high and highest
BANDS = len(BAND_EDGES) + 1
CHANNELS = 2 * BANDS + 1
"""Notes that sound and notes that start, for five registers; and the strokes of the drums."""


def rolls(notes: NoteArrays, centres_s: FloatArray, width_s: float = WINDOW_S) -> NDArray[np.uint8]:
    """(N, CHANNELS, 12, FRAMES) rolls of the windows around (N,) centres.

    A window of another width than 12 s is centred in the picture, with silence around it. The
    drums' strokes stand in all twelve rows alike.
    """
    starts = centres_s - WINDOW_S / 2
    result = np.zeros((len(centres_s), CHANNELS, 12, FRAMES), dtype=np.uint8)
    for row, (start, centre) in enumerate(zip(starts.tolist(), centres_s.tolist(), strict=True)):
        low, high = centre - width_s / 2, centre + width_s / 2
        inside = (notes.onsets_s < high) & (notes.ends_s > low)
        _draw(result[row], notes.where(inside), start, low, high)
    return result


def is_unstruck(notes: NoteArrays, centres_s: FloatArray, width_s: float) -> NDArray[np.bool_]:
    """(N,) whether no pitched note starts in the windows around (N,) centres."""
    onsets = notes.onsets_s[notes.families != DRUMS]
    first, after = (np.searchsorted(onsets, centres_s + sign * width_s / 2) for sign in (-1, 1))
    return np.asarray(first == after)


def _draw(
    roll: NDArray[np.uint8], notes: NoteArrays, start_s: float, low_s: float, high_s: float
) -> None:
    per_s = FRAMES / WINDOW_S
    first = np.clip((np.maximum(notes.onsets_s, low_s) - start_s) * per_s, 0, FRAMES - 1)
    after = np.clip((np.minimum(notes.ends_s, high_s) - start_s) * per_s, 0, FRAMES)
    frames = first.astype(np.int64)
    ends = np.maximum(np.ceil(after).astype(np.int64), frames + 1)
    starts_inside = notes.onsets_s >= low_s
    is_drum = notes.families == DRUMS
    np.add.at(roll[2 * BANDS].T, frames[is_drum & starts_inside], 1)
    tonal = np.flatnonzero(~is_drum)
    band = np.searchsorted(BAND_EDGES, notes.pitches[tonal], side="right")
    classes = notes.pitches[tonal] % 12
    change = np.zeros((BANDS, 12, FRAMES + 1), dtype=np.int64)
    np.add.at(change, (band, classes, frames[tonal]), 1)
    np.add.at(change, (band, classes, ends[tonal]), -1)
    roll[:BANDS] = np.minimum(np.cumsum(change, axis=2)[:, :, :FRAMES], 4)
    struck = starts_inside[tonal]
    np.add.at(roll[BANDS : 2 * BANDS], (band[struck], classes[struck], frames[tonal][struck]), 1)
