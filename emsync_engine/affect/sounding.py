"""Notes as arrays, from music or straight from tokens: what the descriptors are measured on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emsync_engine.midi import vocabulary as v
from emsync_engine.project.notes import FAMILIES, LOWEST_PITCH, Music

DRUMS = FAMILIES.index("drums")
_STEPS = np.array([v.shift_steps(t) if v.is_shift(t) else 0 for t in range(v.SIZE)])


@dataclass(frozen=True, slots=True)
class NoteArrays:
    """Notes in order of onset.

    ``onsets_s`` and ``ends_s`` (M,) float64, ``pitches`` (M,) int64, ``families`` (M,) int64 as
    places in ``FAMILIES``; ``duration_s`` of the whole music.
    """

    onsets_s: NDArray[np.float64]
    ends_s: NDArray[np.float64]
    pitches: NDArray[np.int64]
    families: NDArray[np.int64]
    duration_s: float

    @property
    def tonal(self) -> NoteArrays:
        """Everything but the drums."""
        return self.where(self.families != DRUMS)

    def where(self, chosen: NDArray[np.bool_]) -> NoteArrays:
        """The chosen notes."""
        return NoteArrays(
            self.onsets_s[chosen],
            self.ends_s[chosen],
            self.pitches[chosen],
            self.families[chosen],
            self.duration_s,
        )


def arrays_of(music: Music) -> NoteArrays:
    """Notes of music as arrays."""
    places = {family: place for place, family in enumerate(FAMILIES)}
    rows = np.array(
        [(n.onset_s, n.end_s, n.pitch, places[n.family]) for n in music.notes], dtype=np.float64
    ).reshape(-1, 4)
    rows = rows[np.lexsort((rows[:, 2], rows[:, 3], rows[:, 0]))]
    whole = rows[:, 2:].astype(np.int64)
    return NoteArrays(rows[:, 0], rows[:, 1], whole[:, 0], whole[:, 1], music.duration_s)


def arrays_of_tokens(tokens: NDArray[np.integer]) -> NoteArrays:
    """Notes of a token sequence, as ``tokenizer.decode`` finds them, a hundred times quicker.

    A note ends at the next ``OFF`` or ``ON`` of its pitch and family, or at the end.
    """
    tokens = tokens.astype(np.int64)
    steps = np.cumsum(_STEPS[tokens])
    end = max(int(steps[-1]), 1) if len(steps) else 1
    places = np.flatnonzero((tokens >= v.FIRST_ON) & (tokens < v.FIRST_SHIFT))
    keys = (tokens[places] - v.FIRST_ON) % (v.FIRST_OFF - v.FIRST_ON)
    order = np.lexsort((places, keys))
    keys, places = keys[order], places[order]
    last = np.append(keys[1:] != keys[:-1], True)[: len(keys)]
    ends = np.where(last, end, np.append(steps[places[1:]], end)[: len(places)])
    onsets = steps[places]
    kept = (tokens[places] < v.FIRST_OFF) & (ends > onsets)
    families, pitches = np.divmod(keys[kept], v.PITCHES)
    in_time = np.lexsort((pitches, families, onsets[kept]))
    return NoteArrays(
        onsets[kept][in_time] * v.STEP_S,
        ends[kept][in_time] * v.STEP_S,
        pitches[in_time] + LOWEST_PITCH,
        families[in_time],
        float(steps[-1] * v.STEP_S) if len(steps) else 0.0,
    )
