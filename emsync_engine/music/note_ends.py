"""When a note ends: the chord on a hit is held, and what should long have ended is let go.

Sampling makes mistakes that people do not, and a model that learned from people does not mend them:
a note whose end was not drawn when it was due is a note such as it never saw, and it hangs.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from emsync_engine.midi import vocabulary as v
from emsync_engine.midi.tokenizer import NoteCollector
from emsync_engine.project.notes import Family

CHORD_HELD_S = (2.1, 3.0)
"""A chord's notes last two thirds of a bar, at least and at most this long: two beats in every
metre that the bars can be counted in, of three beats as well, else it is no strong chord."""

_CHORD_HELD_BARS = 2 / 3

LONGEST_NOTE_S = 2.5
"""In held-out ensembles 90 of 100 notes of strings are shorter, 98 of 100 of the piano's."""

DUE = 0.3
"""A note is due when its chances of having ended add up to this."""

GRACE_S = 0.5
"""In held-out ensembles 94 of 100 notes end within this time of being due, 98 within 1 s."""

_BARS_LOOKED_AT = 5

_RELEASE_PER_S = 10.0
"""A note that is late is let go: its OFF gains so many nats for each second more."""

_Key = tuple[Family, int]


class NoteEnds:
    """The notes that a collector has sounding, and how likely each is to end."""

    def __init__(self, collector: NoteCollector) -> None:
        self._collector = collector
        self._chances: dict[_Key, float] = {}
        self._due: dict[_Key, int] = {}  # step at which a note became due
        self._held_until: dict[int, int] = {}

    def begin(self, key: _Key) -> None:
        """A note starts, or is struck again."""
        self._chances[key] = 0.0
        self._due.pop(key, None)

    def end(self, key: _Key) -> None:
        """A note ends."""
        self._chances.pop(key, None)
        self._due.pop(key, None)

    def hold(self, off: int) -> None:
        """Keep a chord's note from ending for two beats; bars before hits may have been cut."""
        bars = self._collector.bars[-_BARS_LOOKED_AT:]
        longest_bar = max((later - bar for bar, later in pairwise(bars)), default=0)
        shortest, longest = CHORD_HELD_S
        held_s = min(max(longest_bar * v.STEP_S * _CHORD_HELD_BARS, shortest), longest)
        self._held_until[off] = self._collector.step + round(held_s / v.STEP_S)

    def hear(self, told: NDArray[np.float32]) -> None:
        """Add up the chances of the notes to end, from what the model says before a draw.

        Parameters
        ----------
        told : (V,) log-probabilities, without guidance
        """
        for key in self._collector.sounding:
            self._chances[key] = self._chances.get(key, 0.0) + float(
                np.exp(told[v.off_token(*key)])
            )
            if self._chances[key] >= DUE:
                self._due.setdefault(key, self._collector.step)

    def shape(self, scores: NDArray[np.float32]) -> None:
        """Change (V,) scores in place: late notes are let go, chords held."""
        step = self._collector.step
        for key, onset in self._collector.sounding.items():
            late_s = (step - onset) * v.STEP_S - LONGEST_NOTE_S
            if key in self._due:
                late_s = max(late_s, (step - self._due[key]) * v.STEP_S - GRACE_S)
            if late_s > 0:
                scores[v.off_token(*key)] += late_s * _RELEASE_PER_S
        for off, until in list(self._held_until.items()):
            if step < until:
                scores[off] = -np.inf
            else:
                del self._held_until[off]
