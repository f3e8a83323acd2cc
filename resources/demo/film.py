"""The demo film: its shots, and any picture of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from brush import Picture, ease, finish
from days import balloons, dawn, homecoming
from nights import aurora, embers, festival
from numpy.typing import NDArray
from storm import storm, wave_wall


@dataclass(frozen=True)
class Shot:
    """A shot's place in the film; it begins by a cut, a dissolve, or out of black."""

    name: str
    draw: Callable[[float], Picture]
    start_s: float
    end_s: float
    dissolve_s: float = 0.0  # at its start, into the shot before
    fade_in_s: float = 0.0
    fade_out_s: float = 0.0


FILM = (
    Shot("dawn", dawn, 0.0, 6.0),
    Shot("balloons", balloons, 6.0, 9.5),
    Shot("festival", festival, 9.5, 13.5),
    Shot("storm", storm, 13.5, 17.0),
    Shot("wave", wave_wall, 17.0, 20.5, fade_out_s=0.6),
    Shot("embers", embers, 20.5, 27.0, fade_in_s=0.8),
    Shot("aurora", aurora, 26.0, 31.0, dissolve_s=1.0),
    Shot("homecoming", homecoming, 31.0, 36.0, fade_out_s=1.2),
)

FRAME_RATE = 24
DURATION_S = FILM[-1].end_s


def picture_at(frame: int) -> NDArray[np.uint8]:
    """Picture number ``frame`` of the film, (H, W, 3) uint8 RGB."""
    time_s = frame / FRAME_RATE
    shown = [shot for shot in FILM if shot.start_s <= time_s < shot.end_s]
    picture = shown[0].draw(time_s - shown[0].start_s)
    for shot in shown[1:]:
        share = np.float32(ease((time_s - shot.start_s) / shot.dissolve_s))
        picture = picture + share * (shot.draw(time_s - shot.start_s) - picture)
    return finish(picture, light=min(_light(shot, time_s) for shot in shown))


def _light(shot: Shot, time_s: float) -> float:
    """1, or less while the shot comes out of black or goes into it."""
    light = 1.0
    if shot.fade_in_s:
        light = min(light, ease((time_s - shot.start_s) / shot.fade_in_s))
    if shot.fade_out_s:
        light = min(light, ease((shot.end_s - 1 / FRAME_RATE - time_s) / shot.fade_out_s))
    return light
