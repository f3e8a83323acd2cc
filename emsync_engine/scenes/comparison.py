"""Detectors beside each other on films whose transitions were labelled."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emsync_engine.errors import InputUnusableError
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.scenes.detectors import detect_scene_cuts
from emsync_engine.scenes.evaluation import CutScores, read_labels, score_cuts
from emsync_engine.video.decode import decode
from emsync_engine.video.probe import probe

ALL = "all"


@dataclass(frozen=True, slots=True)
class Result:
    """What one detector scored: by film and ``all``; without tiny changes; time per picture."""

    scores: Mapping[str, CutScores]
    without_tiny: CutScores
    ms_per_picture: float


def labelled_films(films: Path, labels: Path) -> list[tuple[Path, Path]]:
    """Films with labels, ``NAME.csv`` for ``NAME.*``; InputUnusableError if there are none."""
    labelled = {path.stem: path for path in sorted(labels.glob("*.csv"))}
    found = [
        (path, labelled[path.stem]) for path in sorted(films.glob("*.*")) if path.stem in labelled
    ]
    if not found:
        raise InputUnusableError(f"No film in {films} has labels in {labels}.")
    return found


def compare_detectors(
    films: Sequence[tuple[Path, Path]], detectors: Sequence[str], *, monitor: Monitor = SILENT
) -> dict[str, Result]:
    """Score detectors on films and their labels, by the rule of ``score_cuts``.

    Films are decoded once; the time is that of the detectors alone.
    """
    scores: dict[str, dict[str, CutScores]] = {name: {} for name in detectors}
    without_tiny = dict.fromkeys(detectors, CutScores(0, 0, 0))
    spent_s = dict.fromkeys(detectors, 0.0)
    pictures = 0
    for film, labels_path in films:
        video, labels = decode(probe(film), monitor=monitor), read_labels(labels_path)
        pictures += len(video.frames)
        for name in detectors:
            started = time.perf_counter()
            found = [cut.frame for cut in detect_scene_cuts(video, name, monitor=monitor)]
            spent_s[name] += time.perf_counter() - started
            scores[name][film.name] = score_cuts(found, labels)
            without_tiny[name] += score_cuts(found, labels, leave_out_tiny=True)
    return {
        name: Result(
            {**one, ALL: sum(one.values(), start=CutScores(0, 0, 0))},
            without_tiny[name],
            1000 * spent_s[name] / max(1, pictures),
        )
        for name, one in scores.items()
    }


def comparison_lines(results: Mapping[str, Result]) -> list[str]:
    """A table for people: every film and all of them, for each detector."""
    lines = []
    for name, result in results.items():
        lines.append(
            f"{name:<36}{'hits':>6}{'false':>7}{'missed':>8}{'F1':>7}"
            f"   {result.ms_per_picture:.2f} ms a picture once decoded"
        )
        for film, one in result.scores.items():
            low, high = one.f1_interval
            interval = f"   95 %: {low:.3f} to {high:.3f}" if film == ALL else ""
            lines.append(
                f"  {film:<34}{one.hits:>6}{one.false_alarms:>7}{one.misses:>8}{one.f1:>7.3f}"
                + interval
            )
        one = result.without_tiny
        lines.append(
            f"  {'all, without tiny changes':<34}{one.hits:>6}{one.false_alarms:>7}{one.misses:>8}"
            f"{one.f1:>7.3f}"
        )
    return lines
