"""Near-duplicates: editions and arrangements of one work stay on one side of the split.

A piece is known by the runs of ten intervals in its outer voices and in the upper voice of each
part. Two pieces count as one if a tenth of the smaller one's runs also stands in the other.
Pieces by different hands share next to none; how well this tells is measured on the page
``docs/near-duplicates.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emsync_engine.errors import InputUnusableError

SAME_SHARE = 0.1
"""Share of the smaller piece's fragments from which on two pieces count as one."""

_RUN = 10  # intervals in one fragment of melody
_KINDS = 4  # different intervals in it, else it is a trill or a broken chord
_LONGEST_PERIOD = 6  # a figure of so many notes over and over tells nothing
_SCALES = ((1, 2), (10, 11))  # semitones upwards and downwards, in an octave
_FEWEST = 24  # fragments of a piece that is compared at all
_FEWEST_SHARED = 14
_MOST_PIECES = 8  # that share a fragment; beyond that it is everybody's
_AT_ONCE_S = 0.035
_MIX = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)

Fragments = NDArray[np.uint64]
Pitches = NDArray[np.int64]


def melody_fragments(
    onsets_s: NDArray[np.float64], pitches: Pitches, parts: ArrayLike
) -> Fragments:
    """Hashes of the melodic runs of a piece: key, tempo, octave and repeated notes do not matter.

    Parameters
    ----------
    onsets_s : (N,) seconds, of the pitched notes
    pitches : (N,) MIDI numbers
    parts : (N,) what plays each note, such as its family

    Returns
    -------
    (F,) uint64, increasing; empty where there is no melody
    """
    found = [_runs(line) for line in _lines(onsets_s, pitches, np.asarray(parts))]
    return np.unique(np.concatenate([np.zeros(0, np.uint64), *found]))


def _lines(
    onsets_s: NDArray[np.float64], pitches: Pitches, parts: NDArray[np.generic]
) -> Iterator[Pitches]:
    """The upper and lower voice of all, and the upper voice of each of several parts."""
    if len(onsets_s) != len(pitches) or len(parts) != len(pitches):
        raise InputUnusableError("Onsets, pitches and parts of a melody must be equally many.")
    if not len(pitches):
        return
    moments = _moments(onsets_s)
    yield _upper(moments, pitches)
    yield -_upper(moments, -pitches)
    names = np.unique(parts)
    for name in names if len(names) > 1 else ():
        own = parts == name
        yield _upper(moments[own], pitches[own])


def _moments(onsets_s: NDArray[np.float64]) -> NDArray[np.int64]:
    """The number of each note's moment: notes that follow one another at once share one."""
    order = np.argsort(onsets_s, kind="stable")
    moments = np.empty(len(onsets_s), dtype=np.int64)
    moments[order] = np.cumsum(np.diff(onsets_s[order], prepend=onsets_s.min()) > _AT_ONCE_S)
    return moments


def _upper(moments: NDArray[np.int64], pitches: Pitches) -> Pitches:
    """The highest note of every moment, in order of time."""
    order = np.lexsort((-pitches, moments))
    _, heads = np.unique(moments[order], return_index=True)
    highest: Pitches = pitches[order][heads]
    return highest


def _runs(line: Pitches) -> Fragments:
    """A hash of every run of intervals that tells something."""
    intervals = np.diff(line) % 12
    intervals = intervals[intervals != 0]
    if len(intervals) < _RUN:
        return np.zeros(0, np.uint64)
    runs = np.lib.stride_tricks.sliding_window_view(intervals, _RUN)
    runs = runs[~_is_figure(runs)]
    mixed = np.full(len(runs), _RUN, dtype=np.uint64)
    for column in runs.astype(np.uint64).T:
        mixed = (mixed + column) * _MIX
        mixed ^= mixed >> np.uint64(31)
    return mixed


def _is_figure(runs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(K,) which of (K, run) intervals are a trill, a broken chord, an ostinato or a scale."""
    ordered = np.sort(runs, axis=1)
    figure: NDArray[np.bool_] = (np.diff(ordered, axis=1) != 0).sum(axis=1) < _KINDS - 1
    for period in range(1, _LONGEST_PERIOD + 1):
        figure |= (runs[:, period:] == runs[:, :-period]).all(axis=1)
    for low, high in _SCALES:
        figure |= ((runs >= low) & (runs <= high)).all(axis=1)
    return figure


def same_music(pieces: Sequence[Fragments]) -> list[int]:
    """For each piece the number of its group: pieces linked by near-duplicates share one."""
    group = list(range(len(pieces)))

    def root(number: int) -> int:
        while group[number] != number:
            group[number] = group[group[number]]
            number = group[number]
        return number

    for one, other, share in shared_melody(pieces):
        if share >= SAME_SHARE:
            group[root(other)] = root(one)
    return [root(number) for number in range(len(pieces))]


def shared_melody(pieces: Sequence[Fragments]) -> list[tuple[int, int, float]]:
    """Pairs of pieces that share fragments, with the share of the smaller piece's.

    Fragments of more than eight pieces are everybody's and do not count; a pair with fewer than 14
    is not told.
    """
    sizes = np.array([len(piece) if len(piece) >= _FEWEST else 0 for piece in pieces], np.int64)
    if not sizes.sum():
        return []
    owners = np.repeat(np.arange(len(pieces)), sizes)
    hashes = np.concatenate([piece for piece, size in zip(pieces, sizes, strict=True) if size])
    pairs, counts = np.unique(_pairs(hashes, owners), return_counts=True)
    one, other = (pairs >> _HALF).astype(np.int64), (pairs % (1 << 32)).astype(np.int64)
    shares = counts / np.minimum(sizes[one], sizes[other])
    told = counts >= _FEWEST_SHARED
    return list(zip(one[told].tolist(), other[told].tolist(), shares[told].tolist(), strict=True))


def _pairs(hashes: Fragments, owners: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Every two pieces that a fragment belongs to, once for each fragment: one << 32 | other."""
    order = np.argsort(hashes, kind="stable")
    owners = owners[order].astype(np.uint64)
    _, starts, counts = np.unique(hashes[order], return_index=True, return_counts=True)
    found = [np.zeros(0, np.uint64)]
    for count in range(2, _MOST_PIECES + 1):
        sharing = owners[starts[counts == count][:, None] + np.arange(count)]  # increasing in rows
        one, other = np.triu_indices(count, 1)
        found.append(((sharing[:, one] << _HALF) | sharing[:, other]).ravel())
    return np.concatenate(found)
