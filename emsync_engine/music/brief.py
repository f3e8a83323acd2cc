"""What the music is to do, and where the emotion that is asked for turns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from emsync_engine.music.tacet import is_silent_at
from emsync_engine.project.model import GenerationSettings, VAPoint
from emsync_engine.project.notes import Family

TURN = 0.1
"""A turn of valence or arousal for which a model with one emotion for all reads the past again."""

SHARP_TURN = 0.4
"""A turn at which the music may leave the rhythm that it had."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What the music is to do: how long, how it feels, where it lands, who plays, where not.

    ``tacet_s`` are spans (cue out, cue in) of silence in order of time; a hit in one of them is
    not told.
    """

    duration_s: float
    va_at: Callable[[float], VAPoint]
    hits_s: tuple[float, ...]
    families: tuple[Family, ...]
    settings: GenerationSettings = field(default_factory=GenerationSettings)
    tacet_s: tuple[tuple[float, float], ...] = ()

    @property
    def told_hits_s(self) -> tuple[float, ...]:
        """The hits at which music plays."""
        return tuple(hit_s for hit_s in self.hits_s if not is_silent_at(hit_s, self.tacet_s))

    def turns_s(self, least: float = TURN) -> list[float]:
        """Times at which the emotion asked for has turned by more than that, to a tenth of a s.

        A turn is from what was asked at the turn before.
        """
        turns, told = [], self.va_at(0.0)
        for time_s in np.arange(0.0, self.duration_s, 0.1):
            point = self.va_at(float(time_s))
            if apart(point, told) > least:
                turns.append(float(time_s))
                told = point
        return turns


def apart(one: VAPoint, other: VAPoint) -> float:
    """How far two points lie apart on the axis on which they do more."""
    return max(abs(one.valence - other.valence), abs(one.arousal - other.arousal))
