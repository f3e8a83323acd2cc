"""A gap in music that stays: the tokens before it, the notes held into it, the tokens behind it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from emsync_engine.midi import vocabulary as v
from emsync_engine.midi.tokenizer import ENSEMBLE_FAMILIES, encode, quantise, steps_of
from emsync_engine.music.brief import Brief
from emsync_engine.music.layouts import TokenDecoder, manner_of
from emsync_engine.music.splicing import EARLY_S, excerpt
from emsync_engine.project.notes import Family, Music

CONTEXT_S = 60.0
"""Music before a stretch that is told; the model's own window holds less of it."""

FUTURE_S = 6.0
"""Music behind a stretch that is shown, as in training (4 to 8 s)."""

AVOIDED_S = 2.0
"""A closing chord leaves out what the kept music strikes so soon: it would cut the chord."""

NoteKey = tuple[Family, int]


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch [start, end) to be written, on the grid of 8 ms, and what surrounds it.

    ``before`` are the tokens that lead to it from the film's start; ``held`` the notes that sound
    on from there and when each ends, in steps; ``after`` the tokens that follow, none at the end
    of the music. With ``closes`` the stretch ends with a chord at its end; otherwise a hit that
    stands there belongs to what follows. ``avoided`` are pitches that the closing chord leaves out.
    """

    start_step: int
    end_step: int
    before: tuple[int, ...]
    held: Mapping[NoteKey, int]
    after: tuple[int, ...] = ()
    closes: bool = False
    avoided: frozenset[NoteKey] = frozenset()


def gap_between(
    kept: Music,
    span_s: tuple[float, float],
    *,
    decoder: TokenDecoder,
    brief: Brief,
    follows: bool,
    closes: bool = False,
) -> Gap:
    """What surrounds a stretch [start, end) in seconds of music that is kept.

    Parameters
    ----------
    kept : the music without the stretch, all of whose notes stay
    follows : whether kept music begins at its end
    closes : whether it ends with a chord at its end, on a hit
    """
    start_s, end_s = span_s
    special = manner_of(decoder.model).special_tokens
    before = (
        lead_in(decoder, brief)
        if start_s <= 0
        else context_tokens(kept, start_s, decoder=decoder, brief=brief)
    )
    held = {
        (note.family, note.pitch): steps_of(note.end_s)
        for note in kept.notes
        if note.onset_s < start_s and steps_of(note.end_s) > steps_of(start_s)
    }
    after = continuation_tokens(kept, end_s, FUTURE_S, special=special) if follows else ()
    avoided = frozenset(
        (note.family, note.pitch)
        for note in kept.notes
        if end_s + EARLY_S <= note.onset_s < end_s + AVOIDED_S
    )
    return Gap(
        steps_of(start_s),
        steps_of(end_s) if end_s < brief.duration_s else math.ceil(end_s / v.STEP_S - 1e-9),
        tuple(before),
        held,
        tuple(after),
        closes,
        avoided if closes else frozenset(),
    )


def lead_in(decoder: TokenDecoder, brief: Brief) -> list[int]:
    """What a piece begins with, or what one begins with that is heard from its middle on."""
    many = len(brief.families) >= ENSEMBLE_FAMILIES
    lead = manner_of(decoder.model).lead_in(many=many)
    return lead if brief.settings.has_start else [token for token in lead if token != v.START]


def context_tokens(
    music: Music, until_s: float, *, decoder: TokenDecoder, brief: Brief
) -> list[int]:
    """Tokens of the music before a time, from the film's start; what came long before is silence.

    Notes that sound at that time are not ended.
    """
    special = manner_of(decoder.model).special_tokens
    since_s = steps_of(max(until_s - CONTEXT_S, 0.0)) * v.STEP_S
    lead = [token for token in lead_in(decoder, brief) if token != v.BAR]
    if since_s > 0:
        lead += shifts(steps_of(since_s))
    notes = tuple(note for note in music.notes if since_s <= note.onset_s < until_s)
    heard = replace(
        music,
        notes=notes,
        bar_onsets_s=tuple(b for b in music.bar_onsets_s if since_s <= b < until_s - EARLY_S),
        chord_onsets_s=tuple(c for c in music.chord_onsets_s if since_s <= c < until_s),
    )
    heard = excerpt(heard, since_s, max(music.duration_s, until_s) + 1.0)
    body = encode(quantise(heard))[2:]
    return lead + _up_to(body, steps_of(until_s) - steps_of(since_s), special)


def _up_to(tokens: Iterable[int], steps: int, special: Sequence[str]) -> list[int]:
    """Tokens up to a time, to which the last of them lets time pass."""
    kept: list[int] = []
    passed = 0
    for token in tokens:
        if v.is_shift(token):
            if passed + v.shift_steps(token) > steps:
                break
            passed += v.shift_steps(token)
        elif passed == steps and not v.is_off(token):
            break
        if token >= v.FIRST_ON or v.NAMES[token] in special:
            kept.append(token)
    return kept + shifts(steps - passed)


def shifts(steps: int) -> list[int]:
    """Tokens that let so many steps pass."""
    whole, rest = divmod(max(steps, 0), v.MAX_SHIFT_STEPS)
    return [v.shift_token(v.MAX_SHIFT_STEPS)] * whole + ([v.shift_token(rest)] if rest else [])


def continuation_tokens(
    music: Music, from_s: float, length_s: float, *, special: Sequence[str] = v.SPECIAL_NAMES
) -> list[int]:
    """Tokens of what begins in music at a time, for so many seconds, up to its last onset."""
    early = excerpt(music, from_s - EARLY_S, min(from_s + length_s, music.duration_s))
    late = tuple(
        replace(
            note,
            onset_s=max(note.onset_s - EARLY_S, 0.0),
            end_s=max(note.end_s - EARLY_S, v.STEP_S),
        )
        for note in early.notes
    )
    moved = replace(
        early,
        notes=late,
        bar_onsets_s=tuple(max(bar - EARLY_S, 0.0) for bar in early.bar_onsets_s),
        chord_onsets_s=tuple(max(chord - EARLY_S, 0.0) for chord in early.chord_onsets_s),
    )
    tokens = encode(quantise(moved))[2:]
    last = max((place for place, token in enumerate(tokens) if v.is_on(token)), default=-1)
    return [t for t in tokens[: last + 1] if t >= v.FIRST_ON or v.NAMES[t] in special]
