"""Transitions of a film that nothing else is wanted of: most of its pictures are never decoded."""

from __future__ import annotations

import logging
import tempfile
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from emsync_engine.errors import VideoUnreadableError
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.scenes.cutting import Changes, hard_cuts
from emsync_engine.scenes.likeness import looks_of, step_between
from emsync_engine.scenes.transition import Transition
from emsync_engine.scenes.transitions import TransitionDetector
from emsync_engine.scenes.tuning import Tuning
from emsync_engine.video.audio import AUDIO_RATE, PEAKS_PER_S
from emsync_engine.video.cache import DEFAULT_CACHE, Cache
from emsync_engine.video.clock import PictureTimes, picture_times
from emsync_engine.video.containers import fraction, open_media
from emsync_engine.video.decode import SMALL_LONG_SIDE_PX, DecodedVideo, decode
from emsync_engine.video.frames import PictureScaler, fitted_size
from emsync_engine.video.probe import VideoInfo

STAGE = "scene cuts"
_AROUND = 8  # pictures before and after a cut that are decoded after all
_FEWEST_DECODED = 0.2  # of the pictures: below that too much would be guessed
_HURRIED = {"skip_loop_filter": "all", "flags2": "+fast"}  # edges of blocks are not smoothed
_LINES = 5  # of a tall plane that are averaged to one
_GROUPS = 8  # before, whose packets tell what is usual
_USUAL = (1 / 8, 2.0)  # times the usual number of bytes: outside, something new may have come

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Scan:
    """The pictures that others are predicted from, and the times of all."""

    video: DecodedVideo
    places: NDArray[np.intp]  # of the pictures kept, among all
    times: PictureTimes
    stamps: NDArray[np.int64]  # of all pictures, in container ticks


@dataclass(frozen=True, slots=True)
class ScannedFilm:
    """The transitions of a film, and what was damaged or missing in it, in sentences."""

    transitions: list[Transition]
    warnings: tuple[str, ...] = ()


def scan_film(
    info: VideoInfo,
    *,
    detector: TransitionDetector | None = None,
    monitor: Monitor = SILENT,
    cache: Cache | None = DEFAULT_CACHE,
) -> ScannedFilm:
    """Transitions of a film, numbered and timed as after ``decode``, in less than half the time.

    Pictures that no other one is predicted from are not decoded, except where the packets suddenly
    hold more or less than before; and those that are go without the smoothing of block edges, which
    cannot be seen at this size. The times of all are in the packets. Where a cut then lies between
    two pictures that are not neighbours, those in between and around are decoded after all, from
    the key picture before. A film that is damaged or not coded so is decoded whole (``cache`` is
    for that).
    """
    detector = detector or TransitionDetector()
    try:
        with tempfile.TemporaryDirectory(prefix="emsync-") as folder:
            scan = _scan(info, Path(folder) / "frames.rgb", monitor)
            if scan is not None:
                found = detector.transitions(scan.video, monitor=monitor)
                return ScannedFilm(_Exact(info, scan, detector.tuning).all_of(found))
    except av.error.FFmpegError as error:
        logger.info("%s is decoded whole: %s", info.path.name, error)
    video = decode(info, monitor=monitor, cache=cache)
    return ScannedFilm(detector.transitions(video, monitor=monitor), video.warnings)


def _scan(info: VideoInfo, file: Path, monitor: Monitor) -> _Scan | None:
    """Decode what others are predicted from; None if the rest cannot be told from the packets."""
    small = _small_pictures(info)
    ticks: list[int] = []
    kept: list[int] = []
    with file.open("wb") as pictures, open_media(info.path) as container:
        stream = container.streams[info.video_stream]
        stream.thread_type = "AUTO"
        stream.codec_context.options = _HURRIED
        time_base, last_duration = fraction(stream.time_base), 0
        for packet, skipped in _hurried(container.demux(stream)):
            if packet.pts is not None and not packet.is_discard:
                ticks.append(packet.pts)
                last_duration = packet.duration or 0
            stream.codec_context.skip_frame = skipped
            for frame in packet.decode():
                if frame.pts is None or frame.is_corrupt or (kept and frame.pts <= kept[-1]):
                    return None
                pictures.write(small.scale(frame).tobytes())
                kept.append(frame.pts)
                done_s = float((frame.pts - kept[0]) * (time_base or 0))
                monitor.advance(STAGE, done_s, max(done_s, float(info.duration)))
    stamps = np.unique(np.array(ticks, np.int64))
    stamps = stamps[stamps >= kept[0]] if kept else stamps[:0]
    if time_base is None or len(kept) < _FEWEST_DECODED * len(ticks) or len(kept) < 2:
        return None
    places = np.searchsorted(stamps, kept)
    if not np.array_equal(stamps[places], kept):
        return None
    times = picture_times(stamps, time_base, info.frame_rate.ratio, last_duration=last_duration)
    frames: NDArray[np.uint8] = np.memmap(
        file, np.uint8, "r", shape=(len(kept), small.height, small.width, 3)
    )
    return _Scan(_as_video(info, frames, times, places), places, times, stamps)


def _as_video(
    info: VideoInfo, frames: NDArray[np.uint8], times: PictureTimes, places: NDArray[np.intp]
) -> DecodedVideo:
    """The pictures kept, as a film of a variable rate without sound."""
    nothing = np.zeros(0, np.float32)
    return DecodedVideo(
        info=replace(info, is_vfr=True, frame_count=len(frames)),
        pts=times.pts[places],
        time_base=times.time_base,
        frames=frames,
        audio=nothing,
        audio_rate=AUDIO_RATE,
        has_audio=False,
        stills=frames[:0],
        still_times_s=np.zeros(0),
        peaks=nothing.reshape(0, 2),
        peaks_per_s=PEAKS_PER_S,
        warnings=(),
    )


def _small_pictures(info: VideoInfo) -> PictureScaler:
    """Makes pictures small; some lines of a tall one are enough, and cost less."""
    shown = (info.width, info.height)
    height = fitted_size(*shown, SMALL_LONG_SIDE_PX)[1]
    every = max(1, info.height // (_LINES * height))
    return PictureScaler(shown, info.rotation, long_side=SMALL_LONG_SIDE_PX, every=every)


def _hurried(packets: Iterator[Any]) -> Iterator[tuple[Any, str]]:
    """Packets in order, each with what the decoder may skip.

    Encoders send a picture, and then those shown before it that are predicted from both sides.
    Where such a group holds suddenly more than those before, or next to nothing, or begins with a
    key picture, one shot may give way to another in it: all of it is decoded.
    """
    usual: deque[float] = deque(maxlen=_GROUPS)
    for group in _groups(packets):
        weight = sum(packet.size for packet in group) / len(group)
        middle = float(np.median(usual)) if usual else weight
        is_usual = _USUAL[0] * middle <= weight <= _USUAL[1] * middle
        skipped = "NONREF" if is_usual and not group[0].is_keyframe else "DEFAULT"
        usual.append(weight)
        yield from ((packet, skipped) for packet in group)


def _groups(packets: Iterator[Any]) -> Iterator[list[Any]]:
    """Each picture that is shown after all before it, with those that follow but are shown before.

    What has no time of its own (the end) is a group by itself.
    """
    group: list[Any] = []
    latest: int | None = None
    for packet in packets:
        is_later = packet.pts is None or latest is None or packet.pts > latest
        if group and is_later:
            yield group
            group = []
        group.append(packet)
        if packet.pts is not None and is_later:
            latest = packet.pts
    if group:
        yield group


class _Exact:
    """Puts transitions found among some pictures in their places among all."""

    def __init__(self, info: VideoInfo, scan: _Scan, tuning: Tuning) -> None:
        self._info, self._scan, self._tuning = info, scan, tuning

    def all_of(self, found: list[Transition]) -> list[Transition]:
        exact = (self._one(cut) for cut in found)
        return [cut for cut in exact if cut is not None]

    def _one(self, cut: Transition) -> Transition | None:
        places, times = self._scan.places, self._scan.times
        frame, first, last = (int(places[at]) for at in (cut.frame, cut.start_frame, cut.end_frame))
        before = int(places[cut.frame - 1])
        if cut.kind == "hard" and frame - before > 1:
            step_at = self._sudden_step(before, frame)
            if step_at is None:
                return None
            frame = step_at
        first, last = min(first, frame), frame if cut.kind == "hard" else max(last, frame)
        if cut.start_frame == cut.frame:
            first = frame
        exact = [int(times.pts[at]) * times.time_base for at in (frame, first, last)]
        return replace(
            cut,
            frame=frame,
            time=exact[0],
            start_frame=first,
            end_frame=last,
            start=exact[1],
            end=exact[2],
        )

    def _sudden_step(self, before: int, after: int) -> int | None:
        """The picture after ``before``, up to ``after``, that is the new shot's first.

        All pictures around are looked at as after a whole decoding. None if nothing is cut there:
        with every other picture missing, a fast camera had passed for a cut.
        """
        low = max(0, before - _AROUND)
        looks = looks_of(self._pictures(low, min(len(self._scan.stamps) - 1, after + _AROUND)))
        inside = range(before + 1 - low, after + 1 - low)
        if looks.spread[inside.start - 1 : inside.stop].min() <= self._tuning.plain_spread:
            steps = [step_between(looks.planes[at - 1], looks.planes[at]) for at in inside]
            return low + inside[int(np.argmax(steps))]
        changes = Changes(looks, np.zeros(len(looks), bool))
        cuts = hard_cuts(changes, float(self._info.frame_rate.ratio), self._tuning)
        return next((low + cut for cut in cuts if cut in inside), None)

    def _pictures(self, first: int, last: int) -> NDArray[np.uint8]:
        """Consecutive pictures, decoded whole from the key picture before them."""
        stamps, small = self._scan.stamps[first : last + 1], _small_pictures(self._info)
        pictures: dict[int, NDArray[np.uint8]] = {}
        with open_media(self._info.path) as container:
            stream = container.streams[self._info.video_stream]
            stream.thread_type = "AUTO"
            stream.codec_context.options = _HURRIED
            container.seek(int(stamps[0]), stream=stream)
            for frame in _decoded_from(int(stamps[0]), container, stream):
                if stamps[0] <= frame.pts <= stamps[-1]:
                    pictures[frame.pts] = small.scale(frame)
                if frame.pts >= stamps[-1]:
                    break
        if len(pictures) != len(stamps):
            raise VideoUnreadableError(self._info.path, "pictures beside a cut cannot be decoded")
        return np.stack([pictures[stamp] for stamp in sorted(pictures)])


def _decoded_from(start: int, container: Any, stream: Any) -> Iterator[Any]:
    """Pictures in order of time, all of them from ``start`` on (container ticks).

    Of those before, which only lead from the key picture there, pictures that no other one is
    predicted from are passed over.
    """
    for packet in container.demux(stream):
        leads_there = packet.pts is not None and packet.pts < start
        stream.codec_context.skip_frame = "NONREF" if leads_there else "DEFAULT"
        yield from (frame for frame in packet.decode() if frame.pts is not None)
