"""Strong chords: the long chords that mark a boundary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from emsync_engine.project.notes import Family, Note

CHORD_FAMILIES: frozenset[Family] = frozenset(("guitar", "piano", "strings"))
CHORD_SIZE = 3
SPREAD_S = 0.035
LENGTH_BEATS = 2
LENGTH_WITHOUT_BEATS_S = 1.0


def strong_chords(
    notes: Sequence[Note], *, beat_s: Callable[[float], float] | None = None
) -> list[tuple[Note, ...]]:
    """Groups of notes that form a strong chord, in order of their first onset.

    A strong chord is at least three notes of guitar or piano (thesis section 4.1) or strings (ours:
    soundtracks are full of them) that start within 35 ms of the first and last two beats or longer,
    1 s where ``beat_s`` (length of a beat at a time, both in seconds) is not known.

    Parameters
    ----------
    notes : in order of onset
    """

    def is_long(note: Note) -> bool:
        needed = LENGTH_WITHOUT_BEATS_S
        if beat_s is not None:
            needed = LENGTH_BEATS * beat_s(note.onset_s)
        # a played or quantised half note may be a hair shorter than it is written
        return note.end_s - note.onset_s >= needed * 0.95

    return _groups(note for note in notes if note.family in CHORD_FAMILIES and is_long(note))


def _groups(long_notes: Iterable[Note]) -> list[tuple[Note, ...]]:
    chords: list[tuple[Note, ...]] = []
    group: list[Note] = []
    for note in long_notes:
        if group and note.onset_s - group[0].onset_s > SPREAD_S:
            if len(group) >= CHORD_SIZE:
                chords.append(tuple(group))
            group = []
        group.append(note)
    if len(group) >= CHORD_SIZE:
        chords.append(tuple(group))
    return chords
