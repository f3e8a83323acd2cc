"""Pictures of a film in the size that the models want: large, few, at known times.

The first pass over a film keeps pictures of 96 pixels; faces and letters need more. Here the film
is decoded once more and one picture in every half second or second is kept as JPEG in the cache, so
that every extractor, and every one that is installed later, finds them there.
"""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np
from numpy.typing import NDArray

from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.video.cache import DEFAULT_CACHE, Cache
from emsync_engine.video.containers import fraction, open_media
from emsync_engine.video.frames import PictureScaler
from emsync_engine.video.mapped import lean_map
from emsync_engine.video.probe import VideoInfo

Picture = NDArray[np.uint8]  # (h, w, 3) RGB

STAGE = "pictures"
VERSION = 1  # raise it when what is kept changes
LONG_SIDE_PX = 640
_QUALITY = 95
_SHORT_FILM_S, _LONG_FILM_S = 300.0, 3600.0
_SHORT_STEP_S, _STEP_S = 0.5, 1.0  # thesis 5.2.2.3: one picture a second

logger = logging.getLogger(__name__)


def picture_step_s(duration_s: float) -> float:
    """Seconds between pictures: 0.5 up to five minutes, 1 up to an hour, then 3,600 pictures."""
    if duration_s <= _SHORT_FILM_S:
        return _SHORT_STEP_S
    return max(_STEP_S, duration_s * _STEP_S / _LONG_FILM_S)


@dataclass(frozen=True, slots=True, eq=False)
class FilmPictures:
    """Pictures as JPEG side by side in one array.

    ``times_s`` (N,) strictly increasing seconds from the film's first picture; picture n lies in
    ``coded[ends[n - 1]:ends[n]]``.
    """

    times_s: NDArray[np.float64]
    ends: NDArray[np.int64]
    coded: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.times_s)

    def __getitem__(self, number: int) -> Picture:
        """One picture, (h, w, 3) uint8 RGB."""
        import cv2

        start = int(self.ends[number - 1]) if number else 0
        pixels = cv2.imdecode(np.asarray(self.coded[start : self.ends[number]]), cv2.IMREAD_COLOR)
        return np.ascontiguousarray(np.asarray(pixels, np.uint8)[..., ::-1])


def film_pictures(
    info: VideoInfo,
    *,
    duration_s: float,
    cache: Cache | None = DEFAULT_CACHE,
    monitor: Monitor = SILENT,
) -> FilmPictures:
    """Decode the pictures of a film, or take what an earlier pass kept.

    VideoUnreadableError where the film cannot be opened. Where the cache cannot be written the
    pictures are held in memory.
    """
    step_s = picture_step_s(duration_s)
    key = f"pictures-{VERSION}-{info.content_hash}-{step_s:.4f}"
    try:
        if cache is None:
            return _in_memory(info, step_s, duration_s, monitor)
        entry = cache.find(key)
        if entry is None:
            with cache.writing(key) as folder:
                _write(folder, info, step_s, duration_s, monitor)
            entry = cache.folder / key
        return _load(entry, in_memory=False)
    except av.error.FFmpegError:  # some are OSErrors too, but say nothing about the disk
        raise
    except OSError as error:
        logger.info("going on without the cache: %s", error)
        return _in_memory(info, step_s, duration_s, monitor)


def _in_memory(info: VideoInfo, step_s: float, duration_s: float, monitor: Monitor) -> FilmPictures:
    with tempfile.TemporaryDirectory(prefix="emsync-") as name:
        _write(Path(name), info, step_s, duration_s, monitor)
        return _load(Path(name), in_memory=True)


def _load(folder: Path, *, in_memory: bool) -> FilmPictures:
    facts = json.loads((folder / "pictures.json").read_text(encoding="utf-8"))
    ends = np.array(facts["ends"], np.int64)
    coded: NDArray[np.uint8] = np.zeros(0, np.uint8)
    if len(ends):
        coded = lean_map(folder / "pictures.jpegs", np.uint8, (int(ends[-1]),))
    return FilmPictures(
        np.array(facts["times_s"], np.float64), ends, np.array(coded) if in_memory else coded
    )


def _write(
    folder: Path, info: VideoInfo, step_s: float, duration_s: float, monitor: Monitor
) -> None:
    times_s: list[float] = []
    ends: list[int] = []
    with (folder / "pictures.jpegs").open("wb") as file:
        for time_s, picture in _pictures(info, step_s):
            monitor.advance(STAGE, min(time_s, duration_s), duration_s)
            ends.append((ends[-1] if ends else 0) + _add(file, picture))
            times_s.append(time_s)
    facts = {"times_s": times_s, "ends": ends}
    (folder / "pictures.json").write_text(json.dumps(facts), encoding="utf-8")


def _add(file: BinaryIO, picture: Picture) -> int:
    import cv2

    _, coded = cv2.imencode(
        ".jpg", np.ascontiguousarray(picture[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
    )
    return file.write(np.asarray(coded, np.uint8).tobytes())


def _pictures(info: VideoInfo, step_s: float) -> Iterator[tuple[float, Picture]]:
    """The first picture at or after every step; steps without any are left out."""
    shown = (info.width, info.height)
    scaler = PictureScaler(shown, info.rotation, long_side=min(LONG_SIDE_PX, max(shown)))
    wanted_s = -1.0
    for time_s, frame in _frames(info):
        if time_s < wanted_s:
            continue
        yield time_s, scaler.scale(frame)
        wanted_s = (np.floor(time_s / step_s + 1e-6) + 1) * step_s - 1e-6


def _frames(info: VideoInfo) -> Iterator[tuple[float, Any]]:
    """Decoded pictures and their seconds from the first, in order; damaged ones are passed over."""
    last_s = -1.0
    with open_media(info.path) as container:
        stream = container.streams[info.video_stream]
        stream.thread_type = "AUTO"
        time_base = fraction(stream.time_base)
        for packet in container.demux([stream]):
            try:
                frames = packet.decode()
            except av.error.FFmpegError as error:
                logger.debug("picture packet at %s: %s", packet.pts, error)
                continue
            for frame in frames:
                base = fraction(frame.time_base) or time_base
                if frame.pts is None or base is None:
                    continue
                time_s = float(frame.pts * base - info.first_picture)
                if time_s > last_s and time_s > -base:
                    last_s = time_s
                    yield max(time_s, 0.0), frame
