"""Light, colour and texture of the pictures, sampled once or a few times per step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emsync_engine.features.sequences import Feature, Film, FloatArray, StepGrid
from emsync_engine.monitor import Monitor
from emsync_engine.project.model import SceneCut

Picture = NDArray[np.uint8]  # (h, w, 3) RGB
Plane = NDArray[np.float32]  # (h, w)

_SAMPLES_PER_S = 2.0
_LAB_UNITS = np.array([100, 60, 60], dtype=np.float32)
_BAR_LEVEL = (
    24  # 8-bit level under which a row or column is black; video black with noise is 16..20
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture of the film, without its black bars, and the step it stands for."""

    step: int
    picture: Picture


def sampled_pictures(
    film: Film, grid: StepGrid, *, per_step: int | None = None
) -> Iterator[Sample]:
    """Pictures at two per second or so many per step, at least one, each read when its turn comes.

    The picture taken is the one on the screen at that time.
    """
    times_s = film.times_s()
    per_step = per_step or max(1, round(grid.step_s * _SAMPLES_PER_S))
    inside = (np.arange(per_step) + 0.5) / per_step - 0.5
    rows, columns = picture_area(film)
    for step, middle_s in enumerate(grid.middles_s):
        wanted_s = middle_s + inside * grid.step_s
        shown = np.searchsorted(times_s, wanted_s, side="right") - 1
        for index in np.unique(np.clip(shown, 0, len(times_s) - 1)):
            yield Sample(step, np.ascontiguousarray(film.frames[index][rows, columns]))


def picture_area(film: Film) -> tuple[slice, slice]:
    """Rows and columns that ever show something: the picture without letterbox or pillarbox bars.

    Judged on 48 pictures spread over the film. The whole picture where the film stays black, or
    where what is left would be under a quarter of the height or width (a small title).
    """
    spread = np.unique(np.linspace(0, len(film.frames) - 1, 48).astype(int))
    brightest = film.frames[spread[0]].max(axis=2)
    for index in spread[1:]:
        np.maximum(brightest, film.frames[index].max(axis=2), out=brightest)
    rows = _lit_span(np.percentile(brightest, 90, axis=1) > _BAR_LEVEL)
    columns = _lit_span(np.percentile(brightest, 90, axis=0) > _BAR_LEVEL)
    return rows, columns


def _lit_span(lit: NDArray[np.bool_]) -> slice:
    places = np.flatnonzero(lit)
    if len(places) == 0 or places[-1] + 1 - places[0] < max(2, len(lit) / 4):
        return slice(0, len(lit))
    return slice(int(places[0]), int(places[-1]) + 1)


@dataclass(frozen=True, slots=True)
class Colours:
    """Colour planes of one picture, each (h, w) float32.

    CIE Lab under D65: ``lightness`` 0..1 (L*/100), ``red_green`` and ``blue_yellow`` are a*/60 and
    b*/60, ``chroma`` their length. HSV: ``hue`` in radians, ``saturation`` and ``value`` 0..1.
    """

    lightness: Plane
    red_green: Plane
    blue_yellow: Plane
    chroma: Plane
    hue: Plane
    saturation: Plane
    value: Plane


def colours(picture: Picture) -> Colours:
    """Take an RGB picture apart into planes of lightness and colour."""
    import cv2

    rgb = picture.astype(np.float32) / np.float32(255)
    lab = as_plane(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)) / _LAB_UNITS
    hsv = as_plane(cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV))
    red_green, blue_yellow = lab[..., 1], lab[..., 2]
    return Colours(
        lightness=lab[..., 0],
        red_green=red_green,
        blue_yellow=blue_yellow,
        chroma=np.hypot(red_green, blue_yellow),
        hue=np.deg2rad(hsv[..., 0]),
        saturation=hsv[..., 1],
        value=hsv[..., 2],
    )


def colourfulness(picture: Picture) -> float:
    """Colourfulness of Hasler and Suesstrunk (2003), on components in 0..1."""
    red, green, blue = np.moveaxis(picture.astype(np.float32) / np.float32(255), 2, 0)
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    spread = float(np.hypot(red_green.std(), yellow_blue.std()))
    return spread + 0.3 * float(np.hypot(red_green.mean(), yellow_blue.mean()))


def gradient(plane: Plane) -> tuple[Plane, Plane]:
    """Horizontal and vertical slope per pixel, by Sobel's operator over four."""
    import cv2

    across = as_plane(cv2.Sobel(plane, cv2.CV_32F, 1, 0, scale=0.25))
    down = as_plane(cv2.Sobel(plane, cv2.CV_32F, 0, 1, scale=0.25))
    return across, down


def as_plane(pixels: ArrayLike) -> Plane:
    """Pixels that OpenCV has made, as float32."""
    return np.asarray(pixels, dtype=np.float32)


class PictureFeatures:
    """Light, colour and texture per step."""

    features = (
        Feature("lightness", "0..1", "mean lightness (L* / 100)"),
        Feature("contrast", "0..1", "standard deviation of lightness"),
        Feature("value", "0..1", "mean brightness (V of HSV)"),
        Feature("saturation", "0..1", "mean saturation (S of HSV)"),
        Feature("warmth", "-1..1", "balance of reddish-yellow against blue, by chroma"),
        Feature("hue_spread", "0..1", "0 one hue, 1 hues all round the circle"),
        Feature("colourfulness", "0..1", "Hasler and Suesstrunk (2003)"),
        Feature("edge_energy", "1/pixel", "mean slope of lightness"),
        Feature("dark_share", "0..1", "share of pixels with lightness under 0.15"),
        Feature("bright_share", "0..1", "share of pixels with lightness over 0.9"),
    )

    def extract(
        self, film: Film, cuts: tuple[SceneCut, ...], grid: StepGrid, monitor: Monitor
    ) -> dict[str, FloatArray]:
        """Mean over the sampled pictures of each step."""
        total = np.zeros((grid.count, len(self.features)))
        number = np.zeros((grid.count, 1))
        for sample in sampled_pictures(film, grid):
            monitor.advance("picture", sample.step, grid.count)
            total[sample.step] += measure_picture(sample.picture)
            number[sample.step] += 1
        means = total / number  # every step has at least one picture
        return {feature.name: means[:, i] for i, feature in enumerate(self.features)}


def measure_picture(picture: Picture) -> FloatArray:
    """(10,) the features of one picture, in the order of ``PictureFeatures.features``."""
    planes = colours(picture)
    across, down = gradient(planes.lightness)
    weight = planes.saturation * planes.value
    mass = float(weight.sum()) + 1e-6
    centre = abs(complex((weight * np.exp(1j * planes.hue)).sum())) / mass
    warm = planes.red_green * np.float32(np.cos(np.pi / 4)) + planes.blue_yellow * np.float32(
        np.sin(np.pi / 4)
    )
    return np.array(
        [
            planes.lightness.mean(),
            planes.lightness.std(),
            planes.value.mean(),
            planes.saturation.mean(),
            warm.mean(),
            1 - centre if mass > 1e-3 * weight.size else 0.0,
            colourfulness(picture),
            np.hypot(across, down).mean(),
            (planes.lightness < 0.15).mean(),
            (planes.lightness > 0.9).mean(),
        ],
        dtype=np.float64,
    )
