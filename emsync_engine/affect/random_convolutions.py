"""The second reader: random convolutions of a roll of pitch classes, weighed by one ridge.

It stands beside the regressor where ways on are chosen (``music.branching``), because what two
kinds of readers agree on is less a weakness of one of them. Kernels are drawn once and never
trained; of each its strongest answer, how much of the roll it answers to, and how strongly, are
kept (Dempster et al. 2020, ROCKET; random features for few labels). Turned around the circle of
pitch classes, so that a piece in another key reads nearly the same. It learned from the
regressor's pieces, and none of the judge's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from emsync_engine.affect.reader_file import Arrays, load_reader, save_reader
from emsync_engine.affect.reading import WINDOW_S, FloatArray, ScaledReader
from emsync_engine.affect.roll import CHANNELS, is_unstruck, rolls
from emsync_engine.affect.sounding import NoteArrays
from emsync_engine.errors import WeightsMissingError
from emsync_engine.weights import weights_entry, whole

NAME = "music-convolutions"
FORMAT = "emsync-music-convolutions-1"
SHAPES = ((12, 1, 1), (12, 2, 1), (5, 3, 1), (8, 3, 2))
"""Pitch classes, frames, and the distance of the frames, of each group of kernels."""

COUNT = 128
"""Kernels of each group."""

_POOLED = 4  # frames of the roll that are one here, 0.4 s
_LISTENED_TO = 0.35  # share of the roll's channels that a kernel hears
_STRONG = 2.0
_BATCH = 64
_ARRAYS = ("mean", "deviation", "weights", "bias", "scale", "spread")


def draw_kernels(seed: int, *, count: int = COUNT) -> tuple[Tensor, ...]:
    """``count`` kernels of each of ``SHAPES``, (count, CHANNELS, classes, frames), of mean 0."""
    generator = torch.Generator().manual_seed(seed)
    groups = []
    for classes, frames, _ in SHAPES:
        drawn = torch.randn(count, CHANNELS, classes, frames, generator=generator)
        heard = torch.rand(count, CHANNELS, 1, 1, generator=generator) < _LISTENED_TO
        heard[:, 0] |= ~heard.any(dim=1)
        size = heard.sum(dim=1, keepdim=True) * classes * frames
        drawn = drawn * heard
        groups.append(drawn - heard * drawn.sum(dim=(1, 2, 3), keepdim=True) / size)
    return tuple(group.half().float() for group in groups)  # as they are kept


def answers(kernels: tuple[Tensor, ...], roll: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(N, CHANNELS, 12, FRAMES) rolls to (N, 4 x kernels): how each kernel answers to each."""
    found = []
    with torch.inference_mode():
        for start in range(0, len(roll), _BATCH):
            frames = torch.from_numpy(roll[start : start + _BATCH]).float().sqrt()
            frames = 2 * F.avg_pool2d(frames, (1, _POOLED), ceil_mode=True)
            found.append(_answers(kernels, frames))
    return torch.cat(found).numpy()


def _answers(kernels: tuple[Tensor, ...], frames: Tensor) -> Tensor:
    parts = []
    for group, (classes, _, apart) in zip(kernels, SHAPES, strict=True):
        around = torch.cat([frames, frames[:, :, : classes - 1]], dim=2)
        answer = F.conv2d(around, group, dilation=(1, apart)).flatten(2)
        parts += [
            answer.amax(dim=2) / 4,
            3 * (answer > 0).float().mean(dim=2),
            6 * (answer > _STRONG).float().mean(dim=2),
            answer.relu().mean(dim=2),
        ]
    return torch.cat(parts, dim=1)


@dataclass(frozen=True, slots=True)
class ConvolutionReader(ScaledReader):
    """Reads valence and arousal from rolls (an ``AffectReader``).

    ``mean`` and ``deviation`` (D,) make the answers alike; ``weights`` (D, 2) and ``bias`` (2,)
    read valence and arousal from them, in deviations of the human ratings. ``scale`` (2, Q) and
    ``spread`` (2,) are as in ``regressor.MusicAffect``.
    """

    kernels: tuple[Tensor, ...]
    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: FloatArray
    scale: FloatArray
    spread: FloatArray

    def rate_rolls(self, roll: NDArray[np.uint8]) -> FloatArray:
        """(N, 2) in deviations of the human ratings."""
        alike = (answers(self.kernels, roll) - self.mean) / self.deviation
        return np.asarray(alike @ self.weights + self.bias, dtype=np.float64)

    def rate_windows(
        self, notes: NoteArrays, centres_s: FloatArray, width_s: float = WINDOW_S
    ) -> FloatArray:
        """(N, 2) in deviations of the human ratings; NaN where nothing pitched starts."""
        rated = self.rate_rolls(rolls(notes, centres_s, width_s))
        rated[is_unstruck(notes, centres_s, width_s)] = np.nan
        return rated


def save_convolution_reader(
    reader: ConvolutionReader, path: Path, notes: Mapping[str, str]
) -> None:
    """Write a reader as safetensors, its kernels in half precision."""
    arrays = {f"kernels.{n}": group.half().numpy() for n, group in enumerate(reader.kernels)}
    arrays |= {name: getattr(reader, name).astype(np.float32) for name in _ARRAYS}
    save_reader(arrays, {**notes, "format": FORMAT, "shapes": SHAPES}, path)


def load_convolution_reader(path: Path) -> ConvolutionReader:
    """Read a reader; WeightsCorruptError if it is damaged or of other kernels."""
    shapes = [list(one) for one in SHAPES]
    return load_reader(path, _made, what="music reader", format=FORMAT, shapes=shapes)


def _made(header: dict[str, Any], arrays: Arrays) -> ConvolutionReader:
    kernels = tuple(torch.from_numpy(arrays[f"kernels.{n}"]).float() for n in range(len(SHAPES)))
    mean, deviation, weights, *others = (arrays[name] for name in _ARRAYS)
    bias, scale, spread = (values.astype(np.float64) for values in others)
    return ConvolutionReader(kernels, mean, deviation, weights, bias, scale, spread)


@cache
def shipped_convolutions() -> ConvolutionReader:
    """The second reader that comes with the app, its SHA-256 checked, read once."""
    return load_convolution_reader(whole(weights_entry(NAME, kind="second reader")))


def convolutions_or_none() -> ConvolutionReader | None:
    """The second reader; None where it is not installed."""
    try:
        return shipped_convolutions()
    except WeightsMissingError:
        return None
