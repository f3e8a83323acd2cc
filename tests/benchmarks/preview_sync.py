"""Flash against beep in the preview, by log: what was painted when, and what was heard when.

    python -m tests.benchmarks.preview_sync [--rate 25] [--rounds 2] [--log CSV]

A clip with flashes burnt in is played in the window, with music that beeps at each. For every flash
the log holds the moment at which the first white picture was painted, and that at which the first
sample of the beep is heard: when the device says it plays the buffer that it was handed in. Both by
the device's clock. Needs a (virtual) screen and a sound device, be it PulseAudio's null sink.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.export_report import FLASHES_S, beeping_music, flash_clip

RATE = 48_000
_APART_S = 0.4
_LONGEST_S = 60.0
_SETTLED_MS = 3000  # a null sink swallows two seconds at once when it is opened


class Log:
    """Moments of the device's clock, in seconds, with the place of the film that was meant."""

    def __init__(self) -> None:
        self.seen: list[tuple[float, float]] = []
        self.heard: list[tuple[float, float]] = []

    def paint(self, is_lit: bool, now_s: float, film_s: float) -> None:
        """A picture was painted."""
        if is_lit and (not self.seen or now_s - self.seen[-1][0] > _APART_S):
            self.seen.append((now_s, film_s))

    def hand_over(self, samples: Any, heard_at_s: float, film_s: float) -> None:
        """Samples went to the device, the first of which is heard at a moment."""
        loud = np.flatnonzero(np.abs(samples[:, 0]) > 0.05)
        if len(loud):
            first_s = int(loud[0]) / RATE
            if not self.heard or heard_at_s + first_s - self.heard[-1][0] > _APART_S:
                self.heard.append((heard_at_s + first_s, film_s + first_s))

    def pairs(self) -> list[tuple[float, float, float]]:
        """Flash, the beep nearest to it, and the place in the film."""
        return [
            (seen, min((heard for heard, _ in self.heard), key=lambda one: abs(one - seen)), film_s)
            for seen, film_s in self.seen
            if any(abs(heard - seen) < 0.5 for heard, _ in self.heard)
        ]


def played(rate: str, rounds: int) -> Log:
    """Play the clip so many times from the start, and log."""
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    from emsync_desktop.appearance import dress
    from emsync_desktop.main_window import MainWindow
    from emsync_desktop.preview.device import DeviceClock
    from emsync_engine.render.wav import write_wav
    from tests.benchmarks.waiting import wait_ms
    from tests.gui.fake_engine import FakeEngine

    log = Log()
    folder = Path(tempfile.mkdtemp(prefix="emsync-"))
    clip = flash_clip(folder / "clip.mp4", rate, "-c:v", "libx264", "-c:a", "aac")
    write_wav(beeping_music(rate), folder / "music.wav")
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(folder))
    dress(application)
    engine = FakeEngine()
    window = MainWindow(lambda: engine)
    window.resize(1440, 900)
    window.show()
    window.open_path(clip)
    wait_ms(200)
    engine.find_cuts()
    page = window.page
    transport, picture = page.transport, page.preview.picture
    clock = transport.clock
    if not isinstance(clock, DeviceClock):
        raise SystemExit("there is no sound device")
    page.preview.levels.mute("original", True)
    transport.set_music(folder / "music.wav")
    asked = clock._on_asked

    def logged(out: Any, frames: int, times: Any, status: Any) -> None:
        asked(out, frames, times, status)
        mark = clock._mark
        if mark is not None:
            log.hand_over(out, mark.heard_at_s, mark.place / RATE)

    def painted(time_s: float) -> None:
        image = picture.image
        if image is not None and clock._stream is not None and transport.is_playing:
            middle = image.pixelColor(image.width() // 2, image.height() // 2)
            log.paint(middle.lightness() > 128, float(clock._stream.time), time_s)

    clock._on_asked = logged  # type: ignore[method-assign]
    clock._let_go()
    clock._open()
    wait_ms(_SETTLED_MS)
    picture.painted.connect(painted)
    for _ in range(rounds):
        transport.go_to(0)
        wait_ms(600)
        transport.play()
        until = time.monotonic() + _LONGEST_S
        while transport.is_playing and time.monotonic() < until:
            wait_ms(100)
    transport.set_music(None)
    window.document.undo_stack.setClean()
    window.close()
    return log


def report(log: Log, rate: str, rounds: int) -> list[str]:
    """How much later the beep is heard than the flash is painted, in ms."""
    pairs = log.pairs()
    wanted = len(FLASHES_S) * rounds
    if len(pairs) < 2:
        return [f"{len(log.seen)} flashes seen, {len(log.heard)} beeps heard of {wanted}"]
    late_ms = [(heard - seen) * 1000 for seen, heard, _ in pairs]
    spread = np.percentile(np.abs(late_ms), 95)
    worst = max(range(len(pairs)), key=lambda number: abs(late_ms[number]))
    first = [late for late, (_, _, film_s) in zip(late_ms, pairs, strict=True) if film_s < 1.5]
    return [
        f"{rate} pictures a second: {len(pairs)} of {wanted} flashes with their beep",
        f"beep after flash: median {statistics.median(late_ms):+.1f} ms, from "
        f"{min(late_ms):+.1f} to {max(late_ms):+.1f} ms; 95 % within {spread:.1f} ms",
        f"farthest apart: number {worst + 1}; right after the start "
        + (", ".join(f"{late:+.1f} ms" for late in first) or "none"),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Flash against beep in the preview.")
    parser.add_argument("--rate", default="25")
    parser.add_argument("--rounds", type=int, default=2, metavar="N")
    parser.add_argument("--log", type=Path, metavar="CSV")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="emsync-") as cache:
        os.environ["EMSYNC_CACHE_DIR"] = cache
        log = played(options.rate, options.rounds)
    print("\n".join(report(log, options.rate, options.rounds)))
    if options.log is not None:
        rows = [
            f"{seen:.6f},{heard:.6f},{(heard - seen) * 1000:.3f}" for seen, heard, _ in log.pairs()
        ]
        options.log.write_text("\n".join(["flash_s,beep_s,late_ms", *rows]) + "\n", "utf-8")


if __name__ == "__main__":
    main()
