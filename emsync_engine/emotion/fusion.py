"""Sizes of the trained fusion, and what it is fed: sets of features of a stretch of film.

A set holds, for each modality, the features nearest to sixteen times: equidistant ones of the
stretch when reading, random ones of the whole film in training. Where nothing was seen, heard or
read the modality is one row of zeros.

References
----------
Thesis 5.2.2. There 16 pictures and pieces of sound stand for a clip; here also for each segment:
the set slides with it, and covers at least four seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from emsync_engine.extractors.observed import Features, FloatArray, Observed

FRAMES = 16
LEAST_SPAN_S = 4.0
SEQUENCES = ("clip", "audio-events", "faces")
SINGLES = ("screen-text", "speech")

FeatureSet = Mapping[str, Features]  # (L, D) by modality; absent ones are left out


@dataclass(frozen=True, slots=True)
class FusionConfiguration:
    """Sizes of a fusion; the defaults are the thesis'.

    ``sequences`` and ``singles`` name the modalities and the width of their features; each pair of
    sequences has its attention. With ``pads_with_zeros`` shorter sequences are filled up to
    ``frames`` rows of zeros that count, as the published code does; without, they stay short.
    ValueError for what cannot be.
    """

    sequences: tuple[tuple[str, int], ...]
    singles: tuple[tuple[str, int], ...] = ()
    width: int = 512
    heads: int = 4
    dropout: float = 0.5
    frames: int = FRAMES
    pads_with_zeros: bool = False

    def __post_init__(self) -> None:
        if not self.sequences:
            raise ValueError("a fusion needs pictures, sounds or faces")
        if self.width % self.heads:
            raise ValueError(f"{self.heads} heads do not divide a width of {self.width}")
        names = [name for name, _ in self.modalities]
        if len(set(names)) != len(names):
            raise ValueError(f"a modality is named twice: {', '.join(names)}")

    @property
    def modalities(self) -> tuple[tuple[str, int], ...]:
        """All of them, sequences first."""
        return (*self.sequences, *self.singles)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Which sequence attends to which; a single one attends to itself."""
        names = [name for name, _ in self.sequences]
        if len(names) == 1:
            return ((names[0], names[0]),)
        return tuple((one, other) for one in names for other in names if one != other)


@dataclass(frozen=True, slots=True, eq=False)
class Statistics:
    """Least and greatest value of each feature in the training films, each (D,) by modality."""

    least: Mapping[str, Features]
    greatest: Mapping[str, Features]

    def normalised(self, name: str, rows: Features) -> Features:
        """(L, D) rows mapped by (x - min) / (max - min); zero where a feature never changed."""
        span = self.greatest[name] - self.least[name]
        usable = span > 0
        scaled = (rows - self.least[name]) / np.where(usable, span, 1)
        return np.where(usable, scaled, 0).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class FilmFeatures:
    """What the fusion may be fed of one film.

    ``observed`` by the extractor's name; ``texts`` are (1, D) features of all that is said or
    written, by modality.
    """

    duration_s: float
    observed: Mapping[str, Observed]
    texts: Mapping[str, Features] = field(default_factory=dict)


def span_of(start_s: float, end_s: float, duration_s: float) -> tuple[float, float]:
    """The stretch that a segment's set covers: itself, or four seconds around it in the film."""
    missing = max(0.0, min(LEAST_SPAN_S, duration_s) - (end_s - start_s)) / 2
    start_s, end_s = start_s - missing, end_s + missing
    shift = max(0.0, -start_s) - max(0.0, end_s - duration_s)
    return max(0.0, start_s + shift), min(duration_s, end_s + shift)


def equidistant_s(start_s: float, end_s: float, count: int = FRAMES) -> FloatArray:
    """(count,) middles of equal parts of a stretch, in seconds."""
    middles: FloatArray = start_s + (np.arange(count) + 0.5) * (end_s - start_s) / count
    return middles


def random_times_s(duration_s: float, rng: np.random.Generator, count: int = FRAMES) -> FloatArray:
    """(count,) times anywhere in a film, in order."""
    times: FloatArray = np.sort(rng.uniform(0, duration_s, count))
    return times


def feature_set(
    observed: Mapping[str, Observed], texts: Mapping[str, Features], times_s: FloatArray
) -> dict[str, Features]:
    """The features nearest to some times, and those of the words.

    Parameters
    ----------
    texts : (1, D) by modality
    times_s : (n,)

    Returns
    -------
    (n, D) pictures and sounds, (k, D) faces with k <= n, as only pictures with a face count and
    each of them once, and (1, D) words. What there is nothing of is left out.
    """
    found: dict[str, Features] = {name: rows for name, rows in texts.items() if len(rows)}
    for name in SEQUENCES:
        one = observed.get(name)
        if one is None or not len(one.times_s):
            continue
        looked = nearest(one.looked_s, times_s)
        if len(one.looked_s) != len(one.times_s):
            looked = np.unique(looked)
        rows = _rows_at(one, one.looked_s[looked])
        if len(rows):
            found[name] = one.features[rows]
    return found


def nearest(times_s: FloatArray, wanted_s: FloatArray) -> NDArray[np.int64]:
    """(n,) numbers of the times, which increase, that lie nearest to the wanted ones."""
    after = np.clip(np.searchsorted(times_s, wanted_s), 1, max(len(times_s) - 1, 1))
    after = np.minimum(after, len(times_s) - 1)
    before = np.maximum(after - 1, 0)
    is_before = wanted_s - times_s[before] <= times_s[after] - wanted_s
    return np.where(is_before, before, after).astype(np.int64)


def _rows_at(observed: Observed, times_s: FloatArray) -> NDArray[np.int64]:
    """Numbers of the rows that lie exactly at some times; times without a row are left out."""
    places = np.searchsorted(observed.times_s, times_s - 1e-6)
    inside = places < len(observed.times_s)
    places = places[inside]
    kept = np.abs(observed.times_s[places] - times_s[inside]) < 1e-6
    return places[kept].astype(np.int64)


def statistics_of(films: Sequence[FilmFeatures], names: Sequence[str]) -> Statistics:
    """Least and greatest values over every row of some films."""
    least: dict[str, Features] = {}
    greatest: dict[str, Features] = {}
    for name in names:
        rows = [rows_of(film, name) for film in films]
        together = np.concatenate([one for one in rows if one is not None and len(one)])
        least[name], greatest[name] = together.min(axis=0), together.max(axis=0)
    return Statistics(least, greatest)


def rows_of(film: FilmFeatures, name: str) -> Features | None:
    """(L, D) all rows of a modality of a film; None where it was not looked at."""
    if name in SINGLES:
        return film.texts.get(name)
    observed = film.observed.get(name)
    return None if observed is None else observed.features


def widths_of(films: Sequence[FilmFeatures]) -> dict[str, int]:
    """Modalities of which there is anything in any film, and how wide their features are."""
    found: dict[str, int] = {}
    for name in (*SEQUENCES, *SINGLES):
        for film in films:
            rows = rows_of(film, name)
            if rows is not None and len(rows):
                found[name] = int(rows.shape[1])
                break
    return found
