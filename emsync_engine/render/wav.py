"""WAV files: 24 bits, 48 kHz, whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emsync_engine.errors import OutputUnwritableError
from emsync_engine.output import written_whole
from emsync_engine.render.synthesizer import SAMPLE_RATE


def write_wav(samples: NDArray[np.float32], path: Path) -> None:
    """Write (N, 2) or (N,) samples in [-1, 1] as PCM of 24 bits; one file frame per sample.

    OutputUnwritableError if the file cannot be written; what was there then stays.
    """
    import soundfile

    channels = 1 if samples.ndim == 1 else samples.shape[1]
    with written_whole(path) as partial:
        partial.touch(exist_ok=False)  # so that the system's own reason is known
        try:
            with soundfile.SoundFile(
                partial, "w", SAMPLE_RATE, channels, subtype="PCM_24", format="WAV"
            ) as file:
                file.write(samples)
        except soundfile.SoundFileError as error:
            raise OutputUnwritableError(path, _reason(partial)) from error
        except AssertionError as error:  # soundfile's word for a short write
            raise OutputUnwritableError(path, "the disk is full") from error


def _reason(partial: Path) -> str:
    free = shutil.disk_usage(partial.parent).free
    return "the disk is full" if free < 1 << 20 else "the sound library failed"
