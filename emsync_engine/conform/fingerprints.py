"""What a picture looks like in a few numbers, alike for the same picture in another export."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.timing import FrameRate
from emsync_engine.video.decode import DecodedVideo

FloatArray = NDArray[np.float32]

STAGE = "compare"
_ROWS, _COLUMNS = 9, 16
_LEAST_DEVIATION = 6.0  # of 8-bit luma: flatter pictures count as plain
_BRIGHTNESS = 40.0  # of 8-bit luma: so much lighter is as far as a deviation in every field
_BLOCK = 512


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprints:
    """One row for each step of a grid in time: (N, D) float32, squared distances are what counts.

    The grid is that of a frame rate, whatever the film's own, so that two films can be compared.
    """

    rate: FrameRate
    values: FloatArray
    squares: FloatArray = field(init=False)  # (N,) the squared length of each row

    def __post_init__(self) -> None:
        squares = np.einsum("nd,nd->n", self.values, self.values)
        object.__setattr__(self, "squares", squares)

    def __len__(self) -> int:
        return len(self.values)

    def step_of(self, time: Fraction) -> int:
        """The step nearest to a time in seconds; at most one past the last."""
        return min(max(self.rate.nearest_frame(time), 0), len(self.values))


def fingerprints(
    video: DecodedVideo, rate: FrameRate, *, monitor: Monitor = SILENT
) -> Fingerprints:
    """Fingerprints of the pictures that are shown at the steps of a rate.

    A picture is laid under 16 by 9 fields; the mean luma of each, less the picture's own mean and
    divided by its deviation (6 of 255 at least, so that noise in plain pictures stays small), is
    the same after another encoding, another size or a change of contrast. Their mean square is one
    for pictures that have nothing in common. The brightness of the whole counts a little.
    """
    times_s = video.times_s()
    count = max(rate.nearest_frame(video.info.duration), 1)
    shown_s = (np.arange(count) + 0.5) / float(rate.ratio)
    places = np.clip(np.searchsorted(times_s, shown_s, side="right") - 1, 0, len(times_s) - 1)
    own = np.empty((len(video.frames), _ROWS * _COLUMNS + 1), np.float32)
    for start in range(0, len(video.frames), _BLOCK):
        monitor.advance(STAGE, start, len(video.frames))
        own[start : start + _BLOCK] = _of_pictures(video.frames[start : start + _BLOCK])
    return Fingerprints(rate, own if _is_identity(places, len(own)) else own[places])


def _is_identity(places: NDArray[np.intp], count: int) -> bool:
    return len(places) == count and bool(np.array_equal(places, np.arange(count)))


def _of_pictures(frames: NDArray[np.uint8]) -> FloatArray:
    """(n, D) of (n, h, w, 3) pictures."""
    luma = frames.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    fields = _fields(luma).reshape(len(luma), -1)
    mean = fields.mean(axis=1, keepdims=True)
    deviation = np.maximum(fields.std(axis=1, keepdims=True), _LEAST_DEVIATION)
    shape = (fields - mean) / deviation / np.sqrt(np.float32(fields.shape[1]))
    values: FloatArray = np.concatenate([shape, mean / _BRIGHTNESS], axis=1).astype(np.float32)
    return values


def _fields(luma: FloatArray) -> FloatArray:
    """Means of 9 by 16 fields of (n, h, w) pictures of any size from 8 by 8 on."""
    rows = np.linspace(0, luma.shape[1], _ROWS + 1).astype(int)
    columns = np.linspace(0, luma.shape[2], _COLUMNS + 1).astype(int)
    result = np.empty((len(luma), _ROWS, _COLUMNS), np.float32)
    for row in range(_ROWS):
        band = luma[:, rows[row] : max(rows[row + 1], rows[row] + 1)].mean(axis=1)
        for column in range(_COLUMNS):
            last = max(columns[column + 1], columns[column] + 1)
            result[:, row, column] = band[:, columns[column] : last].mean(axis=1)
    return result
