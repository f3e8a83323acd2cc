"""A phrase that comes again note for note: one of the ways on, where the form asks for it.

A model that goes on never returns by itself, and leans alone (``themes``) do not bring a melody
back: four notes in a row must each be met. So where a phrase is to come again, one of the ways on
follows what was struck then, as far as what may follow allows it. Whether it stays is judged as
with every other way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emsync_engine.midi import vocabulary as v

_BEFORE = 250  # steps: bars are not all of one length

Event = tuple[int, int]
"""When, in steps, and which token."""


@dataclass(frozen=True, slots=True)
class Return:
    """How many steps ago the phrase was heard that comes again, and when a time of it does.

    ``again`` is None for times that do not come again.
    """

    ago: int
    again: Callable[[int], int | None]


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
        if is_bar_due(scores):
            return None
        token = take_due(self._events, step, scores)
        if token is not None or not self._events:
            return token
        wait = min(self._events[0][0] - step, v.MAX_SHIFT_STEPS)
        allowed = np.flatnonzero(scores[v.FIRST_SHIFT : v.FIRST_SHIFT + wait] > -np.inf)
        return v.FIRST_SHIFT + int(allowed[-1]) if len(allowed) else None


def is_bar_due(scores: NDArray[np.float32]) -> bool:
    """Whether a bar line is to be drawn before time passes, by (V,) scores."""
    return bool(scores[v.BAR] > -np.inf and not np.any(scores[v.FIRST_SHIFT :] > -np.inf))


def take_due(events: deque[Event], step: int, scores: NDArray[np.float32]) -> int | None:
    """Take the next event whose time has come and that may follow; None where there is none.

    Parameters
    ----------
    scores : (V,) -inf for what may not follow; events that may not are left out
    """
    while events and events[0][0] <= step:
        _, token = events.popleft()
        if scores[token] > -np.inf:
            return token
    return None


def events_again(
    tokens: Sequence[int], steps: Sequence[int], returning: Return, *, now: int, until: int
) -> list[Event]:
    """What was struck and ended then, at the times in [now, until) at which it comes again.

    What sounds now but did not then ends at once; bar lines are drawn where they are due anyway.

    Parameters
    ----------
    tokens, steps : of the take so far, and the time after each of them
    """
    then = now - returning.ago
    sounding = _sounding(tokens, steps, before=now + 1) - _sounding(tokens, steps, before=then)
    events: list[Event] = [(now, token - v.FIRST_ON + v.FIRST_OFF) for token in sorted(sounding)]
    for token, step in _struck_since(tokens, steps, then - _BEFORE):
        again = returning.again(step)
        if again is not None and now <= again < until:
            events.append((again, token))
    return events


def _struck_since(
    tokens: Sequence[int], steps: Sequence[int], first: int
) -> Iterator[tuple[int, int]]:
    """Notes and chords with their times, without waits and bar lines."""
    for token, step in zip(tokens, steps, strict=True):
        if step >= first and not v.is_shift(token) and token > v.BAR:
            yield token, step


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
