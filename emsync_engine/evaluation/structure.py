"""Structure indicators: how well sections of a length come back later in a piece."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emsync_engine.project.notes import Music

FloatArray = NDArray[np.float64]

FRAME_S = 0.5
RANGES_S = ((3.0, 8.0), (8.0, 15.0), (15.0, 30.0))
"""Lengths of short, mid and long sections (Wu & Yang 2020)."""

_LENGTH_STEP = 3  # frames between the lengths that are tried
_START_STEP = 2  # frames between the starts that are tried
_ALIKE = 0.6
"""Likeness of two frames from which on it speaks for a repetition, and under which against it."""


def structure_indicators(music: Music) -> tuple[float, float, float]:
    """The fitness of the best section of 3 to 8, 8 to 15 and 15 to 30 s, each 0 to 1.

    A section is as fit as it explains the piece: the harmonic mean of how alike its repetitions are
    and how much of the piece they cover, the section itself not counted (Müller & Jiang 2012, the
    scape plot; Wu & Yang 2020, the indicators). Simpler than theirs: pitch classes of the notes
    instead of audio, and repetitions in the same tempo. NaN for a range that the piece is too short
    for: a section must fit twice.
    """
    likeness = self_likeness(music)
    frames = len(likeness)
    found = []
    for shortest_s, longest_s in RANGES_S:
        lengths = range(round(shortest_s / FRAME_S), round(longest_s / FRAME_S) + 1, _LENGTH_STEP)
        fits = [_best_fitness(likeness, length) for length in lengths if 2 * length <= frames]
        found.append(max(fits, default=float("nan")))
    short, mid, long = found
    return short, mid, long


def self_likeness(music: Music) -> FloatArray:
    """(F, F) cosine likeness of every two frames of half a second.

    A frame holds the time for which each pitch class sounds in it, once for all pitched notes and
    once for the lowest; silence is like nothing, not even silence.
    """
    frames = max(int(music.duration_s / FRAME_S), 1)
    upper, lowest = np.zeros((frames, 12)), np.full(frames, 999)
    for note in music.notes:
        if note.family == "drums":
            continue
        first = int(note.onset_s / FRAME_S)
        last = min(int(np.ceil(note.end_s / FRAME_S)), frames)
        for frame in range(first, last):
            begins, ends = frame * FRAME_S, (frame + 1) * FRAME_S
            upper[frame, note.pitch % 12] += min(note.end_s, ends) - max(note.onset_s, begins)
            lowest[frame] = min(lowest[frame], note.pitch)
    bass = np.zeros((frames, 12))
    sounding = lowest < 999
    bass[np.flatnonzero(sounding), lowest[sounding] % 12] = 1.0
    content = np.concatenate([_unit(upper), _unit(bass) * 0.5], axis=1)
    content = _unit(content)
    likeness: FloatArray = content @ content.T
    return likeness


def _unit(rows: FloatArray) -> FloatArray:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    result: FloatArray = rows / np.maximum(norms, 1e-9)
    return result


def _best_fitness(likeness: FloatArray, length: int) -> float:
    """The fittest section of so many frames."""
    speaks = np.clip((likeness - _ALIKE) / (1 - _ALIKE), -1.0, 1.0)
    alike = _diagonal_means(speaks, length)
    starts = range(0, len(alike), _START_STEP)
    return max(
        (_fitness(alike[start], start, length, len(likeness)) for start in starts), default=0
    )


def _diagonal_means(values: FloatArray, length: int) -> FloatArray:
    """(F - length + 1, same) means along stretches of the diagonals."""
    frames = len(values)
    sums = np.zeros((frames + 1, frames + 1))
    for row in range(frames):
        sums[row + 1, 1:] = sums[row, :-1] + values[row]
    last = frames - length + 1
    means: FloatArray = (
        sums[length : length + last, length : length + last] - sums[:last, :last]
    ) / (length)
    return means


def _fitness(alike: FloatArray, start: int, length: int, frames: int) -> float:
    """Harmonic mean of likeness and coverage of a section's repetitions, taken best first."""
    free = np.ones(len(alike), dtype=bool)
    free[max(start - length + 1, 0) : start + length] = False
    scores = []
    order = np.argsort(-alike, kind="stable")
    for place in order:
        if alike[place] <= 0:
            break
        if free[place]:
            scores.append(float(alike[place]))
            free[max(place - length + 1, 0) : place + length] = False
    if not scores:
        return 0.0
    score = float(np.mean(scores))
    coverage = len(scores) * length / (frames - length)
    return 2 * score * coverage / (score + coverage)
