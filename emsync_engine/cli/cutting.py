"""``emsync cuts``: the cuts of a film alone, in a fraction of the time of an analysis."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emsync_engine.cli.progress import TerminalMonitor
from emsync_engine.cli.usage import UsageError
from emsync_engine.errors import MissingError

if TYPE_CHECKING:
    from emsync_engine.handoff.found_cuts import CutsFormat
    from emsync_engine.scenes.transition import Transition
    from emsync_engine.video.probe import VideoInfo

Commands = argparse._SubParsersAction

_FORMATS = ("csv", "edl", "resolve", "fcpxml", "otio")
_DETECTOR = "emsync"


def add_cuts(commands: Commands[argparse.ArgumentParser]) -> None:
    """The options of the command."""
    cuts = commands.add_parser(
        "cuts", help="find the cuts of a video alone, fast, and write them as a list"
    )
    cuts.add_argument("video", metavar="VIDEO", type=Path)
    cuts.add_argument(
        "-o", dest="out", type=Path, metavar="FILE", help="write a list, in the format of its name"
    )
    cuts.add_argument(
        "--format",
        choices=_FORMATS,
        help="CSV, CMX3600 EDL, Resolve's marker EDL, FCPXML or OTIO; beside the video without -o",
    )
    cuts.add_argument(
        "--start", metavar="TIMECODE", help="of the first frame (the film's, else 01:00:00:00)"
    )
    cuts.add_argument("--overwrite", action="store_true", help="replace what is there")
    cuts.add_argument("--json", action="store_true", help="one JSON object on standard output")


def cuts(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    """Find the cuts, write them if asked to, and tell them."""
    from emsync_engine.handoff.found_cuts import cuts_edit, cuts_place, write_cuts
    from emsync_engine.scenes.detectors import UNAVAILABLE
    from emsync_engine.video.probe import probe

    kind = _format(options)
    if reason := UNAVAILABLE.get(_DETECTOR):
        raise MissingError(f"Cuts cannot be found: {reason}.")
    from emsync_engine.scenes.scanning import scan_film  # compiles

    info = probe(options.video)
    place = None
    if kind is not None:
        place = cuts_place(info, options.out, kind, overwrite=options.overwrite)
    cuts_edit(info, (), start=options.start)  # says now what is wrong with the timecode
    scanned = scan_film(info, monitor=monitor)
    found = scanned.transitions
    if place is not None and kind is not None:
        write_cuts(place, info, found, kind, start=options.start)
    monitor.clear()
    for sentence in scanned.warnings:
        print(sentence, file=sys.stderr)
    if options.json:
        print(json.dumps(_json(info, found, place)), flush=True)
    else:
        print("\n".join(_lines(info, found, options.start, place)), flush=True)


def _format(options: argparse.Namespace) -> CutsFormat | None:
    """What is to be written, by the option or by the file's name; None for nothing."""
    named = None if options.out is None else options.out.suffix.lower().removeprefix(".")
    if options.format is not None or named is None:
        chosen: CutsFormat | None = options.format
        return chosen
    if named not in _FORMATS or named == "resolve":
        raise UsageError(
            f"emsync cuts: {options.out.name} tells no format; name it .csv, .edl, .fcpxml or "
            ".otio, or add --format"
        )
    by_name: CutsFormat = named
    return by_name


def _json(info: VideoInfo, found: Sequence[Transition], place: Path | None) -> dict[str, Any]:
    return {
        "duration_s": float(info.duration),
        "frame_rate": str(info.frame_rate),
        "cuts": [
            {
                "time_s": float(cut.time),
                "frame": cut.frame,
                "kind": cut.kind,
                "score": round(cut.score, 6),
                "start_frame": cut.start_frame,
                "end_frame": cut.end_frame,
                "start_s": float(cut.start),
                "end_s": float(cut.end),
            }
            for cut in found
        ],
        **({} if place is None else {"path": str(place)}),
    }


def _lines(
    info: VideoInfo, found: Sequence[Transition], start: str | None, place: Path | None
) -> list[str]:
    from emsync_engine.handoff.found_cuts import NAMES, cuts_edit

    code = cuts_edit(info, (), start=start).code
    shown = code.media if start is None else code.record
    counts = Counter(NAMES[cut.kind] for cut in found)
    said = [
        f"{counts[name]} {name}{'s' * (counts[name] > 1)}"
        for name in NAMES.values()
        if counts[name]
    ]
    rate = f"{float(info.frame_rate.ratio):.3f} pictures a second"
    lines = [
        f"{info.path.name}: {float(info.duration):.3f} s, {rate}; {', '.join(said) or 'no cuts'}"
    ]
    for cut in found:
        at, first, last = (shown(code.frame_of(time)) for time in (cut.time, cut.start, cut.end))
        stretch = "" if first == last else f"  {first} to {last}"
        lines.append(f"  {at}  {cut.frame:>7}  {NAMES[cut.kind]:<8}{stretch}".rstrip())
    return lines if place is None else [*lines, f"written to {place}"]
