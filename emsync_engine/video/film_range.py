"""A range of a film whose picture can be copied: from a key frame to a clean end.

A copied picture can begin only at a key frame, and end only where no later picture is needed by an
earlier one. So a range begins at the key frame at or before its first frame, and ends at the first
clean place at or after its end; which these are is said, and music and sound begin and end there as
well. An edit list could hide the pictures before the first frame, but not every player and editor
follows one, and who does not would be out of sync.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emsync_engine.errors import InputUnusableError
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.timing import FrameRate, frame_of_timecode, timecode
from emsync_engine.video.containers import open_media

_REPORT_PACKETS = 500


@dataclass(frozen=True, slots=True)
class FilmRange:
    """The stretch [start, end) that is copied, in seconds from the film's first picture.

    ``pictures`` is how many there are in it.
    """

    start: Fraction
    end: Fraction
    pictures: int

    @property
    def duration(self) -> Fraction:
        return self.end - self.start


def clean_range(
    path: Path,
    stream: int,
    start: Fraction,
    end: Fraction,
    *,
    duration: Fraction,
    monitor: Monitor = SILENT,
) -> FilmRange:
    """The range that holds [start, end) and can be copied.

    Parameters
    ----------
    stream : index of the picture stream among all
    start, end : seconds from the first picture
    duration : of the film; where the last picture ends

    Raises
    ------
    InputUnusableError for a range that is empty or outside the film; VideoUnreadableError.
    """
    if not 0 <= start < end or start >= duration:
        raise InputUnusableError(
            f"A range from {float(start):.3f} s to {float(end):.3f} s is not one inside the film, "
            f"which is {float(duration):.3f} s long."
        )
    ticks, keys, unit = _packets(path, stream, monitor)
    first = int(ticks.min())
    earlier = np.maximum.accumulate(ticks)  # the last picture of all packets up to here
    later = np.minimum.accumulate(ticks[::-1])[::-1]  # the first one of all from here on
    clean: list[int] = np.flatnonzero([True, *(earlier[:-1] < later[1:])]).tolist()
    half = unit / 2  # containers round

    def time_of(at: int) -> Fraction:
        return (int(later[at]) - first) * unit

    begins = [at for at in clean if keys[at] and time_of(at) <= start + half]
    begin = begins[-1] if begins else 0
    ends = [at for at in clean if at > begin and time_of(at) >= end - half]
    stop, until = (ends[0], time_of(ends[0])) if ends else (len(ticks), duration)
    return FilmRange(time_of(begin), until, stop - begin)


def later_timecode(text: str, rate: FrameRate, frames: int) -> str | None:
    """The timecode some frames after another, in the same way of counting; None for no timecode."""
    is_drop = (";" in text or "." in text) and rate.allows_drop_frame
    try:
        frame = frame_of_timecode(text, rate)
    except ValueError:
        return None
    return timecode(frame + frames, rate, drop_frame=is_drop)


def _packets(
    path: Path, stream: int, monitor: Monitor
) -> tuple[NDArray[np.int64], NDArray[np.bool_], Fraction]:
    """Presentation times in the order of decoding, whether each is of a key frame, and their unit
    in seconds.
    """
    ticks: list[int] = []
    keys: list[bool] = []
    with open_media(path) as container:
        video = container.streams[stream]
        unit = Fraction(video.time_base)
        total = video.frames or None
        for packet in container.demux(video):
            tick = packet.pts if packet.pts is not None else packet.dts
            if packet.size == 0 or tick is None:
                continue
            ticks.append(tick)
            keys.append(packet.is_keyframe)
            if len(ticks) % _REPORT_PACKETS == 0:
                monitor.advance("find range", len(ticks), total)
    return np.array(ticks, np.int64), np.array(keys, bool), unit
