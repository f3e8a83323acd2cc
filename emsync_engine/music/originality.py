"""The longest run of melody that music shares with the training music.

A melody is the skyline of one family: the highest note of every onset (Uitdenbogerd & Zobel 1998).
By family and not over all, because a melody that was borrowed is not hidden by an accompaniment
above it; drums have no pitch, and bass lines are a few patterns that everybody shares.

It is heard as intervals in semitones and as the length of every step beside the one before, so that
neither key nor tempo matters. Six intervals make a fragment, and the index holds a hash of 16 bits
for every fragment, in the order of the music: what runs on there as it runs on here is shared.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emsync_engine.errors import WeightsCorruptError, WeightsMissingError
from emsync_engine.project.notes import FAMILIES, Family, Music

if TYPE_CHECKING:
    from emsync_engine.affect.sounding import NoteArrays

Hashes = NDArray[np.uint16]

NAME = "melodies-open"
FORMAT = 1
GRAM = 6
"""Intervals in a fragment."""

EXTRA_NOTES = GRAM + 1
"""Notes of a run beyond its fragments; of the first one its rhythm is compared, not its pitch."""

MELODIC: tuple[Family, ...] = ("guitar", "piano", "strings")
SEPARATOR = 0
"""Stands between stretches of the index; the hash of no fragment."""

_TOGETHER_S = 0.035  # notes of one onset, as in a strong chord
_BREAK_S = 4.0  # a family that has been silent for so long begins another melody
_WIDEST = 24  # semitones
_RATIOS = np.log2([6**-0.5, 1.5**-0.5, 1.5**0.5, 6**0.5])
"""Borders of: a third or less, a half, alike, double, three times the step before or more."""

_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Melody:
    """The skyline of one family without long rests: (K,) onsets in seconds, (K,) MIDI pitches."""

    family: Family
    onsets_s: NDArray[np.float64]
    pitches: NDArray[np.int64]


def melodies_of(notes: NoteArrays) -> list[Melody]:
    """The melodies of the guitar, the piano and the strings, each cut at rests of 4 s."""
    found: list[Melody] = []
    for family in MELODIC:
        own = notes.families == FAMILIES.index(family)
        onsets_s, pitches = notes.onsets_s[own], notes.pitches[own]
        if not len(onsets_s):
            continue
        heads = np.flatnonzero(np.diff(onsets_s, prepend=-np.inf) > _TOGETHER_S)
        highest, times = np.maximum.reduceat(pitches, heads), onsets_s[heads]
        rests = np.flatnonzero(np.diff(times) > _BREAK_S) + 1
        for part_s, part in zip(np.split(times, rests), np.split(highest, rests), strict=True):
            found.append(Melody(family, part_s, part))
    return found


def fragments_of(melody: Melody) -> Hashes:
    """(K - 7,) hash of the six intervals from every note but the first on; never ``SEPARATOR``."""
    steps_s = np.diff(melody.onsets_s)
    if len(steps_s) < EXTRA_NOTES:
        return np.zeros(0, dtype=np.uint16)
    intervals = np.clip(np.diff(melody.pitches)[1:], -_WIDEST, _WIDEST) + _WIDEST
    ratios = np.searchsorted(_RATIOS, np.log2(steps_s[1:] / steps_s[:-1]))
    symbols = (intervals * (len(_RATIOS) + 1) + ratios + 1).astype(np.uint64)
    windows = np.lib.stride_tricks.sliding_window_view(symbols, GRAM)
    mixed = np.zeros(len(windows), dtype=np.uint64)
    for column in windows.T:
        mixed = (mixed + column) * _MIX
        mixed ^= mixed >> np.uint64(29)
    return (mixed % np.uint64(0xFFFF) + np.uint64(1)).astype(np.uint16)


@dataclass(frozen=True, slots=True)
class HumanRuns:
    """The longest shared runs of people's own pieces, in notes: what is usual among them."""

    pieces: int
    median: float
    percentile95: float


@dataclass(frozen=True, slots=True)
class SharedRun:
    """The longest run of melody that is in the training music too.

    ``notes`` counts what is repeated inside the run once: a trill is short however long it lasts.
    ``pieces`` of the training music hold the run, ``piece`` is the first of them.
    """

    notes: int
    start_s: float
    end_s: float
    family: Family
    pieces: int
    piece: str


@dataclass(frozen=True, slots=True, eq=False)
class MelodyIndex:
    """Fragments of the training music, stretch after stretch.

    ``hashes`` (M,) uint16, ``SEPARATOR`` before the first stretch, between two and after the last.
    ``starts`` (S,) int64 places of the stretches' first fragments, increasing; ``owners`` (S,)
    int64 the piece of each, as a place in ``names``; near-duplicates and drawings count as one.
    ``order`` (M,) places sorted by hash, those of hash h from ``firsts[h]`` to ``firsts[h + 1]``.
    """

    hashes: Hashes
    starts: NDArray[np.int64]
    owners: NDArray[np.int64]
    names: tuple[str, ...]
    order: NDArray[np.int64]
    firsts: NDArray[np.int64]
    human: HumanRuns | None = None

    @classmethod
    def of(
        cls,
        hashes: Hashes,
        starts: NDArray[np.int64],
        owners: NDArray[np.int64],
        names: tuple[str, ...],
        human: HumanRuns | None = None,
    ) -> MelodyIndex:
        """An index of these stretches, sorted so that it can be asked."""
        counts = np.bincount(hashes, minlength=1 << 16)
        firsts = np.concatenate([[0], np.cumsum(counts)])
        order = np.argsort(hashes, kind="stable")
        return cls(hashes, starts, owners, names, order, firsts, human)

    def places_of(self, fragment: int) -> NDArray[np.int64]:
        """Where a fragment stands, increasing."""
        return self.order[self.firsts[fragment] : self.firsts[fragment + 1]]

    def owners_of(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """The piece of each place."""
        return self.owners[np.searchsorted(self.starts, places, side="right") - 1]


def longest_shared_run(
    index: MelodyIndex, notes: NoteArrays, *, beside: int | None = None
) -> SharedRun | None:
    """The longest run of melody that stands in the index; None if not one fragment does.

    Parameters
    ----------
    beside : a piece of the index that is not looked at, to see one beside the rest
    """
    best: SharedRun | None = None
    for melody in melodies_of(notes):
        fragments = fragments_of(melody)
        at_least = 0 if best is None else best.notes - EXTRA_NOTES
        found = _longest_run(index, fragments, at_least, beside)
        if found is None:
            continue
        first, last, distinct = found
        owners = np.unique(index.owners_of(_places_of_run(index, fragments[first : last + 1])))
        owners = owners[owners != (-1 if beside is None else beside)]
        best = SharedRun(
            notes=distinct + EXTRA_NOTES,
            start_s=float(melody.onsets_s[first]),
            end_s=float(melody.onsets_s[last + EXTRA_NOTES]),
            family=melody.family,
            pieces=len(owners),
            piece=index.names[owners[0]],
        )
    return best


def _longest_run(
    index: MelodyIndex, fragments: Hashes, at_least: int, beside: int | None
) -> tuple[int, int, int] | None:
    """First and last fragment of the best run, and how many different ones are in it.

    None if no run has more different fragments than ``at_least``.
    """
    lengths = run_lengths(index, fragments, beside=beside)
    ends = np.flatnonzero(lengths > np.append(lengths[1:] - 1, 0))
    best: tuple[int, int, int] | None = None
    for last in ends.tolist():
        if lengths[last] <= at_least:
            continue
        first = last - int(lengths[last]) + 1
        distinct = len(np.unique(fragments[first : last + 1]))
        if distinct > at_least:
            best, at_least = (first, last, distinct), distinct
    return best


def run_lengths(
    index: MelodyIndex, fragments: Hashes, *, beside: int | None = None
) -> NDArray[np.int64]:
    """(K,) for each fragment how many, itself the last, run on in the index as they do here."""
    running = np.zeros(len(index.hashes), dtype=np.int32)  # of the runs that reach each place
    before = np.zeros(0, dtype=np.int64)
    lengths = np.zeros(len(fragments), dtype=np.int64)
    for number, fragment in enumerate(fragments.tolist()):
        places = index.places_of(fragment)
        if beside is not None:
            places = places[index.owners_of(places) != beside]
        grown = running[places - 1] + 1
        running[before] = 0
        running[places] = grown
        before = places
        lengths[number] = grown.max(initial=0)
    return lengths


def _places_of_run(index: MelodyIndex, run: Hashes) -> NDArray[np.int64]:
    """Where a run begins in the index, all places."""
    places = index.places_of(int(run[0]))
    for further, fragment in enumerate(run[1:], start=1):
        inside = places[places + further < len(index.hashes)]
        places = inside[index.hashes[inside + further] == fragment]
    return places


def save_melody_index(index: MelodyIndex, path: Path) -> None:
    """Write an index as safetensors; its order is not kept, it follows from the hashes."""
    from safetensors.numpy import save

    facts = {
        "format": FORMAT,
        "gram": GRAM,
        "names": index.names,
        "human": None
        if index.human is None
        else [index.human.pieces, index.human.median, index.human.percentile95],
    }
    arrays: dict[str, NDArray[np.generic]] = {
        "hashes": index.hashes,
        "starts": index.starts.astype(np.int32),
        "owners": index.owners.astype(np.int32),
    }
    path.write_bytes(save(arrays, metadata={"index": json.dumps(facts)}))
    path.chmod(0o644)


def load_melody_index(path: Path) -> MelodyIndex:
    """Read an index; WeightsCorruptError if it is damaged or of another version."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            facts = json.loads((file.metadata() or {})["index"])
            hashes: Hashes = file.get_tensor("hashes")
            starts = file.get_tensor("starts").astype(np.int64)
            owners = file.get_tensor("owners").astype(np.int64)
        if (facts["format"], facts["gram"]) != (FORMAT, GRAM) or hashes.dtype != np.uint16:
            raise WeightsCorruptError(f"{path.name} is no index of melodies of this version.")
        names = tuple(map(str, facts["names"]))
        human = None if facts["human"] is None else HumanRuns(*facts["human"])
        _require_sound(hashes, starts, owners, len(names))
    except (SafetensorError, KeyError, TypeError, ValueError, OSError) as error:
        raise WeightsCorruptError(f"The index of melodies {path.name} is damaged.") from error
    return MelodyIndex.of(hashes, starts, owners, names, human)


def _require_sound(
    hashes: Hashes, starts: NDArray[np.int64], owners: NDArray[np.int64], pieces: int
) -> None:
    """ValueError if the parts do not fit: a place outside the index would be read from memory."""
    is_sound = (
        hashes.ndim == starts.ndim == owners.ndim == 1
        and len(hashes) > 0
        and len(starts) == len(owners)
        and hashes[0] == SEPARATOR
        and (len(starts) == 0 or (starts[0] >= 1 and starts[-1] < len(hashes)))
        and bool((np.diff(starts) > 0).all())
        and bool(((owners >= 0) & (owners < pieces)).all())
    )
    if not is_sound:
        raise ValueError("the parts of the index do not fit each other")


@cache
def shipped_index() -> MelodyIndex:
    """The index that comes with the app, its SHA-256 checked, read once."""
    from emsync_engine.weights import weights_entry, whole

    return load_melody_index(whole(weights_entry(NAME, kind="melodies")))


def originality_measures(music: Music) -> dict[str, float]:
    """``originality``: notes of the longest run of melody that is in the training music too.

    Beside it ``originality_human``, which 95 of 100 human pieces do not exceed beside the rest of
    that music, and ``originality_pieces``, in how many pieces of it the run is. Nothing where the
    index is not installed.
    """
    from emsync_engine.affect.sounding import arrays_of

    try:
        index = shipped_index()
    except WeightsMissingError:
        return {}
    run = longest_shared_run(index, arrays_of(music))
    measures = {
        "originality": 0.0 if run is None else float(run.notes),
        "originality_pieces": 0.0 if run is None else float(run.pieces),
    }
    if index.human is not None:
        measures["originality_human"] = index.human.percentile95
    return measures
