"""Small upright pictures out of decoded ones."""

from __future__ import annotations

from typing import Any, Literal

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
    form : ``rgb24``, or ``bgra``: what screens hold, made in half the time
    threads : that share a picture; 0 for as many as there are cores. More than one wait for each
        other, which takes longer than it saves while other programs are at work.
    """

    def __init__(
        self,
        shown: tuple[int, int],
        rotation: int,
        *,
        long_side: int,
        form: Literal["rgb24", "bgra"] = "rgb24",
        threads: int = 0,
    ) -> None:
        self.width, self.height = fitted_size(*shown, long_side)
        self._quarter_turns = -rotation // 90  # numpy turns anticlockwise
        sideways = rotation in (90, 270)
        self._stored = (self.height, self.width) if sideways else (self.width, self.height)
        self._reformatter = VideoReformatter()
        self._form, self._threads = form, threads

    def scale(self, frame: Any) -> NDArray[np.uint8]:
        """One picture as (height, width, 3) uint8 RGB, or (height, width, 4) BGRA; C-contiguous."""
        width, height = self._stored
        small = self._reformatter.reformat(
            frame,
            width=width,
            height=height,
            format=self._form,
            interpolation="AREA",
            threads=self._threads,
        )
        pixels = small.to_ndarray()
        if self._quarter_turns:
            pixels = np.rot90(pixels, self._quarter_turns)
        return np.ascontiguousarray(pixels, dtype=np.uint8)
