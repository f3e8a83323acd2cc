"""How long the timeline takes to paint two hours with 2,000 cuts and 57,600 notes.

    python -m tests.benchmarks.timeline_repaint [--repeats N] [--width PX] [--profile]

Four scripts of a hand: scrolling by the wheel at six zooms, zooming from the whole film to single
frames and back, dragging a boundary at three zooms, and, as the worst case, everything painted
anew, as for another film. Times are those of one repaint; for the drag, apart, those of the whole
step, from the pointer's move to the painted picture. Goal: 95th percentile of 8 ms. Both clocks are
told: the wall's, which counts what else the machine does, and that of the thread's own work, which
does not. Needs a screen, or a virtual one.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np

from tests.unit.desktop.films import JOYFUL, PLAIN, SAD, take

DURATION_S, CUTS, NOTES_PER_S = 7200, 2000, 8
ZOOMS = (1, 8, 64, 512, 4096)
GOAL_MS = 8.0


def long_timeline():
    """Two hours with 2,000 boundaries, every third a hit."""
    from emsync_engine.project.model import Boundary, BoundaryId, Timeline

    noise = np.random.default_rng(5)
    frames = np.sort(noise.choice(np.arange(1, DURATION_S * 24), CUTS, replace=False))
    boundaries = tuple(
        Boundary(BoundaryId(str(n)), Fraction(int(frame), 24), is_hit=n % 3 == 0)
        for n, frame in enumerate(frames)
    )
    emotions = tuple((JOYFUL, SAD, PLAIN)[n % 3] for n in range(CUTS + 1))
    return Timeline(Fraction(DURATION_S), boundaries, emotions)


def long_take(timeline):
    """A take of eight notes a second that lands on every hit."""
    from emsync_engine.project.model import Hit
    from emsync_engine.project.notes import FAMILIES, Music, Note

    noise = np.random.default_rng(6)
    onsets = np.sort(noise.uniform(0, DURATION_S - 1, DURATION_S * NOTES_PER_S))
    notes = tuple(
        Note(float(at), float(at) + 0.5, FAMILIES[n % 5], int(noise.integers(30, 90)))
        for n, at in enumerate(onsets)
    )
    hits = tuple(
        Hit(float(one.time), float(one.time), 0.0, 0.0, "chord", "exact") for one in timeline.hits
    )
    return replace(take(), music=Music(float(DURATION_S), notes), hits=hits)


def film_view():
    """Six hundred pictures and the sound of two hours."""
    from emsync_desktop.timeline.film_view import film_view_of

    peaks = np.random.default_rng(1).uniform(-1, 1, (DURATION_S * 100, 2)).astype(np.float32)
    pictures = np.random.default_rng(2).integers(0, 255, (600, 108, 192, 3), dtype=np.uint8)
    return film_view_of(pictures, np.arange(600) * 12.0, np.sort(peaks, axis=1), 100)


class Bench:
    """A timeline view and what a hand does with it."""

    def __init__(self, width: int) -> None:
        from emsync_desktop.film_clock import FilmClock
        from emsync_desktop.timeline.scene import TimelineScene
        from emsync_desktop.timeline.view import TimelineView
        from emsync_engine.timing import FrameRate

        self.view = TimelineView()
        self.view.resize(width, 420)
        self.view.show_film(film_view(), FilmClock(FrameRate.parse("24")))
        timeline = long_timeline()
        self.scene = TimelineScene.of(timeline, long_take(timeline))
        self.view.show_scene(self.scene)
        self.view.show()

    def paint(self) -> None:
        self.view._still.spoil()
        self.view._still.pixmap(self.view.picture, self.view.viewport().size())

    def anew(self, repeats: int) -> Iterator[Callable[[], None]]:
        """Everything painted anew at five zooms."""
        for zoom in ZOOMS:
            self.view.fit()
            self.view.zoom(zoom, 700.0)
            for _ in range(repeats):
                self.view._still.clear()
                yield self.paint

    def scrolling(self, repeats: int) -> Iterator[Callable[[], None]]:
        """Notches of the wheel, 120 pixels each, to the right and back."""
        for zoom in (4, *ZOOMS[1:]):
            self.view.fit()
            self.view.zoom(zoom, 700.0)
            self.paint()
            for notch in range(4 * repeats):
                by = 120 if notch < 2 * repeats else -120
                scale = self.view.scale
                self.view._set_scale(scale.scrolled_to(scale.start_s + by / scale.px_per_s))
                yield self.paint

    def zooming(self, repeats: int) -> Iterator[Callable[[], None]]:
        """Notches of the wheel with Ctrl, to single frames and back to the whole film."""
        self.view.fit()
        for notch in range(4 * repeats):
            factor = 1.2 if notch < 2 * repeats else 1 / 1.2
            self.view.zoom(factor, 600.0 + notch % 7)
            yield self.paint

    def dragging(self, repeats: int, *, whole: bool) -> Iterator[Callable[[], None]]:
        """A boundary moved by frames: its repaint, or the whole step with the new timeline."""
        for zoom in (1, 16, 256):
            self.view.fit()
            held = self.scene.timeline.boundaries[1000]
            self.view.zoom(zoom, self.view.scale.x_of(float(held.time)))
            self.paint()
            for step in range(2 * repeats):
                shift = Fraction(step % 5, 2400)

                def move(shift=shift, held=held) -> None:
                    from emsync_desktop.timeline.scene import TimelineScene

                    after = self.scene.timeline.with_boundary_at(held.id, held.time + shift)
                    self.scene = TimelineScene.of(after, self.scene.take, before=self.scene)
                    self.view.show_scene(self.scene)

                def step_and_paint(move=move) -> None:
                    move()
                    self.paint()

                if whole:
                    yield step_and_paint
                else:
                    move()
                    yield self.paint


def told(name: str, spent: list[tuple[float, float]]) -> str:
    """One line of the report, from milliseconds of work and of the wall's clock."""
    parts = [f"{name:<32} {len(spent):>4} times"]
    for clock, values in zip(("work", "wall"), zip(*spent, strict=True), strict=True):
        ranked = sorted(values)
        p95 = ranked[int(len(ranked) * 0.95)]
        verdict = "reached" if p95 <= GOAL_MS else "missed"
        parts.append(
            f"{clock}: median {ranked[len(ranked) // 2]:5.1f}, 95th percentile {p95:5.1f} "
            f"({verdict}), longest {ranked[-1]:5.1f} ms"
        )
    return "  ".join(parts)


def main() -> None:
    """Paint, and print the times."""
    parser = argparse.ArgumentParser(description="Time of one repaint of a long timeline.")
    parser.add_argument("--repeats", type=int, default=20, metavar="N")
    parser.add_argument("--width", type=int, default=1400, metavar="PX")
    parser.add_argument("--profile", action="store_true", help="print where the time goes")
    options = parser.parse_args()
    from PySide6.QtWidgets import QApplication

    from emsync_desktop.appearance import dress

    application = QApplication([])
    dress(application)
    bench = Bench(options.width)
    application.processEvents()
    profile = cProfile.Profile()
    for name, steps in (
        ("scrolling", bench.scrolling(options.repeats)),
        ("zooming", bench.zooming(options.repeats)),
        ("dragging, repaint", bench.dragging(options.repeats, whole=False)),
        ("dragging, from move to picture", bench.dragging(options.repeats, whole=True)),
        ("everything anew", bench.anew(options.repeats)),
    ):
        spent: list[tuple[float, float]] = []
        for step in steps:
            if options.profile:
                profile.enable()
            work, wall = time.thread_time(), time.perf_counter()
            step()
            work, wall = time.thread_time() - work, time.perf_counter() - wall
            spent.append((work * 1000, wall * 1000))
            profile.disable()
        print(told(name, spent))
    print(f"goal {GOAL_MS:.0f} ms")
    if options.profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(24)


if __name__ == "__main__":
    main()
