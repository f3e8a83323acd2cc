"""How well the picture keeps up with the sound, counted while it plays. No Qt."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

_KEPT = 3000


@dataclass(frozen=True, slots=True)
class Figures:
    """``offset_ms`` is how long after its frame began to be heard a picture was painted."""

    shown: int
    dropped: int
    offset_ms: float | None = None
    offset_p95_ms: float | None = None


class Gauge:
    """Counts pictures that were painted, and frames that never were."""

    def __init__(self) -> None:
        self._offsets_s: deque[float] = deque(maxlen=_KEPT)
        self._last: int | None = None
        self._shown = self._dropped = 0

    def restart(self) -> None:
        """Playing begins somewhere: what lies between there and the last picture is not dropped."""
        self._last = None

    def show(self, frame: int, offset_s: float) -> None:
        """A frame was painted while playing, so long after its beginning was heard."""
        if frame == self._last:
            return
        if self._last is not None and frame > self._last:
            self._dropped += frame - self._last - 1
        if self._last is not None:  # the first picture was there before the sound began
            self._shown += 1
            self._offsets_s.append(offset_s)
        self._last = frame

    @property
    def figures(self) -> Figures:
        if not self._offsets_s:
            return Figures(self._shown, self._dropped)
        median, high = np.percentile(np.array(self._offsets_s) * 1000, [50, 95])
        return Figures(self._shown, self._dropped, float(median), float(high))
