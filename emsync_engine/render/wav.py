"""WAV files: 24 bits, 48 kHz, whole or not at all; Broadcast Wave where there is more to say."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from emsync_engine import __version__
from emsync_engine.output import written_whole
from emsync_engine.render.loudness import Loudness
from emsync_engine.render.mastering import AtLevel
from emsync_engine.render.synthesizer import SAMPLE_RATE

_PIECE = 1 << 16  # samples that are packed at a time
_LARGEST_RIFF = (1 << 32) - 1
_PCM, _FLOAT = 1, 3
_FULL_SCALE = 1 << 23
_UNKNOWN_LEVEL = 0x7FFF  # EBU Tech 3285: a value that is not given


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What a ``bext`` chunk tells (EBU Tech 3285, version 2).

    ``start_s`` is the time of the first sample since midnight in seconds, as the film's timecode
    counts it: an editor puts the sound there. The date is left out, so that the same music is the
    same file.
    """

    start_s: Fraction = Fraction(0)
    description: str = ""
    loudness: Loudness | None = None
    true_peak_dbtp: float | None = None

    @property
    def time_reference(self) -> int:
        """Samples since midnight; a start before it counts from midnight itself."""
        return max(round(self.start_s * SAMPLE_RATE), 0)


def write_wav(
    samples: NDArray[np.float32] | AtLevel,
    path: Path,
    *,
    broadcast: Broadcast | None = None,
    is_float: bool = False,
) -> None:
    """Write (N, C) or (N,) samples in [-1, 1] as PCM of 24 bits; one file frame per sample.

    Parameters
    ----------
    is_float : 32 bits with a decimal point, for what would pass full scale

    OutputUnwritableError if the file cannot be written; what was there then stays.
    """
    channels = 1 if len(samples.shape) == 1 else samples.shape[1]
    width = (4 if is_float else 3) * channels
    with written_whole(path) as partial, partial.open("xb") as file:
        _write_head(file, len(samples) * width, channels, broadcast, is_float)
        for piece in _packed(samples, is_float):
            file.write(piece)
        if len(samples) * width % 2:
            file.write(b"\0")


def _packed(samples: NDArray[np.float32] | AtLevel, is_float: bool) -> Iterator[bytes]:
    """Samples as the file holds them, piece by piece."""
    for start in range(0, len(samples), _PIECE):
        piece = samples[start : start + _PIECE]
        if is_float:
            yield piece.astype("<f4", copy=False).tobytes()
        else:
            whole = np.rint(piece.astype(np.float64) * _FULL_SCALE)
            whole = np.clip(whole, -_FULL_SCALE, _FULL_SCALE - 1).astype("<i4")
            yield whole.reshape(-1, 1).view(np.uint8)[:, :3].tobytes()


def _write_head(
    file: BinaryIO, data_bytes: int, channels: int, broadcast: Broadcast | None, is_float: bool
) -> None:
    """Everything before the samples; RF64 (EBU Tech 3306) beyond 4 GB."""
    bits = 32 if is_float else 24
    frame = channels * bits // 8
    kind = _FLOAT if is_float else _PCM
    form = struct.pack("<HHIIHH", kind, channels, SAMPLE_RATE, SAMPLE_RATE * frame, frame, bits)
    chunks = _chunk(b"bext", _bext(broadcast)) if broadcast is not None else b""
    chunks += _chunk(b"fmt ", form)
    if is_float:
        chunks += _chunk(b"fact", struct.pack("<I", min(data_bytes // frame, _LARGEST_RIFF)))
    size = 4 + len(chunks) + 8 + data_bytes + data_bytes % 2
    if size <= _LARGEST_RIFF:
        file.write(b"RIFF" + struct.pack("<I", size) + b"WAVE" + chunks)
        file.write(b"data" + struct.pack("<I", data_bytes))
        return
    sizes = struct.pack("<QQQI", size + 36, data_bytes, data_bytes // frame, 0)
    file.write(b"RF64" + struct.pack("<I", _LARGEST_RIFF) + b"WAVE")
    file.write(_chunk(b"ds64", sizes) + chunks + b"data" + struct.pack("<I", _LARGEST_RIFF))


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _bext(broadcast: Broadcast) -> bytes:
    reading = broadcast.loudness
    levels = (
        (None,) * 5
        if reading is None
        else (
            reading.integrated_lufs,
            reading.range_lu,
            broadcast.true_peak_dbtp,
            reading.momentary_lufs,
            reading.short_term_lufs,
        )
    )
    history = f"A=PCM,F={SAMPLE_RATE},W=24,M=stereo,T=EMSYNC Desktop {__version__}\r\n"
    return struct.pack(
        "<256s32s32s10s8sQH64s5h180s",
        _text(broadcast.description, 256),
        _text(f"EMSYNC Desktop {__version__}", 32),
        b"",
        b"",
        b"",
        broadcast.time_reference,
        2,
        b"",
        *(_hundredths(level) for level in levels),
        b"",
    ) + history.encode("ascii")


def _text(words: str, length: int) -> bytes:
    """ASCII of at most a length: what the format takes."""
    return words.encode("ascii", "replace")[:length]


def _hundredths(level: float | None) -> int:
    if level is None or not math.isfinite(level):
        return _UNKNOWN_LEVEL
    return max(min(round(level * 100), _UNKNOWN_LEVEL - 1), -_UNKNOWN_LEVEL)
