"""Stretches of stored pieces: tokens with their times, and where emotion and chords lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emsync_engine.midi import vocabulary as v
from emsync_engine.project.notes import HIGHEST_PITCH, LOWEST_PITCH
from emsync_engine.training.store import Entry, TokenStore

_STEPS = np.array([v.shift_steps(t) if v.is_shift(t) else 0 for t in range(v.SIZE)])
_PITCH_CLASS = np.array(
    [
        v.note_of(t)[1] % 12 if v.is_on(t) and v.note_of(t)[0] != "drums" else -1
        for t in range(v.SIZE)
    ]
)
_ON_TO_OFF = v.FIRST_OFF - v.FIRST_ON


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole piece as one training step reads it: some of its chords may be left out.

    ``tokens`` (T,) int64; ``times_s`` (T,) float64, after each token; ``labels`` (S, 2) float32 and
    their ``kinds`` (S, 2) uint8, one row per second.
    """

    tokens: NDArray[np.int64]
    times_s: NDArray[np.float64]
    labels: NDArray[np.float32]
    kinds: NDArray[np.uint8]
    families: tuple[str, ...]

    @property
    def chord_times_s(self) -> NDArray[np.float64]:
        chords: NDArray[np.float64] = self.times_s[self.tokens == v.CHORD]
        return chords

    def va_at(self, times_s: NDArray[np.float64]) -> NDArray[np.float32]:
        """(N,) seconds to (N, 2) valence and arousal."""
        points: NDArray[np.float32] = self.labels[self._rows(times_s)]
        return points

    def kinds_at(self, times_s: NDArray[np.float64]) -> NDArray[np.int64]:
        """(N,) seconds to (N, 2) places in ``LABEL_KINDS``."""
        return self.kinds[self._rows(times_s)].astype(np.int64)

    def _rows(self, times_s: NDArray[np.float64]) -> NDArray[np.int64]:
        return np.clip(times_s.astype(np.int64), 0, len(self.labels) - 1)


def read_piece(
    store: TokenStore,
    entry: Entry,
    rng: np.random.Generator | None,
    *,
    chords_dropped: float = 0.0,
    wide_gaps: float = 0.0,
) -> Reading:
    """Read an entry, some of its CHORD tokens removed with their boundaries.

    Parameters
    ----------
    rng : nothing is random without it
    chords_dropped : share of CHORD tokens removed, each on its own (thesis section 4.1)
    wide_gaps : how often, instead, chords are kept at least 2 to 8 s apart, as hits in a film are
    """
    tokens = store.tokens_of(entry)
    times_s = np.cumsum(_STEPS[tokens]) * v.STEP_S
    if rng is not None:
        if rng.random() < wide_gaps:
            removed = _closer_chords(tokens, times_s, gap_s=float(rng.uniform(2.0, 8.0)))
        else:
            removed = (tokens == v.CHORD) & (rng.random(len(tokens)) < chords_dropped)
        tokens, times_s = tokens[~removed], times_s[~removed]
    labels = stepped_emotion(np.array(store.labels_of(entry)), rng)
    return Reading(tokens, times_s, labels, np.array(store.kinds_of(entry)), entry.families)


def _closer_chords(
    tokens: NDArray[np.int64], times_s: NDArray[np.float64], *, gap_s: float
) -> NDArray[np.bool_]:
    """(T,) CHORD tokens less than so many seconds after the last one that stays."""
    removed = np.zeros(len(tokens), dtype=bool)
    last_s = -np.inf
    for place in np.flatnonzero(tokens == v.CHORD):
        if times_s[place] - last_s < gap_s:
            removed[place] = True
        else:
            last_s = float(times_s[place])
    return removed


def stepped_emotion(
    labels: NDArray[np.float32], rng: np.random.Generator | None
) -> NDArray[np.float32]:
    """Labels second by second to steps of 4 to 20 s, as the segments of a film have them.

    (S, 2) to (S, 2): each stretch takes its mean. Without ``rng`` one stretch is 8 s.
    """
    stepped = labels.copy()
    start = 0
    while start < len(labels):
        length = 8 if rng is None else int(rng.integers(4, 21))
        section = labels[start : start + length]
        known = ~np.isnan(section)
        sums, counts = np.where(known, section, 0).sum(axis=0), known.sum(axis=0)
        stepped[start : start + length] = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
        start += length
    return stepped


# ---------------------------------------------------------------- transposition and keys


def _transposition(semitones: int) -> NDArray[np.int64]:
    """Table from token to token; -1 where a pitch would leave the range. Drums stay."""
    table = np.arange(v.SIZE)
    for token in range(v.FIRST_ON, v.FIRST_SHIFT):
        family, pitch = v.note_of(token)
        if family != "drums":
            fits = LOWEST_PITCH <= pitch + semitones <= HIGHEST_PITCH
            table[token] = token + semitones if fits else -1
    return table


TRANSPOSITIONS = {semitones: _transposition(semitones) for semitones in range(-7, 8)}


def transposed(tokens: NDArray[np.int64], semitones: int) -> NDArray[np.int64]:
    """Tokens moved by semitones, drums aside; unchanged if one note would leave the range."""
    moved = TRANSPOSITIONS[semitones][tokens]
    return tokens if (moved < 0).any() else moved


def pitch_classes(tokens: NDArray[np.int64]) -> NDArray[np.float64]:
    """(12,) how many notes of each pitch class start, drums aside."""
    classes = _PITCH_CLASS[tokens]
    return np.bincount(classes[classes >= 0], minlength=12).astype(np.float64)


# ---------------------------------------------------------------- notes that hang over an edge


def without_lone_offs(tokens: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(T,) False for each OFF whose ON is not among the tokens."""
    keeps = np.ones(len(tokens), dtype=bool)
    sounding: set[int] = set()
    for place, token in enumerate(tokens.tolist()):
        if v.is_on(token):
            sounding.add(token + _ON_TO_OFF)
        elif v.is_off(token):
            keeps[place] = token in sounding
            sounding.discard(token)
    return keeps


def closing_offs(tokens: NDArray[np.int64]) -> NDArray[np.int64]:
    """OFF tokens of the notes that still sound at the end, in order."""
    sounding: set[int] = set()
    for token in tokens.tolist():
        if v.is_on(token):
            sounding.add(token + _ON_TO_OFF)
        elif v.is_off(token):
            sounding.discard(token)
    return np.array(sorted(sounding), dtype=np.int64)


def next_seam(tokens: NDArray[np.int64], first: int, last: int) -> int | None:
    """Place of the first BAR or CHORD from ``first`` on and before ``last`` that time leads to.

    A seam stands before all that its moment brings but the ends of earlier notes.
    """
    window = tokens[first:last]
    places = np.flatnonzero((window == v.BAR) | (window == v.CHORD))
    for place in (places + first).tolist():
        if tokens[place - 1] not in (v.BAR, v.CHORD):
            return int(place)
    return None
