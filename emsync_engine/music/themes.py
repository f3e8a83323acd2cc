"""What comes back: phrases in the form A A B A, leant to what was struck in the phrase before.

A model with a short memory goes on, it does not return; people do, on every scale (structure
indicators of Wu & Yang 2020, ``docs/decisions/0016``). So the notes of a phrase are remembered by
their place, and where the form says that the phrase comes again, they gain over the others. When
something is struck, and by whom, is left to the model; what was written for another mode does not
come back.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.pulse_hints import Where
from emsync_engine.project.notes import LOWEST_PITCH

PHRASE_S = 8.0
"""A phrase is 2, 4 or 8 bars, whichever is nearest to this."""

PHRASE_BARS = (2, 4, 8)

FORM = (None, 1, None, 2)
"""How many phrases ago the first four were heard: A A B A; from then on it is four ago."""

CLASS_GAIN = 1.0
"""Nats of the pitch classes that were struck in the same beat."""

PITCH_GAIN = 2.5
"""Nats more of the very pitches that were struck at the same place."""

VALENCE_APART = 0.5
"""Music of a valence further off does not come back."""

_BEAT = 4  # places
_BARS_KEPT = len(FORM) * max(PHRASE_BARS) + 1


class Themes:
    """The notes of a growing take by bar and place, and which of them come back now."""

    def __init__(self) -> None:
        self._bars: dict[int, dict[int, set[int]]] = {}  # pitches by bar and place
        self._valence: dict[int, float] = {}  # by bar
        self._phrase = 0  # bars, 0 until known
        self._made_for: tuple[int, int, int] | None = None
        self._gains: NDArray[np.float32] | None = None

    def take(self, pitch: int, where: Where) -> None:
        """A pitched note was struck."""
        places = self._bars.setdefault(where.bar, {})
        places.setdefault(where.place, set()).add(pitch)

    def gains(self, where: Where, valence: float) -> NDArray[np.float32] | None:
        """(88,) nats for each pitch, None where nothing comes back."""
        if where.bar not in self._valence:
            self._valence[where.bar] = valence
            for kept in (self._bars, self._valence):
                kept.pop(where.bar - _BARS_KEPT, None)
        wanted = (where.bar, where.place, round(valence * 20))
        if wanted != self._made_for:
            self._made_for = wanted
            self._gains = self._made(where, valence)
        return self._gains

    def bars_ago(self, where: Where) -> int | None:
        """How many bars ago the bar that comes again was; None where nothing comes again."""
        if not self._phrase:
            logs = [abs(np.log(bars * where.bar_s / PHRASE_S)) for bars in PHRASE_BARS]
            self._phrase = PHRASE_BARS[int(np.argmin(logs))]
        phrase = where.bar // self._phrase
        ago = FORM[phrase] if phrase < len(FORM) else len(FORM)
        return None if ago is None else ago * self._phrase

    def _made(self, where: Where, valence: float) -> NDArray[np.float32] | None:
        ago = self.bars_ago(where)
        if ago is None:
            return None
        bar = where.bar - ago
        alike = 1 - abs(valence - self._valence.get(bar, np.inf)) / VALENCE_APART
        first = where.place - where.place % _BEAT
        struck = self._bars.get(bar, {})
        beat = [struck.get(place, set()) for place in range(first, first + _BEAT)]
        if alike <= 0 or not any(beat):
            return None
        gains = np.zeros(v.PITCHES, dtype=np.float32)
        classes = {pitch % 12 for pitches in beat for pitch in pitches}
        gains[np.isin((np.arange(v.PITCHES) + LOWEST_PITCH) % 12, list(classes))] = CLASS_GAIN
        for pitch in struck.get(where.place, ()):
            gains[pitch - LOWEST_PITCH] += PITCH_GAIN
        return gains * np.float32(alike)
