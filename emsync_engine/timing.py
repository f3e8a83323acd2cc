"""Exact time: rational seconds, frame rates, and timecode as a view of them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

_DROP_FRAME_RATES = (Fraction(30000, 1001), Fraction(60000, 1001))


@dataclass(frozen=True, slots=True)
class FrameRate:
    """Pictures per second as an exact ratio, such as 24000/1001."""

    ratio: Fraction

    def __post_init__(self) -> None:
        if self.ratio <= 0:
            raise ValueError(f"a frame rate must be positive, not {self.ratio}")

    @classmethod
    def parse(cls, text: str) -> FrameRate:
        """Read ``"24000/1001"`` or ``"25"``; ValueError if it is neither."""
        return cls(Fraction(text))

    def __str__(self) -> str:
        return f"{self.ratio.numerator}/{self.ratio.denominator}"

    @property
    def nominal(self) -> int:
        """Frames that one second of timecode counts (30 for 29.97)."""
        return max(1, round(self.ratio))

    @property
    def allows_drop_frame(self) -> bool:
        return self.ratio in _DROP_FRAME_RATES

    def time_of(self, frame: int) -> Fraction:
        """Time at which a frame starts, in seconds."""
        return frame / self.ratio

    def frame_at(self, time: Fraction) -> int:
        """Frame that is shown at a time: the last one that has started."""
        return (time * self.ratio).__floor__()

    def nearest_frame(self, time: Fraction) -> int:
        """Frame whose start lies nearest to a time."""
        return (time * self.ratio + Fraction(1, 2)).__floor__()


def timecode(frame: int, rate: FrameRate, *, drop_frame: bool = False) -> str:
    """Name of a frame as ``HH:MM:SS:FF``, with ``;`` before the frames for drop-frame.

    Drop-frame (SMPTE 12M) leaves out the first 2 (29.97) or 4 (59.94) numbers of every minute that
    is not a multiple of ten; no picture is dropped. ValueError for other rates.
    """
    nominal = rate.nominal
    if drop_frame:
        if not rate.allows_drop_frame:
            raise ValueError(f"drop-frame timecode is defined for 29.97 and 59.94 only, not {rate}")
        dropped = nominal // 15
        per_minute = nominal * 60 - dropped
        per_ten_minutes = per_minute * 10 + dropped
        tens, rest = divmod(frame, per_ten_minutes)
        frame += dropped * 9 * tens
        if rest >= dropped:
            frame += dropped * ((rest - dropped) // per_minute)
    seconds, frames = divmod(frame, nominal)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    separator = ";" if drop_frame else ":"
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{separator}{frames:02d}"


def frame_of_timecode(text: str, rate: FrameRate) -> int:
    """Frame number that a timecode names; a ``;`` or ``.`` before the frames means drop-frame.

    ValueError for a text that is no timecode, or names a number that drop-frame leaves out.
    """
    drop_frame = ";" in text or "." in text
    fields = text.replace(";", ":").replace(".", ":").split(":")
    if len(fields) != 4 or not all(field.isdigit() for field in fields):
        raise ValueError(f"{text!r} is not a timecode such as 00:01:23:04")
    hours, minutes, seconds, frames = (int(field) for field in fields)
    nominal = rate.nominal
    if minutes > 59 or seconds > 59 or frames >= nominal:
        raise ValueError(f"{text!r} is not a timecode at {rate} frames per second")
    number = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames
    if not drop_frame:
        return number
    dropped = nominal // 15
    if seconds == 0 and frames < dropped and minutes % 10 != 0:
        raise ValueError(f"{text!r} is one of the numbers that drop-frame timecode leaves out")
    total_minutes = hours * 60 + minutes
    return number - dropped * (total_minutes - total_minutes // 10)
