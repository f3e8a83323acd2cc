"""How strong a scene cut is: how much of what is seen changes there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_REACH_S = 0.2  # far enough to see a short fade's other side, too short to miss a short shot
_HALF_STRONG = 32.0  # mean change of an 8-bit channel that counts as strength 0.5


def cut_strengths(
    frames: NDArray[np.uint8], times_s: NDArray[np.float64], cuts: Sequence[int]
) -> NDArray[np.float64]:
    """Strength in [0, 1) of cuts found by any detector, so that they can be ranked together.

    The mean absolute change per channel d between the picture just before a cut and the one just
    after, or between the pictures 0.2 s around it if that is more (a fade changes little from one
    picture to the next), as d / (d + 32). Ordinary cuts lie about 0.5, tiny changes near 0. The
    places looked at never reach past the neighbouring cuts.

    Parameters
    ----------
    frames : (N, h, w, 3) uint8
    times_s : (N,) seconds, increasing
    cuts : indices of the first pictures of new shots, increasing, in 1..N-1
    """
    edges = [0, *cuts, len(frames)]
    strengths = np.zeros(len(cuts), dtype=np.float64)
    for place, frame in enumerate(cuts):
        time_s = times_s[frame]
        before = max(int(np.searchsorted(times_s, time_s - _REACH_S)), edges[place])
        after = int(np.searchsorted(times_s, time_s + _REACH_S, side="right")) - 1
        after = min(after, edges[place + 2] - 1)
        pairs = ((frame - 1, frame), (min(before, frame - 1), after))
        change = max(_mean_change(frames[one], frames[other]) for one, other in pairs)
        strengths[place] = change / (change + _HALF_STRONG)
    return strengths


def _mean_change(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.mean(np.abs(one.astype(np.int16) - other.astype(np.int16))))
