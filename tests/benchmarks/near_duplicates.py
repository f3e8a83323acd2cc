"""How well editions of one work are found, and what else is taken for one.

Run by hand: ``python -m tests.benchmarks.near_duplicates WORK`` with a folder that ``emsync train
prepare`` made. Editions are made from pieces drawn by lot: in another key and tempo, for one
instrument, the accompaniment an octave lower, a part of the piece only, some of the notes left out
and all of them a little early or late. Then all groups of the store are listed, to be read by name.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np

from emsync_engine.affect.sounding import NoteArrays
from emsync_engine.training.duplicates import (
    SAME_SHARE,
    Fragments,
    melody_fragments,
    same_music,
    shared_melody,
)
from emsync_engine.training.originality_index import notes_of
from emsync_engine.training.store import Entry, open_store

KEPT = 0.6  # of the piece, in one stretch
UNEVEN_S = 0.015


def fragments_of(notes: NoteArrays) -> Fragments:
    return melody_fragments(notes.onsets_s, notes.pitches, notes.families)


def edition(notes: NoteArrays, left_out: float, rng: np.random.Generator) -> Fragments:
    """Fragments of the same work as somebody else might have written it down."""
    start = rng.uniform(0, 1 - KEPT) * notes.duration_s
    inside = (notes.onsets_s >= start) & (notes.onsets_s < start + KEPT * notes.duration_s)
    part = notes.where(inside & (rng.random(len(notes.onsets_s)) >= left_out))
    onsets_s = part.onsets_s * rng.uniform(0.7, 1.4)
    onsets_s = onsets_s + rng.uniform(-UNEVEN_S, UNEVEN_S, len(onsets_s))
    pitches = part.pitches + rng.integers(-6, 7)
    moments = np.round(part.onsets_s, 3)
    highest: dict[float, int] = defaultdict(int)
    for moment, pitch in zip(moments.tolist(), part.pitches.tolist(), strict=True):
        highest[moment] = max(highest[moment], pitch)
    upper = np.array([highest[moment] for moment in moments.tolist()], dtype=np.int64)
    pitches = np.where(part.pitches == upper, pitches, pitches - 12)
    return melody_fragments(onsets_s, pitches, np.zeros(len(pitches)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--editions", type=int, default=300)
    options = parser.parse_args()
    store = open_store(options.work / "store")
    entries = [entry for entry in store.entries if entry.group == entry.source]
    tonal = {number: notes_of(store, entry).tonal for number, entry in enumerate(entries)}
    pieces = [fragments_of(tonal[number]) for number in range(len(entries))]
    print(f"{len(entries)} pieces, {sum(len(piece) >= 24 for piece in pieces)} with enough melody")
    rng = np.random.default_rng(5)
    long_enough = [number for number, piece in enumerate(pieces) if len(piece) >= 60]
    for left_out in (0.0, 0.02, 0.05, 0.1, 0.15):
        chosen = rng.choice(long_enough, options.editions, replace=False).tolist()
        made = [edition(tonal[number], left_out, rng) for number in chosen]
        print_found(pieces, chosen, made, left_out)
    print_groups(entries, pieces)


def print_found(
    pieces: list[Fragments], chosen: list[int], made: list[Fragments], left_out: float
) -> None:
    """How many editions are linked to their piece, and to how many pieces that are not it."""
    own = same_music(pieces)
    found, strangers = set(), 0
    for one, other, share in shared_melody([*pieces, *made]):
        if share < SAME_SHARE or other < len(pieces) or one >= len(pieces):
            continue
        if own[one] == own[chosen[other - len(pieces)]]:
            found.add(other)
        else:
            strangers += 1
    print(
        f"{left_out:.0%} of the notes left out: {len(found)} of {len(made)} editions found, "
        f"{strangers} links to other works"
    )


def print_groups(entries: list[Entry], pieces: list[Fragments]) -> None:
    """Every group of more than one piece, with the sides of the split."""
    groups: dict[int, list[int]] = defaultdict(list)
    for number, group in enumerate(same_music(pieces)):
        groups[group].append(number)
    several = [numbers for numbers in groups.values() if len(numbers) > 1]
    print(f"{len(several)} groups of {sum(map(len, several))} pieces:")
    for numbers in several:
        names = (f"{entries[n].source}/{entries[n].piece} ({entries[n].split})" for n in numbers)
        print("  " + " | ".join(names))


if __name__ == "__main__":
    main()
