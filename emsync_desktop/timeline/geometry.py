"""Time to pixels and back, rows, hit testing and snapping: plain functions, no Qt."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

from emsync_desktop.film_clock import FilmClock
from emsync_desktop.timeline.columns import Columns
from emsync_engine.timing import FrameRate

GRIP_PX = 6.0
"""How near the pointer must be to a boundary to take it."""
SNAP_PX = 7.0
MOST_PX_PER_FRAME = 24.0
MAJOR_TICK_PX = 118.0


@dataclass(frozen=True, slots=True)
class TimeScale:
    """Which stretch of the film fills the view, and how wide a second is.

    ``origin_px`` is where the film's start stands when nothing is scrolled; ``start_s`` is the time
    that stands there now; ``width_px`` is the room for time, from the origin on.
    """

    duration_s: float
    width_px: float
    px_per_s: float
    origin_px: float = 0.0
    start_s: float = 0.0

    @classmethod
    def fitted(cls, duration_s: float, width_px: float, origin_px: float = 0.0) -> TimeScale:
        """The whole film in the view."""
        width_px = max(width_px, 1.0)
        return cls(duration_s, width_px, width_px / max(duration_s, 1e-6), origin_px)

    @property
    def end_s(self) -> float:
        """Time at the right edge."""
        return self.start_s + self.width_px / self.px_per_s

    @property
    def is_fitted(self) -> bool:
        return self.duration_s * self.px_per_s <= self.width_px * (1 + 1e-9)

    def x_of(self, time_s: float) -> float:
        return self.origin_px + (time_s - self.start_s) * self.px_per_s

    def time_at(self, x: float) -> float:
        return self.start_s + (x - self.origin_px) / self.px_per_s

    def scrolled_to(self, start_s: float) -> TimeScale:
        """Another start, kept so that the film fills the view."""
        latest = max(0.0, self.duration_s - self.width_px / self.px_per_s)
        return replace(self, start_s=min(max(start_s, 0.0), latest))

    def zoomed(self, factor: float, x: float, rate: FrameRate) -> TimeScale:
        """Wider or narrower seconds; the time under ``x`` stays under ``x``."""
        least = self.width_px / max(self.duration_s, 1e-6)
        most = max(MOST_PX_PER_FRAME * float(rate.ratio), least)
        px_per_s = min(max(self.px_per_s * factor, least), most)
        held_s = self.time_at(x)
        wider = replace(self, px_per_s=px_per_s)
        return wider.scrolled_to(held_s - (x - self.origin_px) / px_per_s)

    def resized(self, width_px: float) -> TimeScale:
        """Another width: a fitted view stays fitted, another keeps its zoom."""
        if self.is_fitted:
            return TimeScale.fitted(self.duration_s, width_px, self.origin_px)
        least = width_px / max(self.duration_s, 1e-6)
        wider = replace(self, width_px=width_px, px_per_s=max(self.px_per_s, least))
        return wider.scrolled_to(self.start_s)

    def spanning(self, start_s: float, end_s: float, rate: FrameRate) -> TimeScale:
        """A stretch of time in the view, with a little room on both sides."""
        width_s = max((end_s - start_s) * 1.08, 1e-3)
        wider = self.zoomed(self.width_px / width_s / self.px_per_s, self.origin_px, rate)
        shown_s = wider.width_px / wider.px_per_s
        return wider.scrolled_to((start_s + end_s - shown_s) / 2)

    def aligned(self, ratio: float) -> TimeScale:
        """The nearest scale whose start and origin lie on device pixels: what is painted."""
        per_s = self.px_per_s * ratio
        return replace(
            self,
            origin_px=round(self.origin_px * ratio) / ratio,
            start_s=round(self.start_s * per_s) / per_s,
        )

    def columns(self, ratio: float) -> Columns:
        """The device pixels that a view of this scale, aligned, has for time."""
        per_s = self.px_per_s * ratio
        return Columns(round(self.start_s * per_s), ceil(self.width_px * ratio), per_s, ratio)

    def showing(self, time_s: float) -> TimeScale:
        """Scrolled by the least that brings a time into view."""
        margin_s = min(40.0, self.width_px / 8) / self.px_per_s
        if time_s < self.start_s:
            return self.scrolled_to(time_s - margin_s)
        if time_s > self.end_s:
            return self.scrolled_to(time_s + margin_s - self.width_px / self.px_per_s)
        return self


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the ruler; minor ones have no label."""

    x: float
    label: str


def ruler_ticks(scale: TimeScale, clock: FilmClock) -> list[Tick]:
    """Marks at whole frames, seconds or minutes, as dense as the labels allow."""
    rate = clock.rate
    step = _major_step(scale, rate)
    minor = _minor_step(step, rate)
    first = max(0, rate.frame_at(Fraction(scale.start_s)) // step * step)
    last = rate.frame_at(Fraction(min(scale.end_s, scale.duration_s)))
    above, below = rate.ratio.as_integer_ratio()
    return [
        Tick(scale.x_of(frame * below / above), clock.name(frame) if frame % step == 0 else "")
        for frame in range(first, last + 1, minor)
    ]


def _major_step(scale: TimeScale, rate: FrameRate) -> int:
    """Frames between two labels."""
    second = rate.nominal
    steps = [1, 2, 5, 10, max(1, second // 2)]
    steps += [second * n for n in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)]
    px_per_frame = scale.px_per_s / float(rate.ratio)
    return next((n for n in sorted(set(steps)) if n * px_per_frame >= MAJOR_TICK_PX), steps[-1])


def _minor_step(major: int, rate: FrameRate) -> int:
    """Frames between two marks: a fifth or a half of the labelled step where that is whole."""
    if major >= rate.nominal * 5 and major % (rate.nominal * 5) == 0:
        return major // 5
    return next((major // n for n in (5, 4, 2) if major % n == 0), major)


def nearest_index(times_s: Sequence[float], time_s: float, reach_s: float) -> int | None:
    """Index of the time nearest to another, within reach; None if there is none. Logarithmic."""
    at = bisect_left(times_s, time_s)
    around = [i for i in (at - 1, at) if 0 <= i < len(times_s)]
    best = min(around, key=lambda i: abs(times_s[i] - time_s), default=None)
    return best if best is not None and abs(times_s[best] - time_s) <= reach_s else None


def snapped(
    time_s: float,
    rate: FrameRate,
    room: tuple[Fraction, Fraction],
    *,
    magnets: Sequence[Fraction] = (),
    reach_s: float = 0.0,
) -> Fraction:
    """Where a boundary dragged to a time comes to lie, exactly.

    It lies on a frame's start, on the nearest magnet (playhead, scene cut) within ``reach_s``
    first, and at least one frame inside its room. Where the room holds no whole frame, halfway.
    """
    low, high = room
    pulled = min(magnets, key=lambda one: abs(float(one) - time_s), default=None)
    if pulled is not None and abs(float(pulled) - time_s) <= reach_s and low < pulled < high:
        return pulled
    first = rate.frame_at(low) + 1
    last = -rate.frame_at(-high) - 1
    if first > last:
        return (low + high) / 2
    frame = rate.nearest_frame(Fraction(time_s))
    return rate.time_of(min(max(frame, first), last))


def unsnapped(time_s: float, rate: FrameRate, room: tuple[Fraction, Fraction]) -> Fraction:
    """Where a boundary lies that nothing pulls: to the millisecond, a frame inside its room."""
    first, last = room[0] + 1 / rate.ratio, room[1] - 1 / rate.ratio
    if first > last:
        return (room[0] + room[1]) / 2
    return min(max(Fraction(round(time_s * 1000), 1000), first), last)


@dataclass(frozen=True, slots=True)
class Row:
    """A horizontal lane of the timeline, in pixels from the top."""

    name: str
    top: float
    height: float

    @property
    def bottom(self) -> float:
        return self.top + self.height


ROW_HEIGHTS = {
    "ruler": 26.0,
    "picture": 46.0,
    "segments": 34.0,
    "emotion": 46.0,
    "original": 36.0,
    "hits": 26.0,
}
FAMILY_HEIGHT = 27.0
GAP_PX = 4.0
LEAST_FAMILY_HEIGHT, MOST_FOR_FAMILY = 16.0, 22.0
_CAN_GIVE = {"picture": 18.0, "segments": 6.0, "emotion": 14.0, "original": 14.0}
"""How much lower a lane may be where there is little room."""
_SPARE_TO = {"picture": 18.0, "segments": 10.0, "emotion": 36.0, "original": 44.0}


def rows(families: Sequence[str], height_px: float) -> list[Row]:
    """Lanes from top to bottom, on whole pixels.

    Room that is left over goes to the families first, then to picture and sound; where there is too
    little, every lane is lower.
    """
    names = ["ruler", "picture", "segments", "emotion", "original", *families, "hits"]
    heights = [ROW_HEIGHTS.get(name, FAMILY_HEIGHT) for name in names]
    spare = height_px - sum(heights) - GAP_PX * (len(names) + 1)
    if spare < 0:  # every lane gives as much of what it can as the others
        of_family = FAMILY_HEIGHT - LEAST_FAMILY_HEIGHT
        gives = [of_family if name in families else _CAN_GIVE.get(name, 0.0) for name in names]
        share = min(-spare / sum(gives), 1.0)
        heights = [h - share * give for h, give in zip(heights, gives, strict=True)]
    else:  # the families first
        more = min(spare / len(families), MOST_FOR_FAMILY) if families else 0.0
        share = min((spare - more * len(families)) / sum(_SPARE_TO.values()), 1.0)
        heights = [
            h + (more if name in families else share * _SPARE_TO.get(name, 0.0))
            for name, h in zip(names, heights, strict=True)
        ]
    placed: list[Row] = []
    top = GAP_PX
    for name, height in zip(names, map(floor, heights), strict=True):
        placed.append(Row(name, top, float(height)))
        top += height + GAP_PX
    return placed


def least_height(families: Sequence[str]) -> float:
    """How much room the lanes need at least, in pixels, for none of them to be cut off."""
    names = ["ruler", "picture", "segments", "emotion", "original", "hits"]
    fixed = sum(ROW_HEIGHTS[name] - _CAN_GIVE.get(name, 0.0) for name in names)
    count = len(names) + len(families)
    return fixed + len(families) * LEAST_FAMILY_HEIGHT + GAP_PX * (count + 1)


def row_at(lanes: Sequence[Row], y: float) -> str | None:
    """Name of the lane at a height, or None in a gap."""
    return next((row.name for row in lanes if row.top <= y < row.bottom), None)


def pitch_range(pitches: Sequence[int]) -> tuple[int, int]:
    """Lowest and highest pitch that a lane shows: at least an octave, so that few notes fit."""
    low, high = min(pitches, default=60), max(pitches, default=60)
    missing = max(0, 12 - (high - low))
    return low - missing // 2, high + missing - missing // 2
