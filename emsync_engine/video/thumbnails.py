"""Pictures for the strip above the timeline: about one a second, never too many."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from emsync_engine.video.frames import PictureScaler

LONG_SIDE_PX = 192
MOST = 600


class ThumbnailStrip:
    """Keeps the first picture of every second; of long films every 2nd, 4th ... second.

    The length of a film need not be known beforehand: when there are too many, every other one
    goes and the interval doubles, so that between 300 and 600 remain.
    """

    def __init__(self, scaler: PictureScaler) -> None:
        self._scaler = scaler
        self._interval_s = 1.0
        self._pictures: list[NDArray[np.uint8]] = []
        self._times_s: list[float] = []
        self._next_s = 0.0

    def offer(self, frame: Any, time_s: float) -> NDArray[np.uint8] | None:
        """Keep a picture if its time has come, and return it."""
        if time_s < self._next_s - 1e-6:
            return None
        if len(self._pictures) == MOST:
            self._pictures, self._times_s = self._pictures[::2], self._times_s[::2]
            self._interval_s *= 2
        picture = self._scaler.scale(frame)
        self._pictures.append(picture)
        self._times_s.append(time_s)
        self._next_s = (time_s // self._interval_s + 1) * self._interval_s
        return picture

    def go_on_from(
        self, pictures: NDArray[np.uint8], times_s: NDArray[np.float64], interval_s: float
    ) -> None:
        """Take over what another strip of the same film has kept; it then goes on as that one."""
        self._pictures, self._times_s = list(pictures), [float(time_s) for time_s in times_s]
        self._interval_s = interval_s
        if self._times_s:
            self._next_s = (self._times_s[-1] // interval_s + 1) * interval_s

    @property
    def interval_s(self) -> float:
        """Seconds from one picture to the next, so far."""
        return self._interval_s

    @property
    def pictures(self) -> NDArray[np.uint8]:
        """(K, th, tw, 3) RGB."""
        if not self._pictures:
            return np.zeros((0, self._scaler.height, self._scaler.width, 3), np.uint8)
        return np.stack(self._pictures)

    @property
    def times_s(self) -> NDArray[np.float64]:
        """(K,) seconds from the first picture, increasing."""
        return np.asarray(self._times_s, dtype=np.float64)
