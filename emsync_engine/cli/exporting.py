"""``emsync export``: its options, what is written by them, and a look at it beforehand."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emsync_engine.cli.handing_off import HANDOFF_FORMATS, hand_off
from emsync_engine.cli.progress import TerminalMonitor
from emsync_engine.cli.usage import UsageError
from emsync_engine.export_presets import EXPORT_PRESETS
from emsync_engine.project.ducking import DEEPEST_DB, Ducking
from emsync_engine.project.model import Project
from emsync_engine.project.tacet import FILM_END, is_time
from emsync_engine.results import EVERYTHING, Part

if TYPE_CHECKING:
    from emsync_engine.export import ExportRequest
    from emsync_engine.export_plan import ExportPlan

Commands = argparse._SubParsersAction

FORMATS: Mapping[str, Part] = {
    "film": "film",
    "wav": "wav",
    "flac": "flac",
    "stems": "stems",
    "midi": "midi",
}
CODECS = ("auto", "aac", "opus", "pcm", "flac")
QUIETEST_LUFS, LOUDEST_LUFS = -40.0, -5.0


def add_outputs(parser: argparse.ArgumentParser) -> None:
    """What is written of a take, and where."""
    parser.add_argument("-o", dest="out", type=Path, metavar="OUT", help="the film to write")
    parser.add_argument("--out-dir", type=Path, metavar="DIR", help="folder for all results")
    parser.add_argument(
        "--audio",
        choices=("beside", "under", "instead"),
        default="under",
        help="where the music goes: beside the original sound, with it, or instead of it",
    )
    parser.add_argument("--lufs", type=lufs, default=-14.0, help="loudness of the music")
    parser.add_argument("--stems", action="store_true", help="also a WAV for each family")
    parser.add_argument(
        "--hit-report", action="store_true", help="also NAME_hits.csv and a page NAME_hits.svg"
    )
    parser.add_argument(
        "--constant-midi", action="store_true", help="also NAME_constant.mid, under one tempo"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace what is there")


def add_export(commands: Commands[argparse.ArgumentParser]) -> None:
    """The options of ``emsync export``."""
    export = commands.add_parser("export", help="write the film of a project, its WAV and MIDI")
    export.add_argument("project", type=Path, metavar="PROJECT")
    export.add_argument("--take", metavar="TAKE", help="its number or name (the chosen one)")
    export.add_argument(
        "--preset",
        choices=tuple(EXPORT_PRESETS),
        help="results and levels for one use; other options change it",
    )
    export.add_argument(
        "--format",
        choices=(*FORMATS, *HANDOFF_FORMATS),
        help="one result alone: the film, the music as WAV, FLAC, stems or MIDI, a folder with "
        "everything for an editor (handoff), or a list for an editing program (default: film, "
        "WAV, MIDI and project)",
    )
    add_outputs(export)
    export.set_defaults(audio=None, lufs=None)  # those of the preset
    _add_levels(export)
    export.add_argument(
        "--range",
        metavar="FROM-TO",
        help="film and sound of a range only, in seconds or timecode counted from the first "
        "picture; a film begins at the key frame before it",
    )
    export.add_argument(
        "--start",
        metavar="TIMECODE",
        help="of lists: where they begin (the film's, or 01:00:00:00)",
    )
    export.add_argument(
        "--plan", action="store_true", help="tell what would be written, and write nothing"
    )
    export.add_argument("--json", action="store_true", help="one JSON object on standard output")


def _add_levels(export: argparse.ArgumentParser) -> None:
    export.add_argument(
        "--codec", choices=CODECS, help="of the music in the film (the container's usual one)"
    )
    export.add_argument(
        "--film-lufs",
        type=lufs,
        metavar="LUFS",
        help="loudness of the film's whole sound, with the music under it (its own)",
    )
    export.add_argument(
        "--true-peak", type=_true_peak, metavar="DBTP", help="limit of the true peak (-1)"
    )
    ducking = export.add_mutually_exclusive_group()
    ducking.add_argument(
        "--ducking",
        type=_depth,
        metavar="DB",
        help="how much softer the music is while somebody speaks (the project's)",
    )
    ducking.add_argument(
        "--no-ducking", action="store_true", help="the music makes no room for speech"
    )


def export(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    """Write what was asked for of a project."""
    from emsync_engine.cli.report import export_json, export_lines
    from emsync_engine.export import export_project
    from emsync_engine.project.file import load_project
    from emsync_engine.project.take_list import take_named, with_take_chosen

    project = load_project(options.project)
    if options.take is not None:
        project = with_take_chosen(project, take_named(project, options.take).id)
    request = request_of(options, project)
    if options.plan:
        _tell_plan(options, project, request, monitor)
        return
    if options.format in HANDOFF_FORMATS:
        hand_off(_with_levels(options, request), project, monitor)
        return
    exported = export_project(options.project, project, request, monitor=monitor)
    monitor.clear()
    if options.json:
        print(json.dumps(export_json(exported)), flush=True)
    else:
        print("\n".join(export_lines(exported)), flush=True)


def request_of(options: argparse.Namespace, project: Project) -> ExportRequest:
    """What the options ask for: the preset's, and what was said besides."""
    from emsync_engine.export import ExportRequest

    request = ExportRequest(
        stems=options.stems,
        hit_report=options.hit_report,
        constant_midi=options.constant_midi,
        film=options.out,
        folder=options.out_dir,
        overwrite=options.overwrite,
        start_timecode=options.start,
        span=None if options.range is None else _span(options.range, project),
        ducking=_ducking(options, project),
    )
    preset = EXPORT_PRESETS.get(options.preset or "")
    if preset is not None:
        request = replace(
            request,
            parts=preset.parts,
            audio=preset.audio,
            codec=preset.codec,
            target_lufs=preset.target_lufs,
            film_lufs=preset.film_lufs,
            ceiling_dbtp=preset.ceiling_dbtp,
        )
    said = {
        "audio": options.audio,
        "target_lufs": options.lufs,
        "codec": options.codec,
        "film_lufs": options.film_lufs,
        "ceiling_dbtp": options.true_peak,
        "parts": _parts(options),
    }
    return replace(request, **{name: value for name, value in said.items() if value is not None})


def _parts(options: argparse.Namespace) -> frozenset[Part] | None:
    """What the format asks for; None to leave it to the preset, or to the usual."""
    if options.format is None:
        return None if options.preset is not None else EVERYTHING
    part: Part = FORMATS.get(options.format, "handoff")
    return frozenset((part,))


def _with_levels(options: argparse.Namespace, request: ExportRequest) -> argparse.Namespace:
    """The options, with what a preset says where they say nothing."""
    return argparse.Namespace(**{**vars(options), "lufs": request.target_lufs})


def _ducking(options: argparse.Namespace, project: Project) -> Ducking:
    if options.no_ducking:
        return replace(project.ducking, is_on=False)
    if options.ducking is not None:
        return replace(project.ducking, is_on=True, depth_db=options.ducking)
    return project.ducking


def _span(text: str, project: Project) -> tuple[Fraction, Fraction]:
    """A range as it is written, on frames of the film.

    UsageError for what is no range in any film; InputUnusableError for one that is not in this.
    """
    from emsync_engine.cli.project_commands import time_of_text
    from emsync_engine.timing import FrameRate

    begin, dash, end = (part.strip() for part in text.partition("-"))
    if not dash or not is_time(begin) or not (is_time(end) or end == FILM_END):
        raise UsageError(f"{text!r} is no range such as 12.5-20 or 00:00:12:12-end.")
    in_seconds = ":" not in text and end != FILM_END
    if in_seconds and Fraction(end) <= Fraction(begin):
        raise UsageError(f"The range {text} ends before it begins.")
    timeline, rate = project.timeline, FrameRate(project.video.frame_rate)
    start = time_of_text(begin, timeline, rate)
    stop = timeline.duration if end == FILM_END else time_of_text(end, timeline, rate)
    if stop <= start:
        raise UsageError(f"The range {text} ends before it begins.")
    return start, stop


def _tell_plan(
    options: argparse.Namespace, project: Project, request: ExportRequest, monitor: TerminalMonitor
) -> None:
    from emsync_engine.export_plan import export_plan

    if options.format in HANDOFF_FORMATS and options.format != "handoff":
        raise UsageError("--plan tells of films, music and folders, not of lists.")
    plan = export_plan(options.project, project, request)
    monitor.clear()
    if options.json:
        print(json.dumps(plan_json(plan)), flush=True)
    else:
        print("\n".join(plan_lines(plan)), flush=True)


def plan_json(plan: ExportPlan) -> dict[str, Any]:
    """The whole answer of ``emsync export --plan --json``."""
    return {
        "files": [
            {"what": one.what, "path": str(one.path), "bytes": one.size, "exists": one.exists}
            for one in plan.files
        ],
        "bytes": plan.size,
        "free_bytes": plan.free,
        "range": range_json(plan.span),
        "remarks": list(plan.remarks),
        "obstacle": plan.obstacle,
    }


def range_json(span: tuple[Fraction, Fraction] | None) -> dict[str, float] | None:
    """A range in seconds from the first picture; None for the whole film."""
    if span is None:
        return None
    return {"start_s": float(span[0]), "end_s": float(span[1])}


def plan_lines(plan: ExportPlan) -> list[str]:
    """What would be written, for people."""
    from emsync_engine.export_plan import size_words

    lines = [
        f"{one.what:<14}{size_words(one.size):>10}  {one.path}{'  (exists)' if one.exists else ''}"
        for one in plan.files
    ]
    free = "" if plan.free is None else f" of {size_words(plan.free)} free"
    lines.append(f"{'in all, about':<14}{size_words(plan.size):>10}{free}")
    return [*lines, *plan.remarks, *([plan.obstacle] if plan.obstacle else [])]


def lufs(text: str) -> float:
    """A loudness as it is written; argparse reports what is wrong."""
    return _number(text, QUIETEST_LUFS, LOUDEST_LUFS, "a loudness", "LUFS")


def _true_peak(text: str) -> float:
    return _number(text, -20.0, 0.0, "a true peak", "dBTP")


def _depth(text: str) -> float:
    return _number(text, 0.0, DEEPEST_DB, "a depth", "dB")


def _number(text: str, low: float, high: float, what: str, unit: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"{text!r} is not {what} from {low:g} to {high:g} {unit}")
    return value
