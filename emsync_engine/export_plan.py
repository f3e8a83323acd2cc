"""What an export would write, where, how large it would be, and what stands in its way."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from emsync_engine.errors import EmsyncError, OutputUnwritableError
from emsync_engine.export import (
    ExportRequest,
    exportable,
    outputs_of,
    range_words,
    whole_words,
)
from emsync_engine.project.model import Project, Take
from emsync_engine.results import Outputs, require_writable

if TYPE_CHECKING:
    from emsync_engine.video.probe import VideoInfo

_RATE = 48_000
_PCM_BYTES = 6 * _RATE  # a second of 24 bits in two channels
_FLAC_SHARE = 0.55  # of the same in PCM: measured on ten takes
_CODED_BYTES = {"aac": 32_000, "opus": 32_000, "pcm": _PCM_BYTES, "flac": 0.36 * _PCM_BYTES}
_NOTE_BYTES = 9
_SHEET_BYTES = 20_000

_WHAT = {
    "video": "film",
    "wav": "music, WAV",
    "flac": "music, FLAC",
    "midi": "MIDI",
    "constant_midi": "MIDI, one tempo",
    "hits_csv": "hits, table",
    "hits_picture": "hits, page",
    "handoff": "hand-off",
}


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One result: what it is, where it will be, about how many bytes, and if something is there."""

    what: str
    path: Path
    size: int
    exists: bool


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """All results of an export.

    ``free`` is how many bytes there is room for, where that is known; ``remarks`` say what is worth
    knowing beforehand; ``obstacle`` is one sentence on why it cannot be written, empty if it can.
    What exists already is no obstacle: it may be replaced. ``span`` is the range that was asked for
    of film and sound, in seconds; None for the whole.
    """

    files: tuple[PlannedFile, ...]
    size: int
    free: int | None
    remarks: tuple[str, ...]
    obstacle: str
    span: tuple[Fraction, Fraction] | None = None

    @property
    def existing(self) -> tuple[PlannedFile, ...]:
        return tuple(one for one in self.files if one.exists)


def export_plan(place: Path, project: Project, request: ExportRequest) -> ExportPlan:
    """Look at what an export would do, and write nothing. Sizes are estimates.

    Parameters
    ----------
    place : of the project file, which the results are named after
    """
    try:
        take, info = exportable(place, project, request)
        outputs = outputs_of(place, project, request, overwrite=True)
    except EmsyncError as error:
        return ExportPlan((), 0, None, (), str(error))
    span_s = _seconds(project, request)
    files = tuple(
        PlannedFile(
            _WHAT.get(name, name),
            path,
            round(_size(name, take, info, request, path, span_s)),
            path.exists(),
        )
        for name, path in outputs.named().items()
    )
    size = sum(one.size for one in files)
    free, obstacle = _room(outputs, size)
    remarks = (*_range_remark(project, outputs, request), *_remarks(outputs, info, request))
    return ExportPlan(files, size, free, remarks, obstacle, request.span)


def _range_remark(project: Project, outputs: Outputs, request: ExportRequest) -> tuple[str, ...]:
    """From where to where, and what is of the whole film all the same."""
    heard = {"video", "wav", "flac", "stems"} & set(outputs.named())
    if request.span is None or not heard:
        return ()
    said = f"The range is {range_words(project, request.span)}"
    if outputs.video is not None:
        said += ", a little more where no key frame lies at its start"
    return (f"{said}{whole_words(outputs)}.",)


def _seconds(project: Project, request: ExportRequest) -> float:
    start, end = request.span or (Fraction(0), project.video.duration)
    return float(min(end, project.video.duration) - start)


def _room(outputs: Outputs, size: int) -> tuple[int | None, str]:
    """Bytes that are free where the results will be, and what stands in the way."""
    folder = outputs.place.absolute()
    try:
        require_writable(folder)
        while not folder.exists():
            folder = folder.parent
        free = shutil.disk_usage(folder).free
    except EmsyncError as error:
        return None, str(error)
    except OSError:
        return None, ""
    if size > free:
        reason = f"there is room for {size_words(free)}, and about {size_words(size)} are needed"
        return free, str(OutputUnwritableError(folder, reason))
    return free, ""


def _size(
    name: str,
    take: Take,
    info: VideoInfo | None,
    request: ExportRequest,
    path: Path,
    seconds: float,
) -> float:
    """About how many bytes a result will have."""
    music = _PCM_BYTES * seconds
    families = {note.family for note in take.music.notes}
    midi = len(take.music.notes) * _NOTE_BYTES + 1000
    sizes = {
        "wav": music,
        "flac": music * _FLAC_SHARE,
        "stems": music * len(families),
        "handoff": _PCM_BYTES * take.music.duration_s * (1 + len(families)) + 2 * midi + 100_000,
        "midi": midi,
        "constant_midi": midi,
        "project": 40 * len(take.music.notes) + 6 * len(take.tokens) + _SHEET_BYTES,
    }
    if name == "video" and info is not None:
        return _film_size(info, request, path, seconds)
    return float(sizes.get(name, _SHEET_BYTES))


def _film_size(info: VideoInfo, request: ExportRequest, path: Path, seconds: float) -> float:
    from emsync_engine.video.film_container import plan_container, read_source

    plan = plan_container(read_source(info.path), request.audio, codec=request.codec, name=path)
    share = seconds / max(float(info.duration), 0.001)
    return info.path.stat().st_size * share + _CODED_BYTES[plan.codec] * seconds


def _remarks(outputs: Outputs, info: VideoInfo | None, request: ExportRequest) -> tuple[str, ...]:
    """What is worth knowing before: the container, and what of the original sound becomes."""
    if outputs.video is None or info is None:
        return ()
    from emsync_engine.video.film_container import CODEC_NAMES, plan_container, read_source

    plan = plan_container(
        read_source(info.path), request.audio, codec=request.codec, name=outputs.video
    )
    said = [
        f"The picture is copied unchanged into {plan.container.name} with "
        f"{CODEC_NAMES[plan.codec]} sound, {plan.why}."
    ]
    if info.audio_stream is None and request.audio != "instead":
        said.append("The film has no sound of its own, so the music is its only sound.")
    return tuple(said)


def size_words(size: int) -> str:
    """Bytes for people: ``3.4 MB``."""
    if size < 1000:
        return f"{size} B"
    units = ["kB", "MB", "GB", "TB"]
    value = size / 1000
    while value >= 999.5 and len(units) > 1:
        value /= 1000
        units.pop(0)
    digits = 0 if value >= 99.5 or units[0] == "kB" else 1
    return f"{value:.{digits}f} {units[0]}"
