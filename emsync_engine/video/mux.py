"""Music into the film: the picture copied, the original sound kept, everything else survives."""

from __future__ import annotations

import logging
import math
import re
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emsync_engine.errors import (
    InputUnusableError,
    OutputError,
    OutputUnwritableError,
    ToolFailedError,
)
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.output import written_whole
from emsync_engine.render.wav import write_wav
from emsync_engine.video.ffmpeg import (
    FULL_DISK_SIGNS,
    address,
    input_arguments,
    run_ffmpeg,
)
from emsync_engine.video.film_container import (
    AudioPlacement,
    ContainerPlan,
    Source,
    Stream,
    copied_sounds,
    plan_container,
    read_source,
    subtitle_codec,
)

__all__ = ["MuxResult", "mux"]

MUSIC_UNDER_DB = -6.0
"""Level of the music under an original that sounds: a fixed balance that keeps speech in front."""

_RATE = 48_000
_SILENT_DBFS = -60.0
_CEILING_DBFS = -1.0
_LAYOUTS = {6: "5.1", 8: "7.1"}
_BITS_PER_CHANNEL = 128_000
_PEAK = re.compile(r"(original|mixture).*Peak level dB:\s*(-?[\d.]+|-?inf)")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MuxResult:
    """A film on disk; ``how`` says in one sentence what was done with picture and sound."""

    path: Path
    container: str
    how: str


@dataclass(frozen=True, slots=True)
class _Job:
    """One film and its music; ``delay`` and ``end`` in samples from the container's start."""

    film: Source
    sound: Stream | None  # the film's own
    music: Path
    samples: int
    plan: ContainerPlan
    audio: AudioPlacement

    @property
    def delay(self) -> int:
        return round(self.film.picture_offset_s * _RATE)

    @property
    def end(self) -> int:
        return max(self.delay + self.samples, 1)

    @property
    def inputs(self) -> list[str]:
        # AVI states no presentation times: they are made from the order of decoding
        options = ("-fflags", "+genpts") if "avi" in self.film.format_names else ()
        return [*input_arguments(self.film.path, *options), *input_arguments(self.music)]


@dataclass(frozen=True, slots=True)
class _Balance:
    """Gains in dB: of the music, and of the mixture, which must not clip."""

    music_db: float
    mixture_db: float


def mux(
    source: Path,
    music: Path | NDArray[np.float32],
    output: Path,
    *,
    audio: AudioPlacement = "under",
    audio_stream: int | None = None,
    monitor: Monitor = SILENT,
) -> MuxResult:
    """Put music into a film without touching its picture.

    The picture stream is copied packet by packet; subtitles, chapters, metadata and rotation go
    with it. The music begins with the first picture, wherever its time stands in the container,
    and the track that holds it ends with the music, which is as long as the picture.

    Parameters
    ----------
    music : WAV file of 48 kHz, or (N, 2) samples; N = round(picture duration x 48000)
    output : its extension says the container and should be that of ``choose_container``; an
        existing file is replaced, the source never
    audio : ``under`` mixes the music 6 dB lower under the film's sound, lowering both by one fixed
        gain where they would clip (at full level if that sound is silent or missing), ``beside``
        adds it as the second track, ``instead`` leaves the original sound out
    audio_stream : index of the film's sound among all streams; the first sound by default

    Raises
    ------
    VideoUnreadableError, OutputError, ToolMissingError, ToolFailedError; what ``monitor`` raises,
    after ffmpeg has ended. Nothing half written is left behind.
    """
    started = time.perf_counter()
    film = read_source(source)
    _require_other_file(source, output)
    plan = plan_container(film, audio)
    if output.suffix.lower() != plan.extension:
        raise OutputError(
            f"{output.name} must end in {plan.extension}, "
            f"because the film goes into {plan.container.name}: {plan.why}."
        )
    sound = _film_sound(film, audio_stream)
    with ExitStack() as stack:
        if not isinstance(music, Path):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="emsync-")))
            write_wav(music, folder / "music.wav")
            music = folder / "music.wav"
        job = _Job(film, sound, music, _sample_count(music), plan, audio)
        balance = _measured_balance(job, monitor) if audio == "under" and sound else None
        _write_film(job, balance, output, monitor)
    logger.info("muxed %s in %.2f s", output.name, time.perf_counter() - started)
    return MuxResult(output, plan.container.name, _sentence(job, balance))


def _write_film(job: _Job, balance: _Balance | None, output: Path, monitor: Monitor) -> None:
    with written_whole(output) as partial:
        partial.touch(exist_ok=False)  # so that the system's own reason is known
        arguments = [*job.inputs, "-filter_complex", _graph(job, balance)]
        arguments += [*_stream_arguments(job), *_muxer_arguments(job), address(partial)]
        try:
            run_ffmpeg(arguments, stage="mux", total_s=job.end / _RATE, monitor=monitor)
        except ToolFailedError as error:
            if any(sign in error.last_output.lower() for sign in FULL_DISK_SIGNS):
                raise OutputUnwritableError(output, "the disk is full") from error
            raise


def _require_other_file(source: Path, output: Path) -> None:
    if output.exists() and output.samefile(source):
        raise OutputError(f"{output} is the source film itself; choose another name.")


def _film_sound(film: Source, audio_stream: int | None) -> Stream | None:
    sounds = film.of_kind("audio")
    if audio_stream is None:
        return sounds[0] if sounds else None
    for stream in sounds:
        if stream.index == audio_stream:
            return stream
    raise InputUnusableError(f"{film.path.name} has no sound stream {audio_stream}.")


def _sample_count(music: Path) -> int:
    import soundfile

    try:
        info = soundfile.info(music)
    except soundfile.SoundFileError as error:
        raise InputUnusableError(f"{music.name} is not a sound file that can be read.") from error
    if info.samplerate != _RATE:
        raise InputUnusableError(f"{music.name} has {info.samplerate} Hz instead of {_RATE}.")
    return int(info.frames)


def _measured_balance(job: _Job, monitor: Monitor) -> _Balance:
    """Gains for music under an original, from one pass over the sound alone."""
    measure = "astats@{}=measure_perchannel=none:measure_overall=Peak_level"
    graph = (
        f"{_original(job)},atrim=end_sample={job.end},asplit[o][p];"
        f"[p]{measure.format('original')},anullsink;"
        f"{_music(job, MUSIC_UNDER_DB)}[m];"
        f"[o][m]amix=inputs=2:duration=longest:normalize=0,{measure.format('mixture')}[out]"
    )
    log = run_ffmpeg(
        [*job.inputs, "-filter_complex", graph, "-map", "[out]", "-f", "null", "-"],
        stage="measure sound",
        total_s=job.end / _RATE,
        log_level="info",
        monitor=monitor,
    )
    peaks = {name: float(value) for name, value in _PEAK.findall(log)}
    if peaks.get("original", -math.inf) < _SILENT_DBFS:
        return _Balance(0.0, 0.0)
    return _Balance(MUSIC_UNDER_DB, min(0.0, _CEILING_DBFS - peaks.get("mixture", 0.0)))


def _graph(job: _Job, balance: _Balance | None) -> str:
    """The filter graph whose output ``[out]`` is the track that holds the music."""
    fit = f"apad=whole_len={job.end},atrim=end_sample={job.end}"
    if balance is None:
        return f"{_music(job, 0.0)},{fit}[out]"
    return (
        f"{_original(job)}[o];{_music(job, balance.music_db)}[m];"
        f"[o][m]amix=inputs=2:duration=longest:normalize=0,"
        f"volume={balance.mixture_db:.3f}dB:precision=float,{fit}[out]"
    )


def _original(job: _Job) -> str:
    """The film's sound from the container's start on, gaps and a late start filled in.

    Through whole numbers it is clipped where every player clips it: damaged sound can decode to
    values far beyond full scale.
    """
    assert job.sound is not None
    return (
        f"[0:{job.sound.index}]aresample={_RATE}:async=1:first_pts=0,"
        f"aformat=sample_fmts=s32:channel_layouts={_layout(job)},aformat=sample_fmts=fltp"
    )


def _music(job: _Job, gain_db: float) -> str:
    """The music from the first picture on, in the front channels of its track's layout."""
    layout = _layout(job)
    spread = "" if layout == "stereo" else f",pan={layout}|FL=c0|FR=c1"
    return (
        f"[1:a:0]aformat=sample_fmts=fltp:channel_layouts=stereo{spread},"
        f"volume={gain_db:.3f}dB:precision=float,adelay={job.delay}S:all=1"
    )


def _layout(job: _Job) -> str:
    """Channel layout of the track that holds the music: the film's own where they are mixed."""
    if job.audio != "under" or job.sound is None:
        return "stereo"
    return _LAYOUTS.get(job.sound.channels, "stereo")


def _stream_arguments(job: _Job) -> list[str]:
    """Which streams go into the film, in order, and how each is coded."""
    film, sound = job.film, job.sound
    pictures = list(film.pictures)
    if job.plan.container.muxer in ("mp4", "mov"):
        pictures += [stream for stream in film.of_kind("video") if stream.is_attached_picture]
    arguments = [item for stream in pictures for item in ("-map", f"0:{stream.index}")]
    arguments += ["-c:v", "copy"]
    copied = copied_sounds(film, job.audio, sound.index if sound is not None else None)
    tracks: list[Stream | None] = [None, *copied]
    if job.audio == "beside" and sound is not None:
        tracks = [sound, None, *(stream for stream in copied if stream.index != sound.index)]
    for number, track in enumerate(tracks):
        if track is None:
            arguments += _music_track(job, number)
        else:
            arguments += ["-map", f"0:{track.index}", f"-c:a:{number}", "copy"]
    for number, stream in enumerate(film.of_kind("subtitle")):
        codec = subtitle_codec(stream, job.plan)
        arguments += ["-map", f"0:{stream.index}", f"-c:s:{number}", codec]
    if job.plan.container.muxer == "matroska":
        arguments += ["-map", "0:t?"]  # fonts of the subtitles
    return arguments


def _music_track(job: _Job, number: int) -> list[str]:
    """The track that holds the music, alone or mixed with the film's sound."""
    layout = _layout(job)
    channels = next((n for n, name in _LAYOUTS.items() if name == layout), 2)
    rate = str(_BITS_PER_CHANNEL * channels)
    arguments = ["-map", "[out]"]
    arguments += [item.format(n=number, rate=rate) for item in job.plan.container.audio_arguments]
    mixed_with = job.sound if job.audio == "under" else None
    tags = {"title": "Music", "handler_name": "Music"}
    if mixed_with is not None:
        tags = {"title": mixed_with.title or "", "language": mixed_with.language or ""}
    for name, value in tags.items():
        if value:
            arguments += [f"-metadata:s:a:{number}", f"{name}={value}"]
    return [*arguments, f"-disposition:a:{number}", "default" if number == 0 else "0"]


def _muxer_arguments(job: _Job) -> list[str]:
    film, muxer = job.film, job.plan.container.muxer
    arguments = ["-map_metadata", "0", "-map_chapters", "0", "-max_muxing_queue_size", "65536"]
    if muxer in ("mp4", "mov", "3gp", "3g2"):
        flags = "+faststart+use_metadata_tags" if film.has_quicktime_tags else "+faststart"
        arguments += ["-movflags", flags]
        is_foreign = "mov" not in film.format_names
        if is_foreign and any(stream.codec == "hevc" for stream in film.pictures):
            arguments += ["-tag:v", "hvc1"]  # the tag that Apple's players ask for
    if muxer == "mpegts":
        arguments += ["-muxdelay", "0", "-muxpreload", "0"]
    if muxer == "webm":
        # the muxer allows for Opus' delay itself; a shift of all streams would count it twice
        arguments += ["-avoid_negative_ts", "disabled"]
    return [*arguments, "-f", muxer]


def _sentence(job: _Job, balance: _Balance | None) -> str:
    plan = job.plan
    picture = f"The picture was copied unchanged into {plan.container.name}, {plan.why}"
    if job.sound is None:
        done = "the film has no sound of its own, so the music is its only sound"
    elif job.audio == "instead":
        done = "the music takes the place of the original sound"
    elif job.audio == "beside":
        done = "the music is the second sound track, beside the original"
    elif balance is None or balance.music_db == 0:
        done = "the original sound is silent, so the music was mixed in at full level"
    else:
        done = f"the music was mixed {-balance.music_db:.0f} dB under the original sound"
        if balance.mixture_db < -0.05:
            done += f", and both lowered by {-balance.mixture_db:.1f} dB so that nothing clips"
    lost = sorted({stream.codec for stream in job.film.of_kind("data") if stream.tag != "tmcd"})
    note = f"; data tracks ({', '.join(lost)}) are left out" if lost else ""
    return f"{picture}; {done}{note}."
