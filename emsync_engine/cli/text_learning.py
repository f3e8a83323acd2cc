"""The command that trains the reading of words."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emsync_engine.cli.progress import TerminalMonitor


def add_train_emotion_text(what: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """``emsync train emotion-text``."""
    text = what.add_parser("emotion-text", help="train the reading of words on labelled comments")
    text.add_argument(
        "data", type=Path, metavar="DATA", help="folder of GoEmotions: goemotions28_*, ekman_*"
    )
    text.add_argument("-o", dest="out", type=Path, metavar="FILE", help="write the model here")
    text.add_argument("--json", action="store_true")


def train_emotion_text(options: argparse.Namespace, monitor: TerminalMonitor) -> None:
    """Fit the text model, tell its scores on the test split, and write it."""
    from emsync_engine.cli.learning import require_folder_of
    from emsync_engine.cli.report import folder_line
    from emsync_engine.emotion.labelled_texts import read_labelled_texts
    from emsync_engine.emotion.text_report import report_json, report_lines, write_text_model
    from emsync_engine.emotion.text_training import train_text_model

    if options.out is not None:
        require_folder_of(options.out)
    done = train_text_model(read_labelled_texts(options.data), monitor=monitor)
    monitor.clear()
    if options.out is not None:
        write_text_model(done, options.out)
    if options.json:
        print(json.dumps(report_json(done)))
        return
    print("\n".join(report_lines(done)))
    if options.out is not None:
        print(folder_line(options.out))
