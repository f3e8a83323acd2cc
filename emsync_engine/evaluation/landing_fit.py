"""The tempo fit, measured: how far it bends, how much from bar to bar, how long it takes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isnan

import numpy as np

from emsync_engine.music.landing import Landing
from emsync_engine.music.tempo_fit import fit_tempo

FIT_HITS = 60
GOAL_FIT_MS = 50.0

_BARS_S = (0.5, 4.0)  # shorter and longer bars are none to the tempo fit


@dataclass(frozen=True, slots=True)
class FitTimes:
    """Time of one fit for ``FIT_HITS`` hits with gaps of 4 to 20 s: ms of one core, its own."""

    draws: int
    median_ms: float
    worst_ms: float


def rate_percent(landing: Landing) -> float:
    """How far the tempo was bent at most, read from the warp itself."""
    return 100 * max(abs(rate - 1) for rate in landing.warp.rates)


def bar_change_percent(landing: Landing, bars_s: Sequence[float]) -> float:
    """Largest change of the mean rate from one bar of the music to the next, per cent."""
    warp = landing.warp
    rates = [
        (warp.at(end) - warp.at(start)) / (end - start)
        if _BARS_S[0] <= end - start <= _BARS_S[1]
        else float("nan")
        for start, end in pairwise(bars_s)
    ]
    changes = [abs(later - earlier) for earlier, later in pairwise(rates)]
    return 100 * max((change for change in changes if not isnan(change)), default=0.0)


def time_fits(draws: int, *, seed: int = 0) -> FitTimes:
    """Time the fit of 60 hits: in turn with chords anywhere, and with some near the hits too."""
    spent: list[float] = []
    for draw in range(draws):
        rng = np.random.default_rng((seed, draw))
        hits_s = np.cumsum(rng.uniform(4.0, 20.0, FIT_HITS))
        duration_s = float(hits_s[-1]) + 5.0
        chords_s = rng.uniform(0, duration_s, round(duration_s / 60 * 24))
        if draw % 2:
            chords_s = np.concatenate([chords_s, hits_s + rng.normal(0, 0.3, FIT_HITS)])
        started = time.thread_time()
        fit_tempo(
            np.sort(chords_s).tolist(),
            hits_s.tolist(),
            duration_s=duration_s,
            bars_s=np.arange(0.0, duration_s, 2.0).tolist(),
            tolerance_s=1 / 50,
        )
        spent.append(1000 * (time.thread_time() - started))
    return FitTimes(draws, float(np.median(spent)), max(spent)) if spent else FitTimes(0, 0.0, 0.0)
