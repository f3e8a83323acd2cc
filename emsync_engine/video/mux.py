"""Music into the film: the picture copied, the original sound kept, everything else survives."""

from __future__ import annotations

import logging
import tempfile
import time
from dataclasses import dataclass, field
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
from emsync_engine.project.ducking import Ducking
from emsync_engine.render.mastering import CEILING_DBTP
from emsync_engine.render.synthesizer import SAMPLE_RATE
from emsync_engine.timing import FrameRate
from emsync_engine.video.coded_peak import CodedPeak, hold_coded_peak, peak_words
from emsync_engine.video.coded_track import ENCODERS, CodedTrack, Coding
from emsync_engine.video.ffmpeg import (
    FULL_DISK_SIGNS,
    address,
    input_arguments,
    picture_limit,
    run_ffmpeg,
)
from emsync_engine.video.film_container import (
    CODEC_ARGUMENTS,
    CODEC_NAMES,
    AudioCodec,
    AudioPlacement,
    ContainerPlan,
    Source,
    Stream,
    copied_sounds,
    plan_container,
    read_source,
    subtitle_codec,
    turn_words,
)
from emsync_engine.video.film_range import FilmRange, later_timecode
from emsync_engine.video.film_sound import (
    LAYOUTS,
    Blend,
    FilmSound,
    blend_under,
    blend_words,
    lay_alone,
    new_track,
    read_sound,
)
from emsync_engine.video.opus_delay import opus_shift_s

__all__ = ["MusicPlacing", "MuxResult", "mux"]

_BITS_PER_CHANNEL = 128_000
_LEAST_CODED = 2048
_WRITTEN_ANEW = ("tmcd", "text")  # QuickTime's tracks of timecode and of chapters

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MusicPlacing:
    """Where the music goes in a film, and how it is coded there.

    ``under`` mixes it 6 dB lower under the film's sound (at full level if that is silent or
    missing) and makes room for speech; ``beside`` adds it as the second track; ``instead`` leaves
    the original sound out. ``loudness_lufs`` is that of the whole mixture, None leaves the film's
    own level; its true peak stays under ``ceiling_dbtp``. ``audio_stream`` is the index of the
    film's sound among all streams, the first sound by default.
    """

    audio: AudioPlacement = "under"
    codec: AudioCodec = "auto"
    audio_stream: int | None = None
    ducking: Ducking = field(default_factory=Ducking)
    loudness_lufs: float | None = None
    ceiling_dbtp: float = CEILING_DBTP


@dataclass(frozen=True, slots=True)
class MuxResult:
    """A film on disk; ``how`` says in one sentence what was done with picture and sound.

    ``blend`` says more of a mixture of music and original sound, ``coded_peak`` of the peaks that a
    lossy codec makes.
    """

    path: Path
    container: str
    how: str
    blend: Blend | None = None
    coded_peak: CodedPeak | None = None


@dataclass(frozen=True, slots=True)
class _Job:
    """One film and its music; ``delay``, ``samples`` in samples, of what is written."""

    film: Source
    sound: Stream | None  # the film's own
    samples: int
    plan: ContainerPlan
    placing: MusicPlacing
    span: FilmRange | None
    timecode: str | None

    @property
    def audio(self) -> AudioPlacement:
        return self.placing.audio

    @property
    def begin_s(self) -> float:
        """What is written begins here, in seconds as ffmpeg counts the container."""
        return 0.0 if self.span is None else self.film.picture_offset_s + float(self.span.start)

    @property
    def delay(self) -> int:
        """From where the written container begins to the first picture."""
        return 0 if self.span else round(self.film.picture_offset_s * SAMPLE_RATE)

    @property
    def end(self) -> int:
        return max(self.delay + self.samples, 1)

    @property
    def channels(self) -> int:
        """Of the track that holds the music: the film's own where they are mixed."""
        if self.audio != "under" or self.sound is None:
            return 2
        return self.sound.channels if self.sound.channels in LAYOUTS else 2

    @property
    def is_coded(self) -> bool:
        """Whether the track is coded before it goes into the film."""
        return self.plan.codec in ENCODERS

    @property
    def is_matroska_opus(self) -> bool:
        return self.plan.container.muxer in ("webm", "matroska") and self.plan.codec == "opus"

    @property
    def input_options(self) -> tuple[str, ...]:
        # AVI states no presentation times: they are made from the order of decoding
        return ("-fflags", "+genpts") if "avi" in self.film.format_names else ()


def mux(
    source: Path,
    music: Path | NDArray[np.float32],
    output: Path,
    placing: MusicPlacing | None = None,
    *,
    span: FilmRange | None = None,
    start_timecode: tuple[str, FrameRate] | None = None,
    monitor: Monitor = SILENT,
) -> MuxResult:
    """Put music into a film without touching its picture.

    The picture stream is copied packet by packet; subtitles, chapters, metadata, rotation and start
    timecode go with it. The music begins with the first picture, wherever its time stands in the
    container, and the track that holds it ends with the music, which is as long as the picture.

    Parameters
    ----------
    music : WAV file of 48 kHz, or (N, 2) samples; N = round(picture duration x 48000)
    output : its extension says the container, as ``choose_container`` allows; an existing file is
        replaced, the source never
    span : write this range alone (``film_range.clean_range``); the music is still the whole film's
    start_timecode : the film's, and its rate; a range begins at another

    Raises
    ------
    VideoUnreadableError, OutputError, ToolMissingError, ToolFailedError; what ``monitor`` raises,
    after ffmpeg has ended. Nothing half written is left behind.
    """
    started = time.perf_counter()
    placing = placing or MusicPlacing()
    film = read_source(source)
    _require_other_file(source, output)
    plan = plan_container(film, placing.audio, codec=placing.codec, name=output)
    if output.suffix.lower() != plan.extension:
        raise OutputError(
            f"{output.name} must end in {plan.extension}, "
            f"because the film goes into {plan.container.name}: {plan.why}."
        )
    sound = _film_sound(film, placing.audio_stream)
    samples = _music_samples(music)
    if span is not None:
        first = round(span.start * SAMPLE_RATE)
        samples = samples[first : first + round(span.duration * SAMPLE_RATE)]
    job = _Job(film, sound, len(samples), plan, placing, span, _timecode(start_timecode, span))
    with tempfile.TemporaryDirectory(prefix="emsync-", ignore_cleanup_errors=True) as folder:
        track = Path(folder) / "track.f32"
        blend = _lay_track(job, samples, track, monitor)
        coded, peak = _coded(job, track, monitor)
        _write_film(job, coded, output, monitor)
    logger.info("muxed %s in %.2f s", output.name, time.perf_counter() - started)
    said = "; ".join([*_said(job, blend, peak), *turn_words(film, output)])
    return MuxResult(output, plan.container.name, f"{said}.", blend, peak)


def _timecode(start: tuple[str, FrameRate] | None, span: FilmRange | None) -> str | None:
    """The timecode that a range begins at; None where the film's own goes with it."""
    if start is None or span is None:
        return None
    text, rate = start
    return later_timecode(text, rate, rate.nearest_frame(span.start))


def _lay_track(
    job: _Job, music: NDArray[np.float32], place: Path, monitor: Monitor
) -> Blend | None:
    """Write the track that holds the music to a file; what was blended, if anything was."""
    if job.audio != "under" or job.sound is None:
        lay_alone(new_track(place, job.end, 2), music, delay=job.delay)
        return None
    start = round(job.begin_s * SAMPLE_RATE)
    sound = FilmSound(
        path=job.film.path,
        input_options=job.input_options,
        clock_arguments=job.film.clock_arguments,
        stream=job.sound.index,
        channels=job.channels,
        is_mono=job.sound.channels == 1,
        start=start,
        samples=job.end,
    )
    track = read_sound(sound, place, monitor=monitor)
    placing = job.placing
    return blend_under(
        track,
        music,
        delay=job.delay,
        ducking=placing.ducking,
        loudness_lufs=placing.loudness_lufs,
        ceiling_dbtp=placing.ceiling_dbtp,
        monitor=monitor,
    )


def _coded(job: _Job, track: Path, monitor: Monitor) -> tuple[Path, CodedPeak | None]:
    """Code the track where coding loses something, its peaks under the limit afterwards too.

    A track of a few samples is coded as it is: codecs need more to say anything of its peaks.
    """
    if not job.is_coded:
        return track, None
    coding = Coding(job.plan.codec, job.channels, _BITS_PER_CHANNEL * job.channels)
    samples = new_track(track, job.end, job.channels)
    coded = CodedTrack(samples, track.with_suffix(".mp4"), coding)
    if job.samples < _LEAST_CODED:
        coded.code(monitor=monitor)
        return coded.write(), None
    peak = hold_coded_peak(coded, ceiling_dbtp=job.placing.ceiling_dbtp, monitor=monitor)
    return coded.write(), peak


def _write_film(job: _Job, track: Path, output: Path, monitor: Monitor) -> None:
    options = job.input_options
    if job.span is not None:
        microseconds = max(int(job.begin_s * 1_000_000 - 1), 0)  # never after the key frame
        options = (*options, "-ss", f"{microseconds}us")
    with written_whole(output) as partial:
        partial.touch(exist_ok=False)  # so that the system's own reason is known
        arguments = input_arguments(job.film.path, *options)
        if job.is_matroska_opus:
            arguments += ["-itsoffset", f"{opus_shift_s(job.plan.container.muxer):.6f}"]
        if not job.is_coded:
            arguments += ["-f", "f32le", "-ar", str(SAMPLE_RATE), "-ac", str(job.channels)]
        arguments += ["-i", address(track), *_stream_arguments(job), *_muxer_arguments(job)]
        arguments += [address(partial), *job.film.clock_arguments]
        try:
            run_ffmpeg(arguments, stage="mux", total_s=job.end / SAMPLE_RATE, monitor=monitor)
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


def _music_samples(music: Path | NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, 2) float32 of a sound file or an array; InputUnusableError if it is none of 48 kHz."""
    import soundfile

    if not isinstance(music, Path):
        return music
    try:
        samples, rate = soundfile.read(music, dtype="float32", always_2d=True)
    except soundfile.SoundFileError as error:
        raise InputUnusableError(f"{music.name} is not a sound file that can be read.") from error
    if rate != SAMPLE_RATE:
        raise InputUnusableError(f"{music.name} has {rate} Hz instead of {SAMPLE_RATE}.")
    stereo: NDArray[np.float32] = samples[:, [0, min(1, samples.shape[1] - 1)]]
    return stereo


def _stream_arguments(job: _Job) -> list[str]:
    """Which streams go into the film, in order, and how each is coded."""
    film, sound = job.film, job.sound
    pictures = list(film.pictures)
    if job.plan.container.muxer in ("mp4", "mov"):
        pictures += [stream for stream in film.of_kind("video") if stream.is_attached_picture]
    arguments = [item for stream in pictures for item in ("-map", f"0:{stream.index}")]
    arguments += ["-c:v", "copy"]
    if job.span is not None:
        # some containers are read from an earlier key frame on: that is left out again
        arguments += ["-copypriorss", "0", *picture_limit(job.span.pictures)]
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
    arguments = ["-map", "1:a:0"]
    coded = CODEC_ARGUMENTS.get(job.plan.codec, ("-c:a:{n}", "copy"))
    arguments += [item.format(n=number) for item in coded]
    mixed_with = job.sound if job.audio == "under" else None
    tags = {"title": "Music", "handler_name": "Music"}
    if mixed_with is not None:
        # without a value a tag goes that the coded track brings
        tags = {"handler_name": "", "title": mixed_with.title or ""}
        tags["language"] = mixed_with.language or ""
    for name, value in {"vendor_id": "", **tags}.items():
        if value or job.is_coded:
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
    if job.span is not None:
        arguments += ["-t", f"{float(job.span.duration):.6f}"]
    if job.timecode is not None:
        for place in ("", ":s:v:0"):
            arguments += [f"-metadata{place}", f"timecode={job.timecode}"]
    if muxer == "mpegts":
        arguments += ["-muxdelay", "0", "-muxpreload", "0"]
    if job.is_matroska_opus:
        # the muxer allows for Opus' delay itself; a shift of all streams would count it twice
        arguments += ["-avoid_negative_ts", "disabled"]
    return [*arguments, "-f", muxer]


def _said(job: _Job, blend: Blend | None, peak: CodedPeak | None) -> list[str]:
    plan = job.plan
    coded = f"{plan.container.name} with {CODEC_NAMES[plan.codec]} sound"
    said = [f"The picture was copied unchanged into {coded}, {plan.why}"]
    if job.span is not None:
        said.append(
            f"the range begins at the key frame at {float(job.span.start):.3f} s "
            f"and ends at {float(job.span.end):.3f} s"
        )
    if job.sound is None:
        said.append("the film has no sound of its own, so the music is its only sound")
    elif job.audio == "instead":
        said.append("the music takes the place of the original sound")
    elif job.audio == "beside":
        said.append("the music is the second sound track, beside the original")
    elif blend is not None:
        said += blend_words(blend)
    said += peak_words(peak, codec=CODEC_NAMES[plan.codec])
    lost = sorted({one.codec for one in job.film.of_kind("data") if one.tag not in _WRITTEN_ANEW})
    if lost:
        said.append(f"data tracks ({', '.join(lost)}) are left out")
    return said
