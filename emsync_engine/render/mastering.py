"""The level of a finished mix: a loudness that was asked for, under a limit on its true peak.

Measured first, then set by one gain for the whole of it. Peaks that would pass the limit are turned
down by the limiter, and what that takes from the loudness is given back by a second look. Where the
limiter would have to work too hard, the level stays lower instead.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.render.limiter import LARGEST_DB, Limiting, limiting
from emsync_engine.render.loudness import CHUNK, Loudness
from emsync_engine.render.reading import Reading

TARGET_LUFS = -14.0
CEILING_DBTP = -1.0

_PEAK_MARGIN_DB = 0.1
"""For rounding, for meters that interpolate otherwise, and for the curve between two blocks."""

_CLOSE_LU = 0.05
_MOST_ROUNDS = 5
_MOST_GIVEN_BACK_DB = 4.0
_HALVINGS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Mastering:
    """What is done to a mix, and what a meter shows before and after.

    Every stem gets the same ``gain_db`` and the same ``limiting``, so that they still add up.
    ``target_lufs`` is None where only the peaks were to be kept under ``ceiling_dbtp``.
    """

    gain_db: float
    limiting: Limiting
    before: Loudness
    after: Loudness
    true_peak_dbtp: float
    target_lufs: float | None
    ceiling_dbtp: float

    @property
    def is_met(self) -> bool:
        """Whether the loudness that was asked for is reached."""
        if self.target_lufs is None:
            return True
        return abs(self.after.integrated_lufs - self.target_lufs) <= 0.3

    def applied(self, samples: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
        """(n, C) pieces of 10 s of the mix or of one of its stems, (N, C), as they are to sound."""
        return (
            self.piece(samples, start, start + CHUNK) for start in range(0, len(samples), CHUNK)
        )

    def piece(self, samples: NDArray[np.float32], start: int, end: int) -> NDArray[np.float32]:
        """Samples [start, end) of (N, C) as they are to sound; a new array."""
        return self.limiting.piece(samples, start, end, 10 ** (self.gain_db / 20))

    def sentence(self, what: str) -> str:
        """What was reached, and how hard the limiter worked, of ``what`` ("The music")."""
        loudness = self.after.integrated_lufs
        if math.isinf(self.true_peak_dbtp):
            return f"{what} is silent."
        if math.isinf(self.before.integrated_lufs):
            return f"{what} is too quiet to be measured; its level is unchanged."
        said = f"{what} is at {loudness:.1f} LUFS"
        if not self.is_met:
            said += (
                f" instead of {self.target_lufs:.1f}, because its peaks would have to be limited "
                f"by more than {LARGEST_DB:g} dB for long"
            )
        said += f", true peak {self.true_peak_dbtp:.1f} dBTP"
        if self.limiting.largest_db < 0.05:
            return f"{said}."
        return (
            f"{said}; its peaks were limited by {self.limiting.largest_db:.1f} dB at most, "
            f"in {_percent(self.limiting.share)} of the time."
        )


@dataclass(frozen=True, slots=True, eq=False)
class AtLevel:
    """(N, C) samples as they are to sound, made piece by piece where they are asked for."""

    samples: NDArray[np.float32]
    mastering: Mastering

    @property
    def shape(self) -> tuple[int, ...]:
        return self.samples.shape

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, place: slice) -> NDArray[np.float32]:
        """Samples from ``place.start`` to ``place.stop``; a new array."""
        return self.mastering.piece(self.samples, *place.indices(len(self.samples))[:2])


def mastered(
    samples: NDArray[np.float32],
    *,
    target_lufs: float | None = TARGET_LUFS,
    ceiling_dbtp: float = CEILING_DBTP,
    reported_as: tuple[str, float, float] | None = None,
    monitor: Monitor = SILENT,
) -> Mastering:
    """Find the gain and the limiting that bring (N, C) samples to a loudness under a true peak.

    Without a target the gain stays 0 dB, unless the limiter would have to work too hard.
    ``reported_as`` is the stage, and the place in it, that the monitor hears of; a stage of its own
    (``level``) if None.
    """
    return mastered_by(
        Reading.of(samples),
        target_lufs=target_lufs,
        ceiling_dbtp=ceiling_dbtp,
        reported_as=reported_as,
        monitor=monitor,
    )


def mastered_by(
    reading: Reading,
    *,
    target_lufs: float | None = TARGET_LUFS,
    ceiling_dbtp: float = CEILING_DBTP,
    reported_as: tuple[str, float, float] | None = None,
    monitor: Monitor = SILENT,
) -> Mastering:
    """The same of what has been read: only what the limiter works on is listened to again."""
    before = reading.loudness
    loudness = before.integrated_lufs
    wanted = 0.0 if target_lufs is None or math.isinf(loudness) else target_lufs - loudness
    ceiling = ceiling_dbtp - _PEAK_MARGIN_DB
    more = 0.0 if target_lufs is None else _MOST_GIVEN_BACK_DB
    peaks = reading.peaks_db(floor_db=ceiling - wanted - more)
    after, gain = before, wanted
    curve = limiting(peaks, ceiling - gain)
    for number in range(_MOST_ROUNDS):
        monitor.advance(*(reported_as or ("level", number, _MOST_ROUNDS)))
        if not curve.is_bearable:
            gain = _bearable_gain(peaks, ceiling, gain)
            curve = limiting(peaks, ceiling - gain)
            after = _after(reading, before, curve, gain)
            break
        after = _after(reading, before, curve, gain)
        missing = 0.0 if target_lufs is None else target_lufs - after.integrated_lufs
        if not _CLOSE_LU < abs(missing) < math.inf or curve.largest_db == 0:
            break
        given = min(gain + missing, wanted + _MOST_GIVEN_BACK_DB)
        if given == gain:
            break
        gain, curve = given, limiting(peaks, ceiling - given)
    monitor.advance(*(reported_as or ("level", _MOST_ROUNDS, _MOST_ROUNDS)))
    peak = reading.limited_peak_dbtp(curve, gain)
    return Mastering(gain, curve, before, after, peak, target_lufs, ceiling_dbtp)


def _after(reading: Reading, before: Loudness, curve: Limiting, gain_db: float) -> Loudness:
    """What a meter shows afterwards; read again only where something was limited."""
    if curve.largest_db > 0:
        return reading.limited_loudness(curve, gain_db)
    return replace(
        before,
        integrated_lufs=before.integrated_lufs + gain_db,
        momentary_lufs=before.momentary_lufs + gain_db,
        short_term_lufs=before.short_term_lufs + gain_db,
    )


def _bearable_gain(peaks: NDArray[np.float64], ceiling: float, too_much: float) -> float:
    """The highest gain, in dB, at which the limiter need not work too hard."""
    low, high = ceiling - float(peaks.max()), too_much
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if limiting(peaks, ceiling - middle).is_bearable:
            low = middle
        else:
            high = middle
    return low


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= 0.001 else "less than 0.1 %"
