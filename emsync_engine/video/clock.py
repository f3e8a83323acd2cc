"""When each picture is shown: exact times out of container timestamps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

_STANDARD_RATES = tuple(
    Fraction(rate)
    for rate in (
        *("12", "25/2", "15", "24000/1001", "24", "25", "30000/1001", "30", "48000/1001", "48"),
        *("50", "60000/1001", "60", "120000/1001", "100", "120"),
    )
)
_SNAP_TOLERANCE = Fraction(1, 4000)  # 24 and 23.976 differ by 1/1000


def standard_rate(rate: Fraction) -> Fraction:
    """The standard rate that a measured one stands for (2997/100 is 30000/1001), else itself."""
    nearest = min(_STANDARD_RATES, key=lambda standard: abs(standard - rate))
    return nearest if abs(nearest - rate) <= nearest * _SNAP_TOLERANCE else rate


def usable_rate(guessed: Fraction | None, average: Fraction | None) -> Fraction:
    """The rate to count frames in: the container's nominal one, or the mean where that is absurd.

    A file that states neither (a single picture, a raw stream) counts as 25 pictures a second.
    """
    for rate in (guessed, average):
        if rate is not None and Fraction(1, 10) <= rate <= 1000:
            return standard_rate(rate)
    return Fraction(25)


@dataclass(frozen=True, slots=True)
class PictureTimes:
    """Times of N pictures relative to the first, in units of ``time_base`` seconds."""

    pts: NDArray[np.int64]
    time_base: Fraction
    rate: Fraction
    duration: Fraction  # seconds, to the end of the last picture
    is_vfr: bool


def picture_times(
    pts: Sequence[int] | NDArray[np.int64],
    time_base: Fraction,
    rate: Fraction,
    *,
    last_duration: int = 0,
) -> PictureTimes:
    """Exact times of pictures from their container timestamps.

    Containers round: Matroska and WebM to the millisecond, so that frame 1 of 24 lies at 0.042.
    Where every timestamp lies within one tick (at most 2 ms) of a place on the grid of the frame
    rate, the grid is what was meant and the times become exact multiples of a frame; pictures may
    be missing from the grid, which is then a variable rate all the same. Elsewhere the timestamps
    are kept as they are.

    Parameters
    ----------
    pts : (N,) strictly increasing, in units of ``time_base`` seconds
    rate : pictures per second that the container claims
    last_duration : how long the last picture is shown, same unit; 0 if not known
    """
    ticks = np.asarray(pts, dtype=np.int64)
    ticks = ticks - ticks[0]
    for candidate in _candidate_rates(ticks, time_base, rate):
        grid = _on_grid(ticks, time_base, candidate)
        if grid is None:
            continue
        shown = max(1, round(last_duration * time_base * candidate))
        duration = (int(grid[-1]) + shown) / candidate
        has_holes = bool(np.any(np.diff(grid) != 1)) or shown > 1
        return PictureTimes(grid, 1 / candidate, candidate, duration, has_holes)
    shown_s = last_duration * time_base if last_duration > 0 else 1 / rate
    return PictureTimes(ticks, time_base, rate, int(ticks[-1]) * time_base + shown_s, True)


def _candidate_rates(
    ticks: NDArray[np.int64], time_base: Fraction, rate: Fraction
) -> tuple[Fraction, ...]:
    if len(ticks) < 2:
        return (rate,)
    mean = standard_rate((len(ticks) - 1) / (int(ticks[-1]) * time_base))
    return (rate,) if mean == rate else (rate, mean)


def _on_grid(
    ticks: NDArray[np.int64], time_base: Fraction, rate: Fraction
) -> NDArray[np.int64] | None:
    """Numbers of the frames that timestamps stand for, or None if they stand for none."""
    per_tick = time_base * rate  # frames per tick
    places = ticks.astype(np.float64) * float(per_tick)
    grid = np.rint(places).astype(np.int64)
    allowed = min(float(per_tick), 0.002 * float(rate), 0.2) * 1.001
    if per_tick.numerator == 1:
        allowed = 1e-6  # the grid lies on ticks: nothing was rounded
    on_grid = bool(np.all(np.abs(places - grid) <= allowed))
    return grid if on_grid and bool(np.all(np.diff(grid) > 0)) else None
