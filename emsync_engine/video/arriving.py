"""A film while it is read: pictures and sound as they come, for whoever wants to see them.

First single pictures from all over the film, found by its key frames; then what the pass over the
film gives, second by second. Nothing here changes what is kept of the film in the end.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.video.audio import AUDIO_RATE, PEAKS_PER_S, waveform_peaks
from emsync_engine.video.containers import fraction, open_media
from emsync_engine.video.frames import PictureScaler
from emsync_engine.video.probe import VideoInfo
from emsync_engine.video.thumbnails import LONG_SIDE_PX, MOST

GLANCES = 32
GLANCE_WITHIN_S = 1.0
_TELL_EVERY_S = 0.25
_PICTURES_AT_ONCE = 64
_SAMPLES_PER_PEAK = AUDIO_RATE // PEAKS_PER_S
_NO_PEAKS = np.zeros((0, 2), np.float32)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class FilmPart:
    """What is new of a film that is being read.

    Attributes
    ----------
    duration : seconds, as the file states it; the pass over the film may find another
    frame_rate : pictures per second
    interval_s : seconds between the pictures of the whole strip
    pictures : (K, h, w, 3) uint8 RGB, upright; K may be 0
    times_s : (K,) float64, seconds from the first picture
    peaks : (P, 2) float32, minimum and maximum of the sound, ``PEAKS_PER_S`` a second
    first_peak : number of the first of them, counted from the film's start
    """

    duration: Fraction
    frame_rate: Fraction
    start_timecode: str | None
    interval_s: float
    pictures: NDArray[np.uint8]
    times_s: NDArray[np.float64]
    peaks: NDArray[np.float32]
    first_peak: int = 0


Onlooker = Callable[[FilmPart], None]


def strip_interval_s(duration: Fraction) -> float:
    """How far apart the pictures of a film's strip are in the end, as by ``thumbnail_step``."""
    interval_s = 1.0
    while float(duration) / interval_s > MOST:
        interval_s *= 2
    return interval_s


def part_of(
    info: VideoInfo,
    pictures: list[NDArray[np.uint8]] | NDArray[np.uint8],
    times_s: list[float] | NDArray[np.float64],
    peaks: NDArray[np.float32] = _NO_PEAKS,
    first_peak: int = 0,
) -> FilmPart:
    """A part of a film from what was found of it."""
    shown = np.stack(list(pictures)) if len(pictures) else np.zeros((0, 1, 1, 3), np.uint8)
    return FilmPart(
        info.duration,
        info.frame_rate.ratio,
        info.start_timecode,
        strip_interval_s(info.duration),
        shown,
        np.asarray(times_s, np.float64),
        np.asarray(peaks, np.float32),
        first_peak,
    )


def parts_of_all(
    info: VideoInfo,
    pictures: NDArray[np.uint8],
    times_s: NDArray[np.float64],
    peaks: NDArray[np.float32],
) -> Iterator[FilmPart]:
    """All of a film that was read before, in parts that are quick to send."""
    for start in range(0, max(len(pictures), 1), _PICTURES_AT_ONCE):
        some = slice(start, start + _PICTURES_AT_ONCE)
        yield part_of(info, pictures[some], times_s[some], _NO_PEAKS if start else peaks)


# -- a first look


def spread_shares(levels: int) -> Iterator[list[Fraction]]:
    """Places in a film, from 0 to 1, coarse first: each level halves what the last left open."""
    yield [Fraction(0)]
    for level in range(levels):
        parts = 2 << level
        yield [Fraction(n, parts) for n in range(1, parts, 2)]


def glance(
    info: VideoInfo,
    onlooker: Onlooker,
    *,
    within_s: float = GLANCE_WITHIN_S,
    monitor: Monitor = SILENT,
) -> None:
    """Show key frames from all over a film, coarse first, as many as the time allows.

    What cannot be read is left to the pass over the film, which says so.
    """
    ends = time.monotonic() + within_s
    seen: set[int] = set()
    try:
        with open_media(info.path) as container:
            stream = container.streams[info.video_stream]
            stream.thread_type = "SLICE"  # one picture at once, not as many as there are cores
            scaler = PictureScaler(
                (info.width, info.height), info.rotation, long_side=_long_side(info)
            )
            for shares in spread_shares((GLANCES - 1).bit_length()):
                pictures: list[NDArray[np.uint8]] = []
                times_s: list[float] = []
                for share in shares:
                    monitor.advance("decode", 0.0, float(info.duration))
                    if time.monotonic() > ends:
                        break
                    frame = _key_frame(container, stream, info.first_picture, share * info.duration)
                    if frame is None or frame.pts in seen:
                        continue
                    seen.add(frame.pts)
                    pictures.append(scaler.scale(frame))
                    times_s.append(_time_of(frame, info))
                if pictures:
                    onlooker(part_of(info, pictures, times_s))
                if time.monotonic() > ends:
                    return
    except (av.error.FFmpegError, ValueError, OSError) as error:
        logger.info("no first look at %s: %s", info.path.name, error)


def _long_side(info: VideoInfo) -> int:
    return min(LONG_SIDE_PX, max(info.width, info.height))


def _key_frame(container: Any, stream: Any, first_picture: Fraction, at: Fraction) -> Any:
    """The key frame at or before a time, in seconds from the first picture; None without one."""
    time_base = fraction(stream.time_base)
    if time_base is None:
        return None
    container.seek(int((first_picture + at) / time_base), stream=stream)
    for frame in container.decode(stream):
        return frame if frame.pts is not None else None
    return None


def _time_of(frame: Any, info: VideoInfo) -> float:
    base = fraction(frame.time_base) or Fraction(1, 1000)
    return max(0.0, float(frame.pts * base - info.first_picture))


# -- the pass over the film


class Arrivals:
    """Tells an onlooker what a pass over a film has found since it was told last.

    Parameters
    ----------
    sound : the file that the pass writes its samples to, as ``SoundTrack`` does
    """

    def __init__(self, info: VideoInfo, onlooker: Onlooker, sound: Path) -> None:
        self._info, self._onlooker, self._sound = info, onlooker, sound
        self._interval_s = strip_interval_s(info.duration)
        self._next_s = 0.0
        self._pictures: list[NDArray[np.uint8]] = []
        self._times_s: list[float] = []
        self._told_peaks = 0
        self._told_at = time.monotonic()

    def add(self, picture: NDArray[np.uint8], time_s: float) -> None:
        """One more picture of the strip; those that a long film has no room for are passed over."""
        if time_s >= self._next_s - 1e-6:
            self._pictures.append(picture)
            self._times_s.append(time_s)
            self._next_s = (time_s // self._interval_s + 1) * self._interval_s

    @property
    def is_due(self) -> bool:
        """Whether the onlooker has waited long enough."""
        return time.monotonic() - self._told_at >= _TELL_EVERY_S

    def tell(self) -> None:
        """Say what is new; the samples that came before lie in the file."""
        peaks, first = self._new_peaks()
        if self._pictures or len(peaks):
            self._onlooker(part_of(self._info, self._pictures, self._times_s, peaks, first))
        self._pictures, self._times_s = [], []
        self._told_at = time.monotonic()

    def _new_peaks(self) -> tuple[NDArray[np.float32], int]:
        first = self._told_peaks
        count = self._sound.stat().st_size // 4 // _SAMPLES_PER_PEAK - first
        if count <= 0:
            return _NO_PEAKS, first
        width = _SAMPLES_PER_PEAK
        new = np.fromfile(self._sound, "<f4", count * width, offset=4 * first * width)
        self._told_peaks += count
        return waveform_peaks(new), first
