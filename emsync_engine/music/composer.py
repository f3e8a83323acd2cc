"""From a timeline to takes: the brief, the tokens, the notes and where they land."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from emsync_engine import __version__
from emsync_engine.errors import InputUnusableError
from emsync_engine.midi.tokenizer import decode
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.degeneracy import Finding, badness, degeneracies, longest_silence
from emsync_engine.music.dynamics import shape_velocities
from emsync_engine.music.emotion_path import emotion_path
from emsync_engine.music.ensembles import ensemble_named
from emsync_engine.project.model import GenerationSettings, Take, Timeline
from emsync_engine.project.notes import Music

if TYPE_CHECKING:
    from emsync_engine.music.generation import Brief
    from emsync_engine.music.layouts import Composer

logger = logging.getLogger(__name__)

ATTEMPTS = 3
"""How often a take is written at most, if what was written is degenerate."""

_SEED_STRIDE = 1_000_003  # candidate k has the same seed whatever the number of candidates


def compose(
    timeline: Timeline,
    *,
    settings: GenerationSettings,
    seed: int,
    frame_rate: Fraction,
    device: str = "cpu",
    monitor: Monitor = SILENT,
) -> Take:
    """Write one take for the whole film with the weights that the settings name.

    The same timeline, settings, seed, weights, machine and versions give the same notes.
    """
    from emsync_engine.music.layouts import settings_for
    from emsync_engine.weights import load_composer

    model, entry = load_composer(settings.weights, device)
    return compose_with(
        model,
        timeline,
        settings=settings_for(model, settings),
        seed=seed,
        frame_rate=frame_rate,
        weights_sha256=entry.sha256,
        monitor=monitor,
    )


def compose_with(
    model: Composer,
    timeline: Timeline,
    *,
    settings: GenerationSettings,
    seed: int,
    frame_rate: Fraction,
    weights_sha256: str,
    monitor: Monitor = SILENT,
) -> Take:
    """Write one take with a given model, its tempo fitted to the hits.

    The take holds the music as it lands, and its hits as they are after the fit; the tokens are as
    they were written. ``landing.Landing`` says which measures tell of the fit.

    A degenerate take (``degeneracy.degeneracies``) is written again with a seed that follows from
    this one, twice at most. If none is sound, the least bad is kept: ``measures`` tells in
    ``resampled`` how many were thrown away, in ``degenerate`` what number of things is wrong with
    this one, and ``findings_of`` says what they are.
    """
    from emsync_engine.music.generation import Brief
    from emsync_engine.music.landing import landed

    if seed < 0:
        raise InputUnusableError(f"A seed is a whole number from 0 on, not {seed}.")
    ensemble = ensemble_named(settings.ensemble)
    duration_s = float(timeline.duration)
    path = emotion_path(timeline)
    hits_s = tuple(float(hit.time) for hit in timeline.hits)
    brief = Brief(duration_s, path, hits_s, ensemble.families, settings)
    attempts: list[_Attempt] = []
    while len(attempts) < ATTEMPTS and not (attempts and attempts[-1].is_sound):
        attempts.append(_attempt(model, brief, attempt_seed(seed, len(attempts)), monitor))
    best = min(attempts, key=lambda attempt: badness(attempt.findings))
    for finding in best.findings:
        logger.warning("seed %d, after %d attempts: %s", seed, len(attempts), finding.sentence)
    tokens = best.tokens
    landing = landed(
        replace(best.music, programs=dict(ensemble.programs)),
        hits_s,
        settings=settings,
        frame_s=float(1 / frame_rate),
    )
    music = shape_velocities(landing.music, lambda time_s: path(time_s).arousal, seed=seed)
    return Take(
        id=take_id(seed, tokens, settings),
        seed=seed,
        settings=settings,
        tokens=tokens,
        music=music,
        hits=landing.hits,
        weights_sha256=weights_sha256,
        engine_version=__version__,
        measures={
            **measures_of(music),
            **landing.measures,
            "resampled": float(len(attempts) - 1),
            "degenerate": float(len(best.findings)),
        },
    )


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One sequence that was written for a brief, and what the gate finds in it."""

    tokens: tuple[int, ...]
    music: Music
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        return not self.findings


def _attempt(model: Composer, brief: Brief, seed: int, monitor: Monitor) -> _Attempt:
    from emsync_engine.music.generation import write_tokens

    tokens = tuple(write_tokens(model, brief, seed=seed, monitor=monitor))
    music = decode(tokens, duration_s=brief.duration_s)
    return _Attempt(tokens, music, degeneracies(music, brief.families))


def attempt_seed(seed: int, number: int) -> int:
    """Seed of attempt ``number`` (0, 1, ...) at one take: the first is the take's own.

    Drawn from both, so that no other candidate of the same film has it.
    """
    import numpy as np

    if number == 0:
        return seed
    return int(np.random.SeedSequence((seed, number)).generate_state(1, np.uint64)[0])


def findings_of(take: Take) -> tuple[Finding, ...]:
    """What the gate finds wrong with a take, in sentences; nothing, if it is sound."""
    return degeneracies(take.music, ensemble_named(take.settings.ensemble).families)


def candidate_seed(seed: int, number: int) -> int:
    """Seed of candidate ``number`` (0, 1, ...): the first is the seed itself."""
    return seed if number == 0 else seed * _SEED_STRIDE + number


def take_id(seed: int, tokens: Sequence[int], settings: GenerationSettings) -> str:
    """An id that another ending or limit of the fit changes, as another seed does."""
    made_of = f"{seed}/{hash_of(tokens)}/{settings.ending}/{settings.sync_percent:g}"
    return uuid.uuid5(uuid.NAMESPACE_OID, made_of).hex[:12]


def hash_of(tokens: Sequence[int]) -> str:
    """A short name for a token sequence."""
    import hashlib

    return hashlib.sha256(" ".join(map(str, tokens)).encode()).hexdigest()[:16]


def measures_of(music: Music) -> dict[str, float]:
    """Numbers that tell takes apart: notes a second, families, the longest silence in seconds."""
    duration_s = max(music.duration_s, 1e-9)
    return {
        "notes_per_s": len(music.notes) / duration_s,
        "families": float(len(music.families)),
        "longest_silence_s": longest_silence_s(music),
    }


def longest_silence_s(music: Music) -> float:
    """Longest stretch in which nothing sounds, seconds."""
    start, end = longest_silence(music)
    return end - start


def rank(takes: Sequence[Take]) -> list[Take]:
    """Takes, the best first: sound ones, then hits landed, then hits near."""

    def merit(take: Take) -> tuple[float, int, int, float]:
        return (
            -badness(findings_of(take)),
            sum(hit.status == "exact" for hit in take.hits),
            sum(hit.status != "missed" for hit in take.hits),
            -take.measures["longest_silence_s"],
        )

    return sorted(takes, key=merit, reverse=True)
