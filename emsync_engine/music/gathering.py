"""A hit is struck together, out of a breath: what starts around its chord starts with it.

The composer counts time in steps and not always evenly: a drum may fall 30 ms before the chord that
it belongs to. Elsewhere nobody minds; on a cut the blow is blurred, and the ear takes the first
stroke for the hit. And where players go over into the chord without a break there is nothing to be
heard of it starting: as players do, they lift before it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace

from emsync_engine.music.warp import Span
from emsync_engine.project.notes import Music, Note

TOGETHER_S = 0.045
"""Notes that start within this of a hit's chord are heard as one blow with it, or as a slip."""

LIFT_S = 0.16
"""What would end around a hit ends so long before it, if it keeps half of its length."""

_ENDS_S = (-0.14, 0.08)  # around the hit
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


def lifted(music: Music, chords: Iterable[Sequence[Note]], *, locked: Sequence[Span] = ()) -> Music:
    """End what would end around a chord on a hit a breath before it; drums and held notes stay.

    Parameters
    ----------
    chords : those that land on hits
    locked : spans (start, end) in seconds that keep every note
    """
    onsets = sorted(chord[0].onset_s for chord in chords)
    notes = tuple(
        note
        if note.family == "drums" or _is_locked(note.onset_s, note.end_s, locked)
        else _lifted(note, onsets)
        for note in music.notes
    )
    return replace(music, notes=notes)


def _lifted(note: Note, onsets: Sequence[float]) -> Note:
    before_s, after_s = _ENDS_S
    place = bisect_left(onsets, note.end_s - after_s)
    if place == len(onsets) or onsets[place] > note.end_s - before_s:
        return note
    hit_s, half_s = onsets[place], (note.end_s - note.onset_s) / 2
    if note.onset_s > hit_s - TOGETHER_S - _SHORTEST_S:
        return note  # it belongs to the hit
    return replace(note, end_s=min(max(hit_s - LIFT_S, note.onset_s + half_s), note.end_s))


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
