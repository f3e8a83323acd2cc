"""The film's sound as one channel on the picture's clock, and its waveform for display."""

from __future__ import annotations

import logging
from fractions import Fraction
from math import sqrt
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np
from numpy.typing import NDArray

from emsync_engine.video.containers import fraction
from emsync_engine.video.mapped import lean_map

AUDIO_RATE = 16_000  # samples per second: enough for speech, events and loudness
PEAKS_PER_S = 100
_JUMP = Fraction(3, 100)  # seconds: a larger step in the timestamps is a gap or an overlap
_FULL, _SHARED, _SURROUND = 0.5, sqrt(0.5), sqrt(0.5) / 2
_WEIGHTS = {
    **{"FL": _FULL, "FR": _FULL, "DL": _FULL, "DR": _FULL, "FC": _SHARED, "LFE": 0.0, "LFE2": 0.0},
    **{"BL": _SURROUND, "BR": _SURROUND, "SL": _SURROUND, "SR": _SURROUND, "BC": _FULL},
    **{"FLC": _FULL, "FRC": _FULL},
}

logger = logging.getLogger(__name__)


def downmix_weights(channels: list[str]) -> NDArray[np.float32]:
    """Weight of each named channel in one mono channel, shape (C,).

    The mean of the left and right of ITU-R BS.775-3's stereo downmix: the centre at -3 dB, the
    surrounds at -3 dB below the fronts, no low-frequency effects. Not scaled down further, so that
    a film's dialogue is as loud in mono as it is in stereo; where the sum passes 1 it is clipped.
    One channel is taken as it is, channels without a known place by their mean.
    """
    if len(channels) == 1:
        return np.ones(1, np.float32)
    if any(name not in _WEIGHTS for name in channels):
        return np.full(len(channels), 1 / len(channels), np.float32)
    return np.array([_WEIGHTS[name] for name in channels], np.float32)


class SoundTrack:
    """Writes sound to a file as mono float32 at ``AUDIO_RATE``, each piece where its time says.

    Samples lie in [-1, 1]. Sample 0 is the first picture; what was heard before it is left out.
    Gaps stay zero, and after a jump in the timestamps resampling starts anew at the right place.

    Parameters
    ----------
    first_picture : container time of the first picture, in seconds
    """

    def __init__(self, file: BinaryIO, *, first_picture: Fraction) -> None:
        self._file = file
        self._first_picture = first_picture
        self._resampler: Any = None
        self._kind: tuple[Any, ...] = ()
        self._piece_start = Fraction(0)  # seconds from the first picture
        self._samples_in = 0
        self._position = 0  # next sample to write, may be negative
        self.pieces_unreadable = 0
        self.has_samples = False

    def add(self, frame: Any) -> None:
        """Take one decoded frame of sound."""
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        expected = self._piece_start + Fraction(self._samples_in, int(frame.sample_rate))
        start = expected
        time_base = fraction(frame.time_base)
        if frame.pts is not None and time_base is not None:
            start = frame.pts * time_base - self._first_picture
        try:
            if self._resampler is None or kind != self._kind or abs(start - expected) > _JUMP:
                self._begin(kind, start)
            frame.pts = None  # the resampler counts samples; time is kept here
            self._samples_in += int(frame.samples)
            for piece in self._resampler.resample(frame):
                self._write(piece)
        except (av.error.FFmpegError, ValueError) as error:
            logger.debug("a piece of sound cannot be converted: %s", error)
            self.pieces_unreadable += 1
            self._resampler = None

    def flush(self) -> None:
        """Let the file hold all that has been written."""
        self._file.flush()

    def finish(self, duration: Fraction) -> None:
        """Write what is left; cut or fill the file to exactly round(duration * rate) samples."""
        self._drain()
        self._file.flush()
        self._file.truncate(4 * round(duration * AUDIO_RATE))

    def _begin(self, kind: tuple[Any, ...], start: Fraction) -> None:
        self._drain()
        self._resampler = av.AudioResampler(format="fltp", rate=AUDIO_RATE)
        self._kind, self._piece_start, self._samples_in = kind, start, 0
        self._position = round(start * AUDIO_RATE)

    def _drain(self) -> None:
        resampler, self._resampler = self._resampler, None
        if resampler is None:
            return
        try:
            for piece in resampler.resample(None):
                self._write(piece)
        except (av.error.FFmpegError, ValueError) as error:
            logger.debug("the end of a stretch of sound is lost: %s", error)

    def _write(self, piece: Any) -> None:
        planes = piece.to_ndarray()  # (C, n) float32
        weights = downmix_weights([channel.name for channel in piece.layout.channels])
        mono = np.clip(weights @ np.nan_to_num(planes), -1, 1)  # damaged sound may hold anything
        before = max(0, -self._position)
        self._file.seek(4 * max(0, self._position))
        self._file.write(mono[before:].astype("<f4").tobytes())
        self._position += mono.size
        self.has_samples = True


def waveform_peaks(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Lowest and highest sample of every hundredth of a second.

    Parameters
    ----------
    samples : (M,) mono at ``AUDIO_RATE``; read block by block, so a memory map is fine

    Returns
    -------
    (ceil(M / 160), 2) float32: minimum, maximum.
    """
    width = AUDIO_RATE // PEAKS_PER_S
    count = -(-samples.size // width)
    peaks = np.zeros((count, 2), np.float32)
    block = 6000  # a minute
    for start in range(0, count, block):
        part = np.asarray(samples[start * width : (start + block) * width])
        whole = part.size // width
        stop = start + whole
        tiles = part[: whole * width].reshape(whole, width)
        peaks[start:stop, 0], peaks[start:stop, 1] = tiles.min(axis=1), tiles.max(axis=1)
        rest = part[whole * width :]
        if rest.size:
            peaks[stop] = rest.min(), rest.max()
    return peaks


def read_samples(path: Path) -> NDArray[np.float32]:
    """Samples written by ``SoundTrack``, mapped rather than read; an empty array for none."""
    if path.stat().st_size == 0:
        return np.zeros(0, np.float32)
    return lean_map(path, "<f4", (path.stat().st_size // 4,))
