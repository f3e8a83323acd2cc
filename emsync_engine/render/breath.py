"""A breath before a hit: players of slow voices draw back, and come in together at full voice.

A bowed or blown chord swells, and over the end of the one before there is little to be heard of it
starting. As players do on a cut, and as one draws with the expression controller in a DAW, a family
that strikes a hit with slow voices falls back just before it and is up again on it. Its notes start
early enough to be well risen by then (``EARLIER``). Families that speak at once need none of this.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from emsync_engine.midi.chords import SPREAD_S
from emsync_engine.project.notes import Family, Note
from emsync_engine.render.synthesizer import SAMPLE_RATE

SLOW_S = 0.025
"""Voices with a longer attack than this are slow."""

EARLIER = 1.45
"""Slow voices that come out of a breath start earlier by so many times their attack."""

DEPTH = 0.2
"""What is left of a family's level in the breath: 14 dB less."""

_BREATH_S = (-0.2, -0.12, -0.024, 0.006)  # around the hit: falls, has fallen, rises, is back
_SAME_S = 1e-6

AttackOf = Callable[[Family, int], float]


def breaths_s(
    notes: Iterable[Note], accents_s: Sequence[float], attack_s: AttackOf
) -> dict[Family, tuple[float, ...]]:
    """Before which accents a family breathes: those that it strikes with slow voices.

    Parameters
    ----------
    notes : where the film has them, not yet started earlier
    accents_s : onsets of the chords that carry a hit, seconds
    attack_s : attack of a family and pitch, seconds
    """
    accents = sorted(accents_s)
    attacks: dict[tuple[Family, float], list[float]] = {}
    for note in notes:
        place = bisect_left(accents, note.onset_s - SPREAD_S - _SAME_S)
        if place < len(accents) and accents[place] <= note.onset_s + _SAME_S:
            struck = attacks.setdefault((note.family, accents[place]), [])
            struck.append(attack_s(note.family, note.pitch))
    breaths: dict[Family, list[float]] = {}
    for (family, accent), seconds in sorted(attacks.items()):
        if median(seconds) > SLOW_S:
            breaths.setdefault(family, []).append(accent)
    return {family: tuple(times) for family, times in breaths.items()}


def risen(attack_s: AttackOf) -> AttackOf:
    """How much earlier each voice starts: by its attack, slow ones by more."""

    def earlier_s(family: Family, pitch: int) -> float:
        seconds = attack_s(family, pitch)
        return seconds * EARLIER if seconds > SLOW_S else seconds

    return earlier_s


def draw_back(samples: NDArray[np.float32], hits_s: Sequence[float]) -> None:
    """Let a stem fall back before each hit, in place.

    Parameters
    ----------
    samples : (N, 2) float32 at 48 kHz, dry
    hits_s : when the family comes in again, seconds
    """
    places = np.array(_BREATH_S) * SAMPLE_RATE
    for hit_s in hits_s:
        around = hit_s * SAMPLE_RATE
        first = max(int(around + places[0]), 0)
        last = min(int(around + places[-1]) + 1, len(samples))
        if last > first:
            gains = np.interp(np.arange(first, last) - around, places, (1.0, DEPTH, DEPTH, 1.0))
            samples[first:last] *= gains[:, None].astype(np.float32)
