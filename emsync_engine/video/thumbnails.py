"""Pictures of a film, one a second: to be read, and for the strip above the timeline."""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from emsync_engine.video.frames import PictureScaler

LONG_SIDE_PX = 192
MOST = 600
_INTERVAL_S = 1.0


class StillStrip:
    """Writes the first picture of every second to a file, one after the other.

    Parameters
    ----------
    file : (K, h, w, 3) uint8 RGB in the end; what an earlier pass kept stays in it
    """

    def __init__(self, scaler: PictureScaler, file: BinaryIO) -> None:
        self._scaler, self._file = scaler, file
        self._times_s: list[float] = []
        self._next_s = 0.0

    def offer(self, frame: Any, time_s: float) -> NDArray[np.uint8] | None:
        """Keep a picture if its time has come, and return it."""
        if time_s < self._next_s - 1e-6:
            return None
        picture = self._scaler.scale(frame)
        self._file.write(picture.tobytes())
        self._note(time_s)
        return picture

    def _note(self, time_s: float) -> None:
        self._times_s.append(time_s)
        self._next_s = (time_s // _INTERVAL_S + 1) * _INTERVAL_S

    def go_on_from(self, times_s: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Take over what an earlier pass over the same film has kept, and return a view of it."""
        for time_s in times_s:
            self._note(float(time_s))
        shape = (len(times_s), self._scaler.height, self._scaler.width, 3)
        return np.memmap(self._file.name, np.uint8, "r", shape=shape)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Of all pictures so far: (K, h, w, 3)."""
        return len(self._times_s), self._scaler.height, self._scaler.width, 3

    @property
    def times_s(self) -> NDArray[np.float64]:
        """(K,) seconds from the first picture, increasing."""
        return np.asarray(self._times_s, dtype=np.float64)


def thumbnail_step(count: int) -> int:
    """Every how many of so many pictures is shown in the strip, so that there are never too many.

    A power of two, so that between 300 and 600 of a long film's remain.
    """
    step = 1
    while -(-count // step) > MOST:
        step *= 2
    return step
