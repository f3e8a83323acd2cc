"""``emsync conform``: a new version of the edit, shown first and taken on when it is accepted."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from emsync_engine.cli.progress import TerminalMonitor
from emsync_engine.errors import OutputExistsError
from emsync_engine.project.file import load_project, save_project
from emsync_engine.timing import FrameRate, timecode

if TYPE_CHECKING:
    from fractions import Fraction

    from emsync_engine.conform.plan import ConformPlan, Move

Commands = argparse._SubParsersAction


def add_conform(commands: Commands[argparse.ArgumentParser]) -> None:
    """The options of the command."""
    conform = commands.add_parser(
        "conform", help="bring a new version of the edit into a project; what moved keeps its music"
    )
    conform.add_argument("project", type=Path, metavar="PROJECT")
    conform.add_argument(
        "new", type=Path, metavar="FILM|LIST", help="the new film, or a list of its cuts"
    )
    conform.add_argument(
        "--from",
        dest="old_list",
        type=Path,
        metavar="LIST",
        help="the EDL of the old edit: a new EDL is then compared by source timecode",
    )
    conform.add_argument(
        "--yes", action="store_true", help="take it on; without, what was matched is only shown"
    )
    conform.add_argument("-o", dest="out", type=Path, metavar="OUT", help="leave PROJECT as it is")
    conform.add_argument("--overwrite", action="store_true", help="replace what is there")
    conform.add_argument("--json", action="store_true", help="one JSON object on standard output")


def conform(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    """Show what was matched; with ``--yes``, or an answer at the terminal, write the project."""
    from emsync_engine.conform.conforming import conformed, plan_conform

    if options.out is not None and options.out.exists() and not options.overwrite:
        raise OutputExistsError(options.out)
    project = load_project(options.project)
    plan = plan_conform(project, options.new, old_list=options.old_list, monitor=monitor)
    monitor.clear()
    rate = FrameRate(project.video.frame_rate)
    if not options.json:
        print("\n".join(plan_lines(plan, rate)), flush=True)
    accepted = options.yes or (not options.json and _asked())
    target: Path = options.out or options.project
    if accepted:
        save_project(conformed(project, plan), target, overwrite=True)
    if options.json:
        answer = {**plan_json(plan), "written": accepted, "project": str(target)}
        print(json.dumps(answer), flush=True)
    elif accepted:
        print(f"written to {target}; emsync compose {target.name} --only-stale writes the rest")
    else:
        print("nothing was changed; add --yes to take it on")


def _asked() -> bool:
    """Whether somebody at a terminal says yes."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return input("Take this on? [y/N] ").strip().lower() in ("y", "yes")


def plan_lines(plan: ConformPlan, rate: FrameRate) -> list[str]:
    """What was matched, as a table for people."""
    keeps = plan.count("same", "moved")
    lines = [
        f"{len(plan.timeline.segments)} segments in the new edit: {keeps} keep their music "
        f"({plan.count('moved')} moved), {plan.count('changed')} changed, {plan.count('new')} new; "
        f"{plan.count('gone')} are gone",
        "",
        f"{'now':>4}  {'from':<12}{'to':<12}{'was':>4}  {'from':<12}{'to':<12}{'what':<9}moved by",
    ]
    lines += [_line(move, rate) for move in plan.moves]
    return [*lines, "", *plan.edit.remarks]


def _line(move: Move, rate: FrameRate) -> str:
    def number(index: int | None) -> str:
        return "" if index is None else str(index + 1)

    def code(time: Fraction | None) -> str:
        return "" if time is None else timecode(rate.nearest_frame(time), rate)

    moved = ""
    if move.fate == "moved":
        frames = rate.nearest_frame(abs(move.shift))
        sign = "+" if move.shift > 0 else "-"
        moved = f"{sign}{timecode(frames, rate)}"
    return (
        f"{number(move.new):>4}  {code(move.new_start):<12}{code(move.new_end):<12}"
        f"{number(move.old):>4}  {code(move.old_start):<12}{code(move.old_end):<12}"
        f"{move.fate:<9}{moved}"
    ).rstrip()


def plan_json(plan: ConformPlan) -> dict[str, object]:
    """The same for scripts; segments are numbered from 1, times are seconds."""

    def seconds(time: Fraction | None) -> float | None:
        return None if time is None else float(time)

    return {
        "duration_s": float(plan.edit.duration),
        "segments": [
            {
                "what": move.fate,
                "now": None if move.new is None else move.new + 1,
                "was": None if move.old is None else move.old + 1,
                "start_s": seconds(move.new_start),
                "end_s": seconds(move.new_end),
                "old_start_s": seconds(move.old_start),
                "old_end_s": seconds(move.old_end),
            }
            for move in plan.moves
        ],
        "remarks": list(plan.edit.remarks),
    }
