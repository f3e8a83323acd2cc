"""The pulse of a growing take: the even time on which its onsets fall, and how many make a bar.

A pulse is found as a period is in any signal: every length that a place may have turns around a
circle while time passes, and the length whose onsets gather on one side is the one that is heard.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from emsync_engine.midi import vocabulary as v

PLACES_S = (0.1, 0.21)
"""A place is about a sixteenth: an octave of lengths, so that every tempo has one."""

MEMORY_S = 6.0
"""Onsets count less and less; after this long a third."""

LEAST_EVIDENCE = 6.0
"""Onsets times the square of their agreement from which on a pulse is heard."""

BETTER_BY = 0.25
"""Another pulse takes over if its agreement (0 to 1) is better by this."""

BAR_COUNTS = 0.4
"""What it is worth, beside agreement, that the bars heard are a whole number of places."""

BAR_SPREADS = (0.015, 0.06)
"""The relative error of a bar's length, as the last bars say, within these limits."""

METERS: Mapping[int, float] = MappingProxyType(
    {16: 0.0, 12: 0.0, 8: 0.0, 24: 0.0, 32: -0.05, 18: -0.05}
    | {9: -0.1, 15: -0.1, 20: -0.1, 10: -0.15}
)
"""Places that a bar may have, and what speaks against the rarer ones, beside agreement."""

_SPACING = 0.0015  # relative; in 6 s two neighbours part by less than a tenth of a place
_COUNT = int(np.log(PLACES_S[1] / PLACES_S[0]) / _SPACING)
_PLACES = PLACES_S[0] / v.STEP_S * np.exp(_SPACING * np.arange(_COUNT))
_SAME = 12  # neighbours that are the same pulse: 2 %
_DIRECTIONS = 1024
_UNIT = np.exp(2j * np.pi * np.arange(_DIRECTIONS) / _DIRECTIONS)
_RATES = _DIRECTIONS / _PLACES


def _turned(step: int) -> NDArray[np.complex128]:
    """Where each place's circle has turned to at a time in steps, to a thousandth of a turn."""
    directions = (step * _RATES).astype(np.int64) % _DIRECTIONS
    turned: NDArray[np.complex128] = _UNIT[directions]
    return turned


class Pulse:
    """What a listener who taps along knows.

    ``place`` is the length that was found, in steps, 0 while none is; ``kept`` is what is played
    now, which may be bent a little so that a hit falls on the beat.
    """

    def __init__(self) -> None:
        self._sums = np.zeros(_COUNT, dtype=np.complex128)
        self._weight = 0.0
        self._step = 0
        self.place = 0.0
        self.kept = 0.0

    def hear(self, step: int) -> bool:
        """Follow an onset at a time in steps; whether another pulse than before is found."""
        fading = float(np.exp((self._step - step) * v.STEP_S / MEMORY_S))
        self._sums *= fading
        self._sums += _turned(step)
        self._weight = self._weight * fading + 1.0
        self._step = step
        agreement = np.abs(self._sums) / self._weight
        best = int(np.argmax(agreement))
        if self._weight * agreement[best] ** 2 < LEAST_EVIDENCE:
            return False
        if self.place:
            here = round(np.log(self.kept / _PLACES[0]) / _SPACING)
            held = agreement[max(here - _SAME, 0) : here + _SAME + 1].max(initial=0.0)
            if agreement[best] < held + BETTER_BY:
                return False
        self.place = self.kept = float(_PLACES[best])
        return True

    def settle(self, bar: float, *, spread: float) -> int:
        """Choose the place anew, together with the number of places in a bar.

        Parameters
        ----------
        bar : the length of the bars heard, in steps
        spread : the standard deviation of its logarithm

        Returns
        -------
        places in a bar, one of ``METERS``
        """
        agreement = np.abs(self._sums) / max(self._weight, 1.0)
        counts, worth = np.array(list(METERS)), np.array(list(METERS.values()))
        apart = np.log(counts[:, None] * _PLACES / bar) / np.clip(spread, *BAR_SPREADS)
        fits = BAR_COUNTS * np.exp(-(apart**2) / 2) + worth[:, None]  # (meters, places)
        best = int(np.argmax(agreement + fits.max(axis=0)))
        self.place = self.kept = float(_PLACES[best])
        return int(counts[np.argmax(fits[:, best])])

    @property
    def origin(self) -> float:
        """A time in steps at which a place lies, as the last onsets say."""
        nearest = int(np.argmin(abs(_PLACES - self.place)))
        return float(np.angle(self._sums[nearest]) / (2 * np.pi) * self.place)

    def restart(self, step: int) -> None:
        """Places are counted from this step on; their length stays known."""
        self._sums = np.abs(self._sums) * _turned(step)
