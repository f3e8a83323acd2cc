"""How well a picture can be put together from blocks of another one, compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emsync_engine.compiling import compiled

BLOCK_PX = 8


def remaining(
    around: NDArray[np.uint8], wanted: NDArray[np.uint8], first_step: int
) -> NDArray[np.float32]:
    """What is left of each block of a picture after the best fit from another one.

    The fit is looked for in steps that are halved: nine places ``first_step`` apart, then the eight
    around the best one at half the distance, and so on to single pixels.

    Parameters
    ----------
    around : (h + 2 reach, w + 2 reach, 3) uint8, the other picture with a border all around
    wanted : (h, w, 3) uint8, of whole blocks of 8 by 8
    first_step : a power of two, or 0 where nothing moves; reach is 2 first_step - 1, or 0

    Returns
    -------
    (h / 8, w / 8) mean absolute difference per pixel, summed over the three planes
    """
    rows, columns = wanted.shape[0] // BLOCK_PX, wanted.shape[1] // BLOCK_PX
    best = np.empty((rows, columns), np.float32)
    _match(around.reshape(len(around), -1), wanted.reshape(len(wanted), -1), first_step, best)
    return best


@compiled(nogil=True)
def _match(
    around: NDArray[np.uint8], wanted: NDArray[np.uint8], first_step: int, best: NDArray[np.float32]
) -> None:
    wide = 3 * BLOCK_PX
    reach = max(0, 2 * first_step - 1)
    for row in range(best.shape[0]):
        for column in range(best.shape[1]):
            least = 255 * wide * BLOCK_PX
            down = right = 0  # the best move so far
            step = first_step
            is_first = True
            while is_first or step >= 1:
                from_down, from_right = down, right
                for place in range(0 if is_first else 1, 9 if step else 1):
                    beside = (place + 4) % 9  # the middle, then those around it
                    top = from_down + step * (beside // 3 - 1)
                    left = from_right + step * (beside % 3 - 1)
                    first = 3 * (column * BLOCK_PX + reach + left)
                    cost = 0
                    for y in range(BLOCK_PX):
                        line = row * BLOCK_PX + y
                        for x in range(wide):
                            one = np.int32(around[line + reach + top, first + x])
                            other = np.int32(wanted[line, column * wide + x])
                            cost += abs(int(one - other))
                        if cost >= least:
                            break
                    if cost < least:
                        least, down, right = cost, top, left
                is_first = False
                step //= 2
            best[row, column] = least / (BLOCK_PX * BLOCK_PX)
