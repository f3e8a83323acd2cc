"""Playing faster, and backwards: the speeds of J and L."""

from __future__ import annotations

FASTEST = 8


def next_speed(speed: int, direction: int) -> int:
    """The speed after another press: twice as fast that way, or at 1 after a turn."""
    if speed * direction > 0:
        return max(-FASTEST, min(FASTEST, speed * 2))
    return direction
