"""Progress on a terminal, and cancelling by Ctrl-C."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TextIO

from emsync_engine.monitor import Cancelled

_STAGE_LABELS = {
    "decode": "reading the film",
    "cuts": "finding the cuts",
    "scene cuts": "finding the cuts",
    "features": "measuring picture and sound",
    "emotion": "reading the emotion",
    "sound kinds": "listening for speech and music",
    "pictures": "taking larger pictures",
    "clip": "looking at the pictures",
    "audio-events": "listening to the sounds",
    "face-detector": "looking for faces",
    "speech": "listening to what is said",
    "screen-text": "reading what is written",
    "text-sentiment": "reading the words",
    "compose": "composing",
    "render": "playing the score",
    "mix": "mixing",
    "mux": "writing the film",
    "arrive": "putting the results in place",
    "prepare": "preparing the music",
    "train": "training",
    "evaluate": "evaluating",
    "download": "downloading",
    "retry": "waiting to try again",
    "check": "checking",
    "unpack": "unpacking",
    "copy": "copying",
}
_BAR_WIDTH = 28
_REDRAW_S = 0.1


class TerminalMonitor:
    """One line that tells the stage and how far it is; silent where nobody looks."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._shows = self._stream.isatty()
        self._drawn_at = 0.0
        self._stage = ""
        self.is_cancelled = False

    def advance(self, stage: str, done: float, total: float | None = None) -> None:
        if self.is_cancelled:
            raise Cancelled
        if not self._shows:
            return
        now = time.monotonic()
        if stage == self._stage and now - self._drawn_at < _REDRAW_S:
            return
        self._stage, self._drawn_at = stage, now
        self._stream.write("\r\x1b[K" + self._line(stage, done, total))
        self._stream.flush()

    def _line(self, stage: str, done: float, total: float | None) -> str:
        label = _STAGE_LABELS.get(stage, stage)
        if not total:
            return f"{label} ..."
        share = min(max(done / total, 0.0), 1.0)
        filled = round(share * _BAR_WIDTH)
        return f"{label:<28} [{'#' * filled}{'.' * (_BAR_WIDTH - filled)}] {share:4.0%}"

    def clear(self) -> None:
        """Take the line away."""
        if self._shows and self._stage:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._stage = ""


@contextmanager
def cancelled_by_signals(monitor: TerminalMonitor) -> Iterator[None]:
    """Let Ctrl-C, SIGTERM and a closed terminal stop the work in order; the second one at once."""

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        if monitor.is_cancelled:
            raise KeyboardInterrupt
        monitor.is_cancelled = True

    numbers = [signal.SIGINT, signal.SIGTERM]
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        numbers.append(signal.SIGHUP)  # left alone under nohup
    previous = {number: signal.signal(number, ask_to_stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
