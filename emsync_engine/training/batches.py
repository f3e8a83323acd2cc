"""Batches for training: which stretches of which pieces, and what the transformer is not told."""

from __future__ import annotations

from collections.abc import Sequence as AnySequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from emsync_engine.midi import vocabulary as v
from emsync_engine.midi.tokenizer import ENSEMBLE_FAMILIES
from emsync_engine.music.conditioning import Conditions
from emsync_engine.training.contrast import AROUSAL, VALENCE, Contrast, Pairs, mirrored_pairs
from emsync_engine.training.excerpts import Reading, read_piece
from emsync_engine.training.sequences import Sequence, make_fill_in, make_sequence, make_splice
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
OTHERS_WEIGHT = 0.3  # for smaller ones of the groups that are not listed
_ALWAYS_ENSEMBLES = frozenset(("freedoom", "simutrans", "blasphemer")) | {
    group for group in GROUP_WEIGHTS if group.endswith("+ensemble")
}

_SPLICE_CANDIDATES = 5
_OPENINGS = 0.2  # of the excerpts that emotions are told apart on


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
class Mixture:
    """How often a sequence is more than a chunk of one piece."""

    splices: float = 0.0  # two pieces joined in one key, so that the emotion switches
    fill_in: float = 0.0  # the future shown first
    wide_gaps: float = 0.0  # chords kept at least 2 to 8 s apart
    start: float = 0.05  # chunks from the beginning of the piece (thesis section 4.4)


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
    times = {
        name: np.full((batch, length), np.nan, dtype=np.float32)
        for name in ("offset_s", "countdown_s", "rejoin_s")
    }
    is_future = np.zeros((batch, length), dtype=bool)
    kinds = np.zeros((batch, length, 2), dtype=np.int64)
    for row, sequence in enumerate(sequences):
        n = len(sequence.tokens)
        tokens[row, :n] = sequence.tokens
        va[row, : n - 1] = sequence.va
        is_future[row, : n - 1] = sequence.is_future
        kinds[row, : n - 1] = sequence.kinds
        for name, values in times.items():
            values[row, : n - 1] = getattr(sequence, name)
    families = np.stack([sequence.families for sequence in sequences])
    return torch.from_numpy(tokens), Conditions(
        va=torch.from_numpy(va),
        families=torch.from_numpy(families),
        is_future=torch.from_numpy(is_future),
        kinds=torch.from_numpy(kinds),
        **{name: torch.from_numpy(values) for name, values in times.items()},
    )


class BatchSampler:
    """Random training batches, drawn by weight; the same seed and step give the same batch.

    With several processes each draws rows of its own: ``rank`` tells which.
    """

    def __init__(
        self,
        store: TokenStore,
        *,
        batch: int,
        length: int,
        seed: int,
        rank: int = 0,
        dropouts: Dropouts | None = None,
        mixture: Mixture | None = None,
    ) -> None:
        self._store = store
        self._entries = store.split("train")
        self._batch, self._length = batch, length
        self._seed = (seed, rank) if rank else (seed,)
        self._dropouts = dropouts or Dropouts()
        self._mixture = mixture or Mixture()
        weights = np.array([sampling_weight(entry) for entry in self._entries])
        self._shares = weights / weights.sum()
        self._alike = self._by_families()

    def _by_families(self) -> dict[frozenset[str], tuple[np.ndarray, np.ndarray]]:
        """Numbers of the entries that the same families play, and their shares."""
        found: dict[frozenset[str], list[int]] = {}
        for number, entry in enumerate(self._entries):
            found.setdefault(frozenset(entry.families), []).append(number)
        return {
            families: (np.array(numbers), self._shares[numbers] / self._shares[numbers].sum())
            for families, numbers in found.items()
        }

    def batch_at(self, step: int) -> tuple[torch.Tensor, Conditions]:
        """Tokens (B, length + 1) and their conditions for one step."""
        rng = np.random.default_rng((*self._seed, step))
        chosen = rng.choice(len(self._entries), size=self._batch, p=self._shares)
        sequences = [self._sequence(self._entries[int(number)], rng) for number in chosen]
        return collate(
            [_with_dropouts(sequence, rng, self._dropouts) for sequence in sequences], self._length
        )

    def is_contrast(self, step: int, contrast: Contrast) -> bool:
        """Whether a step tells emotions apart."""
        return bool(np.random.default_rng((*self._seed, step, 1)).random() < contrast.share)

    def pairs_at(self, step: int, contrast: Contrast) -> Pairs:
        """Short excerpts, one axis of each mirrored, of one step: as many tokens as a batch.

        Boundaries, the end and the families may be untold; the emotion never is.
        """
        rng = np.random.default_rng((*self._seed, step, 2))
        count = max(self._batch * self._length // (2 * contrast.length), 2)
        chosen = rng.choice(len(self._entries), size=count, p=self._shares)
        dropouts = replace(self._dropouts, va=0.0, one_axis=0.0)
        sequences = [
            _with_dropouts(
                self._excerpt(self._entries[int(n)], contrast.length, rng), rng, dropouts
            )
            for n in chosen
        ]
        axes = np.where(rng.random(count) < contrast.arousal, AROUSAL, VALENCE)
        tokens, conditions = collate(sequences, contrast.length)
        return mirrored_pairs(tokens, conditions, torch.from_numpy(axes))

    def _excerpt(self, entry: Entry, length: int, rng: np.random.Generator) -> Sequence:
        piece = self._read(entry, rng)
        last = max(len(piece.tokens) - length, 1)
        start = 0 if rng.random() < _OPENINGS else int(rng.integers(0, last))
        return make_sequence(piece, start, length + 1, rng)

    def _sequence(self, entry: Entry, rng: np.random.Generator) -> Sequence:
        piece = self._read(entry, rng)
        start = self._start(entry, piece, rng)
        kind = rng.random()
        made: Sequence | None = None
        if kind < self._mixture.splices:
            made = make_splice(piece, start, self._candidates(entry, rng), self._length + 1, rng)
        elif kind < self._mixture.splices + self._mixture.fill_in:
            made = make_fill_in(piece, start, self._length + 1, rng)
        return made or make_sequence(piece, start, self._length + 1, rng)

    def _start(self, entry: Entry, piece: Reading, rng: np.random.Generator) -> int:
        if entry.tokens <= self._length or rng.random() < self._mixture.start:
            return 0
        # a little past the last full chunk, so that ends are seen as often as middles
        return int(rng.integers(0, max(len(piece.tokens) - self._length // 2, 1)))

    def _candidates(
        self, entry: Entry, rng: np.random.Generator
    ) -> AnySequence[tuple[Reading, int]]:
        """Other pieces for the same families, each with a place to begin at."""
        numbers, shares = self._alike[frozenset(entry.families)]
        drawn = [self._entries[int(n)] for n in rng.choice(numbers, _SPLICE_CANDIDATES, p=shares)]
        read = [self._read(other, rng) for other in drawn if other.piece != entry.piece]
        return [(piece, int(rng.integers(0, len(piece.tokens)))) for piece in read]

    def _read(self, entry: Entry, rng: np.random.Generator) -> Reading:
        return read_piece(
            self._store,
            entry,
            rng,
            chords_dropped=self._dropouts.chords,
            wide_gaps=self._mixture.wide_gaps,
        )


def sampling_weight(entry: Entry) -> float:
    """How often a piece is drawn, but for a factor: its tokens times the weight of its kind."""
    is_ensemble = len(entry.families) >= ENSEMBLE_FAMILIES
    weight = GROUP_WEIGHTS.get(entry.group, 1.0 if is_ensemble else OTHERS_WEIGHT)
    if is_ensemble and entry.group not in _ALWAYS_ENSEMBLES:
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
            (group, make_sequence(read_piece(store, entry, None), start, length + 1, None))
            for entry, start in found[::stride][:per_group]
        )
    return chunks


def held_out_pairs(store: TokenStore, *, length: int, per_axis: int = 48) -> list[Pairs]:
    """Excerpts of held-out ensembles with one axis mirrored, the same ones every time.

    One batch for each axis; none if fewer than two excerpts are held out.
    """
    rng = np.random.default_rng(0)
    entries = [
        entry
        for entry in store.split("validation")
        if len(entry.families) >= ENSEMBLE_FAMILIES and entry.tokens > length
    ]
    if len(entries) < 2:
        return []
    chosen = [entries[int(place)] for place in rng.integers(0, len(entries), per_axis)]
    tokens, conditions = collate(
        [
            make_sequence(
                read_piece(store, entry, None),
                int(rng.integers(0, entry.tokens - length)),
                length + 1,
                None,
            )
            for entry in chosen
        ],
        length,
    )
    return [
        mirrored_pairs(tokens, conditions, torch.full((per_axis,), axis))
        for axis in (VALENCE, AROUSAL)
    ]
