"""VA error: does a judge read from the music what the composer was told?

25 conditions, each axis at -0.8, -0.4, 0, 0.4, 0.8 (thesis section 4.5, after Hung et al. 2021).
The judge is of another kind than the regressor that labels and ranks, and learned from other
pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from emsync_engine.affect.reading import AffectReader, mean_of_known
from emsync_engine.evaluation.pieces import WritesPieces, steady
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.project.model import GenerationSettings
from emsync_engine.project.notes import Music

FloatArray = NDArray[np.float64]

LEVELS = (-0.8, -0.4, 0.0, 0.4, 0.8)
AXES = ("valence", "arousal")
NO_CONTROL = 0.48
"""Error of a reading that is always 0: the mean of the levels' sizes."""

GOAL_ERROR = 0.35
GOAL_CROSS_TALK = 0.5
_HOP_SHARE = 0.5  # of the judge's window (thesis: 50 % overlap)


@dataclass(frozen=True, slots=True)
class AxisReport:
    """What the judge says of one axis.

    ``error`` is the mean of |reading - told| over all pieces, not halved; ``permuted`` is the same
    with every reading held against every level in turn: what these readings would score if they
    had nothing to do with what was told. ``alone`` has the mean reading of this axis at each of its
    five levels while the other is told 0, and ``other_alone`` that of the other axis; ``over_all``
    is the mean over the five levels of the other axis as well.
    """

    axis: str
    error: float
    permuted: float
    alone: tuple[float, ...]
    other_alone: tuple[float, ...]
    over_all: tuple[float, ...]
    correlation: float

    @property
    def is_monotonic(self) -> bool:
        """Whether the reading rises at each step while the axis is moved alone."""
        return all(later > earlier for earlier, later in pairwise(self.alone))

    @property
    def cross_talk(self) -> float:
        """Range of the other axis' reading over the range of this one's; inf if this stands still.

        Ranges are largest less smallest of the five.
        """
        own = max(self.alone) - min(self.alone)
        other = max(self.other_alone) - min(self.other_alone)
        return other / own if own > 0 else float("inf")


@dataclass(frozen=True, slots=True)
class GridReport:
    """Mean readings (5 valence levels x 5 arousal levels x 2 axes), and what follows from them."""

    seeds: int
    seconds: float
    readings: tuple[tuple[tuple[float, float], ...], ...]
    valence: AxisReport
    arousal: AxisReport
    unreadable: int


def measure_va_grid(
    writer: WritesPieces,
    judge: AffectReader,
    *,
    seeds: int,
    seconds: float,
    settings: GenerationSettings | None = None,
    monitor: Monitor = SILENT,
) -> GridReport:
    """Write the grid with the same seeds everywhere, and let the judge read it."""
    asked = [
        (steady(valence, arousal, seconds, settings=settings), seed)
        for valence in LEVELS
        for arousal in LEVELS
        for seed in range(seeds)
    ]
    read = [reading_of(judge, music) for music in writer.write(asked, monitor=monitor)]
    found = np.array(read).reshape(len(LEVELS), len(LEVELS), seeds, 2)
    return grid_report(found, seconds=seconds)


def reading_of(judge: AffectReader, music: Music) -> FloatArray:
    """(2,) mean of the judge's windows over a piece, overlapping by half; NaN if it reads none."""
    from emsync_engine.affect.reading import WINDOW_S

    half = min(WINDOW_S, music.duration_s) / 2
    centres = np.arange(half, music.duration_s - half + 1e-6, WINDOW_S * _HOP_SHARE)
    return mean_of_known(judge.read_windows(music, centres, 2 * half))


def grid_report(found: FloatArray, *, seconds: float) -> GridReport:
    """From the readings (5, 5, seeds, 2) of each piece: valence levels, arousal levels."""
    means = _nanmean(found, axis=2)
    return GridReport(
        seeds=found.shape[2],
        seconds=seconds,
        readings=tuple(tuple((float(v), float(a)) for v, a in row) for row in means),
        valence=_axis_report(0, found),
        arousal=_axis_report(1, found),
        unreadable=int(np.isnan(found).any(axis=-1).sum()),
    )


def _axis_report(axis: int, found: FloatArray) -> AxisReport:
    """The axis' levels are first brought to the front: (own levels, other levels, seeds, 2)."""
    turned = found if axis == 0 else found.swapaxes(0, 1)
    levels = np.array(LEVELS)
    told = np.broadcast_to(levels[:, None, None], turned.shape[:3])
    own, other = turned[..., axis], turned[..., 1 - axis]
    known = ~np.isnan(own)
    middle = LEVELS.index(0.0)
    return AxisReport(
        axis=AXES[axis],
        error=float(np.abs(own - told)[known].mean()) if known.any() else float("nan"),
        permuted=float(np.abs(own[known][:, None] - levels).mean())
        if known.any()
        else float("nan"),
        alone=_floats(_nanmean(own[:, middle], axis=1)),
        other_alone=_floats(_nanmean(other[:, middle], axis=1)),
        over_all=_floats(_nanmean(own.reshape(len(levels), -1), axis=1)),
        correlation=_correlation(told[known], own[known]),
    )


def _nanmean(values: FloatArray, *, axis: int) -> FloatArray:
    known = ~np.isnan(values)
    counts = known.sum(axis=axis)
    sums = np.where(known, values, 0.0).sum(axis=axis)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _floats(values: FloatArray) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _correlation(told: FloatArray, read: FloatArray) -> float:
    if len(read) < 2 or read.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(told, read)[0, 1])


def grid_lines(report: GridReport) -> list[str]:
    """The report as a table."""
    lines = [
        f"{len(LEVELS) ** 2} conditions, {report.seeds} seeds of {report.seconds:.0f} s each, "
        f"{report.unreadable} pieces unreadable",
        f"{'axis':<10}{'error':>8}{'permuted':>10}{'always 0':>10}{'r':>7}"
        f"{'monotonic':>11}{'cross-talk':>12}   readings at -0.8 ... 0.8, the other told 0",
    ]
    lines += [
        f"{axis.axis:<10}{axis.error:>8.3f}{axis.permuted:>10.3f}{NO_CONTROL:>10.2f}"
        f"{axis.correlation:>7.2f}{'yes' if axis.is_monotonic else 'no':>11}"
        f"{axis.cross_talk:>12.2f}   {_series(axis.alone)}"
        for axis in (report.valence, report.arousal)
    ]
    return lines


def _series(values: Sequence[float]) -> str:
    return " ".join(f"{value:+.2f}" for value in values)
