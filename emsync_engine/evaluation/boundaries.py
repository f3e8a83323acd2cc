"""How often a strong chord stands near a boundary: told of it, not told, and by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emsync_engine.evaluation.steering import composed
from emsync_engine.midi.chords import strong_chords
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.hits import beat_lengths
from emsync_engine.project.model import GenerationSettings, VAPoint
from emsync_engine.project.notes import Music

if TYPE_CHECKING:
    from emsync_engine.music.transformer import MusicTransformer

GAPS_S = (4.0, 20.0)
WITHIN_S = (0.1, 1.0)
_CHANCE_DRAWS = 200


@dataclass(frozen=True, slots=True)
class Reached:
    """Share of the boundaries with a chord within 0.1 s and within 1 s, and chords per minute.

    ``token_*`` counts ``CHORD`` tokens, the others strong chords in the notes themselves.
    """

    within_100_ms: float
    within_1_s: float
    chords_per_minute: float
    token_within_100_ms: float
    token_within_1_s: float
    tokens_per_minute: float


@dataclass(frozen=True, slots=True)
class BoundaryReport:
    """The same seeds with the boundaries told, not told, and random times in the told music."""

    boundaries: int
    seconds: float
    told: Reached
    untold: Reached
    chance: Reached


def seeded_boundaries(seed: int, seconds: float) -> tuple[float, ...]:
    """Boundaries with gaps drawn evenly from 4 to 20 s."""
    rng = np.random.default_rng(seed)
    times: list[float] = []
    time = float(rng.uniform(*GAPS_S))
    while time < seconds - 1.0:
        times.append(time)
        time += float(rng.uniform(*GAPS_S))
    return tuple(times)


def measure_boundaries(
    model: MusicTransformer,
    *,
    seeds: int,
    seconds: float,
    settings: GenerationSettings | None = None,
    monitor: Monitor = SILENT,
) -> BoundaryReport:
    """Compose pieces with boundaries told and not told, and count the chords near them."""
    settings = settings or GenerationSettings()
    wanted = [seeded_boundaries(seed, seconds) for seed in range(seeds)]
    found: dict[bool, list[Music]] = {True: [], False: []}
    for seed, hits_s in enumerate(wanted):
        rng = np.random.default_rng(1000 + seed)
        point = VAPoint(*rng.uniform(-0.8, 0.8, 2).tolist())
        for is_told in (True, False):
            monitor.advance("evaluate", 2 * seed + (not is_told), 2 * seeds)
            told = hits_s if is_told else ()
            found[is_told].append(
                composed(model, point, settings, seed=seed, seconds=seconds, hits_s=told)
            )
    rng = np.random.default_rng(0)
    chance = [tuple(rng.uniform(0, seconds, _CHANCE_DRAWS).tolist()) for _ in wanted]
    return BoundaryReport(
        boundaries=sum(map(len, wanted)),
        seconds=seconds,
        told=_reached(found[True], wanted),
        untold=_reached(found[False], wanted),
        chance=_reached(found[True], chance),
    )


def _reached(pieces: Sequence[Music], wanted: Sequence[tuple[float, ...]]) -> Reached:
    chords = [
        np.array([c[0].onset_s for c in strong_chords(music.notes, beat_s=beat_lengths(music))])
        for music in pieces
    ]
    tokens = [np.array(music.chord_onsets_s) for music in pieces]
    minutes = sum(music.duration_s for music in pieces) / 60
    near, nearer = (_share(chords, wanted, within_s) for within_s in reversed(WITHIN_S))
    token_near, token_nearer = (_share(tokens, wanted, within_s) for within_s in reversed(WITHIN_S))
    return Reached(
        within_100_ms=nearer,
        within_1_s=near,
        chords_per_minute=sum(map(len, chords)) / minutes,
        token_within_100_ms=token_nearer,
        token_within_1_s=token_near,
        tokens_per_minute=sum(map(len, tokens)) / minutes,
    )


def _share(
    onsets: Sequence[NDArray[np.float64]], wanted: Sequence[tuple[float, ...]], within_s: float
) -> float:
    """Share of the wanted times that have an onset within so many seconds."""
    near = [
        bool(len(found) and np.abs(found - time).min() <= within_s)
        for found, times in zip(onsets, wanted, strict=True)
        for time in times
    ]
    return float(np.mean(near)) if near else 0.0


def boundary_lines(report: BoundaryReport) -> list[str]:
    """The report as a table."""
    lines = [
        f"{report.boundaries} boundaries, gaps of 4 to 20 s, pieces of {report.seconds:.0f} s",
        f"{'':<24}{'within 0.1 s':>14}{'within 1 s':>12}{'chords/min':>12}"
        f"{'CHORD 0.1 s':>13}{'CHORD 1 s':>11}{'CHORD/min':>11}",
    ]
    rows = (("told", report.told), ("not told", report.untold), ("random times", report.chance))
    for name, row in rows:
        lines.append(
            f"{name:<24}{row.within_100_ms:>14.0%}{row.within_1_s:>12.0%}"
            f"{row.chords_per_minute:>12.1f}{row.token_within_100_ms:>13.0%}"
            f"{row.token_within_1_s:>11.0%}{row.tokens_per_minute:>11.1f}"
        )
    return lines
