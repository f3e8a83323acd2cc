"""How the film's times are named: timecode from the source's own start."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from emsync_engine.timing import FrameRate, frame_of_timecode, timecode


@dataclass(frozen=True, slots=True)
class FilmClock:
    """Timecode of a film: its rate, the frame number of its first picture, and how it counts."""

    rate: FrameRate
    first_frame: int = 0
    drop_frame: bool = False

    @classmethod
    def of(cls, rate: FrameRate, start_timecode: str | None) -> FilmClock:
        """The clock that a source states; from zero where it states none, or none that counts."""
        if start_timecode is None:
            return cls(rate)
        drop_frame = rate.allows_drop_frame and (";" in start_timecode or "." in start_timecode)
        try:
            return cls(rate, frame_of_timecode(start_timecode, rate), drop_frame)
        except ValueError:
            return cls(rate)

    def text(self, time: Fraction | float) -> str:
        """Timecode of the frame that is shown at a time, in seconds from the first picture."""
        frame = (
            self.rate.frame_at(Fraction(time))
            if isinstance(time, Fraction)
            else (self.rate.frame_at(Fraction(time + 1e-6)))
        )
        return self.name(frame)

    def name(self, frame: int) -> str:
        """Timecode of a frame, counted from the film's first."""
        return timecode(self.first_frame + max(frame, 0), self.rate, drop_frame=self.drop_frame)


def frame_typed(text: str, clock: FilmClock, now: int) -> int | None:
    """The frame, counted from the film's first, that someone means who typed a timecode.

    ``12:04`` and ``1204`` are 12 seconds and 4 frames from the film's start; a whole timecode is
    the source's own. With ``+`` or ``-`` before it, it is counted from the frame ``now``. None for
    what is no time.
    """
    typed = text.strip()
    sign = typed[:1] if typed[:1] in ("+", "-") else ""
    fields = _fields(typed.removeprefix(sign))
    if fields is None:
        return None
    hours, minutes, seconds, frames = fields
    nominal = clock.rate.nominal
    if sign:
        by = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames
        return now + (by if sign == "+" else -by)
    seconds, frames = seconds + frames // nominal, frames % nominal
    minutes, seconds = minutes + seconds // 60, seconds % 60
    hours, minutes = hours + minutes // 60, minutes % 60
    dropped = nominal // 15 if clock.drop_frame and minutes % 10 and not seconds else 0
    frames = max(frames, dropped)  # drop-frame leaves these numbers out: the next one is meant
    mark = ";" if clock.drop_frame else ":"
    whole = f"{hours:02d}:{minutes:02d}:{seconds:02d}{mark}{frames:02d}"
    try:
        frame = frame_of_timecode(whole, clock.rate)
    except ValueError:
        return None
    return frame - clock.first_frame if frame >= clock.first_frame else frame


def _fields(text: str) -> tuple[int, int, int, int] | None:
    """Hours, minutes, seconds and frames of what was typed, filled from the right."""
    parts = text.replace(";", ":").replace(".", ":").replace(",", ":").split(":")
    if len(parts) == 1 and text.isdecimal() and len(text) <= 8:
        padded = text.rjust(8, "0")
        parts = [padded[at : at + 2] for at in (0, 2, 4, 6)]
    parts = ["0"] * (4 - len(parts)) + [part or "0" for part in parts]
    if not text or len(parts) > 4 or not all(p.isdecimal() and len(p) <= 4 for p in parts):
        return None
    hours, minutes, seconds, frames = (int(part) for part in parts)
    return hours, minutes, seconds, frames


def seconds_text(seconds: float) -> str:
    """A length for people: ``4.1 s`` or ``2:05``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
