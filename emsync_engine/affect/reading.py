"""How the emotion of music is read: one Protocol for all readers and for the judge.

``regressor.shipped_regressor()`` labels the training music, ranks takes and measures the VA error;
``random_convolutions.shipped_convolutions()`` is heard beside it where ways on are chosen;
``judge.shipped_judge()`` is of another kind, learned from other pieces, and is kept for judging:
nothing is labelled with it, nothing ranked.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from emsync_engine.affect.sounding import NoteArrays, arrays_of
from emsync_engine.project.model import VAPoint
from emsync_engine.project.notes import Music

FloatArray = NDArray[np.float64]

WINDOW_S = 12.0
"""Length of music that one reading speaks of (windows of 8 to 16 s, DESIGN section 4)."""

SECOND_SHARE = 1 / 3
"""What the second reader's word counts beside the regressor's, where both are heard: people's
ratings of unseen pieces are met better by both than by either (``docs/models/music-va.md``)."""


@dataclass(frozen=True, slots=True)
class AffectReading:
    """Valence and arousal of a stretch of music, with how far a reading usually lies off.

    ``point`` is on the scale of the composer's labels: 0 is the middle, -1 and 1 are the ends of
    the training music. The spreads are standard deviations on the same scale.
    """

    point: VAPoint
    valence_spread: float
    arousal_spread: float


class AffectReader(Protocol):
    """Reads valence and arousal from notes; velocities and programs are never looked at."""

    def read(self, music: Music, start_s: float, end_s: float) -> AffectReading:
        """Reading of the stretch, the mean of its windows of 12 s.

        What cannot be read is 0 with a spread of 1: both axes of silence, the valence of drums.
        """

    def read_windows(
        self, music: Music, centres_s: FloatArray, width_s: float = WINDOW_S
    ) -> FloatArray:
        """Valence and arousal of the windows around (N,) centres, all at once.

        Returns
        -------
        (N, 2) float64 in [-1, 1]: NaN where nothing sounds, valence NaN where only drums do
        """


class ScaledReader(ABC):
    """A reader that rates windows in deviations of the human ratings, and evens them out.

    ``scale`` (2, Q) are the quantiles of both axes over the reference music, evenly from -1 to 1;
    ``spread`` (2,) is the usual deviation from people, on the scale from -1 to 1.
    """

    __slots__ = ()

    scale: FloatArray
    spread: FloatArray

    @abstractmethod
    def rate_windows(
        self, notes: NoteArrays, centres_s: FloatArray, width_s: float = WINDOW_S
    ) -> FloatArray:
        """(N, 2) in deviations of the human ratings, NaN where nothing can be read."""

    def on_scale(self, rated: FloatArray) -> FloatArray:
        """(N, 2) deviations to [-1, 1], the scale of the composer's labels; NaN stays."""
        even = np.linspace(-1.0, 1.0, self.scale.shape[1])
        columns = [np.interp(rated[:, axis], self.scale[axis], even) for axis in range(2)]
        return np.where(np.isnan(rated), np.nan, np.stack(columns, axis=1))

    def read_windows(
        self, music: Music, centres_s: FloatArray, width_s: float = WINDOW_S
    ) -> FloatArray:
        """Valence and arousal of the windows around (N,) centres, (N, 2); see ``AffectReader``."""
        return self.on_scale(self.rate_windows(arrays_of(music), centres_s, width_s))

    def read(self, music: Music, start_s: float, end_s: float) -> AffectReading:
        """Reading of a stretch; see ``AffectReader``."""
        return reading_of(self, music, start_s, end_s, spread=self.spread)


def mean_of_known(readings: FloatArray) -> FloatArray:
    """(N, 2) to (2,): the mean of what is no NaN, NaN where all are."""
    known = ~np.isnan(readings)
    counts = known.sum(axis=0)
    sums = np.where(known, readings, 0.0).sum(axis=0)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def window_centres_s(start_s: float, end_s: float, *, hop_s: float = 2.0) -> FloatArray:
    """Middles of windows that lie inside a stretch, its own middle where it is shorter than one."""
    first, last = start_s + WINDOW_S / 2, end_s - WINDOW_S / 2
    if last <= first:
        return np.array([(start_s + end_s) / 2])
    centres: FloatArray = np.linspace(first, last, int(np.ceil((last - first) / hop_s)) + 1)
    return centres


def reading_of(
    reader: AffectReader, music: Music, start_s: float, end_s: float, *, spread: FloatArray
) -> AffectReading:
    """Mean of a reader's windows over a stretch; windows are no wider than the stretch."""
    centres = window_centres_s(start_s, end_s)
    windows = reader.read_windows(music, centres, min(WINDOW_S, max(end_s - start_s, 1.0)))
    known = ~np.isnan(windows)
    count = known.sum(axis=0)
    mean = np.where(known, windows, 0.0).sum(axis=0) / np.maximum(count, 1)
    valence, arousal = np.clip(mean, -1, 1).tolist()
    spreads = np.where(count > 0, spread, 1.0).tolist()
    return AffectReading(VAPoint(valence, arousal), *spreads)
