"""Training sequences: plain chunks, splices of two pieces, and chunks that know their future."""

from __future__ import annotations

from collections.abc import Sequence as AnySequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from emsync_engine.midi import vocabulary as v
from emsync_engine.midi.boundaries import BoundaryCursor, token_offsets
from emsync_engine.midi.tokenizer import ENSEMBLE_FAMILIES
from emsync_engine.music.conditioning import MAX_COUNTDOWN_S, MAX_REJOIN_S
from emsync_engine.music.sampling import family_flags
from emsync_engine.training.excerpts import (
    TRANSPOSITIONS,
    Reading,
    closing_offs,
    next_seam,
    pitch_classes,
    transposed,
    without_lone_offs,
)

FUTURE_S = (4.0, 8.0)
"""Length of the future that is shown before a chunk (DESIGN section 4, fill-in)."""

_MOST_FUTURE_TOKENS = 400
_SAME_KEY = 0.7
"""Least correlation of the pitch classes on both sides of a splice."""

_KEY_TOKENS = 300
_LEAST_KEY_NOTES = 12
_FURTHEST_TRANSPOSITION = 5  # semitones, for the second half of a splice


@dataclass(frozen=True, slots=True)
class Sequence:
    """One sequence of T+1 tokens with conditions for the first T.

    ``tokens`` (T+1,) int64; ``va`` (T, 2) and ``offset_s``, ``countdown_s``, ``rejoin_s`` (T,)
    float32, NaN where not told; ``kinds`` (T, 2) int64, of ``va``; ``is_future`` (T,) bool;
    ``families`` (5,) float32.
    """

    tokens: NDArray[np.int64]
    va: NDArray[np.float32]
    kinds: NDArray[np.int64]
    offset_s: NDArray[np.float32]
    countdown_s: NDArray[np.float32]
    rejoin_s: NDArray[np.float32]
    is_future: NDArray[np.bool_]
    families: NDArray[np.float32]


def make_sequence(
    piece: Reading, start: int, length: int, rng: np.random.Generator | None
) -> Sequence:
    """A chunk of ``length`` tokens: FEWER/MORE_INSTRUMENTS, then the piece from token ``start``.

    Without ``rng`` nothing is random, no transposition, and nothing left out; with it the ends of
    notes that began before the chunk are, since sampling never ends a note that it did not begin.
    """
    first = max(start, 1)
    end = min(first + length - 1, len(piece.tokens))
    if rng is None:
        places = np.concatenate([[0], np.arange(first, end)])
    else:
        places = np.concatenate([[0], _kept(piece, first, end)])
    tokens, times_s = piece.tokens[places], piece.times_s[places].copy()
    if len(times_s) > 1 and start > 1:
        times_s[0] = times_s[1]  # the leading token belongs to where the chunk begins
    if rng is not None:
        tokens = transposed(tokens, int(rng.integers(-3, 4)))
    return _told(
        tokens,
        times_s,
        va=piece.va_at(times_s),
        kinds=piece.kinds_at(times_s),
        chord_times_s=piece.chord_times_s,
        end_s=float(piece.times_s[-1]),
        families=piece.families,
    )


def make_fill_in(
    piece: Reading, start: int, length: int, rng: np.random.Generator
) -> Sequence | None:
    """A chunk behind 4 to 8 s of what follows it; None where the piece ends too soon.

    The future stands first and is marked; the chunk is told how long it has until it must join.
    Notes that hang over the seam are not part of the future.
    """
    seam = next_seam(piece.tokens, start + length // 2, min(start + length, len(piece.tokens)))
    if seam is None:
        return None
    until_s = piece.times_s[seam] + rng.uniform(*FUTURE_S)
    end = min(int(np.searchsorted(piece.times_s, until_s)), seam + _MOST_FUTURE_TOKENS)
    future = piece.tokens[seam:end]
    keeps = without_lone_offs(future)
    future, future_times_s = future[keeps], piece.times_s[seam:end][keeps]
    room = length - len(future)
    if room < length // 3 or len(future) < 8:
        return None
    first = max(start, 1, seam - room + 1)
    main = make_sequence(piece, first, seam - first + 1, None)
    rejoin_s = np.clip(piece.times_s[seam] - _times_of(piece, first, main), 0.0, MAX_REJOIN_S)
    missing = np.full(len(future), np.nan, dtype=np.float32)
    joined = Sequence(
        np.concatenate([future, main.tokens]),
        np.concatenate([piece.va_at(future_times_s), main.va]),
        np.concatenate([piece.kinds_at(future_times_s), main.kinds]),
        np.concatenate([missing, main.offset_s]),
        np.concatenate([missing, main.countdown_s]),
        np.concatenate([missing, rejoin_s.astype(np.float32)]),
        np.concatenate([np.ones(len(future), dtype=bool), main.is_future]),
        main.families,
    )
    return replace(joined, tokens=transposed(joined.tokens, int(rng.integers(-3, 4))))


def _times_of(piece: Reading, first: int, main: Sequence) -> NDArray[np.float64]:
    """Times of a chunk's tokens but the last, the leading token's that of the next one."""
    times_s = piece.times_s[first - 1 : first - 1 + len(main.va)].copy()
    times_s[0] = piece.times_s[min(first, len(piece.times_s) - 1)]
    return times_s


@dataclass(frozen=True, slots=True)
class _Seam:
    """Where the former piece (tokens ``first`` to ``end``) gives way to the latter."""

    former: Reading
    first: int
    end: int
    latter: Reading
    begin: int
    semitones: int

    @property
    def time_s(self) -> float:
        return float(self.former.times_s[self.end])

    @property
    def shift_s(self) -> float:
        """What is added to the latter's times."""
        return self.time_s - float(self.latter.times_s[self.begin])

    @property
    def contrast(self) -> float:
        """How far the emotion moves."""
        before = self.former.va_at(self.former.times_s[self.end - 1 : self.end])[0]
        after = self.latter.va_at(self.latter.times_s[self.begin : self.begin + 1])[0]
        return float(np.nansum(np.abs(after - before)))


def make_splice(
    former: Reading,
    start: int,
    candidates: AnySequence[tuple[Reading, int]],
    length: int,
    rng: np.random.Generator,
) -> Sequence | None:
    """Two pieces joined at a bar or chord, in one key, so that the emotion switches at the seam.

    Parameters
    ----------
    former, start : the first piece, and where its part begins
    candidates : other pieces, each with a place from which its part may begin
    length : tokens in all

    Returns
    -------
    None if no candidate has a seam in a matching key. Of those that match, the one whose emotion
    differs most is taken (DESIGN section 4, emotion that changes).
    """
    first = max(start, 1)
    earliest = first + length // 4 + int(rng.integers(0, max(length // 4, 1)))
    end = next_seam(former.tokens, earliest, min(first + length, len(former.tokens)))
    if end is None:
        return None
    found: list[_Seam] = []
    for latter, place in candidates:
        begin = next_seam(
            latter.tokens, max(place, 1), min(place + length, len(latter.tokens) - 32)
        )
        if begin is None:
            continue
        semitones = _matching_transposition(former.tokens[:end], latter.tokens[begin:], length)
        if semitones is not None:
            found.append(_Seam(former, first, end, latter, begin, semitones))
    if not found:
        return None
    return _joined(max(found, key=lambda seam: seam.contrast), length, rng)


def _matching_transposition(
    before: NDArray[np.int64], after: NDArray[np.int64], length: int
) -> int | None:
    """Semitones that bring what follows to the key before; None if no key fits, or no range."""
    classes = pitch_classes(before[-_KEY_TOKENS:])
    others = pitch_classes(after[:_KEY_TOKENS])
    if min(classes.sum(), others.sum()) < _LEAST_KEY_NOTES:
        return None
    span = range(-_FURTHEST_TRANSPOSITION, _FURTHEST_TRANSPOSITION + 1)
    fits = [np.corrcoef(classes, np.roll(others, semitones))[0, 1] for semitones in span]
    best = span[int(np.argmax(fits))]
    if max(fits) < _SAME_KEY or (TRANSPOSITIONS[best][after[:length]] < 0).any():
        return None
    return best


def _joined(seam: _Seam, length: int, rng: np.random.Generator) -> Sequence:
    """Both parts in one time, every note of the former ended at the seam."""
    former, latter = seam.former, seam.latter
    head = _kept(former, seam.first, seam.end)
    closing = closing_offs(former.tokens[head])
    room = max(length - 1 - len(head) - len(closing), 1)
    tail = _kept(latter, seam.begin, min(seam.begin + room, len(latter.tokens)))
    times_s = np.concatenate(
        [
            former.times_s[head[:1]],
            former.times_s[head],
            np.full(len(closing), seam.time_s),
            latter.times_s[tail] + seam.shift_s,
        ]
    )
    families = tuple(dict.fromkeys((*former.families, *latter.families)))
    lead = v.MORE_INSTRUMENTS if len(families) >= ENSEMBLE_FAMILIES else v.FEWER_INSTRUMENTS
    tokens = np.concatenate(
        [[lead], former.tokens[head], closing, TRANSPOSITIONS[seam.semitones][latter.tokens[tail]]]
    )
    is_after = (times_s > seam.time_s - 1e-6)[:, None]
    late_s = np.maximum(times_s - seam.shift_s, 0.0)
    earlier_s, later_s = former.chord_times_s, latter.chord_times_s + seam.shift_s
    return _told(
        transposed(tokens, int(rng.integers(-3, 4))),
        times_s,
        va=np.where(is_after, latter.va_at(late_s), former.va_at(times_s)),
        kinds=np.where(is_after, latter.kinds_at(late_s), former.kinds_at(times_s)),
        chord_times_s=np.concatenate(
            [earlier_s[earlier_s < seam.time_s - 1e-6], later_s[later_s > seam.time_s - 1e-6]]
        ),
        end_s=float(latter.times_s[-1]) + seam.shift_s,
        families=families,
    )


def _kept(piece: Reading, first: int, end: int) -> NDArray[np.int64]:
    """Places from first to end, without the ends of notes that began before."""
    return np.arange(first, end)[without_lone_offs(piece.tokens[first:end])]


def _told(
    tokens: NDArray[np.int64],
    times_s: NDArray[np.float64],
    *,
    va: NDArray[np.float32],
    kinds: NDArray[np.int64],
    chord_times_s: NDArray[np.float64],
    end_s: float,
    families: tuple[str, ...],
) -> Sequence:
    """Tokens with everything that follows from their times; the last token has no conditions."""
    cursor = BoundaryCursor(chord_times_s, sensitivity_s=v.STEP_S / 2)
    offsets = token_offsets(times_s, tokens == v.CHORD, cursor)
    countdown = np.minimum(end_s - times_s, MAX_COUNTDOWN_S)
    told = len(tokens) - 1
    return Sequence(
        tokens,
        va[:told].astype(np.float32),
        kinds[:told],
        offsets[:told].astype(np.float32),
        countdown[:told].astype(np.float32),
        np.full(told, np.nan, dtype=np.float32),
        np.zeros(told, dtype=bool),
        family_flags(families),
    )
