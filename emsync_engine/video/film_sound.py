"""The sound of a scored film: its own sound and the music, in one track or each in its own."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from emsync_engine.errors import OutputUnwritableError, ToolFailedError
from emsync_engine.features.speech import SpeechSpan, speech_spans
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.output import output_error
from emsync_engine.project.ducking import Ducking
from emsync_engine.render.ducking import DuckingCurve, ducking_curve
from emsync_engine.render.loudness import CHUNK
from emsync_engine.render.mastering import Mastering, mastered
from emsync_engine.render.synthesizer import SAMPLE_RATE
from emsync_engine.video.ffmpeg import FULL_DISK_SIGNS, input_arguments, run_ffmpeg

FloatArray = NDArray[np.float32]

MUSIC_UNDER_DB = -6.0
"""Level of the music under an original that sounds, where nobody speaks."""

LAYOUTS = {6: "5.1", 8: "7.1"}
_SILENT_DBFS = -60.0
_SPEECH_RATE = 16_000


@dataclass(frozen=True, slots=True)
class FilmSound:
    """Where the film's own sound is: its stream, how many channels it is mixed in, and when.

    ``start`` and ``samples`` count from the container's start at 48 kHz.
    """

    path: Path
    input_options: tuple[str, ...]
    clock_arguments: tuple[str, ...]
    stream: int
    channels: int
    is_mono: bool
    start: int
    samples: int


@dataclass(frozen=True, slots=True, eq=False)
class Blend:
    """What became of music under an original sound.

    ``music_db`` is 0 where the original is silent. ``mastering`` kept the track's peaks down, and
    brought it to a loudness where one was asked for.
    """

    music_db: float
    curve: DuckingCurve
    spans: tuple[SpeechSpan, ...]
    mastering: Mastering


def read_sound(sound: FilmSound, place: Path, *, monitor: Monitor = SILENT) -> FloatArray:
    """The film's sound as (N, C) float32 at 48 kHz in a file, gaps and a late start filled in.

    Through whole numbers it is clipped where every player clips it: damaged sound can decode to
    values far beyond full scale.
    """
    layout = LAYOUTS.get(sound.channels, "stereo")
    # one channel keeps its level on both sides, where ffmpeg would lower it by 3 dB
    spread = ",pan=stereo|c0=c0|c1=c0" if sound.is_mono else ""
    end = sound.start + sound.samples
    graph = (
        f"[0:{sound.stream}]aresample={SAMPLE_RATE}:async=1:first_pts=0{spread},"
        f"aformat=sample_fmts=s32:channel_layouts={layout},aformat=sample_fmts=flt,"
        f"atrim=start_sample={sound.start}:end_sample={end}[out]"
    )
    arguments = [*input_arguments(sound.path, *sound.input_options), "-filter_complex", graph]
    arguments += ["-map", "[out]", "-f", "f32le", f"file:{place}", *sound.clock_arguments]
    try:
        run_ffmpeg(
            arguments, stage="read sound", total_s=sound.samples / SAMPLE_RATE, monitor=monitor
        )
    except ToolFailedError as error:
        if any(sign in error.last_output.lower() for sign in FULL_DISK_SIGNS):
            raise OutputUnwritableError(place.parent.parent, "the disk is full") from error
        raise
    return new_track(place, sound.samples, sound.channels)


def new_track(place: Path, samples: int, channels: int) -> FloatArray:
    """(N, C) float32 in a file, what is in it already kept and silence after that.

    OutputUnwritableError, naming the folder for temporary files, if there is no room.
    """
    wanted = samples * channels * 4
    try:
        with place.open("ab") as file:
            file.truncate(wanted)
            _reserve(file, wanted)
    except OSError as error:
        raise output_error(place.parent.parent, error) from error
    if wanted == 0:
        return np.zeros((0, channels), np.float32)
    return np.memmap(place, "<f4", "r+", shape=(samples, channels))


def _reserve(file: BinaryIO, size: int) -> None:
    """Take the room on the disk now: a full one would end the program when memory is written."""
    if size > 0 and hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, size)


def spoken_spans(sound: FloatArray, *, monitor: Monitor = SILENT) -> tuple[SpeechSpan, ...]:
    """Where somebody speaks in (N, C) samples at 48 kHz."""
    from scipy.signal import resample_poly

    pieces = [
        resample_poly(_voice(piece), 1, SAMPLE_RATE // _SPEECH_RATE).astype(np.float32)
        for _, piece in _pieces(sound)
    ]
    mono = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
    return speech_spans(mono, _SPEECH_RATE, monitor=monitor)


def _voice(piece: FloatArray) -> FloatArray:
    """Where voices are: the middle of a stereo sound, with the centre of a surround sound."""
    voice = (piece[:, 0] + piece[:, 1]) / np.float32(2)
    if piece.shape[1] > 2:
        voice = (voice + piece[:, 2]) / np.float32(2)
    return voice


def blend_under(
    track: FloatArray,
    music: FloatArray,
    *,
    delay: int,
    ducking: Ducking,
    loudness_lufs: float | None,
    ceiling_dbtp: float,
    monitor: Monitor = SILENT,
) -> Blend:
    """Lay music under a film's sound, in its place: softer throughout, and softer yet under speech.

    Parameters
    ----------
    track : (N, C) the film's sound, which the mixture replaces; the music goes to the front
    music : (M, 2) from sample ``delay`` of the track on
    loudness_lufs : of the mixture; None leaves the film's own level
    """
    monitor.advance("blend", 0, 3)
    has_nothing = is_silent(track)
    spans = () if has_nothing or not ducking.is_on else spoken_spans(track, monitor=monitor)
    curve = ducking_curve(spans, ducking, len(track) / SAMPLE_RATE)
    music_db = 0.0 if has_nothing else MUSIC_UNDER_DB
    monitor.advance("blend", 1, 3)
    _add(track, music, delay=delay, gain=10 ** (music_db / 20), curve=curve)
    monitor.advance("blend", 2, 3)
    mastering = mastered(
        track, target_lufs=loudness_lufs, ceiling_dbtp=ceiling_dbtp, monitor=monitor
    )
    if mastering.gain_db or mastering.limiting.largest_db:
        start = 0
        for chunk in mastering.applied(track):
            track[start : start + len(chunk)] = chunk
            start += len(chunk)
    return Blend(music_db, curve, spans, mastering)


def _add(
    track: FloatArray, music: FloatArray, *, delay: int, gain: float, curve: DuckingCurve
) -> None:
    for start, piece in _pieces(music[: max(len(track) - delay, 0)]):
        gains = curve.gains(start + delay, len(piece)) * np.float32(gain)
        track[start + delay : start + delay + len(piece), :2] += piece * gains


def lay_alone(track: FloatArray, music: FloatArray, *, delay: int) -> None:
    """Put music into a track of its own: (M, 2) from sample ``delay`` on."""
    _add(track, music, delay=delay, gain=1.0, curve=DuckingCurve(np.zeros(0)))


def is_silent(track: FloatArray) -> bool:
    """Whether there is nothing to be heard in a film's sound."""
    return _peak(track) < 10 ** (_SILENT_DBFS / 20)


def _peak(track: FloatArray) -> float:
    return max((float(np.max(np.abs(piece))) for _, piece in _pieces(track)), default=0.0)


def _pieces(samples: FloatArray) -> Iterator[tuple[int, FloatArray]]:
    for start in range(0, len(samples), CHUNK):
        yield start, samples[start : start + CHUNK]


def blend_words(blend: Blend) -> Sequence[str]:
    """What was done to the music and to the mixture, as clauses."""
    if blend.music_db == 0:
        words = ["the original sound is silent, so the music was mixed in at full level"]
    else:
        words = [f"the music was mixed {-blend.music_db:.0f} dB under the original sound"]
    if blend.curve.share > 0:
        deepest = float(blend.curve.reduction_db.max())
        words[0] += (
            f", and {deepest:.0f} dB softer still where somebody speaks "
            f"({100 * blend.curve.share:.0f} % of the time)"
        )
    mastering = blend.mastering
    if mastering.target_lufs is not None and math.isfinite(mastering.after.integrated_lufs):
        words.append(f"the film's sound is at {mastering.after.integrated_lufs:.1f} LUFS")
        if not mastering.is_met:
            words[-1] += f" instead of {mastering.target_lufs:.1f}"
    elif mastering.gain_db < -0.05:
        words.append(f"both were lowered by {-mastering.gain_db:.1f} dB")
    if mastering.limiting.largest_db >= 0.05:
        words.append(
            f"peaks were limited by {mastering.limiting.largest_db:.1f} dB at most, "
            "so that nothing clips"
        )
    return words
