"""Whole takes as a user gets them, gate and all: numbers of each, and which are worth a look."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from emsync_engine.affect.following import following
from emsync_engine.affect.reading import AffectReader
from emsync_engine.evaluation.boundaries import chord_onsets, seeded_boundaries
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.composer import compose_with
from emsync_engine.music.degeneracy import badness
from emsync_engine.music.ranking import findings_of
from emsync_engine.project.model import (
    Boundary,
    BoundaryId,
    GenerationSettings,
    SegmentEmotion,
    Take,
    Timeline,
    VAPoint,
)

if TYPE_CHECKING:
    from emsync_engine.music.layouts import Composer
    from emsync_engine.project.notes import Music

SHOWN = 5
FRAME_RATE = Fraction(24)
_EVEN = (1 / 6,) * 6


@dataclass(frozen=True, slots=True)
class TakeNumbers:
    """One take and how good it is.

    ``reached`` is the share of the hits with a strong chord within 1 s; ``va_error`` the distance
    of the judge's reading from what was told (``affect.following``), NaN without a judge.
    ``demerit`` is 1 - reached + va_error + how far the gate's findings are over their limits: 0
    would be perfect.
    """

    seed: int
    tokens: tuple[int, ...]
    seconds: float
    hits_s: tuple[float, ...]
    notes: int
    families: tuple[str, ...]
    reached: float
    va_error: float
    resampled: int
    findings: tuple[str, ...]
    demerit: float
    wall_s: float


@dataclass(frozen=True, slots=True)
class TakesReport:
    """The takes of seeds 0, 1, ..., in that order."""

    takes: tuple[TakeNumbers, ...]

    @property
    def resampled(self) -> int:
        """Takes of which at least one attempt was thrown away."""
        return sum(take.resampled > 0 for take in self.takes)

    @property
    def degenerate(self) -> int:
        """Takes that are still degenerate, and flagged."""
        return sum(bool(take.findings) for take in self.takes)


def measure_takes(
    model: Composer,
    judge: AffectReader | None,
    *,
    takes: int,
    seconds: float,
    settings: GenerationSettings | None = None,
    monitor: Monitor = SILENT,
) -> TakesReport:
    """Compose a take for each of some seeded timelines, the way that a film is scored."""
    settings = settings or GenerationSettings()
    found = []
    for seed in range(takes):
        monitor.advance("evaluate", seed, takes)
        timeline = seeded_timeline(seed, seconds)
        started = time.perf_counter()
        [take] = compose_with(
            model,
            timeline,
            settings=settings,
            seeds=[seed],
            frame_rate=FRAME_RATE,
            weights_sha256="",
            monitor=monitor,
        )
        found.append(numbers_of(take, timeline, judge, wall_s=time.perf_counter() - started))
    return TakesReport(tuple(found))


def seeded_timeline(seed: int, seconds: float) -> Timeline:
    """Hits with gaps of 4 to 20 s, and an emotion of its own for every segment."""
    rng = np.random.default_rng(2000 + seed)
    hits = tuple(
        Boundary(BoundaryId(f"hit{number}"), Fraction(round(time * 24), 24), is_hit=True)
        for number, time in enumerate(seeded_boundaries(seed, seconds))
    )
    emotions = tuple(
        SegmentEmotion(_EVEN, VAPoint(*rng.uniform(-0.8, 0.8, 2).tolist()), 1.0)
        for _ in range(len(hits) + 1)
    )
    return Timeline(Fraction(seconds).limit_denominator(1000), hits, emotions)


def numbers_of(
    take: Take, timeline: Timeline, judge: AffectReader | None, *, wall_s: float
) -> TakeNumbers:
    """What is written beside a take's piano roll."""
    findings = findings_of(take)
    reached = _reached(take.music, [float(hit.time) for hit in timeline.hits])
    error = float("nan") if judge is None else following(judge, take.music, timeline).va_error
    return TakeNumbers(
        seed=take.seed,
        tokens=take.tokens,
        seconds=take.music.duration_s,
        hits_s=tuple(float(hit.time) for hit in timeline.hits),
        notes=len(take.music.notes),
        families=take.music.families,
        reached=reached,
        va_error=error,
        resampled=int(take.measures["resampled"]),
        findings=tuple(finding.sentence for finding in findings),
        demerit=1 - reached + (0.0 if np.isnan(error) else error) + badness(findings),
        wall_s=wall_s,
    )


def _reached(music: Music, hits_s: Sequence[float]) -> float:
    """Share of the hits with a strong chord within 1 s; 1 without hits."""
    chords = chord_onsets(music)
    near = [len(chords) and float(np.abs(chords - hit).min()) <= 1.0 for hit in hits_s]
    return float(np.mean(near)) if near else 1.0


def shown_takes(report: TakesReport) -> list[TakeNumbers]:
    """Five takes from the best to the worst by demerit, evenly spaced; the worst is among them."""
    ranked = sorted(report.takes, key=lambda take: take.demerit)
    places = np.unique(np.round(np.linspace(0, len(ranked) - 1, SHOWN)).astype(int))
    return [ranked[place] for place in places.tolist()] if ranked else []
