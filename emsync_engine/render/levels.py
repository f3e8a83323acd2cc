"""The music level of every segment, as gain over time on dry stems."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from emsync_engine.project.model import Timeline
from emsync_engine.render.fluidsynth import Stems
from emsync_engine.render.synthesizer import SAMPLE_RATE

FloatArray = NDArray[np.float32]

HIT_RAMP_S = 0.02
"""The level changes so long before a hit, and is there when its chord sounds."""

PLAIN_RAMP_S = 0.4
"""The same before any other boundary."""


def level_gains(timeline: Timeline, length: int, *, start: int = 0) -> FloatArray:
    """(length,) gains at 48 kHz from a sample on; between two levels they run straight in dB."""
    points = level_points(timeline)
    times_s, levels_db = zip(*points, strict=True)
    places = np.arange(start, start + length, dtype=np.float64) / SAMPLE_RATE
    gains: FloatArray = (10 ** (np.interp(places, times_s, levels_db) / 20)).astype(np.float32)
    return gains


def level_points(timeline: Timeline) -> list[tuple[float, float]]:
    """Seconds and dB between which the level runs straight, in order; a boundary's is there on it.

    Before a hit it changes within ``HIT_RAMP_S``, before others within ``PLAIN_RAMP_S``.
    """
    segments = timeline.segments
    points = [(0.0, segments[0].level_db)]
    hits = {hit.time for hit in timeline.hits}
    for before, after in pairwise(segments):
        at_s = float(after.start)
        ramp_s = HIT_RAMP_S if after.start in hits else PLAIN_RAMP_S
        ramp_s = min(ramp_s, float(before.end - before.start) / 2)
        points += [(at_s - ramp_s, before.level_db), (at_s, after.level_db)]
    return points


def levelled(stems: Stems, timeline: Timeline | None) -> Stems:
    """Stems (N, 2) as loud as the segments ask; the same ones where none asks for anything."""
    if timeline is None or not any(timeline.levels_db):
        return stems
    length = max((len(stem) for stem in stems.values()), default=0)
    gains = level_gains(timeline, length)[:, None]
    return {family: stem * gains[: len(stem)] for family, stem in stems.items()}
