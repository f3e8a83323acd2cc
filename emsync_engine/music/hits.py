"""Where the music stands at the boundaries that it was to mark."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

from emsync_engine.midi.chords import strong_chords
from emsync_engine.midi.tempo_map import tempo_map_of
from emsync_engine.music.tacet import is_silent_at
from emsync_engine.music.warp import Span
from emsync_engine.project.model import Hit, HitStatus
from emsync_engine.project.notes import Music, Note

NEAR_S = 0.1
_LOOK_S = 2.0
_ROUNDING_S = 1e-6  # of a time that went through floats
_PITCH_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


def hit_report(
    music: Music,
    hits_s: Sequence[float],
    *,
    frame_s: float,
    chords: Sequence[tuple[Note, ...]] | None = None,
    tacet_s: Sequence[Span] = (),
) -> tuple[Hit, ...]:
    """Judge every hit by the strong chord nearest to it.

    ``exact`` within half a frame, ``near`` within 100 ms, else ``missed`` (DESIGN section 3). A
    chord more than 2 s away does not count as landing at all. A hit at which the music was to be
    silent is ``tacet``.

    Parameters
    ----------
    chords : the strong chords, where they are known already: a chord that was strong in the tempo
        it was written in stays one when the tempo bends
    tacet_s : silent spans (cue out, cue in), seconds
    """
    if chords is None:
        chords = music_chords(music)
    return tuple(
        _silent(hit_s, tacet_s) if is_silent_at(hit_s, tacet_s) else _judged(hit_s, chords, frame_s)
        for hit_s in hits_s
    )


def music_chords(music: Music) -> list[tuple[Note, ...]]:
    """Strong chords of music by its own beats, in order of onset."""
    return strong_chords(music.notes, beat_s=beat_lengths(music))


def landed_onsets(hits: Iterable[Hit]) -> tuple[float, ...]:
    """Onsets of the chords that land on a hit, exactly or nearly: what is to be heard in time."""
    return tuple(
        hit.landed_s for hit in hits if hit.landed_s is not None and hit.status in ("exact", "near")
    )


def _silent(hit_s: float, tacet_s: Sequence[Span]) -> Hit:
    is_cue_out = any(start == hit_s for start, _ in tacet_s)
    what = "tacet: the music stops here" if is_cue_out else "tacet: the music is silent here"
    return Hit(hit_s, None, None, None, what, "tacet")


def _judged(hit_s: float, chords: Sequence[tuple[Note, ...]], frame_s: float) -> Hit:
    nearest = min(chords, key=lambda chord: abs(chord[0].onset_s - hit_s), default=None)
    if nearest is None or abs(nearest[0].onset_s - hit_s) > _LOOK_S:
        return Hit(hit_s, None, None, None, "no strong chord within 2 s", "missed")
    error_s = nearest[0].onset_s - hit_s
    status: HitStatus = "missed"
    if abs(error_s) <= frame_s / 2 + _ROUNDING_S:
        status = "exact"
    elif abs(error_s) <= NEAR_S + _ROUNDING_S:
        status = "near"
    return Hit(
        time_s=hit_s,
        landed_s=nearest[0].onset_s,
        error_ms=error_s * 1000,
        error_frames=error_s / frame_s,
        what=describe(nearest),
        status=status,
    )


def describe(chord: Sequence[Note]) -> str:
    """A chord in words, such as ``chord of strings and piano (C E G)``."""
    families = list(dict.fromkeys(note.family for note in chord))
    classes = list(dict.fromkeys(_PITCH_NAMES[note.pitch % 12] for note in chord))
    return f"chord of {' and '.join(families)} ({' '.join(classes)})"


def beat_lengths(music: Music) -> Callable[[float], float] | None:
    """Length of a beat at a time, both in seconds; None where the music has no bars."""
    if len(music.bar_onsets_s) < 2:
        return None
    tempi = tempo_map_of(music).tempi
    starts = [tempo.time_s for tempo in tempi]
    return lambda time_s: tempi[max(bisect_right(starts, time_s) - 1, 0)].us_per_beat / 1e6
