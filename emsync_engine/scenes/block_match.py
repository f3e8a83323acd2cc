"""How well a picture can be put together from blocks of another one, compiled."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import njit
from numpy.typing import NDArray

BLOCK_PX = 8
STEP_PX = 2


def _kept(function: Callable[..., None]) -> Callable[..., None]:
    """Compile at the first call, and keep the code for the next start if a place can be found."""
    try:
        return njit(nogil=True, cache=True)(function)
    except RuntimeError:
        return njit(nogil=True)(function)


def remaining(
    around: NDArray[np.uint8], wanted: NDArray[np.uint8], moves: NDArray[np.int64]
) -> NDArray[np.float32]:
    """What is left of each block of a picture after the best fit from another one.

    Parameters
    ----------
    around : (h + 2 reach, w + 2 reach, 3) uint8, the other picture with a border
    wanted : (h, w, 3) uint8, of whole blocks of 8 by 8
    moves : (k, 2) rows and columns into ``around``, 0 to 2 reach, the likeliest first

    Returns
    -------
    (h / 8, w / 8) mean absolute difference per pixel, summed over the three planes
    """
    rows, columns = wanted.shape[0] // BLOCK_PX, wanted.shape[1] // BLOCK_PX
    best = np.empty((rows, columns), np.float32)
    _match(around.reshape(len(around), -1), wanted.reshape(len(wanted), -1), moves, best)
    return best


@_kept
def _match(
    around: NDArray[np.uint8],
    wanted: NDArray[np.uint8],
    moves: NDArray[np.int64],
    best: NDArray[np.float32],
) -> None:
    wide = 3 * BLOCK_PX
    for row in range(best.shape[0]):
        for column in range(best.shape[1]):
            least = 255 * wide * BLOCK_PX
            for move in range(moves.shape[0]):
                top = row * BLOCK_PX + moves[move, 0]
                left = 3 * (column * BLOCK_PX + moves[move, 1])
                cost = 0
                for y in range(BLOCK_PX):
                    for x in range(wide):
                        one = np.int32(around[top + y, left + x])
                        cost += abs(one - np.int32(wanted[row * BLOCK_PX + y, column * wide + x]))
                    if cost >= least:
                        break
                least = min(least, cost)
            best[row, column] = least / (BLOCK_PX * BLOCK_PX)
