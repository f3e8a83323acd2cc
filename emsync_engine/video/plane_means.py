"""Planes of large pictures brought to a small size by the mean of what each pixel covers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emsync_engine.compiling import compiled

MOST_LINES = 256  # that one small pixel covers: sums of more do not fit 16 bits


def fill_with_means(small: NDArray[np.uint8], plane: NDArray[np.uint8], *, every: int = 1) -> None:
    """Set each pixel of a small plane to the rounded mean of its share of a large one.

    Parameters
    ----------
    small : (h, w) uint8, written
    plane : (H, W) uint8, H at least h and at most ``MOST_LINES`` h, W at least w
    every : of how many lines one is looked at; the mean of few lines costs less
    """
    lines = plane[::every] if every > 1 else plane
    height, width = small.shape
    tall, wide = lines.shape
    rows = np.arange(height + 1) * tall // height
    columns = np.arange(width + 1) * wide // width
    _fill(small, lines, rows, columns, np.empty(wide, np.uint16))


@compiled(nogil=True)
def _fill(
    small: NDArray[np.uint8],
    plane: NDArray[np.uint8],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    sums: NDArray[np.uint16],
) -> None:
    for row in range(small.shape[0]):
        sums[:] = 0
        for line in range(rows[row], rows[row + 1]):
            pixels = plane[line]
            for x in range(sums.shape[0]):
                sums[x] += pixels[x]
        lines = np.uint32(rows[row + 1] - rows[row])
        for column in range(small.shape[1]):
            share = sums[columns[column] : columns[column + 1]]
            total = np.uint32(0)
            for x in range(share.shape[0]):
                total += share[x]
            count = lines * np.uint32(share.shape[0])
            small[row, column] = (total + count // np.uint32(2)) // count
