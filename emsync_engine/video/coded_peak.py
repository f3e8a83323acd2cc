"""True peaks after lossy coding: what a decoder gives back is measured, not what went in.

AAC and Opus rebuild a wave only nearly, and where it was limited their peaks come out some tenths
of a decibel higher. So the track is coded and decoded on trial, and limited more until its peaks
hold.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.render.loudness import true_peak_dbtp
from emsync_engine.render.mastering import Mastering, mastered
from emsync_engine.render.synthesizer import SAMPLE_RATE
from emsync_engine.video.ffmpeg import address, run_ffmpeg

FloatArray = NDArray[np.float32]

LOSSY: frozenset[str] = frozenset(("aac", "opus"))
MOST_LIMITED = 3
"""Trials with a lower limit; then the whole track is turned down by what is still too much."""

_STEP_DB = 0.02  # lower than what was found, so that the next trial need not be the last but one
_STAGE = "check peaks"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CodedPeak:
    """True peak of the decoded track, at first and in the end, in dBTP; -inf for silence.

    ``limited_db`` and ``lowered_db`` are what that took: peaks alone, or the whole track.
    """

    first_dbtp: float
    dbtp: float
    limited_db: float = 0.0
    lowered_db: float = 0.0
    trials: int = 1


def hold_coded_peak(
    track: FloatArray,
    place: Path,
    codec_arguments: Sequence[str],
    *,
    ceiling_dbtp: float,
    monitor: Monitor = SILENT,
) -> CodedPeak:
    """Limit a track in place until its true peak holds after coding.

    Parameters
    ----------
    track : (N, C) float32 at 48 kHz, mapped from ``place``
    codec_arguments : what ffmpeg is to code the one track with

    Raises
    ------
    ToolMissingError, ToolFailedError, OutputUnwritableError; what ``monitor`` raises.
    """
    first = peak = _decoded_peak(track, place, codec_arguments, monitor)
    limited, lowered, trials = 0.0, 0.0, 1
    ceiling = ceiling_dbtp
    while peak > ceiling_dbtp and trials <= MOST_LIMITED:
        ceiling -= peak - ceiling_dbtp + _STEP_DB
        change = mastered(track, target_lufs=None, ceiling_dbtp=ceiling, monitor=monitor)
        _apply(change, track)
        limited += change.limiting.largest_db
        lowered -= change.gain_db
        peak = _decoded_peak(track, place, codec_arguments, monitor)
        trials += 1
    if peak > ceiling_dbtp:
        down = peak - ceiling_dbtp + 5 * _STEP_DB
        track *= np.float32(10 ** (-down / 20))
        lowered += down
        peak = _decoded_peak(track, place, codec_arguments, monitor)
        trials += 1
    logger.debug("true peak after coding: %.2f, then %.2f dBTP", first, peak)
    return CodedPeak(first, peak, limited, lowered, trials)


def _apply(change: Mastering, track: FloatArray) -> None:
    start = 0
    for chunk in change.applied(track):
        track[start : start + len(chunk)] = chunk
        start += len(chunk)


def _decoded_peak(
    track: FloatArray, place: Path, codec_arguments: Sequence[str], monitor: Monitor
) -> float:
    """True peak of a track that was coded and decoded again, in dBTP."""
    if isinstance(track, np.memmap):
        track.flush()
    count, channels = track.shape
    if count == 0:
        return -math.inf
    coded, decoded = place.with_suffix(".trial.mka"), place.with_suffix(".decoded.f32")
    seconds = count / SAMPLE_RATE
    raw = ["-f", "f32le", "-ar", str(SAMPLE_RATE), "-ac", str(channels)]
    run_ffmpeg(
        [*raw, "-i", address(place), "-map", "0:a:0", *codec_arguments, address(coded)],
        stage=_STAGE,
        total_s=2 * seconds,
        monitor=monitor,
    )
    run_ffmpeg(
        ["-i", address(coded), "-map", "0:a:0", *raw, address(decoded)],
        stage=_STAGE,
        total_s=2 * seconds,
        monitor=monitor,
    )
    heard = np.memmap(decoded, "<f4", "r")
    peak = true_peak_dbtp(heard[: len(heard) // channels * channels].reshape(-1, channels))
    del heard
    coded.unlink()
    decoded.unlink()
    return peak


def peak_words(peak: CodedPeak | None, *, codec: str) -> Sequence[str]:
    """What coding did to the peaks, and what was done about it, as clauses; none if nothing was."""
    if peak is None or peak.trials == 1:
        return ()
    done = [f"peaks were limited by another {peak.limited_db:.1f} dB"] if peak.limited_db else []
    if peak.lowered_db > 0.005:
        done.append(f"the sound was lowered by {peak.lowered_db:.1f} dB")
    return (
        f"decoded from {codec} the true peak is {peak.dbtp:.1f} dBTP, for which "
        f"{' and '.join(done)}",
    )
