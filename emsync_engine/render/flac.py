"""FLAC files: the same samples as the WAV in about half the room."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emsync_engine.errors import OutputUnwritableError
from emsync_engine.output import output_error, written_whole
from emsync_engine.render.synthesizer import SAMPLE_RATE
from emsync_engine.render.wav import Broadcast

_PIECE = 1 << 16
_ROOM_BYTES = 1 << 20


def write_flac(samples: NDArray[np.float32], path: Path, *, about: Broadcast | None = None) -> None:
    """Write (N, C) samples in [-1, 1] as FLAC of 24 bits at 48 kHz.

    FLAC has no place for a start time: the comment says it, as samples since midnight.
    OutputUnwritableError if the file cannot be written; what was there then stays.
    """
    import soundfile

    with written_whole(path) as partial:
        partial.touch(exist_ok=False)  # so that the system's own reason is known
        try:
            with soundfile.SoundFile(
                partial, "w", SAMPLE_RATE, samples.shape[1], subtype="PCM_24", format="FLAC"
            ) as file:
                if about is not None:
                    file.title = about.description
                    file.comment = f"time reference {about.time_reference} samples"
                for start in range(0, len(samples), _PIECE):
                    # whole numbers of its own: the library would scale by another factor
                    piece = samples[start : start + _PIECE].astype(np.float64)
                    whole = np.clip(np.rint(piece * (1 << 23)), -(1 << 23), (1 << 23) - 1)
                    file.write(whole.astype(np.int32) << 8)
        except (soundfile.SoundFileError, AssertionError) as error:  # the latter for a short write
            if shutil.disk_usage(partial.parent).free < _ROOM_BYTES:
                raise output_error(path, OSError(errno.ENOSPC, "")) from error
            raise OutputUnwritableError(path, "the sound library failed") from error
