"""The options of a list of cuts from elsewhere, the same for every command that takes one."""

from __future__ import annotations

import argparse
from pathlib import Path

from emsync_engine.timing import FrameRate


def add_cut_list(parser: argparse.ArgumentParser) -> None:
    """A list of cuts from elsewhere, and how it lies on the film."""
    parser.add_argument(
        "--cuts",
        type=Path,
        metavar="FILE",
        help="take the cuts from a list: CSV, CMX3600 or Resolve marker EDL, FCPXML, OTIO, or "
        "what PySceneDetect's list-scenes writes",
    )
    parser.add_argument(
        "--cuts-with",
        choices=("replace", "merge", "add"),
        default="replace",
        help="the list in the place of other cuts (replace), both, the list's place where two are "
        "one (merge), or only what it has besides them (add)",
    )
    parser.add_argument(
        "--cuts-start", metavar="TIMECODE", help="where the film begins in the list (found)"
    )
    parser.add_argument(
        "--cuts-rate",
        type=_rate,
        metavar="RATE",
        help="frames a second that the list counts, as 25, 29.97 or 30000/1001 (found)",
    )


def _rate(text: str) -> FrameRate:
    from emsync_engine.scenes.cutlists.listing import known_rate

    try:
        rate = FrameRate.parse(text) if "/" in text else known_rate(float(text))
    except (ValueError, ZeroDivisionError):
        rate = None
    if rate is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a frame rate, as 25, 29.97 or 24000/1001"
        )
    return rate
