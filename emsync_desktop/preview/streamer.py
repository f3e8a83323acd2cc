"""The streamer of film composers: a line that grows across the picture and meets the hit. No Qt."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

LEAD_S = 2.0
PUNCH_S = 0.12


def streamer_share(time_s: float, hits_s: Sequence[float], lead_s: float = LEAD_S) -> float | None:
    """How far the line before the next hit has come, 0 to 1; None where none is near.

    ``hits_s`` are increasing, in seconds.
    """
    following = bisect_left(hits_s, time_s)
    if following == len(hits_s):
        return None
    left_s = hits_s[following] - time_s
    return None if left_s > lead_s else 1.0 - left_s / lead_s


def is_punched(time_s: float, hits_s: Sequence[float]) -> bool:
    """Whether a hit came just now: the flash at the streamer's end is seen."""
    following = bisect_left(hits_s, time_s + 1e-6)
    return following > 0 and time_s - hits_s[following - 1] < PUNCH_S
