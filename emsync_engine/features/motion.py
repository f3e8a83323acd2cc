"""Movement between consecutive pictures, and the pace of the cutting."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emsync_engine.features.sequences import Feature, Film, FloatArray, IntArray, StepGrid
from emsync_engine.monitor import Monitor
from emsync_engine.project.model import SceneCut

_PAIRS_PER_S = 12.0
_CHUNK = 64  # pictures held in memory at a time
_LEAST_SLOPE = (
    0.02  # lightness per pixel; keeps noise in flat or dark pictures from counting as motion
)
_SOFT_CUT_REACH_S = 0.4  # a fade or dissolve changes the picture this far on either side


class MotionFeatures:
    """Motion energy, flicker and cut rate per step (Hanjalic and Xu, 2005)."""

    features = (
        Feature("motion", "picture widths/s", "mean displacement, not across cuts"),
        Feature("flicker", "1/s", "change of the whole picture's brightness, not across cuts"),
        Feature("cut_rate", "1/s", "one over the length of the shot"),
    )

    def extract(
        self, film: Film, cuts: tuple[SceneCut, ...], grid: StepGrid, monitor: Monitor
    ) -> dict[str, FloatArray]:
        """Means over the pairs of pictures in each step."""
        times_s = film.times_s()
        shown = _thinned(times_s)
        motion, flicker = _changes(film, shown, monitor)
        gaps_s = np.maximum(np.diff(times_s[shown]), 1e-3)
        usable = ~_crosses_cut(times_s[shown], cuts)
        middles_s = (times_s[shown][1:] + times_s[shown][:-1]) / 2
        return {
            "motion": grid.mean_per_step(middles_s, np.where(usable, motion / gaps_s, np.nan)),
            "flicker": grid.mean_per_step(middles_s, np.where(usable, flicker / gaps_s, np.nan)),
            "cut_rate": cut_rate(cuts, grid),
        }


def cut_rate(cuts: tuple[SceneCut, ...], grid: StepGrid) -> FloatArray:
    """(count,) one over the length in seconds of the shot that is on in the middle of each step."""
    inside = sorted({float(cut.time) for cut in cuts if 0 < cut.time < grid.duration_s})
    edges = np.array([0.0, *inside, max(grid.duration_s, 1e-3)])
    shot = np.clip(np.searchsorted(edges, grid.middles_s, side="right") - 1, 0, len(edges) - 2)
    rate: FloatArray = 1 / np.maximum(np.diff(edges)[shot], 1e-3)
    return rate


def _thinned(times_s: FloatArray) -> IntArray:
    """Indices of pictures at most some twelve a second; each second shows the same movement."""
    span_s = float(times_s[-1] - times_s[0]) if len(times_s) > 1 else 0.0
    rate = (len(times_s) - 1) / span_s if span_s > 0 else _PAIRS_PER_S
    return np.arange(0, len(times_s), max(1, round(rate / _PAIRS_PER_S)), dtype=np.int64)


def _changes(film: Film, shown: IntArray, monitor: Monitor) -> tuple[FloatArray, FloatArray]:
    """(P - 1,) displacement in picture widths and change of mean brightness between neighbours.

    The displacement is the normal flow: change of brightness over its slope, which does not depend
    on contrast. A change that the whole picture shares is light, not movement, and taken off first.
    """
    motion, flicker = [np.empty(0)], [np.empty(0)]
    for first in range(0, len(shown) - 1, _CHUNK):
        monitor.advance("motion", first, len(shown))
        luma = _luma(film, shown[first : first + _CHUNK + 1])
        change = np.diff(luma, axis=0)
        shared = change.mean(axis=(1, 2))
        moved = np.abs(change - shared[:, None, None]).mean(axis=(1, 2))
        slope = _mean_slope(luma)
        slope = np.maximum(slope[1:], slope[:-1])
        motion.append(moved / (slope + _LEAST_SLOPE) / luma.shape[2])
        flicker.append(np.abs(shared))
    return np.concatenate(motion), np.concatenate(flicker)


def _luma(film: Film, indices: IntArray) -> NDArray[np.float32]:
    """(n, h, w) brightness 0..1 of some pictures (Rec. 601 weights)."""
    pictures = np.stack([film.frames[index] for index in indices]).astype(np.float32)
    return pictures @ (np.array([0.299, 0.587, 0.114], dtype=np.float32) / np.float32(255))


def _mean_slope(luma: NDArray[np.float32]) -> FloatArray:
    """(n,) mean brightness difference between neighbouring pixels, both directions added."""
    slope = np.zeros(len(luma))
    for axis in (1, 2):
        if luma.shape[axis] > 1:
            slope += np.abs(np.diff(luma, axis=axis)).mean(axis=(1, 2))
    return slope


def _crosses_cut(times_s: FloatArray, cuts: tuple[SceneCut, ...]) -> NDArray[np.bool_]:
    """(P - 1,) whether a cut lies between two neighbours; soft cuts reach further."""
    crosses = np.zeros(max(len(times_s) - 1, 0), dtype=bool)
    for cut in cuts:
        reach_s = 0.0 if cut.kind == "hard" else _SOFT_CUT_REACH_S
        first = np.searchsorted(times_s, float(cut.time) - reach_s - 1e-6, side="left") - 1
        last = np.searchsorted(times_s, float(cut.time) + reach_s - 1e-6, side="left")
        crosses[max(first, 0) : max(last, 0)] = True
    return crosses
