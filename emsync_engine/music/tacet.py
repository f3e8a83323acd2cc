"""Silence that was asked for: where the music is cued out, and in again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.warp import Span
from emsync_engine.project.notes import Music, Note

STUMBLE_S = 0.06
"""A note that begins this shortly before a cue out would sound like a mistake: it is left out."""

_ON_GRID_S = v.STEP_S / 2  # a cue in lies this near to its place on the grid of the tokens


def is_silent_at(time_s: float, tacet_s: Sequence[Span]) -> bool:
    """Whether a time lies in one of the spans; at a cue out it does, at a cue in it does not."""
    return any(start <= time_s < end for start, end in tacet_s)


def sounding_end_s(duration_s: float, tacet_s: Sequence[Span]) -> float:
    """Where the music ends, in seconds: at the film's end, or at a cue out that lasts until it."""
    starts = [start for start, end in tacet_s if end >= duration_s]
    return min([duration_s, *starts])


def reach_s(hit_s: float, tacet_s: Sequence[Span], *, widest_s: float) -> float:
    """How far from a hit a chord may be to be its own, seconds: not beyond a silence before it.

    The tempo fit moves nothing across a silence, so such a chord could never be brought to the hit.
    """
    outs = [start for start, end in tacet_s if end <= hit_s]
    return min([widest_s, *(hit_s - start for start in outs)])


def playing_s(duration_s: float, tacet_s: Sequence[Span]) -> float:
    """Seconds in which the music is to play."""
    return max(duration_s - sum(end - start for start, end in tacet_s), 0.0)


def silenced(music: Music, tacet_s: Sequence[Span]) -> Music:
    """The music with exactly these spans silent; the same object where there are none.

    What sounds at a cue out ends there, what would begin inside is left out. What begins at the
    place of a cue in on the grid of 8 ms begins at the cue in itself. Bar lines inside stay: they
    count on through the silence.

    Parameters
    ----------
    tacet_s : (cue out, cue in) in seconds; they do not overlap
    """
    if not tacet_s:
        return music
    notes = [_outside(note, tacet_s) for note in music.notes]
    chords = [_cued_in(onset, tacet_s) for onset in music.chord_onsets_s]
    bars = [_cued_in(onset, tacet_s) for onset in music.bar_onsets_s]
    return replace(
        music,
        notes=tuple(note for note in notes if note is not None),
        bar_onsets_s=tuple(bars),
        chord_onsets_s=tuple(onset for onset in chords if not _is_left_out(onset, tacet_s)),
    )


def _outside(note: Note, tacet_s: Sequence[Span]) -> Note | None:
    """A note as far as it may sound; None where it may not begin."""
    onset_s = _cued_in(note.onset_s, tacet_s)
    if _is_left_out(onset_s, tacet_s):
        return None
    end_s = min([note.end_s, *(start for start, _ in tacet_s if start > onset_s)])
    if onset_s >= end_s:
        return None
    is_same = (onset_s, end_s) == (note.onset_s, note.end_s)
    return note if is_same else replace(note, onset_s=onset_s, end_s=end_s)


def _cued_in(onset_s: float, tacet_s: Sequence[Span]) -> float:
    """An onset, moved onto a cue in that it missed by the grid alone."""
    for start, end in tacet_s:
        if start <= onset_s and abs(onset_s - end) <= _ON_GRID_S + 1e-9:
            return end
    return onset_s


def _is_left_out(onset_s: float, tacet_s: Sequence[Span]) -> bool:
    return any(start - STUMBLE_S < onset_s < end for start, end in tacet_s)
