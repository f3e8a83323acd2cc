"""Valence and arousal along a film: a picture or a few of every shot, read by the picture model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emsync_engine.emotion.picture_model import PictureModel
from emsync_engine.features.picture import Picture, picture_area
from emsync_engine.features.sequences import Film, StepGrid
from emsync_engine.monitor import Monitor
from emsync_engine.project.model import SceneCut

FloatArray = NDArray[np.float64]

READINGS = ("picture_valence", "picture_arousal", "valence_doubt", "arousal_doubt")
STAGE = "emotion"
_READ_EVERY_S = 4.0  # a shot of up to so long is read once
_BATCH = 16


@dataclass(frozen=True, slots=True)
class ShotPicture:
    """One picture of a film that is read, and the number of its shot."""

    time_s: float
    shot: int
    picture: Picture


def picture_readings(
    film: Film,
    cuts: Sequence[SceneCut],
    grid: StepGrid,
    model: PictureModel,
    *,
    monitor: Monitor,
) -> dict[str, FloatArray]:
    """(steps,) standardised readings by name of ``READINGS``.

    What is read of a picture holds for its shot, up to the middle between it and the next.
    """
    edges_s = _shot_edges_s(film, cuts)
    read: list[FloatArray] = []
    batch: list[Picture] = []
    places: list[tuple[int, float]] = []
    for one in shot_pictures(film, edges_s):
        monitor.advance(STAGE, one.time_s, float(film.info.duration))
        places.append((one.shot, one.time_s))
        batch.append(one.picture)
        if len(batch) == _BATCH:
            read.append(model.read(batch))
            batch = []
    if batch:
        read.append(model.read(batch))
    nearest = _nearest(np.array(places), edges_s, grid.middles_s)
    told = np.concatenate(read)[nearest]
    return {name: told[:, column] for column, name in enumerate(READINGS)}


def _shot_edges_s(film: Film, cuts: Sequence[SceneCut]) -> FloatArray:
    """(S + 1,) where shots begin, and the end of the film; strictly increasing."""
    end_s = float(film.info.duration)
    inside = {float(cut.time) for cut in cuts if 0 < cut.time < film.info.duration}
    return np.array([0.0, *sorted(inside), max(end_s, 1e-3)])


def shot_pictures(film: Film, edges_s: FloatArray) -> Iterator[ShotPicture]:
    """Pictures from all over each shot, without black bars, in order of time.

    Those kept of every second show more than the small ones, which stand in for them in shots
    that hold none.
    """
    rows, columns = picture_area(film)
    large = _scaled_area(rows, columns, film.frames.shape[1:3], film.stills.shape[1:3])
    times_s, still_times_s = film.times_s(), film.still_times_s
    for shot in range(len(edges_s) - 1):
        start_s, end_s = edges_s[shot], edges_s[shot + 1]
        parts = max(1, round((end_s - start_s) / _READ_EVERY_S))
        wanted_s = start_s + (np.arange(parts) + 0.5) / parts * (end_s - start_s)
        first, last = np.searchsorted(still_times_s, (start_s - 1e-6, end_s - 1e-6))
        if first == last:
            at = max(0, int(np.searchsorted(times_s, wanted_s[0], side="right")) - 1)
            picture = film.frames[at][rows, columns]
            yield ShotPicture(float(wanted_s[0]), shot, np.ascontiguousarray(picture))
            continue
        inside = still_times_s[first:last]
        for at in np.unique(np.abs(inside[:, None] - wanted_s).argmin(axis=0)):
            picture = film.stills[first + at][large]
            yield ShotPicture(float(inside[at]), shot, np.ascontiguousarray(picture))


def _scaled_area(
    rows: slice, columns: slice, small: tuple[int, ...], large: tuple[int, ...]
) -> tuple[slice, slice]:
    """The part of a small picture's rows and columns, in a larger one; rims are left out."""
    scaled = [
        slice(-(-part.start * new // old), max(part.stop * new // old, 1))
        for part, old, new in zip((rows, columns), small, large, strict=True)
    ]
    return scaled[0], scaled[1]


def _nearest(places: FloatArray, edges_s: FloatArray, times_s: FloatArray) -> NDArray[np.intp]:
    """(T,) for each time the picture nearest to it among those of its shot.

    ``places`` (P, 2) are shot and time of each picture.
    """
    shot = np.clip(np.searchsorted(edges_s, times_s, side="right") - 1, 0, len(edges_s) - 2)
    found = np.empty(len(times_s), np.intp)
    for step, (number, time_s) in enumerate(zip(shot, times_s, strict=True)):
        first, last = np.searchsorted(places[:, 0], (number, number + 1))
        found[step] = first + np.abs(places[first:last, 1] - time_s).argmin()
    return found
