"""A take does not crowd: a family plays no more notes than its players do in their busy passages.

A stretch that is chosen for its arousal may be busier than the last, and the model goes on with
what it finds: pieces of forty notes a second came about, such as one in fifty of people's has.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp

import numpy as np
from numpy.typing import NDArray

from emsync_engine.midi import vocabulary as v
from emsync_engine.project.notes import FAMILIES, Family

FAMILY_PER_S: Mapping[Family, float] = {
    "drums": 11.0,
    "bass": 2.7,
    "guitar": 6.0,
    "piano": 8.0,
    "strings": 6.0,
}
"""Notes a second of a family at arousal 0 in the busiest tenth of human ensembles: 700 stretches of
8 s, their arousal read by the regressor.
"""

ALL_PER_S = 11.5
"""The same of all families together, in the busier half."""

BY_AROUSAL = 0.85
"""People play ``exp(BY_AROUSAL * arousal)`` times as many: 5 a second at -0.9, 21 at 0.7."""

LOST = 4.0
"""Nats that a note's start loses for every time that the rate is higher by what is usual."""

_OVER_S = 4.0
_USUAL = (*(FAMILY_PER_S[family] for family in FAMILIES), ALL_PER_S)


class CrowdHint:
    """Notes a second in the last seconds of a growing take, by family and together."""

    def __init__(self) -> None:
        self._rates = [0.0] * len(_USUAL)  # at the step of the last note
        self._step = 0

    def take(self, token: int, step: int) -> None:
        """Follow a token, after which the time is so many steps."""
        if v.is_on(token):
            faded = self._faded(step)
            self._rates = [rate * faded for rate in self._rates]
            self._step = step
            for which in ((token - v.FIRST_ON) // v.PITCHES, -1):
                self._rates[which] += 1 / _OVER_S

    def shape(self, scores: NDArray[np.float32], step: int, arousal: float) -> None:
        """Lean (V,) scores in place, at a time in steps, away from notes of who plays too many."""
        over = self._faded(step) / exp(BY_AROUSAL * arousal)
        *own, of_all = [
            rate * over / usual for rate, usual in zip(self._rates, _USUAL, strict=True)
        ]
        for number, times in enumerate(own):
            excess = max(times, of_all) - 1.0
            if excess > 0:
                first = v.FIRST_ON + number * v.PITCHES
                scores[first : first + v.PITCHES] -= np.float32(LOST * excess)

    def _faded(self, step: int) -> float:
        """How much of a rate is left at a time: what is longer ago counts less."""
        return exp((self._step - step) * v.STEP_S / _OVER_S)
