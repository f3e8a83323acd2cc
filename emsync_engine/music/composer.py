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
from emsync_engine.heap import give_back
from emsync_engine.midi.tokenizer import decode
from emsync_engine.monitor import SILENT, Monitor, Share
from emsync_engine.music.degeneracy import Finding, badness, borrowed, degeneracies
from emsync_engine.music.emotion_path import emotion_path
from emsync_engine.music.ensembles import ensemble_named
from emsync_engine.music.ranking import measures_of
from emsync_engine.project.model import GenerationSettings, Take, Timeline
from emsync_engine.project.notes import Music

if TYPE_CHECKING:
    from emsync_engine.music.brief import Brief
    from emsync_engine.music.layouts import Composer

logger = logging.getLogger(__name__)

ATTEMPTS = 3
"""How often a take is written at most, if what was written is degenerate."""

_SEED_STRIDE = 1_000_003  # candidate k has the same seed whatever the number of candidates


def compose(
    timeline: Timeline,
    *,
    settings: GenerationSettings,
    seeds: Sequence[int],
    frame_rate: Fraction,
    device: str = "cpu",
    monitor: Monitor = SILENT,
) -> list[Take]:
    """Write a take for each seed with the weights that the settings name.

    The same timeline, settings, seed, weights, machine and versions give the same notes, however
    many takes are written together.
    """
    from emsync_engine.music.layouts import settings_for
    from emsync_engine.weights import load_composer

    model, entry = load_composer(settings.weights, device)
    return compose_with(
        model,
        timeline,
        settings=settings_for(model, settings),
        seeds=seeds,
        frame_rate=frame_rate,
        weights_sha256=entry.sha256,
        monitor=monitor,
    )


def compose_with(
    model: Composer,
    timeline: Timeline,
    *,
    settings: GenerationSettings,
    seeds: Sequence[int],
    frame_rate: Fraction,
    weights_sha256: str,
    monitor: Monitor = SILENT,
) -> list[Take]:
    """Write takes with a given model, in one pass, their tempo fitted to the hits.

    A take holds the music as it lands, and its hits as they are after the fit; the tokens are as
    they were written. ``landing.Landing`` says which measures tell of the fit.

    A degenerate take (``degeneracy.degeneracies`` and ``borrowed``) is written again with
    a seed that follows from its own, twice at most. If none is sound, the least bad is kept:
    ``measures`` tells in ``resampled`` how many were thrown away, in ``degenerate`` what number of
    things is wrong with this one, and ``findings_of`` says what they are.
    """
    from emsync_engine.music.brief import Brief

    if any(seed < 0 for seed in seeds):
        raise InputUnusableError(f"A seed is a whole number from 0 on, not {min(seeds)}.")
    ensemble = ensemble_named(settings.ensemble)
    brief = Brief(
        float(timeline.duration),
        emotion_path(timeline),
        tuple(float(hit.time) for hit in timeline.hits),
        ensemble.families,
        settings,
        tuple((float(start), float(end)) for start, end in timeline.tacet_spans),
    )
    written = _written(model, brief, seeds, monitor)
    return [
        _take(
            _best_attempt(model, brief, seed, tokens, monitor),
            timeline,
            brief,
            seed=seed,
            frame_rate=frame_rate,
            weights_sha256=weights_sha256,
        )
        for seed, tokens in zip(seeds, written, strict=True)
    ]


def _written(
    model: Composer, brief: Brief, seeds: Sequence[int], monitor: Monitor
) -> list[tuple[int, ...]]:
    """Tokens for each seed, none for a film that is tacet."""
    from emsync_engine.music.branching import write_best
    from emsync_engine.music.generation import write_takes
    from emsync_engine.music.tacet import playing_s

    if playing_s(brief.duration_s, brief.tacet_s) == 0:
        return [() for _ in seeds]
    if len(seeds) == 1 or brief.settings.branches > 1:
        written = []
        for number, seed in enumerate(seeds):
            share = Share(monitor, number, len(seeds))
            written.append(tuple(write_best(model, brief, seed=seed, monitor=share)))
            give_back()
        return written
    return write_takes(model, brief, seeds=seeds, monitor=monitor)


def _best_attempt(
    model: Composer, brief: Brief, seed: int, tokens: tuple[int, ...], monitor: Monitor
) -> _Attempt:
    """The first sound attempt at a take, else the least bad of them."""
    attempts = [_attempt_of(tokens, brief)]
    while not attempts[-1].is_sound and len(attempts) < ATTEMPTS:
        again = attempt_seed(seed, len(attempts))
        attempts.append(_attempt_of(_written(model, brief, [again], monitor)[0], brief))
    best = min(attempts, key=lambda attempt: badness(attempt.findings))
    for finding in best.findings:
        logger.warning("seed %d, after %d attempts: %s", seed, len(attempts), finding.sentence)
    return replace(best, thrown_away=len(attempts) - 1)


def _take(
    attempt: _Attempt,
    timeline: Timeline,
    brief: Brief,
    *,
    seed: int,
    frame_rate: Fraction,
    weights_sha256: str,
) -> Take:
    from emsync_engine.music.landing import landed

    settings = brief.settings
    landing = landed(
        replace(attempt.music, programs=dict(ensemble_named(settings.ensemble).programs)),
        brief.hits_s,
        settings=settings,
        frame_s=float(1 / frame_rate),
        tacet_s=brief.tacet_s,
    )
    music = landing.played(lambda time_s: brief.va_at(time_s).arousal, seed=seed)
    return Take(
        id=take_id(seed, attempt.tokens, settings, tacet_s=brief.tacet_s),
        seed=seed,
        settings=settings,
        tokens=attempt.tokens,
        music=music,
        hits=landing.hits,
        weights_sha256=weights_sha256,
        engine_version=__version__,
        measures={
            **measures_of(music, timeline),
            **landing.measures,
            "resampled": float(attempt.thrown_away),
            "degenerate": float(len(attempt.findings)),
        },
        tacet_s=brief.tacet_s,
    )


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One sequence that was written for a brief, and what the gate finds in it."""

    tokens: tuple[int, ...]
    music: Music
    findings: tuple[Finding, ...]
    thrown_away: int = 0

    @property
    def is_sound(self) -> bool:
        return not self.findings


def _attempt_of(tokens: tuple[int, ...], brief: Brief) -> _Attempt:
    from emsync_engine.music.originality import originality_measures
    from emsync_engine.music.tacet import silenced

    music = silenced(decode(tokens, duration_s=brief.duration_s), brief.tacet_s)
    wrong = degeneracies(music, brief.families, tacet_s=brief.tacet_s)
    return _Attempt(tokens, music, (*wrong, *borrowed(originality_measures(music))))


def attempt_seed(seed: int, number: int) -> int:
    """Seed of attempt ``number`` (0, 1, ...) at one take: the first is the take's own.

    Drawn from both, so that no other candidate of the same film has it.
    """
    import numpy as np

    if number == 0:
        return seed
    return int(np.random.SeedSequence((seed, number)).generate_state(1, np.uint64)[0])


def candidate_seed(seed: int, number: int) -> int:
    """Seed of candidate ``number`` (0, 1, ...): the first is the seed itself."""
    return seed if number == 0 else seed * _SEED_STRIDE + number


def take_id(
    seed: int,
    tokens: Sequence[int],
    settings: GenerationSettings,
    *,
    tacet_s: Sequence[tuple[float, float]] = (),
) -> str:
    """An id that another ending, limit of the fit or silence changes, as another seed does."""
    made_of = f"{seed}/{hash_of(tokens)}/{settings.ending}/{settings.sync_percent:g}"
    if tacet_s:
        made_of += f"/{tuple(tacet_s)}"
    return uuid.uuid5(uuid.NAMESPACE_OID, made_of).hex[:12]


def hash_of(tokens: Sequence[int]) -> str:
    """A short name for a token sequence."""
    import hashlib

    return hashlib.sha256(" ".join(map(str, tokens)).encode()).hexdigest()[:16]
