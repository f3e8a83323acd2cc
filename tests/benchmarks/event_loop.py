"""How long the window keeps its user waiting while a film is analysed and a score generated.

    python -m tests.benchmarks.event_loop VIDEO [--seconds S] [--blame MS]

A timer in the window's thread should fire every millisecond; the delay is how much later it does.
The window stands and the engine process runs before the film is opened, as for whoever opens one
by hand; the cache is empty, so that the film is really decoded. Besides the wall's clock, which
counts what else the machine does, the thread's own work between two turns is told, which does
not. Needs a screen, or a virtual one. ``--seconds`` cancels what takes longer; ``--blame`` prints
what the thread was doing in every delay longer than so many milliseconds.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path

INTERVAL_MS = 1
GOAL_P99_MS = 50
SETTLING_MS = 3000


class Heartbeat:
    """A timer that notes when it fires; a thread that looks at what holds it up."""

    def __init__(self, blame_ms: float | None) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.beats: list[float] = []
        self.work: list[float] = []
        self._blamed: dict[float, str] = {}
        self._blame_s = None if blame_ms is None else blame_ms / 1000
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._beat)
        self._thread_id = threading.get_ident()

    def start(self) -> None:
        """Begin to count."""
        self.beats, self.work = [time.perf_counter()], [time.thread_time()]
        self._timer.start()
        if self._blame_s is not None:
            threading.Thread(target=self._watch, daemon=True).start()

    def delays_ms(self) -> list[float]:
        """What came between two beats beyond the interval, sorted."""
        pairs = zip(self.beats, self.beats[1:], strict=False)
        return sorted(max(0.0, (b - a) * 1000 - INTERVAL_MS) for a, b in pairs)

    def blamed(self) -> list[str]:
        """When, for how long and with what the thread was busy."""
        following = dict(zip(self.beats, self.beats[1:], strict=False))
        return [
            f"at {last - self.beats[0]:.2f} s for {(following[last] - last) * 1000:.0f} ms\n{where}"
            for last, where in self._blamed.items()
            if last in following
        ]

    def _beat(self) -> None:
        self.beats.append(time.perf_counter())
        self.work.append(time.thread_time())

    def work_ms(self) -> list[float]:
        """What the thread did between two beats, sorted."""
        pairs = zip(self.work, self.work[1:], strict=False)
        return sorted((b - a) * 1000 for a, b in pairs)

    def _watch(self) -> None:
        seen = 0.0
        while True:
            time.sleep(0.005)
            last = self.beats[-1]
            if time.perf_counter() - last > (self._blame_s or 0) and last != seen:
                seen = last
                frame = sys._current_frames().get(self._thread_id)
                if frame is not None:
                    self._blamed[last] = "".join(traceback.format_stack(frame)[-4:])


def told(name: str, beat: Heartbeat) -> str:
    """One line of the report."""
    delays = beat.delays_ms()
    p99 = delays[int((len(delays) - 1) * 0.99)]
    work = beat.work_ms()
    work_p99 = work[int((len(work) - 1) * 0.99)]
    verdict = "reached" if p99 <= GOAL_P99_MS else "missed"
    return (
        f"{name:<12} {len(delays):>6} turns  99th percentile {p99:6.1f} ms  "
        f"longest {delays[-1]:6.1f} ms  goal {GOAL_P99_MS} ms {verdict}; "
        f"own work: 99th percentile {work_p99:.1f} ms, longest {work[-1]:.1f} ms"
    )


def measure(video: Path, limit_s: float, blame_ms: float | None) -> list[str]:
    """Open the window on a film, wait for the analysis, generate a take; lines of the report."""
    from PySide6.QtCore import QEventLoop, QSettings, QTimer
    from PySide6.QtWidgets import QApplication

    from emsync_desktop.appearance import dress
    from emsync_desktop.engine_client import EngineClient
    from emsync_desktop.main_window import MainWindow

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, tempfile.mkdtemp())
    dress(application)
    window = MainWindow(EngineClient)
    window.show()
    waiting = QEventLoop()
    window.page.transport.wake()  # as ``app`` does when it starts without a film
    window.scoring.wake()
    QTimer.singleShot(SETTLING_MS, waiting.quit)
    waiting.exec()
    scoring = window.scoring
    for ended in (scoring.analysed, scoring.composed, scoring.failed, scoring.cancelled):
        ended.connect(lambda *_: QTimer.singleShot(200, waiting.quit))  # what follows counts too
    lines: list[str] = []
    for name, begin in (
        ("analysing", lambda: window.open_path(video)),
        ("generating", window.generating.generate),
    ):
        beat = Heartbeat(blame_ms)
        beat.start()
        begin()
        QTimer.singleShot(round(limit_s * 1000), scoring.cancel)
        waiting.exec()
        lines += [told(name, beat), *beat.blamed()]
    window.document.undo_stack.setClean()
    window.close()
    return lines


def main() -> None:
    """Measure on one film and print."""
    parser = argparse.ArgumentParser(description="Event-loop delay of the window.")
    parser.add_argument("video", type=Path)
    parser.add_argument("--seconds", type=float, default=600.0, metavar="S")
    parser.add_argument("--blame", type=float, metavar="MS")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="emsync-") as cache:
        os.environ["EMSYNC_CACHE_DIR"] = cache
        for line in measure(options.video.absolute(), options.seconds, options.blame):
            print(line)


if __name__ == "__main__":
    main()
