"""Playing faster, and backwards: the speeds of J and L, and the clock that they run by."""

from __future__ import annotations

import time

FASTEST = 8


def next_speed(speed: int, direction: int) -> int:
    """The speed after another press: twice as fast that way, or at 1 after a turn."""
    if speed * direction > 0:
        return max(-FASTEST, min(FASTEST, speed * 2))
    return direction


class ShuttleClock:
    """Film time at a speed, in silence; backwards below 0."""

    is_lost = False
    underruns = 0

    def __init__(self, speed: int) -> None:
        self._speed = speed
        self._at_s = 0.0
        self._since: float | None = None

    def start(self, at_s: float) -> None:
        self._at_s, self._since = at_s, time.monotonic()

    def stop(self) -> None:
        self._at_s, self._since = self.now_s(), None

    def now_s(self) -> float:
        passed = time.monotonic() - self._since if self._since is not None else 0.0
        return self._at_s + passed * self._speed

    def close(self) -> None:
        self.stop()
