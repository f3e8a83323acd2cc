"""How alike two pictures are, whatever the light and however the camera moved between them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from emsync_engine.scenes.block_match import BLOCK_PX, remaining

Picture = NDArray[np.uint8]
FloatArray = NDArray[np.float32]

STILL, NEAR, FAR = 0, 4, 8  # first steps of the search: things move 0, 7 and 15 of 96 pixels
_NOISE = 1.5  # mean deviation of an 8-bit block, three planes together, that says nothing
_GAIN_AT_MOST = 4.0
_GAIN_OF_NOTE, _LEVEL_OF_NOTE = 0.03, 1.0  # smaller differences of light are let be
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
    opens_film : whether the first one is the film's first
    """

    planes: NDArray[np.uint8]
    texture: FloatArray
    glances: FloatArray
    spread: FloatArray
    level: FloatArray
    opens_film: bool = True

    def __len__(self) -> int:
        return len(self.planes)


def looks_of(frames: NDArray[np.uint8], *, opens_film: bool = True) -> Looks:
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
        opens_film=opens_film,
    )


def change_between(looks: Looks, one: int, other: int, *, step: int = NEAR) -> float:
    """How far two pictures are from showing the same things, 0 for the same, about 2 for others.

    Each picture is put together from blocks of the other one, each block from wherever within
    reach it fits best, as it is and with the other one's light brought to the same mean and
    contrast. What remains is divided by how far a picture lies from its own blocks' means: at 1 the
    other picture helps no more than a plain block would. The best of these four ways counts. So
    neither moving things and cameras nor fades and lamps count as change, and dark pictures count
    as much as bright ones. Video encoders decide in the same way whether to start anew (a picture
    whose best prediction costs as much as none).
    """
    there, back = (
        float(_remaining(looks.planes[source], looks.planes[target], step).mean())
        / (float(looks.texture[target]) + _NOISE)
        for source, target in ((one, other), (other, one))
    )
    return min(there, back)


def share_changed(looks: Looks, one: int, other: int, *, step: int = NEAR) -> float:
    """Share of what there is in a picture that gave way to other things; 0 to 1.

    A title over a running shot changes a part of it, a change of shot nearly all.
    """
    texture = np.maximum(block_texture(looks.planes[one]), block_texture(looks.planes[other]))
    remaining = np.minimum(
        _remaining(looks.planes[one], looks.planes[other], step),
        _remaining(looks.planes[other], looks.planes[one], step),
    )
    weight = np.maximum(texture - _NOISE, 0.0)
    return float((weight * (remaining > 0.5 * texture)).sum() / (weight.sum() + 1e-3))


def block_texture(planes: Picture) -> FloatArray:
    """Mean deviation of each block from its mean, (rows, columns), of 255, summed over planes."""
    height, width = _whole_blocks(planes)
    blocks = (width // BLOCK_PX, height // BLOCK_PX)
    pixels = planes[:height, :width].astype(np.float32)
    means = cv2.resize(pixels, blocks, interpolation=cv2.INTER_AREA)
    deviation = cv2.absdiff(
        pixels, cv2.resize(means, (width, height), interpolation=cv2.INTER_NEAREST)
    )
    mean_deviation = cv2.resize(deviation, blocks, interpolation=cv2.INTER_AREA)
    return np.asarray(mean_deviation.reshape(blocks[1], blocks[0], 3).sum(axis=-1), np.float32)


def step_between(one: Picture, other: Picture) -> float:
    """Mean absolute difference of two pictures as they are, of 255, summed over planes."""
    return float(sum(cv2.mean(cv2.absdiff(one, other))))


def _remaining(source: Picture, target: Picture, step: int) -> FloatArray:
    """What is left of each block of a picture after the best fit from another one."""
    height, width = _whole_blocks(target)
    wanted = np.ascontiguousarray(target[:height, :width])
    left = _fit(source[:height, :width], wanted, step)
    lit = _in_the_light_of(source, target)
    if lit is None:
        return left
    left_when_lit = _fit(lit[:height, :width], wanted, step)
    return left if left.sum() <= left_when_lit.sum() else left_when_lit


def _fit(source: Picture, wanted: Picture, step: int) -> FloatArray:
    border = (max(0, 2 * step - 1),) * 4
    around = cv2.copyMakeBorder(source, *border, cv2.BORDER_REPLICATE)
    return remaining(np.asarray(around, np.uint8), wanted, step)


def _in_the_light_of(source: Picture, target: Picture) -> Picture | None:
    """A picture with another one's mean and contrast, colours scaled alike; None if it has them."""
    mean, deviation = (float(one[0, 0]) for one in cv2.meanStdDev(source[..., 0]))
    wanted_mean, wanted_deviation = (float(one[0, 0]) for one in cv2.meanStdDev(target[..., 0]))
    gain = (wanted_deviation + 0.5) / (deviation + 0.5)
    gain = min(max(gain, 1 / _GAIN_AT_MOST), _GAIN_AT_MOST)
    if abs(gain - 1) < _GAIN_OF_NOTE and abs(wanted_mean - mean) < _LEVEL_OF_NOTE:
        return None
    scaled = np.empty(source.shape, np.float32)
    np.multiply(source, np.float32(gain), out=scaled)
    scaled += np.array([wanted_mean - gain * mean, *(128 * (1 - gain),) * 2], np.float32)
    return np.clip(np.rint(scaled), 0, 255).astype(np.uint8)


def _whole_blocks(planes: Picture) -> tuple[int, int]:
    """Height and width in whole blocks; at least one."""
    height, width = planes.shape[:2]
    return max(1, height // BLOCK_PX) * BLOCK_PX, max(1, width // BLOCK_PX) * BLOCK_PX
