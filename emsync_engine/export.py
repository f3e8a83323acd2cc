"""From a project to what people use: the film with its music, WAV, stems and MIDI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from emsync_engine import __version__
from emsync_engine.errors import InputUnusableError, OutputError
from emsync_engine.export_presets import AudioPlace, Codec
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.current_hits import CurrentHit, current_hits
from emsync_engine.music.hits import landed_onsets
from emsync_engine.project.ducking import Ducking
from emsync_engine.project.file import save_project
from emsync_engine.project.model import Project, Take
from emsync_engine.project.notes import Family
from emsync_engine.results import (
    EVERYTHING,
    Outputs,
    Part,
    arriving_together,
    planned_outputs,
    require_writable,
    usual_ending,
)
from emsync_engine.stopwatch import Stopwatch
from emsync_engine.timing import FrameRate, frame_of_timecode, timecode

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from emsync_engine.music.hit_sheet import HitSheet
    from emsync_engine.render.loudness import Loudness
    from emsync_engine.render.mixing import Mix
    from emsync_engine.render.wav import Broadcast
    from emsync_engine.video.mux import MusicPlacing
    from emsync_engine.video.probe import VideoInfo


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is to be written, and where.

    ``film`` names the film to write, the other results are named after it; without it everything
    is named after the project. All lie in ``folder``, or beside the film or project. ``span`` is
    the range of film and sound in seconds, the whole of it without one. ``film_lufs`` is the
    loudness of the film's whole sound where the music lies under it; None leaves its own level.
    ``ducking`` is the project's if None.
    """

    audio: AudioPlace = "under"
    target_lufs: float = -14.0
    stems: bool = False
    hit_report: bool = False
    constant_midi: bool = False
    film: Path | None = None
    folder: Path | None = None
    overwrite: bool = False
    parts: frozenset[Part] = EVERYTHING
    codec: Codec = "auto"
    film_lufs: float | None = None
    ceiling_dbtp: float = -1.0
    span: tuple[Fraction, Fraction] | None = None
    ducking: Ducking | None = None
    start_timecode: str | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written. ``remarks`` are sentences on the take, the container and the level.

    ``hits`` are those of the timeline, and what the take has there. ``span`` is the range that film
    and sound hold, in seconds, None for the whole film.
    """

    take: Take
    outputs: Outputs
    remarks: tuple[str, ...]
    timings_s: Mapping[str, float]
    hits: tuple[CurrentHit, ...] = ()
    span: tuple[Fraction, Fraction] | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What is worth saying of results, and the range that film and sound hold of the film."""

    remarks: tuple[str, ...]
    span: tuple[Fraction, Fraction] | None = None


def export_project(
    place: Path, project: Project, request: ExportRequest, *, monitor: Monitor = SILENT
) -> Exported:
    """Write the chosen take of a project: what was asked for, all together or nothing.

    Parameters
    ----------
    place : of the project file, which the results are named after

    Raises
    ------
    InputUnusableError
        The project has no take, its film is another one now, or the range is not in it. The film
        is looked at only where one is to be written.
    VideoUnreadableError, OutputError, OutputExistsError
        The film is not where it was, or the results cannot be where they should be.
    MissingError
        A program or a soundfont is not on this machine.
    """
    watch = Stopwatch()
    take, info = exportable(place, project, request)
    outputs = outputs_of(place, project, request)
    require_writable(outputs.place)
    require_sound_tools(with_film="film" in request.parts)
    with (
        arriving_together(outputs, overwrite=request.overwrite) as work,
        watch.stage("write"),
    ):
        made = _results(project, info, request, places=work, watch=watch, monitor=monitor)
        monitor.advance("arrive", 0, 1)  # the last moment to cancel: from here all is written
    return Exported(
        take,
        outputs,
        (*_stale_remark(project), *_range_remark(project, outputs, made.span), *made.remarks),
        watch.seconds,
        _hits_within(project, take, made.span),
        made.span,
    )


def _hits_within(
    project: Project, take: Take, span: tuple[Fraction, Fraction] | None
) -> tuple[CurrentHit, ...]:
    """The hits of the timeline that lie in a range."""
    start, end = span or (Fraction(0), project.video.duration)
    hits = current_hits(project.timeline, take, frame_rate=project.video.frame_rate)
    return tuple(one for one in hits if float(start) <= one.hit.time_s < float(end))


def range_words(project: Project, span: tuple[Fraction, Fraction]) -> str:
    """A range as timecode counted from the first picture, and its length."""
    rate = FrameRate(project.video.frame_rate)
    begin, end = (timecode(rate.nearest_frame(time), rate) for time in span)
    return f"{begin} to {end} ({float(span[1] - span[0]):.2f} s)"


def _range_remark(
    project: Project, outputs: Outputs, span: tuple[Fraction, Fraction] | None
) -> tuple[str, ...]:
    """Where a range lies, and which of the results are of the whole film all the same."""
    if span is None:
        return ()
    said = f"Film and sound are of the range {range_words(project, span)}"
    if outputs.video is None:
        said = f"The sound is of the range {range_words(project, span)}"
    return (f"{said}{whole_words(outputs)}.",)


def whole_words(outputs: Outputs) -> str:
    """A clause on the results that no range shortens; empty where there is none."""
    named = {
        "midi": "MIDI",
        "constant_midi": "the MIDI under one tempo",
        "hits_csv": "the hit report",
        "handoff": "the hand-off folder",
        "project": "the project",
    }
    whole = [word for name, word in named.items() if name in outputs.named()]
    if not whole:
        return ""
    listed = " and ".join([", ".join(whole[:-1]), whole[-1]] if len(whole) > 1 else whole)
    return f"; {listed} {'is' if len(whole) == 1 else 'are'} of the whole film"


def exportable(
    place: Path, project: Project, request: ExportRequest
) -> tuple[Take, VideoInfo | None]:
    """The take that would be exported and the film it is for; InputUnusableError for neither.

    The film is None, and need not be there, where none is to be written.
    """
    from emsync_engine.video.probe import probe

    if project.take is None:
        raise InputUnusableError(f"{place.name} has no take yet; emsync compose writes one.")
    if "film" not in request.parts:
        return project.take, None
    film = Path(project.video.path)
    info = probe(film)
    if info.content_hash != project.video.content_hash:
        raise InputUnusableError(f"{film.name} is not the film that {place.name} was made for.")
    return project.take, info


def outputs_of(
    place: Path, project: Project, request: ExportRequest, *, overwrite: bool | None = None
) -> Outputs:
    """Where the results of an export will be; ``overwrite`` in the place of the request's."""
    from emsync_engine.video.film_container import choose_container

    if not request.parts:
        raise OutputError("Nothing is chosen to be written.")
    film = Path(project.video.path)
    extension = ".mp4"
    if "film" in request.parts:
        extension = choose_container(
            film, audio=request.audio, codec=request.codec, name=request.film
        )
    return planned_outputs(
        film,
        extension=extension,
        film=request.film or _named_after_project(place, film, request, extension),
        folder=request.folder,
        stems=request.stems,
        hit_report=request.hit_report,
        constant_midi=request.constant_midi,
        overwrite=request.overwrite if overwrite is None else overwrite,
        parts=request.parts,
    )


def _named_after_project(place: Path, film: Path, request: ExportRequest, extension: str) -> Path:
    """The name that results have where nobody gives one; whole if they lie beside the project."""
    named = place.with_suffix(extension)
    if named.absolute() == film.absolute():
        named = place.with_name(f"{place.stem}_scored{extension}")
    alone = request.parts - {"film"}
    if len(alone) == len(request.parts) == 1:
        [part] = alone
        named = place.with_name(place.stem + usual_ending(part))
    return Path(named.name) if request.folder is not None else named


def _stale_remark(project: Project) -> tuple[str, ...]:
    """What is to be said of a take that was written for another timeline."""
    from emsync_engine.music.parts import part_states

    if project.take is None:
        return ()
    states = part_states(project.timeline, project.take)
    count = sum(state == "stale" for state in states)
    if not count:
        return ()
    return (
        f"The music of {count} of {len(states)} segments is older than the timeline; "
        "emsync compose --only-stale writes it anew.",
    )


def require_sound_tools(*, with_film: bool = True) -> None:
    """MissingError if the sound or the film cannot be made on this machine."""
    import shutil

    from emsync_engine.errors import ToolMissingError
    from emsync_engine.render.soundfont import find_soundfont
    from emsync_engine.render.synthesizer import fluidsynth_version
    from emsync_engine.video.ffmpeg import HOW_TO_GET

    if with_film and shutil.which("ffmpeg") is None:
        raise ToolMissingError("ffmpeg", HOW_TO_GET)
    fluidsynth_version()
    find_soundfont()


def write_results(
    project: Project,
    info: VideoInfo | None,
    request: ExportRequest,
    *,
    places: Outputs,
    watch: Stopwatch,
    monitor: Monitor = SILENT,
) -> tuple[str, ...]:
    """Render and write what was asked for of a project's chosen take; what is worth saying.

    Parameters
    ----------
    info : of the film; None where none is to be written
    """
    made = _results(project, info, request, places=places, watch=watch, monitor=monitor)
    return made.remarks


def _results(
    project: Project,
    info: VideoInfo | None,
    request: ExportRequest,
    *,
    places: Outputs,
    watch: Stopwatch,
    monitor: Monitor,
) -> Written:
    from emsync_engine.render.soundfont import find_soundfont

    take = project.take
    if take is None:
        raise ValueError("a project without a take cannot be written")
    film = Path(project.video.path)
    soundfont = find_soundfont()
    said: list[str] = []
    span = None
    if places.handoff is not None:
        said += _hand_off(film, project, request, places.handoff, monitor)
    if set(places.named()) & {"video", "wav", "flac", "stems"}:
        sounds = _write_sounds(project, info, request, places, watch, monitor)
        said, span = [*said, *sounds.remarks], sounds.span
    _write_notes(film, project, take, places)
    if places.project is not None:
        provenance = {
            **project.provenance,
            "weights": take.settings.weights,
            "weights_sha256": take.weights_sha256,
            "soundfont": soundfont.name,
            "soundfont_sha256": soundfont.sha256,
            "soundfont_licence": soundfont.licence,
            "engine_version": __version__,
        }
        save_project(replace(project, provenance=provenance), places.project, overwrite=True)
    return Written(tuple(said), span)


def _hand_off(
    film: Path, project: Project, request: ExportRequest, folder: Path, monitor: Monitor
) -> tuple[str, ...]:
    from emsync_engine.handoff.folder import write_handoff

    made = write_handoff(
        film,
        project,
        folder,
        target_lufs=request.target_lufs,
        start=request.start_timecode,
        monitor=monitor,
    )
    return made.remarks


def _write_sounds(
    project: Project,
    info: VideoInfo | None,
    request: ExportRequest,
    places: Outputs,
    watch: Stopwatch,
    monitor: Monitor,
) -> Written:
    """Everything that is heard: the film, and the music as files."""
    from emsync_engine.video.film_range import clean_range
    from emsync_engine.video.mux import mux

    film = Path(project.video.path)
    mix = _mixed(project, request, watch, monitor)
    span = request.span
    copied = None
    if span is not None and places.video is not None and info is not None:
        copied = clean_range(
            film, info.video_stream, *span, duration=info.duration, monitor=monitor
        )
        span = (copied.start, copied.end)
    said = [mix.note if span is None else _level_within(mix, span)]
    with watch.stage("sound"):
        said += write_music(mix, project, places, span=span)
    if places.video is not None and info is not None:
        with watch.stage("mux"):
            muxed = mux(
                film,
                mix.samples,
                places.video,
                _placing(project, info, request),
                span=copied,
                start_timecode=_start_timecode(project),
                monitor=monitor,
            )
        said.insert(0, muxed.how)
    return Written(tuple(said), span)


def _within(mix: Mix, span: tuple[Fraction, Fraction]) -> NDArray[np.float32]:
    from emsync_engine.render.synthesizer import SAMPLE_RATE

    return mix.samples[round(span[0] * SAMPLE_RATE) : round(span[1] * SAMPLE_RATE)]


def _level_within(mix: Mix, span: tuple[Fraction, Fraction]) -> str:
    """The level of a range beside that of the whole, which was brought to what was asked for."""
    from emsync_engine.render.loudness import measured, true_peak_dbtp

    heard = _within(mix, span)
    here = measured(heard).integrated_lufs
    whole = f"As a whole: {mix.note[:1].lower()}{mix.note[1:]}"
    if here == float("-inf"):
        return f"In this range the music is silent or too short to be measured. {whole}"
    peak = true_peak_dbtp(heard)
    return f"In this range the music is at {here:.1f} LUFS, true peak {peak:.1f} dBTP. {whole}"


def _mixed(project: Project, request: ExportRequest, watch: Stopwatch, monitor: Monitor) -> Mix:
    """The take as it is heard, at the level that was asked for."""
    from emsync_engine.music.takes import take_as_heard
    from emsync_engine.render.fluidsynth import render_stems
    from emsync_engine.render.levels import levelled
    from emsync_engine.render.mixing import mix_take
    from emsync_engine.render.soundfont import find_soundfont

    assert project.take is not None
    take = take_as_heard(project.take, project.timeline)
    with watch.stage("render"):
        stems = render_stems(
            take.music, find_soundfont(), accents_s=landed_onsets(take.hits), monitor=monitor
        )
    with watch.stage("mix"):
        return mix_take(
            take,
            levelled(stems, project.timeline),
            target_lufs=request.target_lufs,
            ceiling_dbtp=request.ceiling_dbtp,
            monitor=monitor,
        )


def _placing(project: Project, info: VideoInfo, request: ExportRequest) -> MusicPlacing:
    from emsync_engine.video.mux import MusicPlacing

    return MusicPlacing(
        audio=request.audio,
        codec=request.codec,
        audio_stream=info.audio_stream,
        ducking=request.ducking or project.ducking,
        loudness_lufs=request.film_lufs,
        ceiling_dbtp=request.ceiling_dbtp,
    )


def _start_timecode(project: Project) -> tuple[str, FrameRate] | None:
    text = project.video.start_timecode
    return None if text is None else (text, FrameRate(project.video.frame_rate))


def start_of_day_s(project: Project) -> Fraction:
    """Seconds since midnight at which the film starts, by its timecode; 0 without one."""
    start = _start_timecode(project)
    if start is None:
        return Fraction(0)
    text, rate = start
    try:
        return rate.time_of(frame_of_timecode(text, rate))
    except ValueError:
        return Fraction(0)


def write_music(
    mix: Mix,
    project: Project,
    places: Outputs,
    *,
    span: tuple[Fraction, Fraction] | None = None,
) -> tuple[str, ...]:
    """Write the mix and its stems as files, whole or a range in seconds; what is worth saying.

    Stems that would pass full scale are written as numbers with a decimal point, so that they add
    up to the mix all the same.
    """
    from emsync_engine.render.flac import write_flac
    from emsync_engine.render.synthesizer import SAMPLE_RATE
    from emsync_engine.render.wav import Broadcast, write_wav

    start, end = span or (Fraction(0), project.video.duration)
    first, last = round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)
    last = len(mix.samples) if span is None else last
    title = _title(Path(project.video.path))
    about = Broadcast(start_of_day_s(project) + start, f"Music for {title}", *_reading(mix, span))
    if places.wav is not None:
        write_wav(mix.samples[first:last], places.wav, broadcast=about)
    if places.flac is not None:
        write_flac(mix.samples[first:last], places.flac, about=about)
    if places.stems is None:
        return ()
    stems = {family: stem[first:last] for family, stem in mix.stems.items()}
    return write_stems(stems, places.stems, about=replace(about, loudness=None))


def _reading(
    mix: Mix, span: tuple[Fraction, Fraction] | None
) -> tuple[Loudness | None, float | None]:
    """What the file says of its level: that of what it holds."""
    from emsync_engine.render.loudness import measured, true_peak_dbtp

    if span is None:
        return mix.mastering.after, mix.true_peak_dbtp
    heard = _within(mix, span)
    return measured(heard), true_peak_dbtp(heard)


def _write_notes(path: Path, project: Project, take: Take, places: Outputs) -> None:
    """Write what can be read of a take: MIDI, and where it lands."""
    from emsync_engine.handoff.marks import names_of
    from emsync_engine.midi.writing import write_midi
    from emsync_engine.music.hit_sheet import write_hit_sheet

    boundaries = project.timeline.boundaries
    names = (name for _, name in names_of(project.timeline))
    markers = [(float(one.time), name) for one, name in zip(boundaries, names, strict=True)]
    if places.midi is not None:
        write_midi(take.music, places.midi, markers=markers, title=_title(path))
    if places.constant_midi is not None:
        write_midi(
            take.music,
            places.constant_midi,
            markers=markers,
            title=_title(path),
            constant_tempo=True,
        )
    for sheet_path in (places.hits_csv, places.hits_picture):
        if sheet_path is not None:
            write_hit_sheet(_hit_sheet(path, project, take), sheet_path)


def _hit_sheet(path: Path, project: Project, take: Take) -> HitSheet:
    from emsync_engine.music.hit_sheet import HitSheet

    title = f"{_title(path)}: where the music lands"
    return HitSheet.of(title, project.timeline, take, FrameRate(project.video.frame_rate))


def _title(path: Path) -> str:
    """A film's name without what no text can hold: names on disk may be in any encoding."""
    return path.stem.encode(errors="replace").decode()


def write_stems(
    stems: Mapping[Family, NDArray[np.float32]], folder: Path, *, about: Broadcast | None = None
) -> tuple[str, ...]:
    """Write one WAV for each family into a folder; what is worth saying of them."""
    import numpy as np

    from emsync_engine.render.wav import write_wav

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made: {error.strerror}.") from error
    too_high = [name for name, stem in stems.items() if len(stem) and np.max(np.abs(stem)) > 1]
    for family, samples in stems.items():
        place = folder / f"{family}.wav"
        write_wav(samples, place, broadcast=about, is_float=bool(too_high))
    if not too_high:
        return ()
    return (
        f"The stems are written with 32 bits, because {', '.join(too_high)} alone would pass full "
        "scale; they add up to the mix.",
    )
