"""What a film is: exact duration, frame rate, rotation, streams, start timecode."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, cast, get_args

import av

from emsync_engine.errors import VideoUnreadableError
from emsync_engine.timing import FrameRate
from emsync_engine.video.clock import PictureTimes, picture_times, usable_rate
from emsync_engine.video.containers import fraction, open_media
from emsync_engine.video.content import content_hash
from emsync_engine.video.sound_choice import choose_audio_stream

StreamKind = Literal["video", "audio", "subtitle", "data", "attachment"]

_PACKETS_LOOKED_AT = 240
_PACKETS_WITHOUT_PICTURE = 2000  # then nothing in the file can be decoded
_REORDERED_AT_MOST = 16
_LAST_SECONDS = 10
_MICROSECONDS = 1_000_000

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """One stream of the container, by its index there."""

    index: int
    kind: StreamKind
    codec: str
    language: str | None
    channels: int | None
    sample_rate: int | None
    is_default: bool
    is_attached_picture: bool


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """A film as its container describes it.

    ``duration`` runs from the start of the first picture to the end of the last, in seconds;
    sound that starts earlier or ends later does not count. ``width`` and ``height`` are as shown,
    after sample aspect and rotation. ``rotation`` is how far the stored pictures must be turned
    clockwise to stand upright. ``first_picture`` is the container's time of the first picture in
    seconds. ``audio_stream`` is the one to analyse (see ``sound_choice``); None without sound.
    For a variable rate ``frame_rate`` is the nominal one. Duration, frame count and ``is_vfr``
    are what the container states or its first and last seconds show; ``decode`` corrects them.
    """

    path: Path
    content_hash: str
    duration: Fraction
    frame_rate: FrameRate
    frame_count: int | None
    is_vfr: bool
    width: int
    height: int
    rotation: int
    first_picture: Fraction
    start_timecode: str | None
    container: str
    streams: tuple[StreamInfo, ...]
    video_stream: int
    audio_stream: int | None


@dataclass(slots=True)
class _Opening:
    """What the first packets and the first picture of the chosen stream show."""

    first_picture: Fraction
    rotation: int
    width: int
    height: int
    times: PictureTimes
    saw_all: bool


def probe(path: Path) -> VideoInfo:
    """Look at a file without decoding it; VideoUnreadableError with one reason if it is no film."""
    path = Path(path)
    with open_media(path) as container:
        streams = tuple(_stream_info(stream) for stream in container.streams)
        video = _picture_stream(path, container, streams)
        opening = _look_at_start(path, container, video)
        duration = _duration(container, video, opening)
        display = _display_size(video, opening)
        start_timecode = _start_timecode(container, video)
        frame_count = opening.times.pts.size if opening.saw_all else (video.frames or None)
        container_name = str(container.format.name)
        video_index = int(video.index)
    return VideoInfo(
        path=path,
        content_hash=content_hash(path),
        duration=duration,
        frame_rate=FrameRate(opening.times.rate),
        frame_count=frame_count,
        is_vfr=opening.times.is_vfr,
        width=display[0],
        height=display[1],
        rotation=opening.rotation,
        first_picture=opening.first_picture,
        start_timecode=start_timecode,
        container=container_name,
        streams=streams,
        video_stream=video_index,
        audio_stream=choose_audio_stream(path),
    )


def _stream_info(stream: Any) -> StreamInfo:
    kind = stream.type if stream.type in get_args(StreamKind) else "data"
    context = stream.codec_context
    disposition = int(stream.disposition or 0)
    language = stream.metadata.get("language")
    return StreamInfo(
        index=int(stream.index),
        kind=cast(StreamKind, kind),
        codec=str(context.name) if context is not None else "unknown",
        language=None if language in (None, "", "und") else str(language),
        channels=int(context.layout.nb_channels) if kind == "audio" and context else None,
        sample_rate=int(context.sample_rate) if kind == "audio" and context else None,
        is_default=bool(disposition & 0x0001),
        is_attached_picture=bool(disposition & 0x0400),
    )


def _picture_stream(path: Path, container: Any, streams: tuple[StreamInfo, ...]) -> Any:
    """The stream to look at: moving pictures, the default one first, then the largest."""
    pictures = [info for info in streams if info.kind == "video" and not info.is_attached_picture]
    if not pictures:
        if any(info.kind == "audio" for info in streams):
            raise VideoUnreadableError(path, "it holds sound only, no moving picture")
        raise VideoUnreadableError(path, "it holds no moving picture")
    decodable = [
        info for info in pictures if container.streams[info.index].codec_context is not None
    ]
    if not decodable:
        raise VideoUnreadableError(
            path, "its picture is in a coding that the installed ffmpeg libraries cannot decode"
        )

    def size(info: StreamInfo) -> int:
        context = container.streams[info.index].codec_context
        return int(context.width or 0) * int(context.height or 0)

    chosen = max(decodable, key=lambda info: (info.is_default, size(info), -info.index))
    return container.streams[chosen.index]


def _look_at_start(path: Path, container: Any, video: Any) -> _Opening:
    """Decode the first picture, and collect the times of the first few hundred."""
    first: Any = None
    stamps: list[tuple[int, int]] = []
    saw_all = True
    packets = 0
    try:
        for packet in container.demux(video):
            packets += 1
            if packet.pts is not None and not packet.is_discard:
                stamps.append((packet.pts, packet.duration or 0))
            if first is None:
                first = _first_of(packet)
            if packets >= (_PACKETS_LOOKED_AT if first else _PACKETS_WITHOUT_PICTURE):
                saw_all = False
                break
    except av.error.FFmpegError as error:
        logger.debug("the start of %s is damaged: %s", path.name, error)
        saw_all = False
    if first is None:
        raise VideoUnreadableError(path, "not one picture in it can be decoded")
    time_base = fraction(first.time_base) or fraction(video.time_base) or Fraction(1, 1000)
    shown = sorted({stamp for stamp in stamps if first.pts is None or stamp[0] >= first.pts})
    if not saw_all and len(shown) > 2 * _REORDERED_AT_MOST:
        shown = shown[:-_REORDERED_AT_MOST]  # their neighbours may come in later packets
    pts = sorted({stamp[0] for stamp in shown}) or [first.pts or 0]
    rate = usable_rate(fraction(video.guessed_rate), fraction(video.average_rate))
    return _Opening(
        first_picture=pts[0] * time_base,
        rotation=round(-first.rotation / 90) * 90 % 360,
        width=int(first.width),
        height=int(first.height),
        times=picture_times(pts, time_base, rate, last_duration=shown[-1][1] if shown else 0),
        saw_all=saw_all,
    )


def _first_of(packet: Any) -> Any:
    """The first picture that a packet yields, or None."""
    try:
        return next(iter(packet.decode()), None)
    except av.error.FFmpegError:
        return None


def _duration(container: Any, video: Any, opening: _Opening) -> Fraction:
    """Length of the picture: as stated by the stream, else from the file's last packets."""
    times = opening.times
    if opening.saw_all:
        return times.duration
    time_base = fraction(video.time_base) or Fraction(1, 1000)
    stated = video.duration * time_base if video.duration else None
    if stated is None:
        end = _end_of_last_picture(container, video, time_base)
        stated = end - opening.first_picture if end is not None else None
    if (stated is None or stated <= 0) and container.duration:
        end = Fraction(container.duration + (container.start_time or 0), _MICROSECONDS)
        stated = end - opening.first_picture
    if stated is None or stated <= 0:
        stated = times.duration
    frames = round(stated * times.rate)
    is_rounded = abs(frames / times.rate - stated) <= 2 * min(time_base, Fraction(1, 1000))
    return frames / times.rate if is_rounded and not times.is_vfr and frames > 0 else stated


def _end_of_last_picture(container: Any, video: Any, time_base: Fraction) -> Fraction | None:
    """Container time at which the last picture ends, read from the last seconds of the file."""
    if not container.duration:
        return None
    start = container.start_time or 0
    near_end = max(start, start + container.duration - _LAST_SECONDS * _MICROSECONDS)
    end: int | None = None
    try:
        container.seek(near_end)
        for packet in container.demux(video):
            if packet.pts is not None and not packet.is_discard:
                stamp = packet.pts + (packet.duration or 0)
                end = stamp if end is None else max(end, stamp)
    except av.error.FFmpegError as error:
        logger.debug("the end of the file cannot be read: %s", error)
    return end * time_base if end is not None else None


def _display_size(video: Any, opening: _Opening) -> tuple[int, int]:
    """Width and height as shown: pixels made square, then turned upright."""
    aspect = fraction(video.sample_aspect_ratio) or Fraction(1)
    if not Fraction(1, 10) <= aspect <= 10 or abs(aspect - 1) < Fraction(1, 100):
        aspect = Fraction(1)  # absurd, or left over from rounding the size in the header
    width, height = max(1, round(opening.width * aspect)), opening.height
    return (height, width) if opening.rotation in (90, 270) else (width, height)


def _start_timecode(container: Any, video: Any) -> str | None:
    """Timecode of the first picture, from the picture, the container or a timecode track."""
    others = [stream for stream in container.streams if stream.type == "data"]
    for metadata in (video.metadata, container.metadata, *(stream.metadata for stream in others)):
        value = metadata.get("timecode") or metadata.get("TIMECODE")
        if value:
            return str(value)
    return None
