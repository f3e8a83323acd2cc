"""Which chords the notes lean to: major ones where the music is to be pleasant, else minor ones.

A note is heard against what sounds with it. Of the pitch classes that may come next, one that
completes a major triad with two that sound gains where valence is high, and one that completes a
minor or diminished triad loses; where valence is low it is the other way round. Listeners of every
age hear the two so (Gabrielsson & Lindstroem 2010). The third above a bare fifth or root counts for
its share. How much was measured (``docs/decisions/0018-branches.md``).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from emsync_engine.midi import vocabulary as v
from emsync_engine.project.notes import LOWEST_PITCH

CHORD_LEAN = 2.5
"""Nats that completing a triad of the wanted kind gains at full valence."""

THIRD_SHARE = 0.35
"""What a third counts where the fifth does not sound."""

_MAJOR, _MINOR, _DIMINISHED = (0, 4, 7), (0, 3, 7), (0, 3, 6)
_CLASSES = (np.arange(v.PITCHES) + LOWEST_PITCH) % 12


class HarmonyHint:
    """The pitch classes that sound in a growing take, and what joins them pleasantly."""

    def __init__(self) -> None:
        self._sounding: set[int] = set()  # ON tokens
        self._counts = [0] * 12

    def take(self, token: int) -> None:
        """Follow a token."""
        if v.is_on(token):
            self._change(token, 1)
        elif v.is_off(token):
            self._change(token - v.FIRST_OFF + v.FIRST_ON, -1)

    def _change(self, on: int, by: int) -> None:
        family, pitch = v.note_of(on)
        if family == "drums" or (on in self._sounding) == (by > 0):
            return
        if by > 0:
            self._sounding.add(on)
        else:
            self._sounding.discard(on)
        self._counts[pitch % 12] += by

    def gains(self, valence: float) -> NDArray[np.float32]:
        """(88,) nats for each pitch, at a valence in [-1, 1]."""
        sounding = sum(1 << place for place, count in enumerate(self._counts) if count)
        gains: NDArray[np.float32] = np.float32(CHORD_LEAN * valence) * _worth()[sounding]
        return gains[_CLASSES]


@cache
def _worth() -> NDArray[np.float32]:
    """(4096, 12) from -1 to 1: what each class brings to each set of classes that sounds.

    The sets are bits, the class C the lowest.
    """
    sets = np.arange(4096)
    worth = np.zeros((4096, 12), dtype=np.float32)

    def has(place: int) -> NDArray[np.bool_]:
        present: NDArray[np.bool_] = (sets >> place % 12) & 1 == 1
        return present

    for triad, kind in ((_MAJOR, 1.0), (_MINOR, -1.0), (_DIMINISHED, -1.0)):
        for root in range(12):
            for own in triad:
                first, second = (root + other for other in triad if other != own)
                place = (root + own) % 12
                completes = has(first) & has(second) & ~has(place)
                before = worth[completes, place]
                # a note that completes two triads has half of each
                worth[completes, place] = np.where(before == 0, kind, (before + kind) / 2)
    for (_, third, fifth), kind in ((_MAJOR, 1.0), (_MINOR, -1.0)):
        for root in range(12):
            place = (root + third) % 12
            is_bare = has(root) & ~has(root + fifth) & ~has(place) & (worth[:, place] == 0)
            worth[is_bare, place] = kind * THIRD_SHARE
    return worth
