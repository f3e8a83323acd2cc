"""Step response: how soon the music follows when the emotion told to it steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from emsync_engine.affect.reading import AffectReader
from emsync_engine.evaluation.pieces import Wish, WritesPieces
from emsync_engine.evaluation.va_grid import AXES
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.project.model import GenerationSettings

FloatArray = NDArray[np.float64]

STEP_S = 20.0
SECONDS = 40.0
LEVEL = 0.8
WINDOW_S = 4.0
HOP_S = 1.0
WITHIN_S = 4.0
GOAL_SHARE = 0.7
LEAST_SHIFT = 0.2
"""A smaller steady shift, of the 1.6 that is told, is no answer whose speed could be judged."""

_OPENING_S = 8.0  # left out of the steady state before
_SETTLED_S = 8.0  # after the step: from here on it is steady
_ENDING_S = 2.0  # left out at the end, where the music closes


@dataclass(frozen=True, slots=True)
class AxisResponse:
    """How one axis follows a step from -0.8 to 0.8 and back.

    ``curve`` is half the difference between pieces that step up and pieces that step down, read in
    windows of 4 s around ``times_s``; what all pieces do anyway, such as filling up after the
    opening, cancels out. ``before`` and ``after`` are its steady levels. ``at_4_s`` is the share of
    the way between them that the window around 4 s after the step (2 to 6 s) has gone, and
    ``first_4_s`` that of the window of the first 4 s, which includes the way itself. NaN if there
    is no steady shift. ``low`` and ``high`` bound the middle 90 % of ``at_4_s`` over resampled
    seeds.
    """

    axis: str
    times_s: tuple[float, ...]
    curve: tuple[float, ...]
    before: float
    after: float
    at_4_s: float
    first_4_s: float
    low: float
    high: float

    @property
    def shift(self) -> float:
        return self.after - self.before

    @property
    def is_reached(self) -> bool:
        """Whether it follows at all, and 70 % of the way within 4 s."""
        return self.shift >= LEAST_SHIFT and self.at_4_s >= GOAL_SHARE


@dataclass(frozen=True, slots=True)
class StepReport:
    """Both axes; each seed is written twice for each, stepping up and stepping down."""

    seeds: int
    valence: AxisResponse
    arousal: AxisResponse


def measure_step_response(
    writer: WritesPieces,
    judge: AffectReader,
    *,
    seeds: int,
    settings: GenerationSettings | None = None,
    monitor: Monitor = SILENT,
) -> StepReport:
    """Write pieces of 40 s whose valence or arousal steps at 20 s, and read them second by second.

    The judge's window smears the step: a window of 4 s that is centred on the step has seen half of
    it. So a reading speaks of its centre, and the one that counts lies 4 s after the step; its
    window begins 2 s after it, so the step itself is not in it.
    """
    asked = [
        (stepping(axis, direction, settings), seed)
        for axis in range(2)
        for direction in (1.0, -1.0)
        for seed in range(seeds)
    ]
    read = [
        judge.read_windows(music, centres_s(), WINDOW_S)
        for music in writer.write(asked, monitor=monitor)
    ]
    found = np.array(read).reshape(2, 2, seeds, -1, 2)  # axis, direction, seed, window, reading
    responses = [
        response_of(AXES[axis], (found[axis, 0, ..., axis] - found[axis, 1, ..., axis]) / 2)
        for axis in range(2)
    ]
    return StepReport(seeds, responses[0], responses[1])


def stepping(axis: int, direction: float, settings: GenerationSettings | None) -> Wish:
    """A piece whose axis steps up (1) or down (-1) at 20 s while the other stays at 0."""
    before, after = [0.0, 0.0], [0.0, 0.0]
    before[axis], after[axis] = -direction * LEVEL, direction * LEVEL
    wish = Wish(SECONDS, ((0.0, before[0], before[1]), (STEP_S, after[0], after[1])))
    return wish if settings is None else replace(wish, settings=settings)


def centres_s() -> FloatArray:
    """Centres of the windows, one a second, all of them inside the piece."""
    return np.arange(WINDOW_S / 2, SECONDS - WINDOW_S / 2 + 1e-6, HOP_S)


def response_of(axis: str, differences: FloatArray) -> AxisResponse:
    """From (seeds, windows) half differences between stepping up and stepping down."""
    curve = _mean(differences)
    before, after, at_4_s, first_4_s = _shares(curve)
    rng = np.random.default_rng(0)
    drawn = [
        _shares(_mean(differences[rng.integers(0, len(differences), len(differences))]))[2]
        for _ in range(400)
    ]
    known = np.array(drawn)[~np.isnan(drawn)]
    low, high = np.percentile(known, (5, 95)) if len(known) else (np.nan, np.nan)
    return AxisResponse(
        axis=axis,
        times_s=tuple(centres_s().tolist()),
        curve=tuple(curve.tolist()),
        before=before,
        after=after,
        at_4_s=at_4_s,
        first_4_s=first_4_s,
        low=float(low),
        high=float(high),
    )


def _mean(differences: FloatArray) -> FloatArray:
    """Mean over the seeds, leaving out windows that could not be read."""
    known = ~np.isnan(differences)
    counts = known.sum(axis=0)
    sums = np.where(known, differences, 0).sum(axis=0)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _shares(curve: FloatArray) -> tuple[float, float, float, float]:
    """Steady level before and after, share gone at 4 s, and in the mean of the first 4 s."""
    times, half = centres_s(), WINDOW_S / 2
    is_before = (times - half >= _OPENING_S) & (times + half <= STEP_S)
    is_after = (times - half >= STEP_S + _SETTLED_S) & (times + half <= SECONDS - _ENDING_S)
    before, after = _known_mean(curve[is_before]), _known_mean(curve[is_after])
    shift = after - before
    if not shift > 1e-6:
        return before, after, float("nan"), float("nan")
    at_4_s = float(np.interp(STEP_S + WITHIN_S, times, curve))
    first = float(np.interp(STEP_S + half, times, curve))
    return before, after, (at_4_s - before) / shift, (first - before) / shift


def _known_mean(values: FloatArray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def step_lines(report: StepReport) -> list[str]:
    """The report as a table."""
    lines = [
        f"{report.seeds} seeds, each stepping up and down at {STEP_S:.0f} s of {SECONDS:.0f} s",
        f"{'axis':<10}{'before':>8}{'after':>8}{'at 4 s':>8}{'90 % of draws':>16}{'first 4 s':>11}",
    ]
    lines += [
        f"{axis.axis:<10}{axis.before:>8.2f}{axis.after:>8.2f}{axis.at_4_s:>8.0%}"
        f"{f'{axis.low:.0%} to {axis.high:.0%}':>16}{axis.first_4_s:>11.0%}"
        for axis in _axes(report)
    ]
    return lines


def _axes(report: StepReport) -> Sequence[AxisResponse]:
    return report.valence, report.arousal
