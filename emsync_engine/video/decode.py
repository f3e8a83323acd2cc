"""One pass over a film: small pictures with exact times, sound, thumbnails, waveform."""

from __future__ import annotations

import json
import logging
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from emsync_engine.errors import VideoUnreadableError
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.output import output_error, output_reason
from emsync_engine.timing import FrameRate
from emsync_engine.video.arriving import Arrivals, Onlooker, glance, parts_of_all
from emsync_engine.video.audio import (
    AUDIO_RATE,
    PEAKS_PER_S,
    SoundTrack,
    read_samples,
    waveform_peaks,
)
from emsync_engine.video.cache import DEFAULT_CACHE, Cache
from emsync_engine.video.clock import PictureTimes, picture_times
from emsync_engine.video.containers import fraction, open_media
from emsync_engine.video.film_pass import BeginAgain, FilmPass, opened_pictures, read_file
from emsync_engine.video.frames import PictureScaler
from emsync_engine.video.mapped import lean_map
from emsync_engine.video.probe import VideoInfo
from emsync_engine.video.standstill import Standstill, forget_standstill, read_standstill
from emsync_engine.video.thumbnails import LONG_SIDE_PX as STILL_PX
from emsync_engine.video.thumbnails import StillStrip, thumbnail_step

STAGE = "decode"
DECODING_VERSION = 4  # raise it when what is kept changes; older entries are then not found
SMALL_LONG_SIDE_PX = 96

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class DecodedVideo:
    """What every later stage sees of a film.

    Attributes
    ----------
    info : with duration, frame count, frame rate and ``is_vfr`` as decoding found them
    pts : (N,) int64, strictly increasing from 0, in units of ``time_base`` seconds
    frames : (N, h, w, 3) uint8 RGB, upright, square pixels, long side 96; mapped from the cache
    audio : (M,) float32 mono at ``audio_rate``; sample 0 is the first picture, M is exactly
        round(duration * rate); zeros where there is no sound
    has_audio : False if the film has no sound stream; True for a silent one
    stills : (K, H, W, 3) uint8 RGB, long side 192 at most, about one a second; mapped as well
    still_times_s : (K,) float64, seconds
    peaks : (P, 2) minimum and maximum of the sound, ``peaks_per_s`` a second
    warnings : sentences about what was damaged or missing
    """

    info: VideoInfo
    pts: NDArray[np.int64]
    time_base: Fraction
    frames: NDArray[np.uint8]
    audio: NDArray[np.float32]
    audio_rate: int
    has_audio: bool
    stills: NDArray[np.uint8]
    still_times_s: NDArray[np.float64]
    peaks: NDArray[np.float32]
    peaks_per_s: int
    warnings: tuple[str, ...]

    def times_s(self) -> NDArray[np.float64]:
        """(N,) float64, seconds from the first picture at which each picture appears."""
        return self.pts.astype(np.float64) * float(self.time_base)

    @property
    def thumbnails(self) -> NDArray[np.uint8]:
        """(T, H, W, 3) the stills for the strip above the timeline, at most 600."""
        return np.array(self.stills[:: thumbnail_step(len(self.stills))])

    @property
    def thumbnail_times_s(self) -> NDArray[np.float64]:
        """(T,) float64, seconds."""
        return self.still_times_s[:: thumbnail_step(len(self.stills))]

    def time_of(self, frame: int) -> Fraction:
        """Exact time at which a picture appears, in seconds from the first."""
        return int(self.pts[frame]) * self.time_base


def decode(
    info: VideoInfo,
    *,
    monitor: Monitor = SILENT,
    cache: Cache | None = DEFAULT_CACHE,
    onlooker: Onlooker | None = None,
) -> DecodedVideo:
    """Decode a film once, or take what an earlier pass kept.

    An ``onlooker`` sees pictures and sound as they come: a few from all over the film before the
    pass begins, then all of them; at once where they were kept. A pass over a long film that was
    stopped is kept for a day, and the next one goes on at the last key picture.

    Damaged parts are counted, reported in ``warnings`` and passed over. Without a cache (None, or
    a cache folder that cannot be written or is full, which ``warnings`` then tell) everything is
    held in memory: a gigabyte an hour. VideoUnreadableError if not one picture can be decoded;
    OutputError if not even the folder for temporary files has room.
    """
    if cache is None:
        return _decoded_in_memory(info, monitor, onlooker)
    key = _key(info)
    try:
        _require_writable(cache)
        entry = cache.find(key)
        if entry is None:
            with cache.continuing(key) as folder:
                _decode_into(folder, info, monitor, onlooker)
            entry = cache.folder / key
            onlooker = None  # it has seen everything
    except av.error.FFmpegError:  # some are OSErrors too, but say nothing about the disk
        raise
    except OSError as error:
        logger.info("going on without the cache: %s", error)
        video = _decoded_in_memory(info, monitor, onlooker)
        return replace(video, warnings=(*video.warnings, _without_cache(cache, error)))
    monitor.advance(STAGE, float(info.duration), float(info.duration))
    video = _load(entry, info, in_memory=False)
    if onlooker is not None:
        known = (video.info, video.thumbnails, video.thumbnail_times_s, video.peaks)
        for part in parts_of_all(*known):
            onlooker(part)
    return video


def is_kept(info: VideoInfo, cache: Cache = DEFAULT_CACHE) -> bool:
    """Whether an earlier pass over a film was kept, as far as a glance tells."""
    return (cache.folder / _key(info)).is_dir()


def _key(info: VideoInfo) -> str:
    return f"decoded-{DECODING_VERSION}-{info.content_hash}"


def _decoded_in_memory(
    info: VideoInfo, monitor: Monitor, onlooker: Onlooker | None
) -> DecodedVideo:
    try:
        with tempfile.TemporaryDirectory(prefix="emsync-") as name:
            _decode_into(Path(name), info, monitor, onlooker)
            return _load(Path(name), info, in_memory=True)
    except av.error.FFmpegError:
        raise
    except OSError as error:
        raise output_error(Path(tempfile.gettempdir()), error) from error


def _without_cache(cache: Cache, error: OSError) -> str:
    """What is said once, where a film is read without keeping anything for the next time."""
    return (
        f"The cache folder {cache.folder} cannot be used ({output_reason(error)}), so nothing of "
        "this film is kept for the next time."
    )


def _decode_into(
    folder: Path, info: VideoInfo, monitor: Monitor, onlooker: Onlooker | None
) -> None:
    """Fill a folder with what one pass over a film gives; it goes on where an earlier one stopped.

    Pictures are decoded several at a time. When one of them fails, the library drops the others
    under way, as many as there are processor cores; a damaged film is therefore started again with
    one picture at a time, so that only what is damaged is lost, and the same on every machine.
    """
    started = time.perf_counter()
    if onlooker is not None:
        glance(info, onlooker, monitor=monitor)
    ways: tuple[tuple[Standstill | None, bool], ...] = ((None, True), (None, False))
    if (known := read_standstill(folder)) is not None:
        ways = ((known, True), *ways)
    for start, is_hurried in ways:
        try:
            work, times = _pass_over(folder, info, monitor, onlooker, start, is_hurried=is_hurried)
            break
        except BeginAgain as reason:
            logger.info("%s is read from its start: %s", info.path.name, reason)
            forget_standstill(folder)
    forget_standstill(folder)
    _keep(folder, work, times)
    logger.info(
        "decoded %d pictures of %s in %.1f s",
        len(work.ticks),
        info.path.name,
        time.perf_counter() - started,
    )


def _pass_over(
    folder: Path,
    info: VideoInfo,
    monitor: Monitor,
    onlooker: Onlooker | None,
    start: Standstill | None,
    *,
    is_hurried: bool,
) -> tuple[FilmPass, PictureTimes]:
    shown = (info.width, info.height)
    small = PictureScaler(shown, info.rotation, long_side=SMALL_LONG_SIDE_PX)
    still = PictureScaler(shown, info.rotation, long_side=min(STILL_PX, max(shown)))
    with (
        opened_pictures(
            folder / "frames.rgb", small, len(start.ticks) if start else None
        ) as pictures,
        opened_pictures(
            folder / "stills.rgb", still, len(start.still_times_s) if start else None
        ) as stills,
        (folder / "audio.f32").open("wb") as sound,
    ):
        work = FilmPass(
            info=info,
            monitor=monitor,
            pictures=pictures,
            small=small,
            stills=StillStrip(still, stills),
            still_pictures=stills,
            sound=SoundTrack(sound, first_picture=info.first_picture),
            arrivals=Arrivals(info, onlooker, folder / "audio.f32") if onlooker else None,
            keeps_in=folder if is_hurried else None,
        )
        if start is not None:
            work.go_on_from(start)
        read_file(work, is_hurried=is_hurried)
        if not work.ticks:
            raise VideoUnreadableError(info.path, "not one picture in it can be decoded")
        rate = info.frame_rate.ratio
        times = picture_times(work.ticks, work.time_base, rate, last_duration=work.last_duration)
        work.sound.finish(times.duration)
        if work.arrivals is not None:
            work.arrivals.tell()
    return work, times


def _keep(folder: Path, work: FilmPass, times: PictureTimes) -> None:
    """Write what goes beside the pictures and the sound."""
    np.save(folder / "pts.npy", times.pts)
    np.save(folder / "still_times.npy", work.stills.times_s)
    np.save(folder / "peaks.npy", waveform_peaks(read_samples(folder / "audio.f32")))
    facts = {
        "shape": [len(work.ticks), work.small.height, work.small.width, 3],
        "still_shape": list(work.stills.shape),
        "time_base": str(times.time_base),
        "frame_rate": str(times.rate),
        "duration": str(times.duration),
        "is_vfr": times.is_vfr and (work.info.is_vfr or not work.faults),
        "warnings": list(_warnings(work, times)),
    }
    (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")


def _warnings(work: FilmPass, times: PictureTimes) -> Iterator[str]:
    if work.unreadable_packets or work.damaged_pictures:
        yield (
            "The picture stream is damaged: pieces that could not be decoded: "
            f"{work.unreadable_packets}; pictures with faults: {work.damaged_pictures}."
        )
    if work.misplaced_pictures:
        yield f"Pictures left out because their time is out of order: {work.misplaced_pictures}."
    if work.read_failures:
        yield "The file is damaged or cut off; what could be read was used."
    missing_s = float(_stated_duration(work.info) - times.duration)
    if missing_s > 1:
        yield (
            f"The pictures end after {float(times.duration):.2f} s, {missing_s:.2f} s earlier than "
            "the file says; it was probably cut off."
        )
    faults = work.unreadable_sound + work.sound.pieces_unreadable
    if work.info.audio_stream is not None and not work.sound.has_samples:
        yield "The sound stream holds nothing that can be decoded."
    elif faults:
        yield f"The sound stream is damaged: pieces that could not be decoded: {faults}."


def _stated_duration(info: VideoInfo) -> Fraction:
    """Length that the container claims for its picture; that of ``info`` if it claims none."""
    with open_media(info.path) as container:
        stream = container.streams[info.video_stream]
        time_base = fraction(stream.time_base)
        stated = stream.duration * time_base if stream.duration and time_base else Fraction(0)
    return max(info.duration, stated)


def _load(folder: Path, info: VideoInfo, *, in_memory: bool) -> DecodedVideo:
    facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
    shape = tuple(facts["shape"])
    frames: NDArray[np.uint8] = lean_map(folder / "frames.rgb", np.uint8, shape)
    stills: NDArray[np.uint8] = lean_map(
        folder / "stills.rgb", np.uint8, tuple(facts["still_shape"])
    )
    audio = read_samples(folder / "audio.f32")
    if in_memory:
        frames, stills, audio = np.array(frames), np.array(stills), np.array(audio)
    found = replace(
        info,
        duration=Fraction(facts["duration"]),
        frame_rate=FrameRate(Fraction(facts["frame_rate"])),
        frame_count=shape[0],
        is_vfr=bool(facts["is_vfr"]),
    )
    return DecodedVideo(
        info=found,
        pts=np.load(folder / "pts.npy"),
        time_base=Fraction(facts["time_base"]),
        frames=frames,
        audio=audio,
        audio_rate=AUDIO_RATE,
        has_audio=info.audio_stream is not None,
        stills=stills,
        still_times_s=np.load(folder / "still_times.npy"),
        peaks=np.load(folder / "peaks.npy"),
        peaks_per_s=PEAKS_PER_S,
        warnings=tuple(facts["warnings"]),
    )


def _require_writable(cache: Cache) -> None:
    """OSError if nothing can be written in the cache folder."""
    cache.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=cache.folder):
        pass
