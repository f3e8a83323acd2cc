"""What each column of pixels shows: notes, curves and sound as arrays. No Qt.

Columns are device pixels, counted from the film's start at one zoom. What a column shows depends
on its number alone, never on where the view begins, so that pieces painted apart fit together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

DASH_PX, GAP_PX = 5, 3  # of a dashed curve


@dataclass(frozen=True, slots=True)
class Columns:
    """``count`` columns from number ``first`` on.

    ``per_s`` columns make a second; ``ratio`` columns make a pixel as Qt counts them.
    """

    first: int
    count: int
    per_s: float
    ratio: float = 1.0

    @property
    def start_s(self) -> float:
        return self.first / self.per_s

    @property
    def end_s(self) -> float:
        return (self.first + self.count) / self.per_s

    @property
    def width(self) -> float:
        """In pixels as Qt counts them."""
        return self.count / self.ratio

    def x_of(self, time_s: float) -> float:
        """Pixels from the first column to a time."""
        return (time_s * self.per_s - self.first) / self.ratio

    def places(self, times_s: FloatArray) -> FloatArray:
        """(N,) columns from the first one to each time, with fractions."""
        return times_s * self.per_s - self.first


def note_mask(
    columns: Columns,
    height: int,
    onsets_s: FloatArray,
    ends_s: FloatArray,
    rows: IntArray,
    *,
    thickness: int,
    least: int,
) -> BoolArray:
    """(height, count) where a note is seen.

    Parameters
    ----------
    onsets_s, ends_s : (N,) seconds
    rows : (N,) highest row of each note
    thickness : rows that a note is high
    least : columns that the shortest note is wide; a longer one leaves a column to the next
    """
    first = np.floor(columns.places(onsets_s)).astype(np.int64)
    last = np.rint(columns.places(ends_s)).astype(np.int64) - 1
    last = np.maximum(last, first + least)
    seen = (last > 0) & (first < columns.count)
    at = np.clip(rows[seen], 0, height - thickness) * columns.count
    first, last = np.clip(first[seen], 0, None), np.clip(last[seen], None, columns.count)
    thin = _stretches(at + first, last - first, height * columns.count)
    thin = thin.reshape(height, columns.count)
    mask = thin.copy()
    for below in range(1, thickness):
        mask[below:] |= thin[:-below]
    return mask


def _stretches(starts: IntArray, lengths: IntArray, size: int) -> BoolArray:
    """(size,) what lies in a stretch of some length from one of the starts on.

    Few of them are filled place by place; what many overlapping ones cost does not depend on their
    lengths.
    """
    total = int(lengths.sum())
    if total > size:
        begun = np.bincount(starts, minlength=size + 1)
        begun -= np.bincount(starts + lengths, minlength=size + 1)
        return np.cumsum(begun)[:-1] > 0
    mask = np.zeros(size, np.bool_)
    done = np.cumsum(lengths) - lengths
    mask[np.repeat(starts - done, lengths) + np.arange(total)] = True
    return mask


def note_rows(
    pitches: IntArray, limits: tuple[int, int], height: int, *, margin: float, thickness: float
) -> IntArray:
    """(N,) highest row of each note in a lane: higher notes nearer to the top.

    ``limits`` are the lowest and highest pitch that the lane shows; ``margin`` rows above and below
    the middle of a note stay free.
    """
    low, high = limits
    shares = (pitches - low) / (high - low)
    middles = height - margin - shares * (height - 2 * margin)
    return np.rint(middles - thickness / 2).astype(np.int64)


def curve_alpha(
    columns: Columns,
    height: int,
    times_s: FloatArray,
    rows: FloatArray,
    *,
    thickness: float,
    dashed: bool = False,
) -> NDArray[np.uint8]:
    """(height, count) how much of a line covers each pixel, 0 to 255.

    Parameters
    ----------
    times_s : (K,) seconds, non-decreasing; twice the same where the line steps
    rows : (K,) where the line lies then, in rows from the top; straight between
    thickness : rows
    dashed : by column, so that the pattern stays where it is; steps are always whole
    """
    low, high = _reach(columns, times_s, rows)
    reach = (high - low) / 2 + (thickness / 2 + 0.5)
    if dashed:
        numbers = (columns.first + np.arange(columns.count)) / columns.ratio
        is_gap = numbers % (DASH_PX + GAP_PX) >= DASH_PX
        reach[is_gap & (high - low < DASH_PX * columns.ratio)] = -1.0
    rows_at = ((np.arange(height) + 0.5) * 255).astype(np.float32)[:, None]
    away = rows_at - ((low + high) * 127.5).astype(np.float32)
    np.abs(away, out=away)
    covered = np.subtract((reach * 255 + 0.5).astype(np.float32), away, out=away)
    return np.clip(covered, 0.0, 255.0, out=covered).astype(np.uint8)


def _reach(
    columns: Columns, times_s: FloatArray, rows: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """(count,) the highest and the lowest row that a line touches within each column."""
    around = slice(
        max(int(np.searchsorted(times_s, columns.start_s)) - 2, 0),
        int(np.searchsorted(times_s, columns.end_s, side="right")) + 2,
    )
    places, values = columns.places(times_s[around]), rows[around]
    edges = np.interp(np.arange(columns.count + 1), places, values)
    low, high = np.minimum(edges[:-1], edges[1:]), np.maximum(edges[:-1], edges[1:])
    numbers = np.floor(places).astype(np.int64)
    is_inside = (numbers >= 0) & (numbers < columns.count)
    np.minimum.at(low, numbers[is_inside], values[is_inside])
    np.maximum.at(high, numbers[is_inside], values[is_inside])
    return low, high


def peaks_in(
    columns: Columns, pyramid: Sequence[NDArray[np.float32]], peaks_per_s: float
) -> NDArray[np.float32]:
    """(count, 2) lowest and highest sample in each column.

    ``pyramid`` holds the peaks, then those of 8 of them in one, of 64, and so on; the coarsest that
    is no coarser than a column is read.
    """
    shape = (columns.count, 2)
    in_one = peaks_per_s / columns.per_s
    level = min(max(int(np.log(max(in_one, 1.0)) / np.log(8)), 0), len(pyramid) - 1)
    peaks, step = pyramid[level], 8**level
    if not len(peaks):
        return np.zeros(shape, np.float32)
    numbers = columns.first + np.arange(columns.count + 1)
    places = (numbers / columns.per_s * (peaks_per_s / step)).astype(np.int64)
    places = np.clip(places, 0, len(peaks) - 1)
    shown = peaks[: max(int(places[-1]), int(places[-2]) + 1)]
    low = np.minimum.reduceat(shown[:, 0], places[:-1])
    high = np.maximum.reduceat(shown[:, 1], places[:-1])
    return np.stack([low, high], axis=1)


def pyramid_of(peaks: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """The peaks (P, 2), and those of each 8, 64, 512 ... of them in one."""
    levels = [peaks]
    while len(levels[-1]) > 8:
        finer = levels[-1]
        starts = np.arange(0, len(finer), 8)
        low = np.minimum.reduceat(finer[:, 0], starts)
        high = np.maximum.reduceat(finer[:, 1], starts)
        levels.append(np.stack([low, high], axis=1))
    return levels


def index_in(columns: Columns, edges_s: FloatArray) -> IntArray:
    """(count,) which of the stretches between the edges lies at the middle of each column."""
    middles = (columns.first + np.arange(columns.count) + 0.5) / columns.per_s
    found = np.searchsorted(edges_s, middles, side="right") - 1
    return np.clip(found, 0, len(edges_s) - 2)
