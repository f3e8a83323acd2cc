"""Boundary offsets: from every token, the time to the next boundary, for training and sampling."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from emsync_engine.errors import BoundaryOrderError

MAX_OFFSET_S = 8.0


class BoundaryCursor:
    """The boundaries that lie ahead, of which a chord takes away those it reaches.

    Implements Algorithm 1 of the thesis: a boundary that a ``CHORD`` has reached is removed before
    that token's own offset is taken, so that the chord and its notes already look to the next one.

    Parameters
    ----------
    boundaries_s : (M,) float64, seconds, strictly increasing; else BoundaryOrderError
    sensitivity_s : a chord reaches the boundaries less than this many seconds away; a scalar, or
        (M,) one for each boundary
    """

    def __init__(
        self, boundaries_s: NDArray[np.float64], *, sensitivity_s: float | NDArray[np.float64] = 1.0
    ) -> None:
        if np.any(np.diff(boundaries_s) <= 0):
            raise BoundaryOrderError("Boundaries must lie in increasing order.")
        self._boundaries_s = np.asarray(boundaries_s, dtype=np.float64)
        self._sensitivity_s = np.broadcast_to(sensitivity_s, self._boundaries_s.shape)
        self.is_open = np.ones(len(self._boundaries_s), dtype=bool)

    def reach(self, chord_s: float) -> NDArray[np.intp]:
        """A chord sounds at this time; returns the numbers of the boundaries it reaches."""
        reached = self.is_open & (np.abs(self._boundaries_s - chord_s) < self._sensitivity_s)
        self.is_open &= ~reached
        return np.flatnonzero(reached)

    def offsets(self, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """(N,) seconds to the next open boundary, 0 to 8; 8 where none lies ahead."""
        ahead = np.append(self._boundaries_s[self.is_open], np.inf)
        # a boundary at the very time of the token is still ahead, within rounding
        following = np.searchsorted(ahead, times_s - 1e-6, side="left")
        return np.clip(ahead[following] - times_s, 0.0, MAX_OFFSET_S)


def token_offsets(
    times_s: NDArray[np.float64],
    is_chord: NDArray[np.bool_],
    cursor: BoundaryCursor,
) -> NDArray[np.float64]:
    """Offset of every token of a sequence.

    Parameters
    ----------
    times_s : (N,) float64, seconds, non-decreasing: time after each token
    is_chord : (N,) whether the token is ``CHORD``
    cursor : moved on by the chords

    Returns
    -------
    (N,) float64, seconds, 0 to 8
    """
    offsets = np.empty(len(times_s))
    edges = [0, *np.flatnonzero(is_chord).tolist(), len(times_s)]
    for start, end in pairwise(edges):
        if start < len(times_s) and is_chord[start]:
            cursor.reach(float(times_s[start]))
        offsets[start:end] = cursor.offsets(times_s[start:end])
    return offsets
