"""What valence and arousal do to the music: the two far corners, seed by seed."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean, median

import numpy as np

from emsync_engine.evaluation.pieces import WritesPieces, steady
from emsync_engine.midi.tempo_map import tempo_map_of
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.project.model import GenerationSettings, VAPoint
from emsync_engine.project.notes import Music

HIGH = VAPoint(0.8, 0.8)
LOW = VAPoint(-0.8, -0.8)
MEASURES = ("bpm", "notes_per_s", "onsets_per_s", "mode", "mean_pitch")


@dataclass(frozen=True, slots=True)
class Corner:
    """Measures of the takes at one point: a list over seeds for each measure."""

    valence: float
    arousal: float
    measures: dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class SteeringReport:
    """The two corners, and for each measure the share of seeds in which the high one is higher."""

    seconds: float
    high: Corner
    low: Corner
    higher: dict[str, float]


def measure_steering(
    writer: WritesPieces,
    *,
    seeds: int,
    seconds: float,
    settings: GenerationSettings | None = None,
    monitor: Monitor = SILENT,
) -> SteeringReport:
    """Compose at (0.8, 0.8) and (-0.8, -0.8) with the same seeds, and compare.

    Tempo, density and mode (positive: major) are to be higher at the high corner.
    """
    asked = [
        (steady(point.valence, point.arousal, seconds, settings=settings), seed)
        for point in (HIGH, LOW)
        for seed in range(seeds)
    ]
    measured = [measures(music) for music in writer.write(asked, monitor=monitor)]
    high, low = (
        {name: [row[name] for row in rows] for name in MEASURES}
        for rows in (measured[:seeds], measured[seeds:])
    )
    higher = {
        name: fmean(above > below for above, below in zip(high[name], low[name], strict=True))
        for name in MEASURES
    }
    return SteeringReport(
        seconds,
        Corner(HIGH.valence, HIGH.arousal, high),
        Corner(LOW.valence, LOW.arousal, low),
        higher,
    )


def measures(music: Music) -> dict[str, float]:
    """Tempo in quarter notes per minute, notes and onsets per second, mode, mean pitch.

    The mode is the best major less the best minor key correlation over the whole piece.
    """
    from emsync_engine.music.keys import key_fits

    tonal = [note for note in music.notes if note.family != "drums"]
    classes = np.zeros((1, 12))
    for note in tonal:
        classes[0, note.pitch % 12] += min(note.end_s - note.onset_s, 2.0)
    major, minor = key_fits(classes)
    tempi = tempo_map_of(music).tempi
    onsets = {round(note.onset_s / 0.03) for note in music.notes}
    return {
        "bpm": median(60e6 / tempo.us_per_beat for tempo in tempi),
        "notes_per_s": len(music.notes) / music.duration_s,
        "onsets_per_s": len(onsets) / music.duration_s,
        "mode": float(major.max() - minor.max()),
        "mean_pitch": fmean(note.pitch for note in tonal) if tonal else 0.0,
    }


def steering_lines(report: SteeringReport) -> list[str]:
    """The report as a table."""
    seeds = len(report.high.measures["bpm"])
    lines = [
        f"{seeds} seeds of {report.seconds:.0f} s at each corner, default ensemble",
        f"{'measure':<16}{'(0.8, 0.8)':>14}{'(-0.8, -0.8)':>14}{'higher in':>12}",
    ]
    lines += [
        f"{name:<16}{fmean(report.high.measures[name]):>14.2f}"
        f"{fmean(report.low.measures[name]):>14.2f}{report.higher[name]:>12.0%}"
        for name in MEASURES
    ]
    return lines
