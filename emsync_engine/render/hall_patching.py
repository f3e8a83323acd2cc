"""Played stems brought into the hall, to their levels and to their fade where something changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from emsync_engine.project.model import Timeline
from emsync_engine.project.notes import Family
from emsync_engine.render.breath import draw_back
from emsync_engine.render.fluidsynth import PlayedPart
from emsync_engine.render.levels import level_gains, level_points
from emsync_engine.render.mixing import REVERB_SENDS, Fade, with_hall
from emsync_engine.render.reverb import RESPONSE_S, reverberated
from emsync_engine.render.spans import Changed, joined
from emsync_engine.render.synthesizer import SAMPLE_RATE

FloatArray = NDArray[np.float32]

_RESPONSE = round(RESPONSE_S * SAMPLE_RATE)


@dataclass(slots=True, eq=False)
class HeardStem:
    """One family: what it plays, (N, 2) samples as played, and the same as it is heard."""

    part: PlayedPart
    dry: FloatArray
    wet: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What becomes of all stems alike: the levels of the segments, the hall's start, the fade.

    ``seam`` is how what is played ends in a loop; None where it is none.
    """

    timeline: Timeline | None  # None where no segment asks for a level
    seam: Fade | None
    fade: Fade

    @property
    def is_loop(self) -> bool:
        return self.seam is not None

    def gains(self, start: int, end: int) -> FloatArray | None:
        """(n, 1) gains of the segments for samples [start, end); None where none is asked for."""
        if self.timeline is None:
            return None
        return level_gains(self.timeline, end - start, start=start)[:, None]

    def differences(self, before: Shape, length: int) -> list[Changed]:
        """Where stems sound otherwise now, whatever they play."""
        changed = [
            Changed(max(round(start_s * SAMPLE_RATE) - 1, 0), round(end_s * SAMPLE_RATE) + 1)
            for start_s, end_s in _differing_levels(self.timeline, before.timeline, length)
        ]
        if self.is_loop != before.is_loop:
            seam = self.seam or before.seam
            changed += [Changed(0, _RESPONSE), Changed(seam.first if seam else 0, length)]
        if self.fade.first != before.fade.first or len(self.fade.gains) != len(before.fade.gains):
            changed.append(Changed(min(self.fade.first, before.fade.first), length))
        return [Changed(one.start, min(one.end, length)) for one in changed if one.start < length]


def _differing_levels(
    one: Timeline | None, other: Timeline | None, length: int
) -> list[tuple[float, float]]:
    """Stretches in seconds over which the levels of two timelines are not the same."""
    points = [level_points(timeline) if timeline else [(0.0, 0.0)] for timeline in (one, other)]
    if points[0] == points[1]:
        return []
    ends_s = sorted({time_s for curve in points for time_s, _ in curve} | {length / SAMPLE_RATE})
    levels = [
        np.interp(ends_s, [time_s for time_s, _ in curve], [level for _, level in curve])
        for curve in points
    ]
    differs = levels[0] != levels[1]
    return [
        (start_s, end_s)
        for number, (start_s, end_s) in enumerate(pairwise(ends_s))
        if differs[number] or differs[number + 1]
    ]


def into_hall(
    family: Family, stem: HeardStem, changed: Sequence[Changed], shape: Shape
) -> list[Changed]:
    """Bring a stem as it is heard to what was played; which samples of it are new."""
    length = len(stem.dry)
    if any(one.start == 0 and one.end == length for one in changed):
        played = _played(stem, 0, length, shape)
        stem.wet[:] = with_hall(family, played, is_loop=shape.is_loop)
        shape.fade.apply(stem.wet)
        return [Changed(0, length)]
    spans = _with_tails(changed, length, is_loop=shape.is_loop)
    send = np.float32(REVERB_SENDS[family])
    for span in spans:
        played = _played(stem, span.start - _RESPONSE, span.end, shape)
        heard = (played + send * reverberated(played))[_RESPONSE:]
        shape.fade.apply(heard, span.start)
        stem.wet[span.start : span.end] = heard
    return spans


def add_up(total: FloatArray, stems: Mapping[Family, HeardStem], spans: Iterable[Changed]) -> None:
    """Let the mix be the sum of its stems, where they changed."""
    for span in spans:
        total[span.start : span.end] = 0.0
        for stem in stems.values():
            total[span.start : span.end] += stem.wet[span.start : span.end]


def _with_tails(changed: Sequence[Changed], length: int, *, is_loop: bool) -> list[Changed]:
    """Stretches that differ in the hall: what changed and what it leaves there, joined."""
    spans = [Changed(one.start, min(one.end + _RESPONSE, length)) for one in changed]
    if is_loop:  # what is beyond the end is heard at the start
        over = max((one.end + _RESPONSE - length for one in changed), default=0)
        spans += [Changed(0, min(over, length))] if over > 0 else []
    return joined(spans, _RESPONSE)


def _played(stem: HeardStem, first: int, last: int, shape: Shape) -> FloatArray:
    """(last - first, 2) samples as the hall gets them: drawn back, and at the segments' levels.

    Before the film there is silence, or in a loop its end.
    """
    length = len(stem.dry)
    start = max(first, 0)
    samples = np.zeros((last - first, 2), np.float32)
    samples[start - first :] = stem.dry[start:last]
    if shape.seam is not None:
        shape.seam.apply(samples[start - first :], start)
    draw_back(samples, [hit_s - first / SAMPLE_RATE for hit_s in stem.part.breaths_s])
    gains = shape.gains(start, last)
    if gains is not None:
        samples[start - first :] *= gains
    if first < 0 and shape.is_loop:
        places = np.arange(first, 0)
        wanted = places % length
        whole = _played(stem, int(wanted.min()), int(wanted.max()) + 1, shape)
        samples[: start - first] = whole[wanted - wanted.min()]
    return samples
