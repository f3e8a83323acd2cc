"""How alike two pictures are, whatever the light and however the camera moved between them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from emsync_engine.scenes.block_match import BLOCK_PX, STEP_PX, remaining

Picture = NDArray[np.uint8]
FloatArray = NDArray[np.float32]

REACH_PX = 6  # of pictures 96 wide: a sixteenth of the width from one picture to the next
_NOISE = 1.5  # mean deviation of an 8-bit block, three planes together, that says nothing
_GAIN_AT_MOST = 2.0
_GLANCE_PX = 16  # width of the smallest copies


@dataclass(frozen=True, slots=True)
class Looks:
    """Consecutive pictures made ready to be compared.

    Attributes
    ----------
    planes : (n, h, w, 3) uint8, luma and two colour differences, lightly blurred
    texture : (n,) mean deviation of the blocks from their means, of 255, three planes together
    glances : (n, k) float32, the pictures at 16 wide, flattened: what is seen from afar
    spread : (n,) brightest minus darkest luma, of 255; 0 for a plain picture
    level : (n,) mean luma, of 255
    """

    planes: NDArray[np.uint8]
    texture: FloatArray
    glances: FloatArray
    spread: FloatArray
    level: FloatArray

    def __len__(self) -> int:
        return len(self.planes)


def looks_of(frames: NDArray[np.uint8]) -> Looks:
    """Make consecutive RGB pictures, (n, h, w, 3) uint8, ready to be compared."""
    height, width = frames.shape[1:3]
    small = (_GLANCE_PX, max(4, round(_GLANCE_PX * height / width)))
    planes = np.empty(frames.shape, np.uint8)
    glances = np.empty((len(frames), small[1], small[0], 3), np.float32)
    for number, frame in enumerate(frames):
        converted = cv2.cvtColor(np.ascontiguousarray(frame), cv2.COLOR_RGB2YCrCb)
        planes[number] = cv2.GaussianBlur(converted, (3, 3), 0)
        glances[number] = cv2.resize(
            planes[number].astype(np.float32), small, interpolation=cv2.INTER_AREA
        )
    luma = planes[..., 0].reshape(len(frames), -1)
    return Looks(
        planes=planes,
        texture=np.array([block_texture(one).mean() for one in planes], np.float32),
        glances=glances.reshape(len(frames), -1),
        spread=np.ptp(luma, axis=1).astype(np.float32),
        level=luma.mean(axis=1, dtype=np.float32),
    )


def change_between(looks: Looks, one: int, other: int, *, reach_px: int = REACH_PX) -> float:
    """How far two pictures are from showing the same things, 0 for the same, about 2 for others.

    Each picture is put together from blocks of the other one, each block from wherever within
    reach it fits best, the other one's light brought to the same mean and contrast first. What
    remains is divided by how far a picture lies from its own blocks' means: at 1 the other picture
    helps no more than a plain block would. Of the two directions the better one counts. So neither
    moving things and cameras nor fades and flashes count as change, and dark pictures count as
    much as bright ones. Video encoders decide in the same way whether to start anew (a picture
    whose best prediction costs as much as none).
    """
    forward = _remaining(looks.planes[one], looks.planes[other], reach_px)
    backward = _remaining(looks.planes[other], looks.planes[one], reach_px)
    return float(
        min(
            forward.mean() / (looks.texture[other] + _NOISE),
            backward.mean() / (looks.texture[one] + _NOISE),
        )
    )


def share_changed(looks: Looks, one: int, other: int, *, reach_px: int = REACH_PX) -> float:
    """Share of the picture, weighted by what is in it, that shows other things; 0 to 1.

    A title over a running shot changes a part of the picture, a change of shot nearly all of it.
    """
    texture = np.maximum(block_texture(looks.planes[one]), block_texture(looks.planes[other]))
    remaining = np.minimum(
        _remaining(looks.planes[one], looks.planes[other], reach_px),
        _remaining(looks.planes[other], looks.planes[one], reach_px),
    )
    weight = texture + _NOISE
    return float((weight * (remaining > 0.5 * weight)).sum() / weight.sum())


def block_texture(planes: Picture) -> FloatArray:
    """Mean deviation of each block from its mean, (rows, columns), of 255, summed over planes."""
    height, width = _whole_blocks(planes)
    blocks = planes[:height, :width].astype(np.float32)
    blocks = blocks.reshape(height // BLOCK_PX, BLOCK_PX, width // BLOCK_PX, BLOCK_PX, 3)
    deviation = np.abs(blocks - blocks.mean(axis=(1, 3), keepdims=True))
    return np.asarray(deviation.mean(axis=(1, 3)).sum(axis=-1), np.float32)


def _remaining(source: Picture, target: Picture, reach_px: int) -> FloatArray:
    """What is left of each block of a picture after the best fit from another one."""
    height, width = _whole_blocks(target)
    lit = _in_the_light_of(source, target)[:height, :width]
    around = cv2.copyMakeBorder(lit, *(reach_px,) * 4, cv2.BORDER_REPLICATE)
    return remaining(around, np.ascontiguousarray(target[:height, :width]), _moves(reach_px))


@cache
def _moves(reach_px: int) -> NDArray[np.int64]:
    """Every move within reach, the smallest first, as places in a picture with a border."""
    places = range(-reach_px, reach_px + 1, STEP_PX)
    moves = sorted(((down, right) for down in places for right in places), key=lambda m: m[0] ** 2 + m[1] ** 2)
    return np.array(moves, np.int64) + reach_px


def _in_the_light_of(source: Picture, target: Picture) -> Picture:
    """A picture with another one's mean and contrast, colours scaled alike."""
    mean, deviation = cv2.meanStdDev(source[..., 0])
    wanted_mean, wanted_deviation = cv2.meanStdDev(target[..., 0])
    gain = float((wanted_deviation[0, 0] + 0.5) / (deviation[0, 0] + 0.5))
    gain = min(max(gain, 1 / _GAIN_AT_MOST), _GAIN_AT_MOST)
    offsets = np.array([float(wanted_mean[0, 0]) - gain * float(mean[0, 0]), *(128 * (1 - gain),) * 2])
    scaled = source.astype(np.float32) * np.float32(gain) + offsets.astype(np.float32)
    return np.clip(np.rint(scaled), 0, 255).astype(np.uint8)


def _whole_blocks(planes: Picture) -> tuple[int, int]:
    """Height and width in whole blocks; at least one."""
    height, width = planes.shape[:2]
    return max(1, height // BLOCK_PX) * BLOCK_PX, max(1, width // BLOCK_PX) * BLOCK_PX
