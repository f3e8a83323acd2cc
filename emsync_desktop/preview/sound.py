"""What is heard: the film's own sound and the music, read from any place. No Qt.

Everything is stereo float32 at 48 kHz; sample 0 is the film's first picture.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from emsync_engine.video.probe import VideoInfo

FloatArray = NDArray[np.float32]

RATE = 48_000
BLOCK_S = 8
_BLOCK = BLOCK_S * RATE
_KEPT_BLOCKS = 6
_LEAD_S = Fraction(1, 2)  # decoded before a block, so that the codec has settled

logger = logging.getLogger(__name__)


class MusicSound:
    """A rendered mix, read from its WAV as it is needed."""

    def __init__(self, path: Path) -> None:
        import soundfile

        self._file = soundfile.SoundFile(path)

    def read(self, start: int, count: int) -> FloatArray:
        """(count, 2) samples from a place on; zeros beyond the ends."""
        samples = np.zeros((count, 2), np.float32)
        first = max(start, 0)
        if first < min(start + count, len(self._file)):
            self._file.seek(first)
            got = self._file.read(start + count - first, dtype="float32", always_2d=True)
            samples[first - start : first - start + len(got)] = got[:, :2]
        return samples

    def close(self) -> None:
        self._file.close()


class OriginalSound:
    """The film's own sound, decoded in blocks on a thread of its own, a few of them kept.

    ``read`` never waits: what is not decoded yet is silence, and is asked for.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._blocks: OrderedDict[int, FloatArray] = OrderedDict()
        self._wanted: list[int] = []
        self._wish = threading.Condition()
        self._is_closing = False
        self._thread = threading.Thread(target=self._work, name="original sound", daemon=True)
        self._thread.start()

    def prepare(self, start: int) -> None:
        """Decode what is about to be heard."""
        with self._wish:
            number = max(start, 0) // _BLOCK
            self._ask(number)
            self._ask(number + 1)

    def has(self, start: int) -> bool:
        """Whether the sound at a sample is decoded."""
        with self._wish:
            return max(start, 0) // _BLOCK in self._blocks

    def read(self, start: int, count: int) -> FloatArray:
        """(count, 2) samples from a place on; zeros where there is no sound, or none yet."""
        samples = np.zeros((count, 2), np.float32)
        end = start + count
        with self._wish:
            for number in range(max(start, 0) // _BLOCK, max(end - 1, 0) // _BLOCK + 1):
                block = self._blocks.get(number)
                if block is None:
                    self._ask(number)
                    continue
                first, last = max(start, number * _BLOCK), min(end, (number + 1) * _BLOCK)
                offset = number * _BLOCK
                samples[first - start : last - start] = block[first - offset : last - offset]
            self._ask(max(end, 0) // _BLOCK + 1)
        return samples

    def close(self) -> None:
        """End the thread and wait for it."""
        with self._wish:
            self._is_closing = True
            self._wish.notify()
        self._thread.join()

    def _ask(self, number: int) -> None:
        if number not in self._blocks and number not in self._wanted:
            self._wanted.append(number)
            self._wish.notify()

    def _work(self) -> None:
        from emsync_engine.errors import EmsyncError
        from emsync_engine.video.probe import probe

        try:
            info = probe(self._path)
        except EmsyncError as error:
            logger.info("no original sound: %s", error)
            return
        while True:
            with self._wish:
                self._wish.wait_for(lambda: self._is_closing or bool(self._wanted))
                if self._is_closing:
                    return
                number = self._wanted[0]
            block = _decoded_block(info, number)
            with self._wish:
                self._blocks[number] = block
                self._wanted.remove(number)
                while len(self._blocks) > _KEPT_BLOCKS:
                    self._blocks.popitem(last=False)


def _decoded_block(info: VideoInfo, number: int) -> FloatArray:
    """(BLOCK_S * RATE, 2) samples of one block; zeros where nothing can be decoded."""
    import av

    samples = np.zeros((_BLOCK, 2), np.float32)
    start = number * _BLOCK
    if info.audio_stream is None or start >= info.duration * RATE:
        return samples
    from emsync_engine.video.containers import open_media

    resampler = av.AudioResampler(format="flt", layout="stereo", rate=RATE)
    try:
        with open_media(info.path) as container:
            stream = container.streams[info.audio_stream]
            begin = Fraction(start, RATE) + info.first_picture - _LEAD_S
            if number > 0:
                container.seek(int(begin * 1_000_000))
            for frame in _sound_frames(container, stream):
                for piece in resampler.resample(frame):
                    place = _place(piece, info) - start
                    if place >= _BLOCK:
                        return samples
                    _put(samples, piece.to_ndarray().astype(np.float32).reshape(-1, 2), place)
    except (av.error.FFmpegError, OSError) as error:
        logger.debug("sound of %s at block %d: %s", info.path.name, number, error)
    return samples


def _sound_frames(container: Any, stream: Any) -> Any:
    """Decoded sound to the end; what cannot be decoded is passed over."""
    from av.error import FFmpegError

    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except FFmpegError:
            continue
        yield from (frame for frame in frames if frame.pts is not None)


def _place(piece: Any, info: VideoInfo) -> int:
    """Sample of the film's clock at which a decoded piece starts."""
    time = Fraction(piece.pts) * Fraction(piece.time_base) - info.first_picture
    return round(time * RATE)


def _put(samples: FloatArray, piece: FloatArray, place: int) -> None:
    first, last = max(place, 0), min(place + len(piece), len(samples))
    if first < last:
        samples[first:last] = piece[first - place : last - place]
