"""Near-duplicates: pieces that share most of their melody stay on one side of the split."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

_RUN = 8  # intervals in one fragment of melody
_HASHES = 64
_BANDS = 16
_PRIME = (1 << 61) - 1
_MIN_FRAGMENTS = 24
SAME_SHARE = 0.5
"""Share of common melody fragments (Jaccard) from which on two pieces count as one."""

Signature = NDArray[np.uint64]


def melody_fragments(onsets_s: NDArray[np.float64], pitches: NDArray[np.int64]) -> set[int]:
    """Hashes of the runs of eight intervals in the skyline: key, tempo and octave do not matter.

    Parameters
    ----------
    onsets_s : (N,) seconds, non-decreasing, of the pitched notes
    pitches : (N,) MIDI numbers
    """
    if not len(onsets_s):
        return set()
    moments = np.round(onsets_s / 0.05).astype(np.int64)
    order = np.lexsort((-pitches, moments))
    _, heads = np.unique(moments[order], return_index=True)
    intervals = (np.diff(pitches[order][heads]) % 12).astype(np.uint8)
    if len(intervals) < _RUN:
        return set()
    windows = np.lib.stride_tricks.sliding_window_view(intervals, _RUN)
    distinct = np.unique(windows, axis=0)
    moving = distinct[(distinct != 0).sum(axis=1) > _RUN // 2]  # repeated notes tell nothing
    return {
        int.from_bytes(hashlib.blake2b(row.tobytes(), digest_size=7).digest(), "big")
        for row in moving
    }


def signature(fragments: set[int]) -> Signature | None:
    """MinHash of a set of fragments (Broder 1997), (64,); None if there are too few."""
    if len(fragments) < _MIN_FRAGMENTS:
        return None
    rng = np.random.default_rng(8)
    factors = rng.integers(1, 1 << 31, _HASHES, dtype=np.uint64)
    shifts = rng.integers(0, 1 << 31, _HASHES, dtype=np.uint64)
    values = np.array(sorted(fragments), dtype=np.uint64) % np.uint64((1 << 31) - 1)
    hashed = (values[:, None] * factors + shifts) % np.uint64(_PRIME)
    lowest: Signature = hashed.min(axis=0)
    return lowest


def same_music(signatures: Sequence[Signature | None]) -> list[int]:
    """For each piece the number of its group: pieces linked by near-duplicates share one.

    Candidates are those that agree in one of 16 bands; they are linked if the share of equal
    hashes reaches ``SAME_SHARE``.
    """
    group = list(range(len(signatures)))

    def root(number: int) -> int:
        while group[number] != number:
            group[number] = group[group[number]]
            number = group[number]
        return number

    for alike in _candidates(signatures):
        for one, other in combinations(alike[:50], 2):
            first, second = signatures[one], signatures[other]
            if first is not None and second is not None and (first == second).mean() >= SAME_SHARE:
                group[root(other)] = root(one)
    return [root(number) for number in range(len(signatures))]


def _candidates(signatures: Sequence[Signature | None]) -> list[list[int]]:
    """Pieces that agree in a band."""
    width = _HASHES // _BANDS
    buckets: dict[tuple[int, bytes], list[int]] = {}
    for number, found in enumerate(signatures):
        if found is not None:
            for band in range(_BANDS):
                key = band, found[band * width : (band + 1) * width].tobytes()
                buckets.setdefault(key, []).append(number)
    return [numbers for numbers in buckets.values() if len(numbers) > 1]
