"""How well the picture follows the sound while a take is written, and how soon a seek is seen.

    python -m tests.benchmarks.preview VIDEO [--seconds S] [--idle] [--screenshot PNG]

The window is opened on the film with the real engine. It plays for so many seconds while takes are
generated one after the other (``--idle``: while nothing else runs), and says by its own figures
how long after the beginning of a frame was heard its picture was painted, how many frames were
never painted, and how often sound was not there in time. Then it jumps to places drawn by lot and
waits for the picture to be painted. Needs a (virtual) screen; for the sound a device, be it
PulseAudio's null sink, else time is the computer's own.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emsync_desktop.main_window import MainWindow

SEEKS = 30
LONGEST_S = 300
_SETTLED_MS = 3000  # a null sink swallows two seconds at once when it is opened


def measure(video: Path, seconds: float, *, is_idle: bool, screenshot: Path | None) -> list[str]:
    """Lines of the report on one film."""
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    from emsync_desktop.appearance import dress
    from emsync_desktop.engine_client import EngineClient
    from emsync_desktop.main_window import MainWindow
    from tests.benchmarks.waiting import wait_ms

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, tempfile.mkdtemp())
    dress(application)
    window = MainWindow(EngineClient)
    window.resize(1440, 900)
    window.show()
    window.open_path(video)
    until = time.monotonic() + LONGEST_S
    while window.document.project is None or window.scoring.task is not None:
        wait_ms(100)
        if time.monotonic() > until:
            raise TimeoutError("the film was not read")
    page, generating = window.page, window.generating
    wait_ms(_SETTLED_MS)
    takes = 0
    if not is_idle:
        generating.generate()
        takes += 1
        wait_ms(1500)
    page.transport.is_looping = True
    page.console.switch_figures(True)
    page.transport.play()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        wait_ms(200)
        if not is_idle and window.scoring.task is None:
            generating.generate_all()
            takes += 1
    if screenshot is not None:
        page.console.show_mixer()
        wait_ms(600)
        window.screen().grabWindow(0).save(str(screenshot))
    figures, clock = page.console.gauge.figures, page.transport.clock
    assert clock is not None
    played = "nothing else ran" if is_idle else f"{takes} generations began"
    lines = [
        f"device {page.transport.device or 'none'}; {seconds:.0f} s, {played}",
        f"pictures {figures.shown}, dropped {figures.dropped}, underruns {clock.underruns}",
        f"picture after sound: median {figures.offset_ms or 0:.1f} ms, "
        f"95th percentile {figures.offset_p95_ms or 0:.1f} ms",
    ]
    page.transport.stop()
    lines.append(_seeks(window))
    window.document.undo_stack.setClean()
    window.close()
    return lines


def _seeks(window: MainWindow) -> str:
    """Median time from a jump to its painted picture, while standing."""
    from tests.benchmarks.waiting import wait_for, wait_ms

    transport, draw = window.page.transport, random.Random(1)
    took_ms = []
    for _ in range(SEEKS):
        wait_ms(150)
        began = time.perf_counter()
        transport.go_to_frame(draw.randrange(transport.last_frame))
        wanted_s = float(transport.time)
        wait_for(
            window.page.preview.picture.painted,
            lambda time_s, wanted_s=wanted_s: abs(time_s - wanted_s) < 1e-6,
            longest_s=10,
        )
        took_ms.append((time.perf_counter() - began) * 1000)
    took_ms.sort()
    return (
        f"seek to picture: median {statistics.median(took_ms):.0f} ms, "
        f"95th percentile {took_ms[round(0.95 * (SEEKS - 1))]:.0f} ms of {SEEKS}"
    )


def main() -> None:
    """Measure on one film and print."""
    parser = argparse.ArgumentParser(description="Picture against sound, seeks and underruns.")
    parser.add_argument("video", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0, metavar="S")
    parser.add_argument("--idle", action="store_true")
    parser.add_argument("--screenshot", type=Path, metavar="PNG")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="emsync-") as cache:
        os.environ["EMSYNC_CACHE_DIR"] = cache
        for line in measure(
            options.video.absolute(),
            options.seconds,
            is_idle=options.idle,
            screenshot=options.screenshot,
        ):
            print(line)


if __name__ == "__main__":
    main()
