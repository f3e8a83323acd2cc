"""The index of the training music's melodies, and how much of one people's own pieces share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from emsync_engine.affect.sounding import NoteArrays, arrays_of_tokens
from emsync_engine.errors import InputUnusableError
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.originality import (
    SEPARATOR,
    Hashes,
    HumanRuns,
    MelodyIndex,
    SharedRun,
    fragments_of,
    longest_shared_run,
    melodies_of,
)
from emsync_engine.training.duplicates import melody_fragments, same_music
from emsync_engine.training.store import Entry, TokenStore

KEPT_WHOLE = 10
"""Fragments: a run of so many that occurs in a piece stands in the index in one stretch."""

LEFT_OUT = 600
"""Training pieces that are held against the rest of it, beside all that were held out."""

_MIX = np.uint64(0x9E3779B97F4A7C15)
_SEED = 12

PieceKey = tuple[str, str]


def build_index(store: TokenStore, *, monitor: Monitor = SILENT) -> MelodyIndex:
    """Index the training side of a store, drawings too, since the composer learns from them.

    What a piece repeats, and what its drawings have in common, is kept once. InputUnusableError if
    there is no melody to index.
    """
    owners_of, names = owners_in(store, monitor=monitor)
    entries = store.split("train")
    known: dict[int, set[int]] = {owner: set() for owner in range(len(names))}
    parts: list[Hashes] = [_separator()]
    starts: list[int] = []
    owners: list[int] = []
    place = 1
    for done, entry in enumerate(entries):
        monitor.advance("prepare", done, len(entries))
        owner = owners_of[entry.source, entry.piece]
        for stretch in _new_stretches(notes_of(store, entry), known[owner]):
            parts += [stretch, _separator()]
            starts.append(place)
            owners.append(owner)
            place += len(stretch) + 1
    if not starts:
        raise InputUnusableError("The token store holds no melodies for an index.")
    return MelodyIndex.of(
        np.concatenate(parts), np.array(starts, np.int64), np.array(owners, np.int64), names
    )


def _separator() -> Hashes:
    return np.array([SEPARATOR], dtype=np.uint16)


def notes_of(store: TokenStore, entry: Entry) -> NoteArrays:
    """The notes of one entry."""
    return arrays_of_tokens(store.tokens_of(entry))


def owners_in(
    store: TokenStore, *, monitor: Monitor = SILENT
) -> tuple[dict[PieceKey, int], tuple[str, ...]]:
    """The number of every training piece's music, and the names of these: near-duplicates share."""
    originals = [entry for entry in store.split("train") if entry.group == entry.source]
    melodies = []
    for done, entry in enumerate(originals):
        monitor.advance("prepare", done, len(originals))
        tonal = notes_of(store, entry).tonal
        melodies.append(melody_fragments(tonal.onsets_s, tonal.pitches, tonal.families))
    owners: dict[PieceKey, int] = {}
    names: list[str] = []
    of_group: dict[int, int] = {}
    for entry, group in zip(originals, same_music(melodies), strict=True):
        if group not in of_group:
            of_group[group] = len(names)
            names.append(f"{entry.source}/{entry.piece}")
        owners[entry.source, entry.piece] = of_group[group]
    for entry in store.split("train"):  # a drawing whose original was too short
        if (entry.source, entry.piece) not in owners:
            owners[entry.source, entry.piece] = len(names)
            names.append(f"{entry.source}/{entry.piece}")
    return owners, tuple(names)


def _new_stretches(notes: NoteArrays, known: set[int]) -> Iterator[Hashes]:
    """Stretches of fragments that the piece has not had yet; ``known`` learns them."""
    for melody in melodies_of(notes):
        fragments = fragments_of(melody)
        if not len(fragments):
            continue
        width = min(KEPT_WHOLE, len(fragments))
        runs = _hashed_runs(fragments, width)
        _, heads = np.unique(runs, return_index=True)
        fresh = [head for head in heads.tolist() if int(runs[head]) not in known]
        known.update(runs[fresh].tolist())
        covered = np.zeros(len(fragments) + 1, dtype=np.int64)
        np.add.at(covered, fresh, 1)
        np.add.at(covered, np.array(fresh, dtype=np.int64) + width, -1)
        kept = np.cumsum(covered) > 0
        edges = np.flatnonzero(np.diff(kept.astype(np.int8), prepend=0))
        for first, end in zip(edges[::2], edges[1::2], strict=True):
            yield fragments[first:end]


def _hashed_runs(fragments: Hashes, width: int) -> NDArray[np.uint64]:
    """(K - width + 1,) 64-bit hash of every run of ``width`` fragments."""
    windows = np.lib.stride_tricks.sliding_window_view(fragments.astype(np.uint64), width)
    mixed = np.full(len(windows), width, dtype=np.uint64)
    for column in windows.T:
        mixed = (mixed + column) * _MIX
        mixed ^= mixed >> np.uint64(31)
    return mixed


@dataclass(frozen=True, slots=True)
class HumanPiece:
    """The longest run that one of people's pieces shares with the rest of the training music.

    ``notes_in_a_minute`` is that of one minute of it, drawn by lot; None if it is shorter.
    """

    source: str
    piece: str
    held_out: bool
    run: SharedRun | None
    notes_in_a_minute: int | None

    @property
    def notes(self) -> int:
        return notes_in(self.run)


def notes_in(run: SharedRun | None) -> int:
    """Notes of a run; 0 where there is none."""
    return 0 if run is None else run.notes


def human_pieces(
    store: TokenStore, index: MelodyIndex, *, left_out: int = LEFT_OUT, monitor: Monitor = SILENT
) -> list[HumanPiece]:
    """People's pieces, as they were written, beside the music of the index.

    Parameters
    ----------
    left_out : how many training pieces, drawn by lot, are each held against all the others; what
        the index has of such a piece, its drawings and near-duplicates is not looked at
    """
    originals = [
        entry
        for entry in store.entries
        if entry.group == entry.source and set(entry.families) - {"drums"}
    ]
    held_out = [entry for entry in originals if entry.split != "train"]
    learned = [entry for entry in originals if entry.split == "train"]
    rng = np.random.default_rng(_SEED)
    chosen = rng.permutation(len(learned))[:left_out]
    owners, _ = owners_in(store, monitor=monitor) if left_out else ({}, ())
    found = []
    asked = [*held_out, *(learned[place] for place in sorted(chosen.tolist()))]
    for done, entry in enumerate(asked):
        monitor.advance("evaluate", done, len(asked))
        own = owners[entry.source, entry.piece] if entry.split == "train" else None
        notes = notes_of(store, entry)
        minute = _minute_of(notes, rng)
        found.append(
            HumanPiece(
                entry.source,
                entry.piece,
                own is None,
                longest_shared_run(index, notes, beside=own),
                None if minute is None else notes_in(longest_shared_run(index, minute, beside=own)),
            )
        )
    return found


def _minute_of(notes: NoteArrays, rng: np.random.Generator) -> NoteArrays | None:
    """A minute of a piece, drawn by lot; None if it is shorter."""
    if notes.duration_s < 60.0:
        return None
    start = rng.uniform(0.0, notes.duration_s - 60.0)
    return notes.where((notes.onsets_s >= start) & (notes.onsets_s < start + 60.0))


def with_human_runs(index: MelodyIndex, pieces: list[HumanPiece]) -> MelodyIndex:
    """The index with what is usual among people; InputUnusableError without pieces."""
    if not pieces:
        raise InputUnusableError("The token store holds no human pieces to compare with.")
    notes = [piece.notes for piece in pieces]
    human = HumanRuns(len(notes), float(np.median(notes)), float(np.percentile(notes, 95)))
    return replace(index, human=human)
