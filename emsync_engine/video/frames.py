"""Small upright pictures out of decoded ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray


def fitted_size(width: int, height: int, long_side: int) -> tuple[int, int]:
    """Width and height with the long side as given and the shape kept; at least 8 each."""
    scale = long_side / max(width, height)
    return max(8, round(width * scale)), max(8, round(height * scale))


class PictureScaler:
    """Scales decoded pictures to one size, turns them upright and makes them RGB.

    Scaling is by area inside swscale, so that a small picture is the mean of what it covers and
    film grain does not look like movement. A change of size in mid-stream changes nothing here.

    Parameters
    ----------
    shown : width and height of the film as shown, after sample aspect and rotation
    rotation : degrees clockwise that make a stored picture upright
    """

    def __init__(self, shown: tuple[int, int], rotation: int, *, long_side: int) -> None:
        self.width, self.height = fitted_size(*shown, long_side)
        self._quarter_turns = -rotation // 90  # numpy turns anticlockwise
        sideways = rotation in (90, 270)
        self._stored = (self.height, self.width) if sideways else (self.width, self.height)
        self._reformatter = VideoReformatter()

    def scale(self, frame: Any) -> NDArray[np.uint8]:
        """One picture as (height, width, 3) uint8 RGB, C-contiguous."""
        width, height = self._stored
        small = self._reformatter.reformat(
            frame, width=width, height=height, format="rgb24", interpolation="AREA"
        )
        pixels = small.to_ndarray()
        if self._quarter_turns:
            pixels = np.rot90(pixels, self._quarter_turns)
        return np.ascontiguousarray(pixels, dtype=np.uint8)
