"""How long the timeline takes to paint two hours with 2,000 cuts and a score.

    python -m tests.benchmarks.timeline_repaint [--repeats N] [--profile]

Every repaint is a whole one, as after a change, at five zooms from the whole film to single frames.
Goal: 95th percentile of 8 ms. Needs a screen, or a virtual one.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import time
from dataclasses import replace
from fractions import Fraction

import numpy as np

from tests.unit.desktop.films import JOYFUL, PLAIN, SAD, take

DURATION_S, CUTS, NOTES_PER_S = 7200, 2000, 8
ZOOMS = (1, 8, 64, 512, 4096)
GOAL_MS = 8.0


def long_scene():
    """A timeline of two hours with 2,000 boundaries, every third a hit, and a take."""
    from emsync_desktop.timeline.scene import TimelineScene
    from emsync_engine.project.model import Boundary, BoundaryId, Hit, Timeline
    from emsync_engine.project.notes import Music, Note

    noise = np.random.default_rng(5)
    frames = np.sort(noise.choice(np.arange(1, DURATION_S * 24), CUTS, replace=False))
    boundaries = tuple(
        Boundary(BoundaryId(str(n)), Fraction(int(frame), 24), is_hit=n % 3 == 0)
        for n, frame in enumerate(frames)
    )
    emotions = tuple((JOYFUL, SAD, PLAIN)[n % 3] for n in range(CUTS + 1))
    timeline = Timeline(Fraction(DURATION_S), boundaries, emotions)
    families = ("strings", "piano", "guitar", "bass", "drums")
    notes = tuple(
        Note(float(at), float(at) + 0.5, families[n % 5], int(noise.integers(30, 90)))
        for n, at in enumerate(np.sort(noise.uniform(0, DURATION_S - 1, DURATION_S * NOTES_PER_S)))
    )
    hits = tuple(
        Hit(float(one.time), float(one.time), 0.0, 0.0, "chord", "exact") for one in timeline.hits
    )
    first = take()
    music = Music(float(DURATION_S), notes)
    return TimelineScene.of(timeline, replace(first, music=music, hits=hits), is_take_stale=False)


def main() -> None:
    """Paint, and print the times."""
    parser = argparse.ArgumentParser(description="Time of one repaint of a long timeline.")
    parser.add_argument("--repeats", type=int, default=20, metavar="N")
    parser.add_argument("--profile", action="store_true", help="print where the time goes")
    options = parser.parse_args()
    from PySide6.QtWidgets import QApplication

    from emsync_desktop.appearance import dress
    from emsync_desktop.film_clock import FilmClock
    from emsync_desktop.timeline.scene import film_view_of
    from emsync_desktop.timeline.view import TimelineView
    from emsync_engine.timing import FrameRate

    application = QApplication([])
    dress(application)
    view = TimelineView()
    view.resize(1400, 420)
    peaks = np.random.default_rng(1).uniform(-1, 1, (DURATION_S * 100, 2)).astype(np.float32)
    pictures = np.full((600, 108, 192, 3), 90, np.uint8)
    film = film_view_of(pictures, np.arange(600) * 12.0, np.sort(peaks, axis=1), 100)
    view.show_film(film, FilmClock(FrameRate.parse("24")))
    view.show_scene(long_scene())
    view.show()
    application.processEvents()
    times: list[float] = []
    profile = cProfile.Profile()
    for zoom in ZOOMS:
        view.fit()
        view.zoom(zoom, 700.0)
        spent = []
        for _ in range(options.repeats):
            started = time.perf_counter()
            if options.profile:
                profile.enable()
            view._painted()
            profile.disable()
            spent.append((time.perf_counter() - started) * 1000)
        print(f"zoom {zoom:>5}: median {sorted(spent)[len(spent) // 2]:6.1f} ms")
        times += spent
    print(f"95th percentile {sorted(times)[int(len(times) * 0.95)]:.1f} ms, goal {GOAL_MS:.0f} ms")
    if options.profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(14)


if __name__ == "__main__":
    main()
