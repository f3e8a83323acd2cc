"""Velocities: how loud each note is played."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import isnan

from emsync_engine.midi.chords import CHORD_FAMILIES, SPREAD_S
from emsync_engine.project.notes import Family, Music, Note

FAMILY_VELOCITIES: Mapping[Family, int] = {
    "drums": 78,
    "bass": 82,
    "guitar": 74,
    "piano": 76,
    "strings": 72,
}
"""Velocity of each family at arousal 0: the rhythm section carries, the strings do not cover it."""

AROUSAL_RANGE = 24  # velocity from arousal 0 to 1: some 5 dB, loudness being velocity squared
CHORD_ACCENT = 14
HIT_ACCENT = 26
"""For all that starts with the chord on a hit, whoever plays it."""

BEFORE_HIT = -12
BEFORE_HIT_S = 0.7
"""What leads to a hit gives way to it, at most by this much just before it."""

PICKUP = -24
PICKUP_S = 0.13
"""A note so short before a hit leads into it: as loud as the hit, it would be taken for it."""

BAR_ACCENT = 5
HUMANISING = 4  # at most, either way
VELOCITY_PER_DB = 4.5  # around a velocity of 78, loudness being velocity squared
SOFTEST, LOUDEST = 25, 122
_BAR_TOLERANCE_S = 0.03


def shape_velocities(
    music: Music,
    arousal_at: Callable[[float], float],
    *,
    seed: int,
    hits_s: Sequence[float] = (),
) -> Music:
    """Give every note a velocity by family, arousal, hit, strong chord, bar and a human hand.

    The hand's unevenness depends on the seed and the note alone, not on the notes around it, so
    that a part that is composed anew leaves the rest of the film as it was.

    Parameters
    ----------
    arousal_at : arousal in [-1, 1] at a time in seconds; values outside are clipped, NaN is 0
    hits_s : onsets of the chords that land on hits (``hits.landed_onsets``), seconds
    """
    landed_s = sorted(hits_s)
    notes = tuple(
        replace(note, velocity=_velocity(note, arousal_at(note.onset_s), music, landed_s, seed))
        for note in music.notes
    )
    return replace(music, notes=notes)


def with_picture_loudness(music: Music, loudness_db: Sequence[float]) -> Music:
    """Every note as much louder or softer as the picture is at its onset.

    Parameters
    ----------
    loudness_db : one value for each second of the film, in the middle of which it holds; between
        them the curve runs straight. Empty for none: the same music.
    """
    if not loudness_db:
        return music
    notes = tuple(
        replace(
            note,
            velocity=_within(note.velocity + _at(note.onset_s, loudness_db) * VELOCITY_PER_DB),
        )
        for note in music.notes
    )
    return replace(music, notes=notes)


def _at(time_s: float, loudness_db: Sequence[float]) -> float:
    place = min(max(time_s - 0.5, 0.0), len(loudness_db) - 1.0)
    first = int(place)
    second = min(first + 1, len(loudness_db) - 1)
    share = place - first
    return loudness_db[first] * (1 - share) + loudness_db[second] * share


def _within(velocity: float) -> int:
    return min(max(round(velocity), SOFTEST), LOUDEST)


def _velocity(
    note: Note, arousal: float, music: Music, landed_s: Sequence[float], seed: int
) -> int:
    arousal = 0.0 if isnan(arousal) else min(max(arousal, -1.0), 1.0)
    velocity = FAMILY_VELOCITIES[note.family] + AROUSAL_RANGE * arousal
    velocity += _accent(note, music, landed_s)
    velocity += HUMANISING * _unevenness(note, seed)
    return _within(velocity)


def _accent(note: Note, music: Music, landed_s: Sequence[float]) -> float:
    """What a note gains or loses by where it starts."""
    if _starts_at(note.onset_s, landed_s, before_s=0.0, after_s=SPREAD_S):
        return HIT_ACCENT
    ahead = bisect_left(landed_s, note.onset_s)
    until_s = landed_s[ahead] - note.onset_s if ahead < len(landed_s) else BEFORE_HIT_S
    gives_way = BEFORE_HIT * max(1 - until_s / BEFORE_HIT_S, 0.0)
    if until_s < PICKUP_S:
        gives_way += PICKUP
    if note.family in CHORD_FAMILIES and _starts_at(
        note.onset_s, music.chord_onsets_s, before_s=0.0, after_s=SPREAD_S
    ):
        return gives_way + CHORD_ACCENT
    if _starts_at(
        note.onset_s, music.bar_onsets_s, before_s=_BAR_TOLERANCE_S, after_s=_BAR_TOLERANCE_S
    ):
        return gives_way + BAR_ACCENT
    return gives_way


def _starts_at(
    onset_s: float, marks_s: Sequence[float], *, before_s: float, after_s: float
) -> bool:
    """Whether an onset lies around one of the marks, which are in increasing order."""
    first = bisect_left(marks_s, onset_s - after_s - 1e-9)
    return first < len(marks_s) and marks_s[first] <= onset_s + before_s + 1e-9


def _unevenness(note: Note, seed: int) -> float:
    """A number in (-1, 1), small ones more often, fixed by the seed and the note."""
    key = f"{seed}:{note.family}:{note.pitch}:{round(note.onset_s * 1000)}".encode()
    digest = hashlib.blake2b(key, digest_size=8).digest()
    first, second = (int.from_bytes(half, "big") / 2**32 for half in (digest[:4], digest[4:]))
    return first + second - 1
