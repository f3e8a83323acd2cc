"""Writing a take stretch by stretch: several go on from what was kept, and the best of them stays.

What a stretch is judged by is heard in it, not told to the model: how far the regressor reads it
from the emotion that was asked for, whether its hits are reached by strong chords, whether it falls
silent. Each stretch is chosen behind what was chosen before, so that what persists in music (its
mode, its register, its pace) is won step by step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.brief import Brief
from emsync_engine.music.generation import write_tokens
from emsync_engine.music.layouts import Composer, TokenDecoder, decoder_for, leans
from emsync_engine.music.returns import with_ostinatos, with_phrase
from emsync_engine.music.stretch_judge import Verdict, stretch_judge
from emsync_engine.music.stretches import Stretch, hits_of, stretches
from emsync_engine.music.token_writer import TokenWriter
from emsync_engine.music.writing_together import write_on
from emsync_engine.project.model import GenerationSettings

MORE_ROUNDS = 2
"""How often a stretch is written again, in as many ways, while none of them lands on its hits."""

BEGIN_GAINS = 0.1
STAY_GAINS = 0.2
"""A phrase that comes again may be worse than other ways by this, to begin and to come to its end.
"""

OSTINATO_GAINS = 0.15
"""A way on which families go on with their figure may be worse than free ones by this; not where a
hit is to be reached."""

_ROOM = 320
"""Tokens that a stretch may have before the context is full: the past is read once for all."""


def branches_of(model: Composer, settings: GenerationSettings) -> int:
    """How many ways on are written; 1 for models and settings that sample as published."""
    return settings.branches if leans(model, settings) else 1


def write_best(
    model: Composer, brief: Brief, *, seed: int, monitor: Monitor = SILENT
) -> Iterator[int]:
    """Tokens of one take: of every stretch the best of ``settings.branches`` ways on.

    The same seed, brief, model and machine give the same tokens. With one way on, and for models
    that are sampled as published, this is ``write_tokens``. Tokens come stretch by stretch, as soon
    as they are chosen. Raises Cancelled through the monitor between two tokens.
    """
    if branches_of(model, brief.settings) == 1:
        yield from write_tokens(model, brief, seed=seed, monitor=monitor)
        return
    decoder = decoder_for(model)
    judge = stretch_judge(brief)
    writer = TokenWriter(decoder, brief, seed=seed)
    writer.begin()
    given, returns = 0, False
    for number, stretch in enumerate(stretches(brief)):
        writer.make_room(_ROOM)
        ways: list[tuple[TokenWriter, Verdict]] = []
        again: Sequence[TokenWriter] = ()
        figured: Sequence[TokenWriter] = ()
        for round_ in range(1 + MORE_ROUNDS):
            rivals = _rivals(writer, brief.settings.branches, (seed, number, round_))
            if round_ == 0:  # the first way is always free
                again = with_phrase(brief, rivals[-1], stretch.end_s)
                figured = with_ostinatos(brief, rivals[1:-1], stretch.end_s)
            _write_stretch(decoder, rivals, stretch, monitor)
            ways += [(rival, judge.verdict(rival, stretch)) for rival in rivals]
            if _is_enough([verdict for _, verdict in ways], rounds=round_ + 1):
                break
        ostinato_gains = 0.0 if hits_of(brief, stretch) else OSTINATO_GAINS
        gains = [(again, STAY_GAINS if returns else BEGIN_GAINS), (figured, ostinato_gains)]
        writer = _best(ways, gains)
        returns = writer in again
        yield from writer.tokens[given:]
        given = len(writer.tokens)
    monitor.advance("compose", brief.duration_s, brief.duration_s)


def _is_enough(verdicts: Sequence[Verdict], *, rounds: int) -> bool:
    """Whether one is as it should be; after the second round it is enough that one lands."""
    if rounds == 1:
        return any(verdict.is_near for verdict in verdicts)
    return any(verdict.has_landed for verdict in verdicts)


def _best(
    ways: Sequence[tuple[TokenWriter, Verdict]],
    gains: Sequence[tuple[Sequence[TokenWriter], float]],
) -> TokenWriter:
    """The way with the least demerit, less what it gains as one of those."""
    demerits = [
        verdict.demerit - sum(gain for those, gain in gains if writer in those)
        for writer, verdict in ways
    ]
    return ways[int(np.argmin(demerits))][0]


def _rivals(writer: TokenWriter, count: int, seeds: tuple[int, ...]) -> list[TokenWriter]:
    """Forks of a take, to go on in so many ways."""
    own = np.random.SeedSequence(seeds).generate_state(count, np.uint64)
    return [writer.fork(int(seed)) for seed in own]


def _write_stretch(
    decoder: TokenDecoder, rivals: Sequence[TokenWriter], stretch: Stretch, monitor: Monitor
) -> None:
    """Write every rival to the end of the stretch, in passes that they share."""
    duration_s = rivals[0].duration_s

    def tell(going: Sequence[TokenWriter]) -> None:
        monitor.advance("compose", min(writer.done_s for writer in going), duration_s)

    write_on(decoder, rivals, until_s=stretch.end_s, tell=tell)
