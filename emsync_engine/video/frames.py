"""Small upright pictures out of decoded ones."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Any, Literal

import numpy as np
from av import VideoFrame
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

_MUCH_LARGER = 8  # times the size wanted: what is averaged here then, and not by the library
_WHOLE = {"yuv420p": "yuv444p", "yuvj420p": "yuvj444p"}  # with colour as fine as light


def fitted_size(width: int, height: int, long_side: int) -> tuple[int, int]:
    """Width and height with the long side as given and the shape kept; at least 8 each."""
    scale = long_side / max(width, height)
    return max(8, round(width * scale)), max(8, round(height * scale))


class PictureScaler:
    """Scales decoded pictures to one size, turns them upright and makes them RGB.

    Scaling is by area, so that a small picture is the mean of what it covers and film grain does
    not look like movement; inside swscale, or by ``plane_means`` in half the time where the usual
    8-bit picture is much larger. A change of size in mid-stream changes nothing here.

    Parameters
    ----------
    shown : width and height of the film as shown, after sample aspect and rotation
    rotation : degrees clockwise that make a stored picture upright
    form : ``rgb24``, or ``bgra``: what screens hold, made in half the time
    threads : that share a picture; 0 for as many as there are cores. More than one wait for each
        other, which takes longer than it saves while other programs are at work.
    every : of how many lines of a much larger picture one is looked at
    """

    def __init__(
        self,
        shown: tuple[int, int],
        rotation: int,
        *,
        long_side: int,
        form: Literal["rgb24", "bgra"] = "rgb24",
        threads: int = 0,
        every: int = 1,
    ) -> None:
        self.width, self.height = fitted_size(*shown, long_side)
        self._quarter_turns = -rotation // 90  # numpy turns anticlockwise
        sideways = rotation in (90, 270)
        self._stored = (self.height, self.width) if sideways else (self.width, self.height)
        self._reformatter = VideoReformatter()
        self._form, self._threads, self._every = form, threads, every

    def scale(self, frame: Any) -> NDArray[np.uint8]:
        """One picture as (height, width, 3) uint8 RGB, or (height, width, 4) BGRA; C-contiguous."""
        width, height = self._stored
        means = averaged(frame, width, height, every=self._every)
        small = self._reformatter.reformat(
            frame if means is None else means,
            width=width,
            height=height,
            format=self._form,
            interpolation="AREA",
            threads=self._threads if means is None else 1,
        )
        pixels = small.to_ndarray()
        if self._quarter_turns:
            pixels = np.rot90(pixels, self._quarter_turns)
        return np.ascontiguousarray(pixels, dtype=np.uint8)


def averaged(frame: Any, width: int, height: int, *, every: int = 1) -> VideoFrame | None:
    """A small picture, still in light and two colours; None where the library does it better.

    Of ``every`` so many lines one is looked at.
    """
    whole = _WHOLE.get(frame.format.name)
    larger = min(frame.width / width, frame.height / height)
    if whole is None or not _MUCH_LARGER <= larger <= 200 or not _can_average():
        return None
    from emsync_engine.video.plane_means import fill_with_means  # compiles: not before it is needed

    small = VideoFrame(width, height, whole)
    small.colorspace, small.color_range = frame.colorspace, frame.color_range
    for source, target in zip(frame.planes, small.planes, strict=True):
        fill_with_means(_pixels(target), _pixels(source), every=every)
    return small


def _pixels(plane: Any) -> NDArray[np.uint8]:
    """(height, width) of a plane, in place."""
    lines = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    return lines[: plane.height, : plane.width]


@cache
def _can_average() -> bool:
    return find_spec("numba") is not None
