"""Training sequences: chunks of pieces with everything the transformer is told about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from emsync_engine.midi import vocabulary as v
from emsync_engine.midi.boundaries import BoundaryCursor, token_offsets
from emsync_engine.music.conditioning import MAX_COUNTDOWN_S, Conditions
from emsync_engine.project.notes import FAMILIES, HIGHEST_PITCH, LOWEST_PITCH
from emsync_engine.training.store import Entry, TokenStore

GROUP_WEIGHTS = {
    "freedoom": 6.0,
    "simutrans": 6.0,
    "blasphemer": 3.0,
    "mutopia-pd-by": 1.0,
    "openscore-lieder": 0.4,
    "openscore-lieder+ensemble": 1.0,
    "openscore-quartets": 0.25,
    "openscore-quartets+ensemble": 0.8,
    "pop909": 0.25,
    "pop909+ensemble": 1.2,
    "musetrainer-piano": 0.4,
    "musetrainer-piano+ensemble": 1.0,
    "groove-drums": 0.15,
}
"""How often a group's tokens are seen: real ensembles often, solo piano, strings, drums rarely."""

ENSEMBLE_WEIGHT = 4.0  # for pieces of three families or more in a group of mixed sizes
_MIXED_GROUPS = frozenset(("mutopia-pd-by",))
_STEPS = np.array([v.shift_steps(t) if v.is_shift(t) else 0 for t in range(v.SIZE)])


@dataclass(frozen=True, slots=True)
class Dropouts:
    """How often the model is not told something, and is left to its own (guidance needs that)."""

    chords: float = 0.2  # CHORD tokens removed with their boundaries (thesis section 4.1)
    boundaries: float = 0.15
    va: float = 0.15
    one_axis: float = 0.1
    countdown: float = 0.3
    families: float = 0.3


NOTHING_DROPPED = Dropouts(0, 0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Sequence:
    """One sequence of T+1 tokens with conditions for the first T.

    ``tokens`` (T+1,) int64; ``va`` (T, 2), ``offset_s`` (T,), ``countdown_s`` (T,) float32, NaN
    where not told; ``families`` (5,) float32.
    """

    tokens: NDArray[np.int64]
    va: NDArray[np.float32]
    offset_s: NDArray[np.float32]
    countdown_s: NDArray[np.float32]
    families: NDArray[np.float32]


def _transposition(semitones: int) -> NDArray[np.int64]:
    """Table from token to token; -1 where a pitch would leave the range. Drums stay."""
    table = np.arange(v.SIZE)
    for token in range(v.FIRST_ON, v.FIRST_SHIFT):
        family, pitch = v.note_of(token)
        if family != "drums":
            fits = LOWEST_PITCH <= pitch + semitones <= HIGHEST_PITCH
            table[token] = token + semitones if fits else -1
    return table


TRANSPOSITIONS = {semitones: _transposition(semitones) for semitones in range(-3, 4)}


def transposed(tokens: NDArray[np.int64], semitones: int) -> NDArray[np.int64]:
    """Tokens moved by semitones, drums aside; unchanged if one note would leave the range."""
    moved = TRANSPOSITIONS[semitones][tokens]
    return tokens if (moved < 0).any() else moved


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


def make_sequence(
    store: TokenStore,
    entry: Entry,
    start: int,
    length: int,
    rng: np.random.Generator | None,
    dropouts: Dropouts = NOTHING_DROPPED,
) -> Sequence:
    """A chunk of ``length`` tokens: FEWER/MORE_INSTRUMENTS, then the piece from token ``start``.

    Without ``rng`` nothing is random: no transposition, no dropout, steps of 8 s.
    """
    tokens = store.tokens_of(entry)
    if rng is not None:
        is_removed = (tokens == v.CHORD) & (rng.random(len(tokens)) < dropouts.chords)
        start = max(start - int(is_removed[:start].sum()), 0)
        tokens = tokens[~is_removed]
    times_s = np.cumsum(_STEPS[tokens]) * v.STEP_S
    chord_times = times_s[tokens == v.CHORD]
    first = max(start, 1)
    places = np.concatenate([[0], np.arange(first, min(first + length - 1, len(tokens)))])
    chunk, times = tokens[places], times_s[places]
    if len(times) > 1 and start > 1:
        times[0] = times[1]  # the leading token belongs to where the chunk begins
    cursor = BoundaryCursor(chord_times, sensitivity_s=v.STEP_S / 2)
    offsets = token_offsets(times, chunk == v.CHORD, cursor)
    labels = stepped_emotion(np.array(store.labels_of(entry)), rng)
    va = labels[np.clip(times.astype(int), 0, len(labels) - 1)]
    countdown = np.minimum(times_s[-1] - times, MAX_COUNTDOWN_S)
    families = np.array([float(family in entry.families) for family in FAMILIES])
    if rng is not None:
        chunk = transposed(chunk, int(rng.integers(-3, 4)))
    sequence = Sequence(
        chunk,
        va[:-1].astype(np.float32),
        offsets[:-1].astype(np.float32),
        countdown[:-1].astype(np.float32),
        families.astype(np.float32),
    )
    return sequence if rng is None else _with_dropouts(sequence, rng, dropouts)


def _with_dropouts(sequence: Sequence, rng: np.random.Generator, dropouts: Dropouts) -> Sequence:
    draw = rng.random(6)
    if draw[0] < dropouts.boundaries:
        sequence.offset_s[:] = np.nan
    if draw[1] < dropouts.va:
        sequence.va[:] = np.nan
    elif draw[2] < dropouts.one_axis:
        sequence.va[:, int(draw[3] < 0.5)] = np.nan
    if draw[4] < dropouts.countdown:
        sequence.countdown_s[:] = np.nan
    if draw[5] < dropouts.families:
        sequence.families[:] = np.nan
    return sequence


def collate(sequences: list[Sequence], length: int) -> tuple[torch.Tensor, Conditions]:
    """Sequences padded to (B, length + 1) tokens and (B, length) conditions."""
    batch = len(sequences)
    tokens = np.full((batch, length + 1), v.PAD, dtype=np.int64)
    va = np.full((batch, length, 2), np.nan, dtype=np.float32)
    offset = np.full((batch, length), np.nan, dtype=np.float32)
    countdown = np.full((batch, length), np.nan, dtype=np.float32)
    for row, sequence in enumerate(sequences):
        n = len(sequence.tokens)
        tokens[row, :n] = sequence.tokens
        va[row, : n - 1] = sequence.va
        offset[row, : n - 1] = sequence.offset_s
        countdown[row, : n - 1] = sequence.countdown_s
    families = np.stack([sequence.families for sequence in sequences])
    return torch.from_numpy(tokens), Conditions(
        torch.from_numpy(va),
        torch.from_numpy(offset),
        torch.from_numpy(countdown),
        torch.from_numpy(families),
    )


class BatchSampler:
    """Random training batches, drawn by weight; the same seed and step give the same batch."""

    def __init__(
        self,
        store: TokenStore,
        *,
        batch: int,
        length: int,
        seed: int,
        start_share: float = 0.05,  # of chunks from the beginning of the piece (thesis 4.4)
        dropouts: Dropouts | None = None,
    ) -> None:
        self._store = store
        self._entries = store.split("train")
        self._batch, self._length, self._seed = batch, length, seed
        self._start_share = start_share
        self._dropouts = dropouts or Dropouts()
        weights = np.array([_weight(entry) for entry in self._entries])
        self._shares = weights / weights.sum()

    def batch_at(self, step: int) -> tuple[torch.Tensor, Conditions]:
        """Tokens (B, length + 1) and their conditions for one step."""
        rng = np.random.default_rng((self._seed, step))
        chosen = rng.choice(len(self._entries), size=self._batch, p=self._shares)
        sequences = []
        for number in chosen:
            entry = self._entries[int(number)]
            start = 0
            if entry.tokens > self._length and rng.random() >= self._start_share:
                # a little past the last full chunk, so that ends are seen as often as middles
                start = int(rng.integers(0, entry.tokens - self._length // 2))
            sequences.append(
                make_sequence(self._store, entry, start, self._length + 1, rng, self._dropouts)
            )
        return collate(sequences, self._length)


def _weight(entry: Entry) -> float:
    weight = GROUP_WEIGHTS.get(entry.group, 1.0)
    if entry.group in _MIXED_GROUPS and len(entry.families) >= 3:
        weight *= ENSEMBLE_WEIGHT
    return weight * entry.tokens


def held_out_chunks(
    store: TokenStore, *, length: int, per_group: int | None = None
) -> list[tuple[str, Sequence]]:
    """Non-overlapping chunks of the held-out pieces with their group, nothing random.

    With ``per_group`` only so many of each group, evenly spread.
    """
    places: dict[str, list[tuple[Entry, int]]] = {}
    for entry in store.split("validation"):
        starts = range(0, max(entry.tokens - 64, 1), length)
        places.setdefault(entry.group, []).extend((entry, start) for start in starts)
    chunks: list[tuple[str, Sequence]] = []
    for group, found in sorted(places.items()):
        stride = max(len(found) // per_group, 1) if per_group else 1
        chunks.extend(
            (group, make_sequence(store, entry, start, length + 1, None))
            for entry, start in found[::stride][:per_group]
        )
    return chunks
