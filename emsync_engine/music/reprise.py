"""A phrase that comes again note for note: one of the ways on, where the form asks for it.

A model that goes on never returns by itself, and leans alone (``themes``) do not bring a melody
back: four notes in a row must each be met. So where a phrase is to come again, one of the ways on
follows what was struck then, as far as what may follow allows it. Whether it stays is judged as
with every other way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from emsync_engine.midi import vocabulary as v

Event = tuple[int, int]
"""When, in steps, and which token."""


class Reprise:
    """Events of earlier on, still to be followed, at the times at which they come again."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = deque(events)

    def next_token(self, step: int, scores: NDArray[np.float32]) -> int | None:
        """What follows at a time in steps; None where it is to be drawn.

        Parameters
        ----------
        scores : (V,) -inf for what may not follow; events that may not are left out
        """
        if scores[v.BAR] > -np.inf and not np.any(scores[v.FIRST_SHIFT :] > -np.inf):
            return None  # a bar line is due
        while self._events and self._events[0][0] <= step:
            _, token = self._events.popleft()
            if scores[token] > -np.inf:
                return token
        if not self._events:
            return None
        wait = min(self._events[0][0] - step, v.MAX_SHIFT_STEPS)
        allowed = np.flatnonzero(scores[v.FIRST_SHIFT : v.FIRST_SHIFT + wait] > -np.inf)
        return v.FIRST_SHIFT + int(allowed[-1]) if len(allowed) else None


def events_again(
    tokens: Sequence[int], steps: Sequence[int], *, now: int, ago: int, until: int
) -> list[Event]:
    """What was struck and ended some time ago, at the times at which it comes again.

    What sounds now but did not then ends at once; bar lines are drawn where they are due anyway.

    Parameters
    ----------
    tokens, steps : of the take so far, and the time after each of them
    now, ago, until : steps; what lay in [now - ago, until - ago) comes again
    """
    sounding_then = _sounding(tokens, steps, before=now - ago)
    sounding_now = _sounding(tokens, steps, before=now + 1)
    ends: list[Event] = [
        (now, token - v.FIRST_ON + v.FIRST_OFF) for token in sorted(sounding_now - sounding_then)
    ]
    return ends + [
        (step + ago, token)
        for token, step in zip(tokens, steps, strict=True)
        if now - ago <= step < until - ago and not v.is_shift(token) and token > v.BAR
    ]


def _sounding(tokens: Sequence[int], steps: Sequence[int], *, before: int) -> set[int]:
    """ON tokens of the notes that sound just before a time in steps."""
    sounding: set[int] = set()
    for token, step in zip(tokens, steps, strict=True):
        if step >= before:
            break
        if v.is_on(token):
            sounding.add(token)
        elif v.is_off(token):
            sounding.discard(token - v.FIRST_OFF + v.FIRST_ON)
    return sounding
