"""How the music ends: a closing chord that rings or is struck short, a fade, or a loop.

The composer is told how far the end is, but nothing makes it close on the tonic at a cut. Ring-out
and button therefore replace what it wrote from the closing time on by the tonic of the key that
prevails there, led from the register in which each family just played.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from types import MappingProxyType

import numpy as np

from emsync_engine.midi.chords import CHORD_FAMILIES
from emsync_engine.music.keys import Key, key_fits
from emsync_engine.music.warp import Span, Warp, warped
from emsync_engine.project.notes import FAMILIES, Family, Music, Note

DEFAULT_ENDING = "ring"

RING_LEAST_S = 1.5  # a closing chord needs this long to ring
RING_ON_HIT_S = (0.5, 8.0)  # how long before the end a hit may be to carry the closing chord
BUTTON_LEAST_S = 0.6
BUTTON_ON_HIT_S = (0.15, 3.0)
BUTTON_LENGTH_S = 0.3

_KEY_WINDOW_S = 16.0
_PLAYING_S = 8.0  # families heard so shortly before take part in the closing chord
_FLAM_S = 0.06  # a note this close before the chord would sound like a mistake
_MOST_VOICES = 4
_RANGES: Mapping[Family, tuple[int, int]] = MappingProxyType(
    {"bass": (28, 52), "guitar": (43, 76), "piano": (43, 84), "strings": (43, 88)}
)
_USUAL: Mapping[Family, tuple[int, ...]] = MappingProxyType(
    {"guitar": (52, 59, 64), "piano": (55, 60, 64), "strings": (55, 62, 67)}
)
_CRASH, _KICK = 49, 36
_NOT_ROOT = 4  # semitones of movement worth, for a lowest voice that is not the tonic
_FARTHEST = 9  # semitones that a voice may move


@dataclass(frozen=True, slots=True)
class Ended:
    """Music with its ending, and the closing chord, empty where there is none."""

    music: Music
    chord: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an ending keeps to: times to be marked, limit on the tempo, locked spans, a key."""

    hits_s: Sequence[float]
    limit: float
    locked: Sequence[Span]
    key: Key | None


def with_ending(
    music: Music,
    ending: str,
    *,
    hits_s: Sequence[float] = (),
    limit: float = 0.06,
    locked: Sequence[Span] = (),
    key: Key | None = None,
) -> Ended:
    """Give music the ending of a name in ``ENDINGS``; ValueError for another.

    Parameters
    ----------
    hits_s : the times to be marked, in seconds; the closing chord lands on the last one if it can
    limit : on the change of tempo by which a loop may come out at a bar line
    locked : spans that keep their notes; an ending that would touch one is left out
    key : the key to close in; None for the one that prevails
    """
    if ending not in ENDINGS:
        raise ValueError(f"there is no ending {ending!r}; choose one of {', '.join(ENDINGS)}")
    if music.duration_s <= 0:
        return Ended(music)
    return ENDINGS[ending](music, _Asked(tuple(sorted(hits_s)), limit, tuple(locked), key))


def _ring(music: Music, asked: _Asked) -> Ended:
    """The tonic, held to the last frame."""
    at_s = _closing_time(music, asked.hits_s, on_hit_s=RING_ON_HIT_S, least_s=RING_LEAST_S)
    return _closed(music, at_s, music.duration_s, asked)


def _button(music: Music, asked: _Asked) -> Ended:
    """The tonic, struck short, then silence."""
    at_s = _closing_time(music, asked.hits_s, on_hit_s=BUTTON_ON_HIT_S, least_s=BUTTON_LEAST_S)
    return _closed(music, at_s, min(at_s + BUTTON_LENGTH_S, music.duration_s), asked)


def _fade(music: Music, asked: _Asked) -> Ended:
    """Nothing in the notes: the mix fades over 3 s (thesis section 4)."""
    return Ended(music)


def _loop(music: Music, asked: _Asked) -> Ended:
    """The last bar is whole, so that the end joins the start at a bar.

    The bar line nearest to the end is brought onto it by bending what follows the last hit, within
    the limit; what was written behind it goes. Without one in reach the music stays as it is.
    """
    end_s, locked = music.duration_s, asked.locked
    since_s = max([0.0, *(hit for hit in asked.hits_s if hit < end_s), *(end for _, end in locked)])
    lines = [bar for bar in music.bar_onsets_s if bar > since_s + 1e-3 and bar <= end_s + 1e-6]
    # a bar line that the film's end came just before was never written
    if len(music.bar_onsets_s) > 1:
        lines.append(2 * music.bar_onsets_s[-1] - music.bar_onsets_s[-2])
    bent = {bar: abs((end_s - since_s) / (bar - since_s) - 1) for bar in lines if bar > since_s}
    bar = min(bent, key=lambda bar: (bent[bar], bar), default=None)
    if bar is None or bent[bar] > asked.limit or end_s - since_s < 1e-3:
        return Ended(music)
    cut = _until(music, min(bar, end_s))
    knots = ((0.0, since_s, bar), (0.0, since_s, end_s)) if since_s > 0 else ((0, bar), (0, end_s))
    return Ended(_within(warped(cut, Warp(*knots), locked=locked), end_s))


ENDINGS: Mapping[str, Callable[[Music, _Asked], Ended]] = MappingProxyType(
    {"ring": _ring, "button": _button, "fade": _fade, "loop": _loop}
)


def _closing_time(
    music: Music, hits_s: Sequence[float], *, on_hit_s: tuple[float, float], least_s: float
) -> float:
    """The last hit if it is near enough to the end, else the last bar line that leaves room.

    Without either, or in a film that is too short for them, the closing chord takes twice the
    least room, or the latter half of the film.
    """
    end_s = music.duration_s
    nearest, furthest = on_hit_s
    if hits_s and nearest <= end_s - hits_s[-1] <= furthest:
        return hits_s[-1]
    least_s = min(least_s, end_s / 4)
    lines = [bar for bar in music.bar_onsets_s if least_s <= end_s - bar <= furthest]
    return lines[-1] if lines else end_s - 2 * least_s


def _closed(music: Music, at_s: float, until_s: float, asked: _Asked) -> Ended:
    """The music with the tonic from one time until another, and nothing beside it."""
    key = asked.key or prevailing_key(music, at_s)
    if key is None or any(end > at_s for _, end in asked.locked):
        return Ended(music)
    before = _until(music, at_s)
    playing = [note for note in before.notes if note.onset_s >= at_s - _PLAYING_S]
    closing: list[Note] = []
    for family in music.families:
        own = [note for note in playing if note.family == family]
        if own:
            closing += [
                Note(at_s, until_s, family, pitch)
                for pitch in _pitches_of(family, own, key, at_s, has_bass="bass" in music.families)
            ]
    chord = tuple(sorted(note for note in closing if note.family in CHORD_FAMILIES))
    if not closing:
        return Ended(music)
    chords = [*before.chord_onsets_s, *([at_s] if len(chord) >= 3 else [])]
    notes = tuple(sorted([*before.notes, *closing], key=_order))
    kept_bars = tuple(bar for bar in music.bar_onsets_s if bar <= music.duration_s)
    ended = replace(music, notes=notes, bar_onsets_s=kept_bars, chord_onsets_s=tuple(chords))
    return Ended(ended, chord)


def _order(note: Note) -> tuple[float, int, int]:
    return note.onset_s, FAMILIES.index(note.family), note.pitch


def _until(music: Music, at_s: float) -> Music:
    """The music up to a time: notes end there, and none starts so late that it would stumble."""
    latest = at_s - _FLAM_S
    return replace(
        music,
        notes=tuple(
            replace(note, end_s=min(note.end_s, at_s))
            for note in music.notes
            if note.onset_s < latest
        ),
        bar_onsets_s=tuple(bar for bar in music.bar_onsets_s if bar <= at_s + 1e-6),
        chord_onsets_s=tuple(chord for chord in music.chord_onsets_s if chord < latest),
    )


def _within(music: Music, end_s: float) -> Music:
    """Bar lines and notes that rounding carried past the end, back on it."""
    return replace(
        music,
        notes=tuple(replace(note, end_s=min(note.end_s, end_s)) for note in music.notes),
        bar_onsets_s=tuple(min(bar, end_s) for bar in music.bar_onsets_s),
    )


def prevailing_key(music: Music, at_s: float) -> Key | None:
    """The key that fits best what sounds in the 16 s before a time; None without any pitch.

    Pitch classes are weighted by how long they sound, the bass double (its notes are often the
    roots), and correlated with the profiles of Krumhansl & Kessler (1982).
    """
    weights = _class_weights(music.notes, at_s - _KEY_WINDOW_S, at_s)
    if not weights.any():
        weights = _class_weights(music.notes, 0.0, music.duration_s)
    if not weights.any():
        return None
    major, minor = (fits[0] for fits in key_fits(weights[None, :]))
    is_minor = bool(minor.max() > major.max())
    return Key(int(np.argmax(minor if is_minor else major)), is_minor)


def _class_weights(
    notes: Iterable[Note], start_s: float, end_s: float
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    weights = np.zeros(12)
    for note in notes:
        length = min(note.end_s, end_s) - max(note.onset_s, start_s)
        if note.family != "drums" and length > 0:
            weights[note.pitch % 12] += length * (2.0 if note.family == "bass" else 1.0)
    return weights


def _pitches_of(
    family: Family, played: Sequence[Note], key: Key, at_s: float, *, has_bass: bool
) -> tuple[int, ...]:
    """What a family plays in the closing chord, by what it played before."""
    if family == "drums":
        used = {note.pitch for note in played}
        return (_KICK, _CRASH) if used & {35, 36, 38, 40} else ()
    last = _last_sounding(played, at_s)
    if family == "bass":
        return (_nearest(key.tonic, last[-1], _RANGES["bass"]),)
    return voiced(last, key, family, wants_root=not has_bass)


def _last_sounding(played: Sequence[Note], at_s: float) -> list[int]:
    """Up to four pitches that a family sounded last, from low to high."""
    pitches: list[int] = []
    for note in sorted(played, key=lambda note: (-note.end_s, -note.onset_s, -note.pitch)):
        if note.pitch not in pitches and note.end_s > at_s - _PLAYING_S / 2:
            pitches.append(note.pitch)
    pitches = pitches or [max(played, key=lambda note: note.onset_s).pitch]
    return sorted(pitches[:_MOST_VOICES])


def _nearest(pitch_class: int, pitch: int, bounds: tuple[int, int]) -> int:
    low, high = bounds
    choices = [one for one in range(low, high + 1) if one % 12 == pitch_class]
    return min(choices, key=lambda one: (abs(one - pitch), one))


def voiced(before: Sequence[int], key: Key, family: Family, *, wants_root: bool) -> tuple[int, ...]:
    """The tonic triad led from the pitches before it with the least movement.

    Every voice goes to a tone of the triad, no two to the same, and root, third and fifth are all
    there. Fewer than three voices are filled up around them. ``wants_root`` prefers the tonic as
    the lowest tone.

    Parameters
    ----------
    before : pitches (MIDI numbers), one or more
    """
    low, high = _RANGES[family]
    voices = _filled([min(max(pitch, low), high) for pitch in before], _USUAL[family])
    tones = [pitch for pitch in range(low, high + 1) if pitch % 12 in key.triad]
    for farthest in (_FARTHEST, high - low):  # voices far apart may have to go further
        near = [[tone for tone in tones if abs(tone - voice) <= farthest] for voice in voices]
        if (led := _least_moved(voices, near, key, wants_root=wants_root)) is not None:
            return led
    raise AssertionError("a range of two octaves holds every triad")


def _least_moved(
    voices: Sequence[int], near: Sequence[Sequence[int]], key: Key, *, wants_root: bool
) -> tuple[int, ...] | None:
    """Of the tones that each voice may go to, the whole triad that is nearest; None without one."""
    best: tuple[int, tuple[int, ...]] | None = None
    for choice in product(*near):
        if len(set(choice)) < len(voices) or {tone % 12 for tone in choice} != set(key.triad):
            continue
        cost = sum(abs(tone - voice) for tone, voice in zip(choice, voices, strict=True))
        cost += _NOT_ROOT * (wants_root and min(choice) % 12 != key.tonic)
        if best is None or cost < best[0]:
            best = cost, tuple(sorted(choice))
    return None if best is None else best[1]


def _filled(voices: Sequence[int], usual: Sequence[int]) -> list[int]:
    """At least three different pitches: those given, and as many around them as are missing."""
    filled = sorted(set(voices))
    if len(filled) < 3:
        top = filled[-1]
        shape = [pitch - usual[-1] for pitch in usual[:-1]]
        for step in reversed(shape):
            if len(filled) < 3:
                pitch = max(top + step, min(usual))
                while pitch in filled:
                    pitch += 1
                filled.append(pitch)
    return sorted(filled)
