"""How long it takes from the command to a window that can be used.

    python -m tests.benchmarks.start_time [--times N]

A process of its own each time: from before it is started until its window has been painted and its
event loop turns. The first start after an installation reads more from disk; the median of several
is told beside the longest, and the processor time of the process itself, which does not depend on
what else the machine does. Needs a screen, or a virtual one.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

GOAL_S = 2.0
_PROGRAM = """
import os, sys, time
from PySide6.QtCore import QTimer
from emsync_desktop import app
from emsync_desktop.main_window import MainWindow

class Timed(MainWindow):
    is_told = False

    def paintEvent(self, event):
        super().paintEvent(event)
        if not Timed.is_told:
            Timed.is_told = True
            QTimer.singleShot(0, self.tell)

    def tell(self):
        print(time.time() - float(os.environ["BEGUN"]), time.process_time(), flush=True)
        QTimer.singleShot(300, self.close)

import emsync_desktop.main_window
emsync_desktop.main_window.MainWindow = Timed
sys.exit(app.main([]))
"""


def started_s() -> tuple[float, float]:
    """Seconds of one start, and how many of them were the process' own work."""
    with tempfile.TemporaryDirectory(prefix="emsync-") as home:
        places = {f"XDG_{name}_HOME": home for name in ("CONFIG", "STATE", "DATA", "CACHE")}
        begun = {"BEGUN": str(time.time())}
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            env={**os.environ, **places, **begun},
            capture_output=True,
            text=True,
            check=True,
        )
    whole, own = done.stdout.split()[:2]
    return float(whole), float(own)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Time to a window that can be used.")
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    starts = [started_s() for _ in range(options.times)]
    times, work = sorted(whole for whole, _ in starts), [own for _, own in starts]
    median = statistics.median(times)
    verdict = "reached" if median <= GOAL_S else "missed"
    print(
        f"median {median:.2f} s, longest {times[-1]:.2f} s of {len(times)} starts; "
        f"goal {GOAL_S:.0f} s {verdict}; own work: median {statistics.median(work):.2f} s"
    )


if __name__ == "__main__":
    main()
