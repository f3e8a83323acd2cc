"""From a film to its score: the stages in order, each callable alone."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from emsync_engine.export import ExportRequest, require_sound_tools, write_results
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.takes import compose_takes_for
from emsync_engine.project.model import (
    GenerationSettings,
    Project,
    SceneCut,
    Take,
    Timeline,
    VAPoint,
    VideoSource,
)
from emsync_engine.project.tacet import TacetRange, spans_of, with_tacet_spans
from emsync_engine.results import Outputs, arriving_together, planned_outputs, require_writable
from emsync_engine.stopwatch import Stopwatch

if TYPE_CHECKING:
    from emsync_engine.emotion.full_reading import FullReading
    from emsync_engine.features.sound_content import SoundContent
    from emsync_engine.scenes.cutlists import ImportedCuts
    from emsync_engine.timing import FrameRate
    from emsync_engine.video.arriving import Onlooker
    from emsync_engine.video.decode import DecodedVideo
    from emsync_engine.video.probe import VideoInfo
    from emsync_engine.video.subtitles import TextLine

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AnalysisRequest:
    """How a film is to be read. ``va`` sets every segment.

    ``cuts_file`` is a list of cuts (``scenes.cutlists.reading``), which takes the place of what is
    detected or joins it, as ``cuts_choice`` says; ``cuts_start`` and ``cuts_rate`` are the user's
    word on the timecode of its first picture and on its rate. ``tacet`` are ranges of time in
    which the music is to be silent. ``reading`` says whether models that the user installed have
    a part in the emotions (``again``: also those that failed on this film before); they run on
    ``device`` (auto, cpu, cuda or mps).
    """

    detector: str | None = None
    cuts_file: Path | None = None
    cuts_choice: Literal["replace", "merge", "add"] = "replace"
    cuts_start: str | None = None
    cuts_rate: FrameRate | None = None
    va: VAPoint | None = None
    hit_spacing_s: float = 4.0
    tacet: tuple[TacetRange, ...] = ()
    reading: Literal["installed", "again", "built-in"] = "installed"
    device: str = "auto"


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was found in a film, and how many seconds each stage took.

    ``sound`` says where its own sound carries speech and music; None where it has none. ``models``
    says which installed models had a part in the emotions; None where none was asked.
    """

    info: VideoInfo
    cuts: tuple[SceneCut, ...]
    timeline: Timeline
    warnings: tuple[str, ...]
    timings_s: Mapping[str, float]
    sound: SoundContent | None = None
    models: FullReading | None = None


@dataclass(frozen=True, slots=True)
class ScoreRequest(ExportRequest):
    """What is to be composed, and where it is to be written.

    Without ``film`` everything is named after the video, and lies beside it or in ``folder``.
    """

    analysis: AnalysisRequest = field(default_factory=AnalysisRequest)
    settings: GenerationSettings = field(default_factory=GenerationSettings)
    seed: int = 1
    takes: int = 1
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class Scored:
    """A finished score. ``remarks`` are sentences on the container, the level and the film."""

    analysis: Analysis
    take: Take
    outputs: Outputs
    remarks: tuple[str, ...]
    timings_s: Mapping[str, float]


def analyse(
    path: Path, request: AnalysisRequest | None = None, *, monitor: Monitor = SILENT
) -> Analysis:
    """Probe, decode, find the cuts and read the emotion of every segment."""
    return analysed_film(path, request, monitor=monitor)[0]


def analysed_film(
    path: Path,
    request: AnalysisRequest | None = None,
    *,
    monitor: Monitor = SILENT,
    onlooker: Onlooker | None = None,
) -> tuple[Analysis, DecodedVideo]:
    """The analysis, and the decoded film that it is of, for whoever shows its pictures.

    An ``onlooker`` sees the film while it is read.
    """
    from emsync_engine.video.decode import decode
    from emsync_engine.video.probe import probe

    request = request or AnalysisRequest()
    watch = Stopwatch()
    with watch.stage("probe"):
        info = probe(path)
    with watch.stage("decode"):
        video = decode(info, monitor=monitor, onlooker=onlooker)
    # only now: whoever waits for the first pictures does not wait for these
    from emsync_engine.features.sound_content import read_sound_content
    from emsync_engine.video.sound_choice import proposed_placement
    from emsync_engine.video.subtitles import read_subtitles

    with watch.stage("cuts"):
        imported = _imported_cuts(video, request)
        cuts = _find_cuts(video, imported, request, monitor)
    with watch.stage("emotion"):
        subtitles = read_subtitles(video.info)
        timeline = _timeline(video, cuts, imported, request, subtitles.lines, monitor)
        edges = [*(segment.start for segment in timeline.segments), timeline.duration]
        sound = read_sound_content(video, edges, monitor=monitor)
        models = _read_with_models(video, edges, timeline, request, monitor)
        if models is not None:
            timeline = replace(timeline, emotions=models.emotions)
    proposed = proposed_placement(sound)
    warnings = (
        *video.warnings,
        *(imported.remarks if imported else ()),
        *subtitles.remarks,
        *(models.faults if models else ()),
        *((proposed.reason,) if proposed.placement == "instead" else ()),
    )
    return Analysis(video.info, cuts, timeline, warnings, watch.seconds, sound, models), video


def _read_with_models(
    video: DecodedVideo,
    edges: list[Fraction],
    timeline: Timeline,
    request: AnalysisRequest,
    monitor: Monitor,
) -> FullReading | None:
    """The emotions again, with the models that the user installed; as they were without any."""
    from emsync_engine.emotion.full_reading import read_with_models

    if request.reading == "built-in":
        return None
    return read_with_models(
        video,
        edges,
        timeline.emotions,
        device=request.device,
        tries_again=request.reading == "again",
        monitor=monitor,
    )


def _imported_cuts(video: DecodedVideo, request: AnalysisRequest) -> ImportedCuts | None:
    from emsync_engine.scenes.cutlists import Footage, read_cut_list
    from emsync_engine.scenes.cutlists.checking import looked_at

    if request.cuts_file is None:
        return None
    imported = read_cut_list(
        request.cuts_file,
        Footage.of(video.info),
        start=request.cuts_start,
        rate=request.cuts_rate,
    )
    return looked_at(video, imported, name=request.cuts_file.name)


def _find_cuts(
    video: DecodedVideo,
    imported: ImportedCuts | None,
    request: AnalysisRequest,
    monitor: Monitor,
) -> tuple[SceneCut, ...]:
    from emsync_engine.scenes.cutlists import TOLERANCE_FRAMES, merged_cuts
    from emsync_engine.scenes.detectors import DEFAULT_DETECTOR, detect_scene_cuts

    if imported is not None and request.cuts_choice == "replace":
        return imported.cuts
    found = detect_scene_cuts(video, request.detector or DEFAULT_DETECTOR, monitor=monitor)
    if imported is None:
        return tuple(found)
    tolerance = video.info.frame_rate.time_of(TOLERANCE_FRAMES)
    return merged_cuts(found, imported.cuts, request.cuts_choice, tolerance=tolerance)


def _timeline(
    video: DecodedVideo,
    cuts: tuple[SceneCut, ...],
    imported: ImportedCuts | None,
    request: AnalysisRequest,
    lines: tuple[TextLine, ...],
    monitor: Monitor,
) -> Timeline:
    """Boundaries from the cuts, the hits among them, and an emotion for each segment."""
    from emsync_engine.emotion.builtin import read_segment_emotions
    from emsync_engine.music.dynamics_curve import picture_loudness
    from emsync_engine.scenes.hits import boundaries_from_cuts, choose_hits

    duration = video.info.duration
    listed = {cut.time for cut in imported.cuts} if imported else set()
    boundaries = choose_hits(
        [
            replace(one, origin="imported") if one.time in listed else one
            for one in boundaries_from_cuts(cuts, duration)
        ],
        spacing_s=request.hit_spacing_s,
        duration=duration,
    )
    edges = [Fraction(0), *(boundary.time for boundary in boundaries), duration]
    emotions = read_segment_emotions(video, edges, cuts, lines=lines, monitor=monitor)
    if request.va is not None:
        emotions = tuple(replace(emotion, chosen=request.va) for emotion in emotions)
    loudness_db = picture_loudness(video, cuts, monitor=monitor)
    return with_tacet_spans(
        Timeline(duration, boundaries, emotions, loudness_db=loudness_db),
        spans_of(request.tacet, duration, video.info.frame_rate),
    )


def score(path: Path, request: ScoreRequest, *, monitor: Monitor = SILENT) -> Scored:
    """Score a film: analyse, compose, render, and write film, WAV, MIDI and project.

    The outputs appear together at the end; a failed or cancelled run leaves none of them. What
    would stop it at the end is found before the work begins.

    Raises
    ------
    VideoUnreadableError, TacetError, OutputError, OutputExistsError
        The film cannot be read, a silence does not fit it, or the results cannot be where they
        should be.
    MissingError
        A program, a soundfont or the weights are not on this machine.
    """
    from emsync_engine.video.film_container import choose_container
    from emsync_engine.video.probe import probe

    watch = Stopwatch()
    info = probe(path)  # says why a file is no video, before anything else is looked at
    spans_of(request.analysis.tacet, info.duration, info.frame_rate)  # or why a range does not fit
    outputs = planned_outputs(
        path,
        extension=choose_container(path, audio=request.audio),
        film=request.film,
        folder=request.folder,
        stems=request.stems,
        hit_report=request.hit_report,
        constant_midi=request.constant_midi,
        overwrite=request.overwrite,
    )
    require_writable(outputs.place)
    require_tools(request)
    analysis = analyse(path, request.analysis, monitor=monitor)
    with watch.stage("compose"):
        takes = compose_takes(analysis, request, monitor=monitor)
    with (
        arriving_together(outputs, overwrite=request.overwrite) as work,
        watch.stage("write"),
    ):
        project = project_of(path, analysis, takes)
        said = write_results(
            project, analysis.info, request, places=work, watch=watch, monitor=monitor
        )
        monitor.advance("arrive", 0, 1)  # the last moment to cancel: from here all is written
    return Scored(
        analysis,
        takes[0],
        outputs,
        (*analysis.warnings, *said),
        {**analysis.timings_s, **watch.seconds},
    )


def compose_takes(
    analysis: Analysis, request: ScoreRequest, *, monitor: Monitor = SILENT
) -> tuple[Take, ...]:
    """As many takes as asked for, the best first."""
    return compose_takes_for(
        analysis.timeline,
        settings=request.settings,
        seed=request.seed,
        count=request.takes,
        frame_rate=analysis.info.frame_rate.ratio,
        device=request.device,
        monitor=monitor,
    )


def require_tools(request: ScoreRequest) -> None:
    """MissingError if something that the work ends with is not on this machine."""
    from emsync_engine.weights import weights_entry

    require_sound_tools()
    weights_entry(request.settings.weights)


def project_of(
    path: Path,
    analysis: Analysis,
    takes: tuple[Take, ...],
    provenance: Mapping[str, str] | None = None,
) -> Project:
    """The project that the app opens: the film, its timeline and its takes."""
    info = analysis.info
    return Project(
        video=VideoSource(
            path=str(path.absolute()),
            content_hash=info.content_hash,
            duration=info.duration,
            frame_rate=info.frame_rate.ratio,
            start_timecode=info.start_timecode,
        ),
        timeline=analysis.timeline,
        takes=takes,
        chosen_take=takes[0].id if takes else None,
        provenance=dict(provenance or {}),
    )
