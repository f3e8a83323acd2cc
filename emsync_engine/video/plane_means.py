"""Planes of large pictures brought to a small size by the mean of what each pixel covers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import njit
from numpy.typing import NDArray

MOST_LINES = 256  # that one small pixel covers: sums of more do not fit 16 bits


def _kept(function: Callable[..., None]) -> Callable[..., None]:
    """Compile at the first call, and keep the code for the next start if a place can be found."""
    try:
        return njit(nogil=True, cache=True)(function)
    except RuntimeError:
        return njit(nogil=True)(function)


def fill_with_means(small: NDArray[np.uint8], plane: NDArray[np.uint8], *, every: int = 1) -> None:
    """Set each pixel of a small plane to the rounded mean of its share of a large one.

    Parameters
    ----------
    small : (h, w) uint8, written
    plane : (H, W) uint8, H at least h and at most ``MOST_LINES`` h, W at least w
    every : of how many lines one is looked at; the mean of few lines costs less
    """
    lines = plane[::every] if every > 1 else plane
    _fill(small, lines, np.empty(plane.shape[1], np.uint16))


@_kept
def _fill(small: NDArray[np.uint8], plane: NDArray[np.uint8], sums: NDArray[np.uint16]) -> None:
    height, width = small.shape
    tall, wide = plane.shape
    for row in range(height):
        first, last = row * tall // height, (row + 1) * tall // height
        sums[:] = 0
        for line in range(first, last):
            for x in range(wide):
                sums[x] += np.uint16(plane[line, x])
        for column in range(width):
            left, right = column * wide // width, (column + 1) * wide // width
            total = np.int64(0)
            for x in range(left, right):
                total += np.int64(sums[x])
            count = (right - left) * (last - first)
            small[row, column] = np.uint8((total + count // 2) // count)
