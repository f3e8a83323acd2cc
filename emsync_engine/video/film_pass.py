"""One pass over the file of a film: its pictures in their order, and its sound."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np
from numpy.typing import NDArray

from emsync_engine.monitor import Cancelled, Monitor
from emsync_engine.video.arriving import Arrivals
from emsync_engine.video.audio import SoundTrack
from emsync_engine.video.containers import fraction, open_media
from emsync_engine.video.frames import PictureScaler
from emsync_engine.video.probe import VideoInfo
from emsync_engine.video.standstill import Standstill, write_standstill
from emsync_engine.video.thumbnails import StillStrip

STAGE = "decode"
KEEPS_FROM_S = 60.0  # of film: less is quicker read again than worth a place in the cache
_KEEPS_EVERY_S = 30.0  # of work, should the program be killed
_READ_FAILURES_ALLOWED = 50
_EDGES_LOST_FROM = 1152  # pixels: at a twelfth of the size the edges of coded blocks cannot be seen

logger = logging.getLogger(__name__)


class BeginAgain(Exception):  # noqa: N818 - not an error: the film is read in another way
    """This pass cannot be finished: the film is damaged, or not as it was when a pass stopped."""


@dataclass(slots=True)
class FilmPass:
    """The state of one pass over a file.

    ``keeps_in`` is the folder where a long pass says from time to time how far it is, and when it
    is cancelled; None if it does not. ``awaited`` is the last picture that an earlier pass kept,
    as time and small picture, until it has been seen again; ``begins_at`` the key picture before
    it, until decoding has begun.
    """

    info: VideoInfo
    monitor: Monitor
    pictures: BinaryIO
    small: PictureScaler
    stills: StillStrip
    still_pictures: BinaryIO
    sound: SoundTrack
    arrivals: Arrivals | None = None
    keeps_in: Path | None = None
    ticks: list[int] = field(default_factory=list)
    time_base: Fraction = Fraction(0)
    last_duration: int = 0
    unreadable_packets: int = 0
    damaged_pictures: int = 0
    misplaced_pictures: int = 0
    read_failures: int = 0
    unreadable_sound: int = 0
    awaited: tuple[int, bytes] | None = None
    begins_at: int | None = None
    key_tick: int | None = None
    coming_keys: set[int] = field(default_factory=set)
    kept_at: float = field(default_factory=time.monotonic)

    @property
    def faults(self) -> int:
        """Decode errors in the picture stream; each may have cost a picture."""
        return self.unreadable_packets + self.damaged_pictures + self.read_failures

    def time_s(self, stamp: int) -> float:
        """Seconds from the first picture."""
        return float((stamp - (self.ticks[0] if self.ticks else stamp)) * self.time_base)

    def take_picture(self, frame: Any) -> None:
        """Keep one picture; one that does not come after the last is passed over, as players do."""
        if not self.time_base:
            self.time_base = fraction(frame.time_base) or Fraction(1, 1000)
        stamp = frame.pts
        if stamp is None:
            stamp = self.ticks[-1] + self._usual_step() if self.ticks else 0
        if self.awaited is not None:
            self._compare(stamp, frame, self.awaited)
            return
        if self.ticks and stamp <= self.ticks[-1]:
            self.misplaced_pictures += 1
            return
        self.damaged_pictures += bool(frame.is_corrupt)
        time_s = self.time_s(stamp)
        self.pictures.write(self.small.scale(frame).tobytes())
        picture = self.stills.offer(frame, time_s)
        if self.arrivals is not None:
            self._show(self.arrivals, picture, time_s)
        self.ticks.append(stamp)
        self.last_duration = frame.duration or 0
        self._note_key(stamp)
        if time.monotonic() - self.kept_at > _KEEPS_EVERY_S:
            self.keep()
        self.monitor.advance(STAGE, time_s, max(time_s, float(self.info.duration)))

    def _show(self, arrivals: Arrivals, picture: NDArray[np.uint8] | None, time_s: float) -> None:
        if picture is not None:
            arrivals.add(picture, time_s)
        if arrivals.is_due:
            self.sound.flush()
            arrivals.tell()

    def _usual_step(self) -> int:
        return self.last_duration or max(
            1, round(1 / (self.info.frame_rate.ratio * self.time_base))
        )

    # -- stopping and going on

    def _note_key(self, stamp: int) -> None:
        """Decoding can begin at the packet of this picture, if that was a key packet."""
        if stamp in self.coming_keys:
            self.key_tick = stamp
            self.coming_keys = {key for key in self.coming_keys if key > stamp}

    def keep(self) -> None:
        """Say how far this pass is, if it is a long one and can be taken up again."""
        self.kept_at = time.monotonic()
        can_go_on = self.key_tick is not None and self.awaited is None and not self.faults
        if self.keeps_in is None or not can_go_on or self.time_s(self.ticks[-1]) < KEEPS_FROM_S:
            return
        for file in (self.pictures, self.still_pictures):
            file.flush()
            os.fsync(file.fileno())
        at = Standstill(
            np.array(self.ticks, np.int64),
            self.key_tick or 0,
            self.time_base,
            self.last_duration,
            self.misplaced_pictures,
            self.stills.times_s,
        )
        write_standstill(self.keeps_in, at)

    def go_on_from(self, start: Standstill) -> None:
        """Take over what an earlier pass found; its pictures lie in the file already."""
        self.ticks = [int(tick) for tick in start.ticks]
        self.time_base, self.last_duration = start.time_base, start.last_duration
        self.misplaced_pictures = start.misplaced_pictures
        self.key_tick = self.begins_at = start.key_tick
        stills = self.stills.go_on_from(start.still_times_s)
        if self.arrivals is not None:
            for picture, time_s in zip(stills, start.still_times_s, strict=True):
                self.arrivals.add(np.array(picture), float(time_s))
        size = 3 * self.small.width * self.small.height
        self.pictures.seek(-size, os.SEEK_END)
        self.awaited = self.ticks[-1], self.pictures.read(size)
        logger.info("%s is read on from %.1f s", self.info.path.name, self.time_s(self.ticks[-1]))

    def is_passed_over(self, packet: Any) -> bool:
        """Whether an earlier pass decoded what this picture packet holds."""
        if self.begins_at is None:
            return False
        if packet.pts == self.begins_at and packet.is_keyframe:
            self.begins_at = None
            return False
        if packet.size == 0:  # the end
            raise BeginAgain("the picture at which an earlier pass could begin is not there")
        time_s = self.time_s(self.ticks[-1])
        self.monitor.advance(STAGE, time_s, max(time_s, float(self.info.duration)))
        return True

    def _compare(self, stamp: int, frame: Any, awaited: tuple[int, bytes]) -> None:
        """Pass over what is known; the last of it must look as it did."""
        if stamp < awaited[0]:
            return
        if stamp > awaited[0] or self.small.scale(frame).tobytes() != awaited[1]:
            raise BeginAgain("the pictures are not those that an earlier pass found")
        self.awaited = None


@contextmanager
def opened_pictures(path: Path, scaler: PictureScaler, count: int | None) -> Iterator[BinaryIO]:
    """A file of small pictures, empty (None), or with as many as an earlier pass found.

    BeginAgain if they are not all there.
    """
    if count is None:
        with path.open("w+b") as file:
            yield file
        return
    whole = 3 * scaler.width * scaler.height * count
    if not path.is_file() or path.stat().st_size < whole or not whole:
        raise BeginAgain("some of the pictures that an earlier pass found are gone")
    with path.open("r+b") as file:
        file.truncate(whole)
        file.seek(whole)
        yield file


# -- the file


def read_file(work: FilmPass, *, is_hurried: bool) -> None:
    """Read a film from its first packet to its last.

    Parameters
    ----------
    is_hurried : several pictures are decoded at a time, and BeginAgain is raised at the first one
        that is damaged; else one at a time, and damage is counted

    Of large pictures the edges of coded blocks are not smoothed: nobody sees them at this size.
    """
    info = work.info
    with open_media(info.path) as container:
        picture = container.streams[info.video_stream]
        picture.thread_type = "AUTO" if is_hurried else "SLICE"
        if max(info.width, info.height) >= _EDGES_LOST_FROM:
            picture.codec_context.options = {"skip_loop_filter": "all"}
        chosen = [picture]
        if info.audio_stream is not None:
            chosen.append(container.streams[info.audio_stream])
        try:
            for packet in _packets(container, chosen, work):
                if packet.stream.index != info.video_stream:
                    _decode_sound(packet, work)
                elif not work.is_passed_over(packet):
                    _decode_pictures(packet, work, is_hurried=is_hurried)
        except (Cancelled, KeyboardInterrupt):
            work.keep()
            raise
    if work.awaited is not None:
        raise BeginAgain("the film ends before what an earlier pass found")


def _decode_pictures(packet: Any, work: FilmPass, *, is_hurried: bool) -> None:
    if packet.is_corrupt and is_hurried:
        raise BeginAgain("it is damaged")
    if packet.is_keyframe and packet.pts is not None:
        work.coming_keys.add(packet.pts)
    try:
        frames = packet.decode()
    except av.error.FFmpegError as error:
        logger.debug("picture packet at %s: %s", packet.pts, error)
        if is_hurried:
            raise BeginAgain("it is damaged") from error
        work.unreadable_packets += 1
        return
    for frame in frames:
        work.take_picture(frame)


def _decode_sound(packet: Any, work: FilmPass) -> None:
    try:
        frames = packet.decode()
    except av.error.FFmpegError as error:
        logger.debug("sound packet at %s: %s", packet.pts, error)
        work.unreadable_sound += 1
        return
    for frame in frames:
        work.sound.add(frame)


def _packets(container: Any, streams: list[Any], work: FilmPass) -> Iterator[Any]:
    """Packets to the end of the file; a read error is counted and reading goes on after it."""
    while work.read_failures <= _READ_FAILURES_ALLOWED:
        try:
            yield from container.demux(streams)
        except av.error.FFmpegError as error:
            logger.debug("reading %s: %s", work.info.path.name, error)
            work.read_failures += 1
        else:
            return
