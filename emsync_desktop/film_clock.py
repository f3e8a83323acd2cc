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
        return timecode(self.first_frame + max(frame, 0), self.rate, drop_frame=self.drop_frame)


def seconds_text(seconds: float) -> str:
    """A length for people: ``4.1 s`` or ``2:05``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
