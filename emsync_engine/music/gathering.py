"""A hit is struck together: what starts a moment before or after its chord starts with it.

The composer counts time in steps and not always evenly: a drum may fall 30 ms before the chord that
it belongs to. Elsewhere nobody minds; on a cut the blow is blurred, and the ear takes the first
stroke for the hit.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace

from emsync_engine.music.warp import Span
from emsync_engine.project.notes import Music, Note

TOGETHER_S = 0.045
"""Notes that start within this of a hit's chord are heard as one blow with it, or as a slip."""

_SHORTEST_S = 0.06


def gathered(
    music: Music, chords: Iterable[Sequence[Note]], *, locked: Sequence[Span] = ()
) -> Music:
    """Start what is meant to start with a chord when the chord does; chords stay as they are.

    A note keeps its end if it can be heard by then, else its length. On a key that the chord
    strikes itself a slip is left out.

    Parameters
    ----------
    chords : those that land on hits, notes of ``music``
    locked : spans (start, end) in seconds that keep every note
    """
    chords = list(chords)
    onsets = sorted(chord[0].onset_s for chord in chords)
    struck = {(note.family, note.pitch, note.onset_s) for chord in chords for note in chord}
    taken = {(note.family, note.pitch, chord[0].onset_s) for chord in chords for note in chord}
    notes: list[Note] = []
    for note in music.notes:
        onset_s = _nearest(onsets, note.onset_s)
        is_free = (note.family, note.pitch, note.onset_s) not in struck
        if onset_s is None or not is_free or _is_locked(note.onset_s, onset_s, locked):
            notes.append(note)
        elif (note.family, note.pitch, onset_s) not in taken:
            taken.add((note.family, note.pitch, onset_s))
            notes.append(_moved(note, onset_s))
    return replace(music, notes=tuple(sorted(notes, key=lambda note: note.onset_s)))


def _nearest(onsets: Sequence[float], time_s: float) -> float | None:
    """The onset within ``TOGETHER_S`` of a time; None if there is none."""
    place = bisect_left(onsets, time_s)
    near = min(
        onsets[max(place - 1, 0) : place + 1], key=lambda one: abs(one - time_s), default=None
    )
    return near if near is not None and abs(near - time_s) <= TOGETHER_S else None


def _is_locked(before_s: float, after_s: float, locked: Sequence[Span]) -> bool:
    return any(start <= time_s < end for start, end in locked for time_s in (before_s, after_s))


def _moved(note: Note, onset_s: float) -> Note:
    length_s = note.end_s - note.onset_s
    if note.end_s - onset_s < _SHORTEST_S:
        return replace(note, onset_s=onset_s, end_s=onset_s + max(length_s, _SHORTEST_S))
    return replace(note, onset_s=onset_s)
