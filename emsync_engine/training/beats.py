"""Where the beats of a recorded piece stand that was played to one steady tempo."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from emsync_engine.midi.reading import Score

STEADINESS = 0.85
"""Length of the mean of the onsets' phases on the sixteenths, from here on the tempo is steady."""

_SIXTEENTHS = 16
# how strongly the sixteenths of a bar of four beats are stressed
_STRESS = np.array([8, 0, 1, 0, 3, 0, 1, 0, 5, 0, 1, 0, 3, 0, 1, 0], dtype=np.float64)


def with_found_bars(score: Score) -> Score | None:
    """Move the bar lines of a steady score to where its music has them; None if it is not steady.

    Recordings aligned to audio (POP909) keep one tempo but start anywhere in the bar. The phase on
    the sixteenths is the circular mean of the onsets; the down beat is the place whose stress
    pattern fits the lengths and low notes best.
    """
    if not score.parts:
        return None
    spans = np.concatenate([part.spans for part in score.parts])
    sixteenths = spans[:, 0] * 4 / score.ticks_per_beat
    mean = np.exp(2j * np.pi * sixteenths).mean()
    if abs(mean) < STEADINESS:
        return None
    phase = float(np.angle(mean)) / (2 * np.pi)
    places = np.round(sixteenths - phase).astype(np.int64)
    weights = np.minimum(spans[:, 1] - spans[:, 0], 2 * score.ticks_per_beat) * np.where(
        spans[:, 2] < 55, 2.0, 1.0
    )
    profile = np.bincount(places % _SIXTEENTHS, weights=weights, minlength=_SIXTEENTHS)
    start = best_rotation(profile.astype(np.float64), _STRESS)
    offset = round((start + phase) * score.ticks_per_beat / 4)
    bar = 4 * score.ticks_per_beat
    return replace(score, meters=((offset % bar - bar, 4.0),))


def best_rotation(profile: NDArray[np.float64], pattern: NDArray[np.float64]) -> int:
    """How far the pattern is to be moved rightwards to fit the profile best; equal lengths."""
    fits = [float(np.dot(profile, np.roll(pattern, shift))) for shift in range(len(pattern))]
    return int(np.argmax(fits))
