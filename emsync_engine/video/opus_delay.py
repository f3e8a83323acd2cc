"""Opus in Matroska and WebM: when its first sound is heard, by the ffmpeg that is installed.

Opus begins 6.5 ms early, and says so (its delay). ffmpeg's Matroska writer has counted that delay
once, twice or not at all from version to version, so it is tried out instead of believed.
"""

from __future__ import annotations

import json
import logging
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from emsync_engine.errors import EmsyncError
from emsync_engine.video.ffmpeg import address, run_ffmpeg

DELAY_S = 312 / 48_000
_NOTICED_S = 0.003
_LIMIT_S = 20.0

logger = logging.getLogger(__name__)


@cache
def opus_shift_s(muxer: str) -> float:
    """Seconds that a track must be moved so that Opus is heard where it belongs; 0 or +-6.5 ms.

    Parameters
    ----------
    muxer : ffmpeg's name of the container: ``matroska`` or ``webm``
    """
    try:
        with tempfile.TemporaryDirectory(prefix="emsync-") as folder:
            place = Path(folder) / "a.mka"
            arguments = ["-f", "lavfi", "-i", "anullsrc=r=48000:cl=stereo:d=0.1"]
            arguments += ["-c:a", "libopus", "-avoid_negative_ts", "disabled", "-f", muxer]
            run_ffmpeg([*arguments, address(place)], stage="mux", total_s=0.1)
            first_s = _first_sound_s(place)
    except (EmsyncError, OSError, ValueError, subprocess.SubprocessError) as error:
        logger.warning("Opus could not be tried out: %s", error)
        return 0.0
    if abs(first_s) < _NOTICED_S:
        return 0.0
    return DELAY_S if first_s < 0 else -DELAY_S


def _first_sound_s(place: Path) -> float:
    """When the first sample is heard, as the container says; ValueError if it does not."""
    command = ["ffprobe", "-v", "error", "-of", "json", "-select_streams", "a:0"]
    command += ["-show_entries", "frame=pts_time", "-read_intervals", "%+#1", address(place)]
    said = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_LIMIT_S, check=True
    ).stdout
    frames = json.loads(said).get("frames", [])
    if not frames or "pts_time" not in frames[0]:
        raise ValueError("there is no sound in what was tried out")
    return float(frames[0]["pts_time"])
