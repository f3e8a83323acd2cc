"""From a project to what people use: the film with its music, WAV, stems and MIDI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from emsync_engine import __version__
from emsync_engine.errors import InputUnusableError, OutputError
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.hits import landed_onsets
from emsync_engine.project.file import save_project
from emsync_engine.project.model import Project, Take
from emsync_engine.project.notes import Family
from emsync_engine.results import Outputs, arriving_together, planned_outputs, require_writable
from emsync_engine.stopwatch import Stopwatch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from emsync_engine.music.hit_sheet import HitSheet
    from emsync_engine.video.probe import VideoInfo

AudioPlace = Literal["beside", "under", "instead"]


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is to be written, and where.

    ``film`` names the film to write, the other results are named after it; without it everything
    is named after the project. All lie in ``folder``, or beside the film or project.
    """

    audio: AudioPlace = "under"
    target_lufs: float = -14.0
    stems: bool = False
    hit_report: bool = False
    constant_midi: bool = False
    film: Path | None = None
    folder: Path | None = None
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written. ``remarks`` are sentences on the take, the container and the level."""

    take: Take
    outputs: Outputs
    remarks: tuple[str, ...]
    timings_s: Mapping[str, float]


def export_project(
    place: Path, project: Project, request: ExportRequest, *, monitor: Monitor = SILENT
) -> Exported:
    """Write the chosen take of a project as a film, a WAV and MIDI, all together or nothing.

    Parameters
    ----------
    place : of the project file, which the results are named after

    Raises
    ------
    InputUnusableError
        The project has no take, or its film is another one now.
    VideoUnreadableError, OutputError, OutputExistsError
        The film is not where it was, or the results cannot be where they should be.
    MissingError
        A program or a soundfont is not on this machine.
    """
    from emsync_engine.video.film_container import choose_container
    from emsync_engine.video.probe import probe

    watch = Stopwatch()
    if project.take is None:
        raise InputUnusableError(f"{place.name} has no take yet; emsync compose writes one.")
    film = Path(project.video.path)
    info = probe(film)
    if info.content_hash != project.video.content_hash:
        raise InputUnusableError(f"{film.name} is not the film that {place.name} was made for.")
    extension = choose_container(film, audio=request.audio)
    outputs = planned_outputs(
        film,
        extension=extension,
        film=request.film or place.with_suffix(extension),
        folder=request.folder,
        stems=request.stems,
        hit_report=request.hit_report,
        constant_midi=request.constant_midi,
        overwrite=request.overwrite,
    )
    require_writable(outputs.video.parent)
    require_sound_tools()
    with (
        arriving_together(outputs, overwrite=request.overwrite) as work,
        watch.stage("write"),
    ):
        said = write_results(project, info, request, places=work, watch=watch, monitor=monitor)
        monitor.advance("arrive", 0, 1)  # the last moment to cancel: from here all is written
    return Exported(project.take, outputs, (*_stale_remark(project), *said), watch.seconds)


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


def require_sound_tools() -> None:
    """MissingError if the sound or the film cannot be made on this machine."""
    import shutil

    from emsync_engine.errors import ToolMissingError
    from emsync_engine.render.soundfont import find_soundfont
    from emsync_engine.render.synthesizer import fluidsynth_version
    from emsync_engine.video.ffmpeg import HOW_TO_GET

    if shutil.which("ffmpeg") is None:
        raise ToolMissingError("ffmpeg", HOW_TO_GET)
    fluidsynth_version()
    find_soundfont()


def write_results(
    project: Project,
    info: VideoInfo,
    request: ExportRequest,
    *,
    places: Outputs,
    watch: Stopwatch,
    monitor: Monitor = SILENT,
) -> tuple[str, ...]:
    """Render and write everything of a project's chosen take; returns what is worth saying."""
    from emsync_engine.render.fluidsynth import render_stems
    from emsync_engine.render.levels import levelled
    from emsync_engine.render.mixing import mix_take
    from emsync_engine.render.soundfont import find_soundfont
    from emsync_engine.render.wav import write_wav
    from emsync_engine.video.mux import mux

    take = project.take
    if take is None:
        raise ValueError("a project without a take cannot be written")
    film = Path(project.video.path)
    soundfont = find_soundfont()
    with watch.stage("render"):
        stems = render_stems(
            take.music, soundfont, accents_s=landed_onsets(take.hits), monitor=monitor
        )
        stems = dict(levelled(stems, project.timeline))
    with watch.stage("mix"):
        mix = mix_take(take, stems, target_lufs=request.target_lufs, monitor=monitor)
    write_wav(mix.samples, places.wav)
    if places.stems is not None:
        write_stems(mix.stems, places.stems)
    _write_notes(film, project, take, info, places)
    with watch.stage("mux"):
        muxed = mux(
            film,
            mix.samples,
            places.video,
            audio=request.audio,
            audio_stream=info.audio_stream,
            monitor=monitor,
        )
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
    return (muxed.how, mix.note)


def _write_notes(
    path: Path, project: Project, take: Take, info: VideoInfo, places: Outputs
) -> None:
    """Write what can be read of a take: MIDI, and where it lands."""
    from emsync_engine.midi.writing import write_midi
    from emsync_engine.music.hit_sheet import write_hit_sheet

    cues = {time: name for span in project.timeline.tacet_spans for time, name in _cues(span)}
    markers = [
        (float(one.time), cues.get(one.time, "hit" if one.is_hit else "boundary"))
        for one in project.timeline.boundaries
    ]
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
            write_hit_sheet(_hit_sheet(path, project, take, info), sheet_path)


def _cues(span: tuple[Fraction, Fraction]) -> tuple[tuple[Fraction, str], ...]:
    return (span[0], "cue out"), (span[1], "cue in")


def _hit_sheet(path: Path, project: Project, take: Take, info: VideoInfo) -> HitSheet:
    from emsync_engine.music.hit_sheet import HitSheet

    before = take.measures.get("hits_exact_before")
    return HitSheet(
        f"{_title(path)}: where the music lands",
        project.timeline,
        take.hits,
        info.frame_rate,
        None if before is None else round(before),
    )


def _title(path: Path) -> str:
    """A film's name without what no text can hold: names on disk may be in any encoding."""
    return path.stem.encode(errors="replace").decode()


def write_stems(stems: Mapping[Family, NDArray[np.float32]], folder: Path) -> None:
    """Write one WAV for each family into a folder."""
    from emsync_engine.render.wav import write_wav

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made: {error.strerror}.") from error
    for family, samples in stems.items():
        write_wav(samples, folder / f"{family}.wav")
