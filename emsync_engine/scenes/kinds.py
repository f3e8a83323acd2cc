"""Whether a shot gave way to the next at once, through a plain picture, or by mixing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emsync_engine.project.model import CutKind

_AROUND_S = 0.25
_PLAIN_WITHIN_S = 0.75
_SUDDEN_SHARE = 0.5  # of the change around a cut that happens in one step
_PLAIN_DEVIATION = 6.0  # of 8-bit luma within a picture: black, white or fog
_BLOCK = 256  # pictures looked at together


def cut_kind(frames: NDArray[np.uint8], times_s: NDArray[np.float64], cut: int) -> CutKind:
    """Kind of the transition at a detected cut.

    ``hard`` if one step, the cut's own or one beside it, brings at least half of the change between
    the pictures a quarter of a second before and after; else ``fade`` if a plain picture (luma
    deviates by less than 6 of 255) lies within 0.75 s; else ``dissolve``.

    Parameters
    ----------
    frames : (N, h, w, 3) uint8
    times_s : (N,) seconds, increasing
    cut : index of the new shot's first picture, in 1..N-1
    """
    first, last = _span(times_s, cut, _AROUND_S)
    luma = _grey(frames[first : last + 1])
    steps = np.mean(np.abs(np.diff(luma, axis=0)), axis=(1, 2))
    own = cut - 1 - first
    step = float(np.max(steps[max(0, own - 1) : own + 2]))
    if step >= _SUDDEN_SHARE * float(np.mean(np.abs(luma[-1] - luma[0]))):
        return "hard"
    first, last = _span(times_s, cut, _PLAIN_WITHIN_S)
    wider = _grey(frames[first : last + 1])
    is_through_plain = float(np.min(np.std(wider, axis=(1, 2)))) < _PLAIN_DEVIATION
    return "fade" if is_through_plain else "dissolve"


def is_closing_fade(frames: NDArray[np.uint8], cut: int) -> bool:
    """Whether nothing but plain pictures follow a place: no new shot, the film has faded out.

    Parameters
    ----------
    frames : (N, h, w, 3) uint8
    cut : index of the first picture after the place, in 1..N-1
    """
    return all(
        float(np.max(np.std(_grey(frames[first : first + _BLOCK]), axis=(1, 2)))) < _PLAIN_DEVIATION
        for first in range(cut, len(frames), _BLOCK)
    )


def _grey(frames: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, h, w) mean of the channels."""
    return np.asarray(np.mean(frames, axis=3, dtype=np.float32))


def _span(times_s: NDArray[np.float64], cut: int, reach_s: float) -> tuple[int, int]:
    """First and last picture within reach of a cut; at least the one before it and its own."""
    first = int(np.searchsorted(times_s, times_s[cut] - reach_s))
    last = int(np.searchsorted(times_s, times_s[cut] + reach_s, side="right")) - 1
    return min(first, cut - 1), max(last, cut)
