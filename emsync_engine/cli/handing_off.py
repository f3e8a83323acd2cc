"""``emsync export --format``: hand-off folders, lists and timelines for editing programs."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import cast

from emsync_engine.cli.progress import TerminalMonitor
from emsync_engine.project.model import Project

HANDOFF_FORMATS = ("handoff", "edl", "resolve", "fcpxml", "otio", "csv", "chapters")


def hand_off(options: argparse.Namespace, project: Project, monitor: TerminalMonitor) -> None:
    """Write what the format asks for, and tell where it is."""
    if options.format == "handoff":
        _folder(options, project, monitor)
    else:
        _list(options, project, monitor)


def _folder(options: argparse.Namespace, project: Project, monitor: TerminalMonitor) -> None:
    from emsync_engine.handoff.folder import write_handoff

    place: Path = options.project
    made = write_handoff(
        place,
        project,
        _beside(options, place.with_name(f"{place.stem}_handoff")),
        target_lufs=options.lufs,
        start=options.start,
        overwrite=options.overwrite,
        monitor=monitor,
    )
    monitor.clear()
    if options.json:
        answer = {
            "folder": str(made.folder),
            "files": list(made.files),
            "remarks": list(made.remarks),
        }
        print(json.dumps(answer), flush=True)
        return
    print("\n".join([f"hand-off  {made.folder}", *(f"  {name}" for name in made.files), ""]))
    print("\n".join(made.remarks), flush=True)


def _list(options: argparse.Namespace, project: Project, monitor: TerminalMonitor) -> None:
    from emsync_engine.handoff.single import ENDINGS, ListFormat, write_list

    kind = cast(ListFormat, options.format)
    place: Path = options.project
    path, remarks = write_list(
        place,
        project,
        _beside(options, place.with_name(place.stem + ENDINGS[kind])),
        kind=kind,
        start=options.start,
        overwrite=options.overwrite,
    )
    monitor.clear()
    if options.json:
        print(json.dumps({"path": str(path), "remarks": list(remarks)}), flush=True)
    else:
        print("\n".join([f"written to {path}", *remarks]), flush=True)


def _beside(options: argparse.Namespace, usual: Path) -> Path:
    """Where ``-o`` and ``--out-dir`` ask for something to be."""
    if options.out_dir is not None:
        return Path(options.out_dir) / (options.out or usual.name)
    return Path(options.out) if options.out is not None else usual
