"""How long detectors take from a film's file to its cuts, beside each other in one run."""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.scenes.detectors import DETECTORS, LIBRARY_CLASSES, FfmpegDetector
from emsync_engine.video.decode import decode
from emsync_engine.video.ffmpeg import input_arguments, run_ffmpeg
from emsync_engine.video.probe import VideoInfo, probe

SCAN, ANALYSIS = "emsync cuts", "emsync analyze"
ALL = "all"
STAGE = "evaluate"


@dataclass(frozen=True, slots=True)
class FilmSpeed:
    """Seconds of processor time that each way from the file to the cuts took, of all threads."""

    pictures: int
    seconds: Mapping[str, float]

    def ms_a_picture(self, name: str) -> float:
        return 1000 * self.seconds[name] / max(self.pictures, 1)

    def times_as_long(self, name: str) -> float:
        """How many times as long as ``SCAN`` something takes."""
        return self.seconds[name] / max(self.seconds[SCAN], 1e-9)

    def __add__(self, other: FilmSpeed) -> FilmSpeed:
        both = {name: self.seconds[name] + other.seconds[name] for name in self.seconds}
        return FilmSpeed(self.pictures + other.pictures, both)


def measure_speeds(films: Sequence[Path], *, monitor: Monitor = SILENT) -> dict[str, FilmSpeed]:
    """Time every way once, one after the other, film by film, and ``all`` together.

    Ours are the fast scan for the cuts alone, and what an analysis does until it has them: decoding
    all pictures and the detector. PySceneDetect's detectors run as its own command runs them,
    reading the file through OpenCV; ffmpeg's is its own ``select`` filter. Processor time says more
    than the clock where other programs are at work; a system that does not tell that of other
    programs leaves ffmpeg out.
    """
    speeds: dict[str, FilmSpeed] = {}
    for place, film in enumerate(films):
        info = probe(film)
        video = decode(info, monitor=monitor)
        ways = _ways(info, monitor)
        spent: dict[str, float] = {}
        for number, (name, work) in enumerate(ways.items()):
            monitor.advance(STAGE, place * len(ways) + number, len(films) * len(ways))
            spent[name] = _processor_s(work)
        speeds[film.name] = FilmSpeed(len(video.frames), spent)
    told = [name for name in _ways_of(speeds) if all(one.seconds[name] for one in speeds.values())]
    speeds = {
        film: FilmSpeed(one.pictures, {name: one.seconds[name] for name in told})
        for film, one in speeds.items()
    }
    first, *others = speeds.values()
    return {**speeds, ALL: sum(others, start=first)}


def _ways_of(speeds: Mapping[str, FilmSpeed]) -> list[str]:
    return list(next(iter(speeds.values())).seconds)


def _ways(info: VideoInfo, monitor: Monitor) -> dict[str, Callable[[], object]]:
    """From the file to its cuts, by name."""
    from emsync_engine.scenes.scanning import scan_film
    from emsync_engine.scenes.transitions import TransitionDetector

    detector = TransitionDetector(cache=None)

    def whole() -> object:
        return detector.transitions(decode(info, cache=None, monitor=monitor), monitor=monitor)

    ways: dict[str, Callable[[], object]] = {
        SCAN: lambda: scan_film(info, detector=detector, cache=None, monitor=monitor),
        ANALYSIS: whole,
    }
    for name, library_class in LIBRARY_CLASSES.items():
        if name in DETECTORS:
            ways[name] = _by_library(info.path, library_class)
    ways["ffmpeg"] = lambda: _by_ffmpeg(info, monitor)
    return ways


def _by_library(path: Path, library_class: str) -> Callable[[], object]:
    def detect() -> object:
        library = importlib.import_module("scenedetect")
        manager = library.SceneManager()
        manager.add_detector(getattr(library, library_class)())
        return manager.detect_scenes(library.open_video(str(path)))

    return detect


def _by_ffmpeg(info: VideoInfo, monitor: Monitor) -> object:
    select = f"select='gt(scene,{FfmpegDetector().threshold})'"
    arguments = [*input_arguments(info.path), "-an", "-sn", "-dn", "-vf", select, "-f", "null", "-"]
    return run_ffmpeg(arguments, stage=STAGE, total_s=float(info.duration), monitor=monitor)


def _processor_s(work: Callable[[], object]) -> float:
    before = time.process_time() + _children_s()
    work()
    return time.process_time() + _children_s() - before


def _children_s() -> float:
    """Processor time of other programs that were started here and have ended."""
    spent = os.times()
    return spent.children_user + spent.children_system


def speed_lines(speeds: Mapping[str, FilmSpeed]) -> list[str]:
    """A table for people: milliseconds a picture, and how many times as long as our scan."""
    ways = _ways_of(speeds)
    lines = [
        "from the file to its cuts: processor time, ms a picture (times as long as emsync cuts)",
        f"  {'':<34}" + "".join(f"{name:>16}" for name in ways),
    ]
    for film, one in speeds.items():
        told = [
            f"{one.ms_a_picture(name):.2f}"
            + ("" if name == SCAN else f" ({one.times_as_long(name):.2f})")
            for name in ways
        ]
        lines.append(f"  {film:<34}" + "".join(f"{text:>16}" for text in told))
    return lines
