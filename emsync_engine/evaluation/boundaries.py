"""Strong chords near boundaries, before any fit: told of them, not told, and by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emsync_engine.evaluation.measures import groove_similarity
from emsync_engine.evaluation.pieces import Wish, WritesPieces, steady
from emsync_engine.midi.chords import strong_chords
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.hits import beat_lengths
from emsync_engine.project.model import GenerationSettings
from emsync_engine.project.notes import Music

FloatArray = NDArray[np.float64]

GAPS_S = (4.0, 20.0)
GAP_BINS_S = ((4.0, 8.0), (8.0, 12.0), (12.0, 20.0))
WITHIN_S = (0.1, 1.0)
GOAL_WITHIN_1_S = 0.7
GOAL_CHANGE = 0.1
_CHANCE_DRAWS = 40
_SEED_DRAWS = 2000
_INTERVAL = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class Reached:
    """Boundaries with a chord near them, and chords with a boundary near them, as shares.

    ``within_*`` is the recall: boundaries with a strong chord within 0.1 s or 1 s. ``token_*``
    counts ``CHORD`` tokens, the others strong chords in the notes themselves. ``precision`` and
    ``token_precision`` are the shares of these chords that lie within 1 s of a boundary; 0 without
    chords.
    """

    within_100_ms: float
    within_1_s: float
    chords_per_minute: float
    precision: float
    token_within_100_ms: float
    token_within_1_s: float
    tokens_per_minute: float
    token_precision: float


@dataclass(frozen=True, slots=True)
class BoundaryReport:
    """The same seeds with the boundaries told, not told, and other boundaries in the told music.

    ``by_gap`` is the share within 1 s, told, by the length of the gap before the boundary. Groove
    similarity and notes a second are means over the pieces: telling is not to change them. Each
    ``*_interval`` holds 90 % of the relative changes that other seeds might have shown: the seeds
    are drawn again, each with its told and its untold piece.
    """

    boundaries: int
    seconds: float
    told: Reached
    untold: Reached
    chance: Reached
    by_gap: tuple[float, ...]
    told_groove: float
    untold_groove: float
    told_density: float
    untold_density: float
    groove_interval: tuple[float, float]
    density_interval: tuple[float, float]

    @property
    def groove_change(self) -> float:
        """Relative change of groove similarity by telling."""
        return self.told_groove / max(self.untold_groove, 1e-9) - 1

    @property
    def density_change(self) -> float:
        """Relative change of the notes a second by telling."""
        return self.told_density / max(self.untold_density, 1e-9) - 1


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
    writer: WritesPieces,
    *,
    seeds: int,
    seconds: float,
    settings: GenerationSettings | None = None,
    monitor: Monitor = SILENT,
) -> BoundaryReport:
    """Compose pieces with boundaries told and not told, and count the chords near them.

    Each seed has an emotion of its own and boundaries of its own. By chance: the told music beside
    boundaries drawn in the same way from 40 other seeds.
    """
    wanted = [seeded_boundaries(seed, seconds) for seed in range(seeds)]
    told, untold = (
        [
            (boundary_wish(seed, seconds, hits_s if is_told else (), settings), seed)
            for seed, hits_s in enumerate(wanted)
        ]
        for is_told in (True, False)
    )
    pieces = writer.write([*told, *untold], monitor=monitor)
    return boundary_report(pieces[:seeds], pieces[seeds:], wanted)


def boundary_wish(
    seed: int, seconds: float, hits_s: tuple[float, ...], settings: GenerationSettings | None
) -> Wish:
    """A piece of a seed's own emotion, told of these boundaries."""
    valence, arousal = np.random.default_rng(1000 + seed).uniform(-0.8, 0.8, 2).tolist()
    return steady(valence, arousal, seconds, hits_s=hits_s, settings=settings)


def boundary_report(
    told: Sequence[Music], untold: Sequence[Music], wanted: Sequence[tuple[float, ...]]
) -> BoundaryReport:
    """From the pieces of each seed and the boundaries wanted in them."""
    others = [
        seeded_boundaries(100_000 + draw, music.duration_s)
        for music in told
        for draw in range(_CHANCE_DRAWS)
    ]
    repeated = [music for music in told for _ in range(_CHANCE_DRAWS)]
    grooves, densities = (
        np.array([[measure(music) for music in pieces] for pieces in (told, untold)])
        for measure in (groove_similarity, _notes_per_s)
    )
    return BoundaryReport(
        boundaries=sum(map(len, wanted)),
        seconds=told[0].duration_s if told else 0.0,
        told=_reached(told, wanted),
        untold=_reached(untold, wanted),
        chance=_reached(repeated, others),
        by_gap=tuple(_share_of_gap(told, wanted, gap) for gap in GAP_BINS_S),
        told_groove=_mean(grooves[0]),
        untold_groove=_mean(grooves[1]),
        told_density=_mean(densities[0]),
        untold_density=_mean(densities[1]),
        groove_interval=change_interval(*grooves),
        density_interval=change_interval(*densities),
    )


def chord_onsets(music: Music) -> FloatArray:
    """Onsets of the strong chords in the notes, seconds."""
    chords = strong_chords(music.notes, beat_s=beat_lengths(music))
    return np.array([chord[0].onset_s for chord in chords])


def _notes_per_s(music: Music) -> float:
    return len(music.notes) / max(music.duration_s, 1e-9)


def _mean(values: FloatArray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def change_interval(told: FloatArray, untold: FloatArray) -> tuple[float, float]:
    """What 90 % of the relative changes of the mean lie between, over seeds drawn again.

    Parameters
    ----------
    told, untold : (N,) a measure of each seed's two pieces; a seed with a NaN is left out

    Returns
    -------
    low and high, NaN with fewer than two seeds
    """
    known = ~np.isnan(told + untold)
    told, untold = told[known], untold[known]
    if len(told) < 2:
        return float("nan"), float("nan")
    draws = np.random.default_rng(0).integers(0, len(told), (_SEED_DRAWS, len(told)))
    changes = told[draws].mean(axis=1) / np.maximum(untold[draws].mean(axis=1), 1e-9) - 1
    low, high = np.quantile(changes, _INTERVAL)
    return float(low), float(high)


def _reached(pieces: Sequence[Music], wanted: Sequence[tuple[float, ...]]) -> Reached:
    cache: dict[int, FloatArray] = {}
    chords = [cache.setdefault(id(music), chord_onsets(music)) for music in pieces]
    tokens = [np.array(music.chord_onsets_s) for music in pieces]
    times = [np.array(boundaries) for boundaries in wanted]
    minutes = max(sum(music.duration_s for music in pieces) / 60, 1e-9)
    soon, late = WITHIN_S
    return Reached(
        within_100_ms=_share_near(times, chords, soon),
        within_1_s=_share_near(times, chords, late),
        chords_per_minute=sum(map(len, chords)) / minutes,
        precision=_share_near(chords, times, late),
        token_within_100_ms=_share_near(times, tokens, soon),
        token_within_1_s=_share_near(times, tokens, late),
        tokens_per_minute=sum(map(len, tokens)) / minutes,
        token_precision=_share_near(tokens, times, late),
    )


def _share_near(times: Sequence[FloatArray], marks: Sequence[FloatArray], within_s: float) -> float:
    """Share of the times, piece by piece, that have a mark within so many seconds."""
    near = [
        bool(len(here) and np.abs(here - time).min() <= within_s)
        for wanted, here in zip(times, marks, strict=True)
        for time in wanted
    ]
    return float(np.mean(near)) if near else 0.0


def _share_of_gap(
    pieces: Sequence[Music], wanted: Sequence[tuple[float, ...]], gap_s: tuple[float, float]
) -> float:
    """Share within 1 s of the boundaries that follow a gap of this length; NaN without any."""
    times = [
        np.array([t for t, gap in zip(here, np.diff((0.0, *here)), strict=True) if _in(gap, gap_s)])
        for here in wanted
    ]
    if not any(map(len, times)):
        return float("nan")
    return _share_near(times, [chord_onsets(music) for music in pieces], WITHIN_S[1])


def _in(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value < bounds[1]


def boundary_lines(report: BoundaryReport) -> list[str]:
    """The report as a table."""
    lines = [
        f"{report.boundaries} boundaries, gaps of 4 to 20 s, pieces of {report.seconds:.0f} s",
        f"{'':<16}{'within 0.1 s':>13}{'within 1 s':>11}{'chords/min':>11}{'precision':>10}"
        f"{'CHORD 0.1 s':>12}{'CHORD 1 s':>10}{'CHORD/min':>10}{'precision':>10}",
    ]
    rows = (("told", report.told), ("not told", report.untold), ("by chance", report.chance))
    for name, row in rows:
        lines.append(
            f"{name:<16}{row.within_100_ms:>13.0%}{row.within_1_s:>11.0%}"
            f"{row.chords_per_minute:>11.1f}{row.precision:>10.0%}"
            f"{row.token_within_100_ms:>12.0%}{row.token_within_1_s:>10.0%}"
            f"{row.tokens_per_minute:>10.1f}{row.token_precision:>10.0%}"
        )
    gaps = ", ".join(
        f"{share:.0%} after {low:.0f} to {high:.0f} s"
        for share, (low, high) in zip(report.by_gap, GAP_BINS_S, strict=True)
    )
    return [
        *lines,
        f"told, within 1 s by gap: {gaps}",
        f"groove similarity {report.told_groove:.3f} told, {report.untold_groove:.3f} not "
        f"({report.groove_change:+.1%}, {interval_text(report.groove_interval)}); "
        f"notes a second {report.told_density:.2f} and {report.untold_density:.2f} "
        f"({report.density_change:+.1%}, {interval_text(report.density_interval)})",
    ]


def interval_text(interval: tuple[float, float]) -> str:
    """An interval of relative changes in words."""
    low, high = interval
    return f"90 % of draws {low:+.1%} to {high:+.1%}"
