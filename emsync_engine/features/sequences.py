"""Feature sequences: what pictures, movement and sound measure, step by step through a film."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from emsync_engine.monitor import Monitor
from emsync_engine.project.model import SceneCut

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class FilmInfo(Protocol):
    """What the features need to know of a file: how long its picture is."""

    @property
    def duration(self) -> Fraction: ...


class Film(Protocol):
    """A decoded film, as the features see it: small pictures with exact times, and mono sound.

    ``frames`` are (N, h, w, 3) uint8 RGB, upright, possibly memory-mapped: read them one by one;
    ``stills`` are larger ones, (K, H, W, 3), about one a second, at ``still_times_s`` (K,).
    ``audio`` is (M,) float32 at ``audio_rate``; its sample 0 sounds at the first picture.
    """

    @property
    def info(self) -> FilmInfo: ...
    @property
    def frames(self) -> NDArray[np.uint8]: ...
    @property
    def stills(self) -> NDArray[np.uint8]: ...
    @property
    def still_times_s(self) -> NDArray[np.float64]: ...
    @property
    def audio(self) -> NDArray[np.float32]: ...
    @property
    def audio_rate(self) -> int: ...
    @property
    def has_audio(self) -> bool: ...
    def times_s(self) -> NDArray[np.float64]: ...


@dataclass(frozen=True, slots=True)
class StepGrid:
    """Equal steps that cover a film from its first picture; the last one may reach past the end."""

    duration_s: float
    step_s: float = 1.0

    def __post_init__(self) -> None:
        if not (self.duration_s >= 0 and self.step_s > 0):
            raise ValueError(f"no grid of {self.step_s} s steps covers {self.duration_s} s")

    @property
    def count(self) -> int:
        """Steps in the film, at least one."""
        return max(1, int(np.ceil(self.duration_s / self.step_s - 1e-9)))

    @property
    def starts_s(self) -> FloatArray:
        """(count,) seconds at which the steps start."""
        return np.arange(self.count, dtype=np.float64) * self.step_s

    @property
    def middles_s(self) -> FloatArray:
        """(count,) seconds in the middle of each step, the last one cut at the film's end."""
        ends = np.minimum(self.starts_s + self.step_s, max(self.duration_s, 1e-9))
        middles: FloatArray = (self.starts_s + ends) / 2
        return middles

    def step_of(self, times_s: FloatArray) -> IntArray:
        """(N,) step in which each time lies; times outside the film count to the nearest step."""
        return np.clip(np.asarray(times_s) // self.step_s, 0, self.count - 1).astype(np.int64)

    def mean_per_step(self, times_s: FloatArray, values: FloatArray) -> FloatArray:
        """(count,) mean of the values in each step; empty steps take their neighbours' line.

        Values that are not finite are left out. Zero throughout where there is no value at all.
        """
        usable = np.isfinite(values)
        if not usable.any():
            return np.zeros(self.count)
        steps = self.step_of(times_s[usable])
        number = np.bincount(steps, minlength=self.count)
        total = np.bincount(steps, weights=values[usable], minlength=self.count)
        filled = np.flatnonzero(number)
        means: FloatArray = np.interp(np.arange(self.count), filled, total[filled] / number[filled])
        return means


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature sequence: what it measures, and in which unit."""

    name: str
    unit: str
    meaning: str


class FeatureExtractor(Protocol):
    """Measures some features of a film; listed by name in ``extraction.EXTRACTORS``."""

    @property
    def features(self) -> tuple[Feature, ...]: ...

    def extract(
        self, film: Film, cuts: tuple[SceneCut, ...], grid: StepGrid, monitor: Monitor
    ) -> dict[str, FloatArray]:
        """Sequences by name, one for each of ``features``, each (grid.count,) and finite."""
        ...


@dataclass(frozen=True, slots=True)
class FeatureSequences:
    """Sequences of one film by name, each (seconds,) for the usual step of one second.

    ``missing`` says, for each extractor that had nothing to measure, why.
    """

    grid: StepGrid
    sequences: Mapping[str, FloatArray]
    missing: Mapping[str, str]

    def __post_init__(self) -> None:
        for name, sequence in self.sequences.items():
            if sequence.shape != (self.grid.count,):
                raise ValueError(f"{name} has {sequence.shape} values, not {self.grid.count}")

    def __getitem__(self, name: str) -> FloatArray:
        return self.sequences[name]

    def __contains__(self, name: str) -> bool:
        return name in self.sequences

    def as_dict(self) -> dict[str, Any]:
        """Plain lists, for JSON."""
        return {name: sequence.tolist() for name, sequence in self.sequences.items()}


class NothingToMeasure(Exception):  # noqa: N818 - not an error: a silent film has no sound features
    """The film lacks what an extractor measures; the text says what."""
