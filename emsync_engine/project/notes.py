"""Notes as they sound: the music of a take, in seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Family = Literal["drums", "bass", "guitar", "piano", "strings"]
FAMILIES: tuple[Family, ...] = get_args(Family)

LOWEST_PITCH = 21  # A0
HIGHEST_PITCH = 108  # C8


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One note of one instrument family; times in seconds from the first picture."""

    onset_s: float
    end_s: float
    family: Family
    pitch: int
    velocity: int = 80


@dataclass(frozen=True, slots=True)
class Music:
    """Notes in order of onset, with the bars and strong chords among them.

    ``bar_onsets_s`` is empty where the music has no honest beat grid. ``chord_onsets_s`` are the
    onsets of strong chords (three or more notes of guitar, piano or strings, two beats or longer).
    ``programs`` gives each family's General MIDI program (drums: the kit).
    """

    duration_s: float
    notes: tuple[Note, ...]
    bar_onsets_s: tuple[float, ...] = ()
    chord_onsets_s: tuple[float, ...] = ()
    programs: Mapping[Family, int] = field(default_factory=dict)

    @property
    def families(self) -> tuple[Family, ...]:
        """Families that have at least one note, in score order."""
        sounding = {note.family for note in self.notes}
        return tuple(family for family in FAMILIES if family in sounding)
