"""Which temperature, nucleus and guidance to take: a grid of small measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from emsync_engine.affect.reading import AffectReader
from emsync_engine.evaluation.boundaries import chord_onsets, seeded_boundaries
from emsync_engine.evaluation.human import HumanExcerpt, distances
from emsync_engine.evaluation.pieces import Asked, WritesPieces, steady
from emsync_engine.evaluation.va_grid import reading_of
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.degeneracy import degeneracies
from emsync_engine.music.ensembles import ensemble_named
from emsync_engine.project.model import GenerationSettings
from emsync_engine.project.notes import Music

CORNERS = ((0.6, 0.6), (0.6, -0.6), (-0.6, 0.6), (-0.6, -0.6))


@dataclass(frozen=True, slots=True)
class Choices:
    """The values that are tried with each other."""

    temperature: tuple[float, ...] = (0.9, 1.0, 1.1)
    top_p: tuple[float, ...] = (0.9, 0.95, 0.98)
    va_guidance: tuple[float, ...] = (1.0, 2.0, 3.0)
    boundary_guidance: tuple[float, ...] = (1.0,)

    def settings(self, base: GenerationSettings) -> list[GenerationSettings]:
        """The settings of every cell of the grid."""
        return [
            replace(base, temperature=warm, top_p=top_p, va_guidance=va, boundary_guidance=boundary)
            for warm, top_p, va, boundary in product(
                self.temperature, self.top_p, self.va_guidance, self.boundary_guidance
            )
        ]


@dataclass(frozen=True, slots=True)
class Cell:
    """One choice and how its pieces measure.

    ``valence_error`` and ``arousal_error`` by the judge; ``reached`` share of the boundaries with a
    strong chord within 1 s; ``human_distance`` mean over the measures of the distance to human
    music in human standard deviations; ``degenerate`` share of the pieces that the gate refuses.
    ``score`` is the sum of the errors, 1 - reached, the distance and the degenerate share: lower is
    better.
    """

    temperature: float
    top_p: float
    va_guidance: float
    boundary_guidance: float
    pieces: int
    valence_error: float
    arousal_error: float
    reached: float
    human_distance: float
    degenerate: float
    score: float


@dataclass(frozen=True, slots=True)
class SamplingReport:
    """All cells, the best first."""

    seconds: float
    cells: tuple[Cell, ...] = field(default_factory=tuple)


def measure_sampling(
    writer: WritesPieces,
    judge: AffectReader,
    human: Sequence[HumanExcerpt],
    *,
    seeds: int,
    seconds: float,
    choices: Choices | None = None,
    settings: GenerationSettings | None = None,
    monitor: Monitor = SILENT,
) -> SamplingReport:
    """Write pieces at the four corners of the circumplex with every choice, and measure them.

    The same seeds, corners and boundaries everywhere; ``human`` are excerpts of the same length.
    """
    tried = (choices or Choices()).settings(settings or GenerationSettings())
    asked = [
        (steady(*point, seconds, hits_s=seeded_boundaries(corner, seconds), settings=chosen), seed)
        for chosen in tried
        for corner, point in enumerate(CORNERS)
        for seed in range(seeds)
    ]
    pieces = writer.write(asked, monitor=monitor)
    each = len(CORNERS) * seeds
    cells = [
        _cell(judge, human, asked[first : first + each], pieces[first : first + each])
        for first in range(0, len(asked), each)
    ]
    return SamplingReport(seconds, tuple(sorted(cells, key=lambda cell: cell.score)))


def _cell(
    judge: AffectReader,
    human: Sequence[HumanExcerpt],
    asked: Sequence[Asked],
    pieces: Sequence[Music],
) -> Cell:
    """What the pieces of one choice measure."""
    settings = asked[0][0].settings
    errors: list[list[float]] = []
    near: list[bool] = []
    for (wish, _), music in zip(asked, pieces, strict=True):
        point = wish.point_at(0.0)
        errors.append(np.abs(reading_of(judge, music) - (point.valence, point.arousal)).tolist())
        chords = chord_onsets(music)
        near += [bool(len(chords) and np.abs(chords - hit).min() <= 1) for hit in wish.hits_s]
    families = ensemble_named(settings.ensemble).families
    valence_error, arousal_error = (_mean([row[axis] for row in errors]) for axis in range(2))
    reached = _mean(near)
    distance = _mean([found.to_human for found in distances(pieces, human)])
    degenerate = _mean([bool(degeneracies(music, families)) for music in pieces])
    return Cell(
        temperature=settings.temperature,
        top_p=settings.top_p,
        va_guidance=settings.va_guidance,
        boundary_guidance=settings.boundary_guidance,
        pieces=len(pieces),
        valence_error=valence_error,
        arousal_error=arousal_error,
        reached=reached,
        human_distance=distance,
        degenerate=degenerate,
        score=valence_error + arousal_error + (1 - reached) + distance + degenerate,
    )


def _mean(values: Sequence[float]) -> float:
    known = np.array(values, dtype=float)
    known = known[~np.isnan(known)]
    return float(known.mean()) if len(known) else float("nan")


def sampling_lines(report: SamplingReport) -> list[str]:
    """The grid as a table, the best first."""
    lines = [
        f"{'temp':>6}{'top-p':>7}{'VA x':>6}{'hits x':>7}{'V error':>9}{'A error':>9}"
        f"{'hits 1 s':>10}{'to human':>10}{'degenerate':>12}{'score':>7}"
    ]
    lines += [
        f"{cell.temperature:>6.2f}{cell.top_p:>7.2f}{cell.va_guidance:>6.1f}"
        f"{cell.boundary_guidance:>7.1f}{cell.valence_error:>9.2f}{cell.arousal_error:>9.2f}"
        f"{cell.reached:>10.0%}{cell.human_distance:>10.2f}{cell.degenerate:>12.0%}"
        f"{cell.score:>7.2f}"
        for cell in report.cells
    ]
    return lines
