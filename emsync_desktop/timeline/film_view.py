"""A film in miniature, whole or while it arrives: its pictures and the waveform of its sound."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from emsync_desktop.timeline.columns import pyramid_of

if TYPE_CHECKING:
    from emsync_engine.video.arriving import FilmPart

_STANDS_FOR = 1.6
"""Intervals between pictures that one stands for: they come a little late, or not at all."""


@dataclass(frozen=True, eq=False)
class FilmView:
    """Pictures and sound of a film in miniature.

    Attributes
    ----------
    pictures : about one a second, upright
    times_s : (K,) seconds at which they stand, increasing
    peaks : (P, 2) minimum and maximum of the sound, ``peaks_per_s`` a second
    is_arriving : whether more is to come; what is missing is then shown as such
    apart_s : seconds between pictures that follow each other, once they have arrived
    """

    pictures: tuple[QImage, ...]
    times_s: tuple[float, ...]
    peaks: NDArray[np.float32]
    peaks_per_s: int
    is_arriving: bool = False
    apart_s: float = 1.0
    scaled: dict[tuple[int, int, int], QImage] = field(default_factory=dict, repr=False)
    """Pictures in the sizes that were shown last: key of the picture, width, height in pixels."""

    @cached_property
    def loudest(self) -> float:
        """Largest sample of the sound, 0 to 1."""
        return float(np.abs(self.peaks).max()) if len(self.peaks) else 0.0

    @cached_property
    def pyramid(self) -> list[NDArray[np.float32]]:
        """The peaks, and coarser ones for the zooms that need no more."""
        return pyramid_of(self.peaks)

    @property
    def aspect(self) -> float:
        """Width over height of a picture."""
        if not self.pictures or not self.pictures[0].height():
            return 16 / 9
        return self.pictures[0].width() / self.pictures[0].height()

    @property
    def sound_end_s(self) -> float:
        """Up to where the waveform is known."""
        return len(self.peaks) / self.peaks_per_s

    def number_at(self, time_s: float) -> int:
        """Number of the last picture at or before a time."""
        return max(bisect_right(self.times_s, time_s + 1e-6) - 1, 0)

    def number_in(self, start_s: float, end_s: float) -> int | None:
        """The picture to show for a stretch; None while none of it has arrived.

        It is the one that stands at its start, as it is once all have arrived, else one in its
        midst: so that a coarse set of pictures lies where they belong, each of them once.
        """
        number = self.number_at(start_s)
        if not self.pictures or not self.is_arriving:
            return number if self.pictures else None
        if -1e-6 <= start_s - self.times_s[number] <= _STANDS_FOR * self.apart_s:
            return number
        following = bisect_right(self.times_s, start_s)
        is_within = following < len(self.times_s) and self.times_s[following] < end_s
        return following if is_within else None

    def arrived(self) -> FilmView:
        """The same, with nothing more to come."""
        return replace(self, is_arriving=False)

    def with_part(self, part: FilmPart) -> FilmView:
        """The same, with what has come since."""
        return replace(
            self,
            **_with_pictures(self, part),
            peaks=_with_peaks(self.peaks, part.peaks, part.first_peak),
            is_arriving=True,
            apart_s=part.interval_s,
        )


EMPTY_FILM_VIEW = FilmView((), (), np.zeros((0, 2), np.float32), 100)
ARRIVING_FILM_VIEW = replace(EMPTY_FILM_VIEW, is_arriving=True)


def _with_pictures(film: FilmView, part: FilmPart) -> dict[str, object]:
    """Pictures in order of time; one that comes again takes the place of the first."""
    if not len(part.times_s):
        return {}
    known = dict(zip(film.times_s, film.pictures, strict=True))
    times = [round(float(time_s), 3) for time_s in part.times_s]
    known.update(zip(times, map(image_of_pixels, part.pictures), strict=True))
    ordered = sorted(known)
    return {"times_s": tuple(ordered), "pictures": tuple(known[one] for one in ordered)}


def _with_peaks(
    known: NDArray[np.float32], new: NDArray[np.float32], first: int
) -> NDArray[np.float32]:
    if not len(new):
        return known
    end = max(len(known), first + len(new))
    peaks = np.zeros((end, 2), np.float32)
    peaks[: len(known)] = known
    peaks[first : first + len(new)] = new
    return peaks


def image_of_pixels(pixels: NDArray[np.uint8]) -> QImage:
    """A picture from (h, w, 3) uint8 RGB."""
    height, width, _ = pixels.shape
    data = np.ascontiguousarray(pixels).tobytes()
    return QImage(data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def film_view_of(
    pictures: NDArray[np.uint8],
    times_s: Sequence[float] | NDArray[np.float64],
    peaks: NDArray[np.float32],
    peaks_per_s: int,
) -> FilmView:
    """A view from arrays: pictures (K, h, w, 3) uint8 RGB."""
    images = tuple(image_of_pixels(one) for one in pictures)
    return FilmView(images, tuple(float(t) for t in times_s), peaks, peaks_per_s)
