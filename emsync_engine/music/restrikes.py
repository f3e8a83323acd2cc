"""A take does not stutter: keys struck again at once stay as seldom as people strike them.

A note whose end and next start fall together reads, to the model, like the beginning of a tremolo,
and it goes on with it: whole chords were struck twenty times a second. In held-out ensembles a note
in thirteen comes back on its key within 0.15 s in the busiest tenth of all stretches of 16 s; one
in five in the busiest twentieth.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.degeneracy import AT_ONCE_S

ALLOWED = 0.1
"""Share of restruck notes up to which nothing is lost."""

LOST = 3.0
"""Nats that striking a key again loses for every ``ALLOWED`` that the share is higher."""

_NOTES_KEPT = 32.0
_AT_ONCE = int(AT_ONCE_S / v.STEP_S)


class RestrikeHint:
    """The pitched keys struck last in a growing take, and how many of the notes were restruck."""

    def __init__(self) -> None:
        self._struck: dict[int, int] = {}  # ON token: step
        self._share = 0.0

    def take(self, token: int, step: int) -> None:
        """Follow a token, after which the time is so many steps."""
        if not v.is_on(token) or v.note_of(token)[0] == "drums":
            return
        before = self._struck.get(token)
        is_again = before is not None and step - before <= _AT_ONCE
        self._share += (float(is_again) - self._share) / _NOTES_KEPT
        self._struck[token] = step

    def shape(self, scores: NDArray[np.float32], step: int) -> None:
        """Lean (V,) scores in place, at a time in steps, away from keys that were just struck."""
        excess = self._share / ALLOWED - 1.0
        gone = [token for token, struck in self._struck.items() if step - struck > _AT_ONCE]
        for token in gone:
            del self._struck[token]
        if excess > 0 and self._struck:
            scores[list(self._struck)] -= np.float32(LOST * excess)
