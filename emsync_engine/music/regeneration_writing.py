"""Writing a stretch of music between music that stays: what came before primes it, what follows is
shown to a model that can be shown it, and held notes sound on as they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from emsync_engine.midi import vocabulary as v
from emsync_engine.midi.tokenizer import steps_of
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.branching import branches_of
from emsync_engine.music.brief import Brief
from emsync_engine.music.conditioning import MAX_REJOIN_S, Conditions
from emsync_engine.music.layouts import TokenDecoder, manner_of
from emsync_engine.music.regeneration_gap import Gap
from emsync_engine.music.stretch_judge import stretch_judge
from emsync_engine.music.stretches import Stretch, stretches
from emsync_engine.music.token_writer import REACH_S, TokenWriter
from emsync_engine.music.transformer import MusicTransformer
from emsync_engine.music.writing_together import write_on

SHORTEST_CHOSEN_S = 2.0
"""A stretch of a long gap that is chosen by itself is at least so long."""

_ROOM = 320  # tokens that forks go on for before they read the past anew
_MOST_FUTURE_TOKENS = 400
_JOIN_CONTEXT = 320  # tokens before the join that are read for its likelihood
_REACH_STEPS = steps_of(REACH_S)


class SpanWriter(TokenWriter):
    """A take that grows inside a gap of music that stays."""

    def __init__(self, decoder: TokenDecoder, brief: Brief, gap: Gap, *, seed: int) -> None:
        super().__init__(decoder, brief, seed=seed)
        self.gap = gap
        self._held = gap.held
        self._future = _Future(decoder, gap, self) if _shows_future(decoder, gap) else None
        if self._future is not None:
            self._manner = replace(self._manner, prefix_length=len(self._future.tokens))
        self.follow(gap.before)
        self._chords = "CHORD" in self._manner.special_tokens and self.grammar.allowed[v.CHORD]
        self._is_closing = False
        if self._offsets[-1] == 0 and self._chords:
            self.append(v.CHORD)  # the cut is here: the music behind it begins with its chord

    def fork(self, seed: int) -> SpanWriter:
        """The same music up to here, to go on in another way."""
        twin = super().fork(seed)
        assert isinstance(twin, SpanWriter)
        return twin

    @property
    def step(self) -> int:
        return self.grammar.collector.step

    @property
    def is_done(self) -> bool:
        """Whether the gap is filled, with its closing chord if it has one."""
        if len(self.tokens) >= self._limit + len(self.gap.before):
            return True
        if not self.gap.closes or not self._chords:
            return self.step >= self.gap.end_step
        return self.step > self.gap.end_step

    @property
    def done_s(self) -> float:
        """Seconds of the film that have their music."""
        return min(self.time_s, self._brief.duration_s)

    def draw(self, rows: NDArray[np.float32]) -> int:
        """Draw the next token; a held note ends when it does, and the closing chord comes due."""
        token = self._due()
        if token is None:
            return super().draw(rows)
        self.append(token)
        return token

    def _due(self) -> int | None:
        for key, end in self._held.items():
            onset = self.grammar.collector.sounding.get(key, self.gap.start_step)
            if end <= self.step and onset < self.gap.start_step:
                return v.off_token(*key)
        if self.gap.closes and self.step == self.gap.end_step and not self._is_closing:
            self._is_closing = True
            if self._chords and self.grammar.allowed[v.CHORD]:
                return v.CHORD
        return None

    def guided_scores(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """(V,) scores as those of any take, with what surrounds the gap kept in view."""
        scores = super().guided_scores(rows)
        for key, end in self._held.items():
            if end > self.step:  # it sounds on, even where the model thinks that it has ended
                scores[v.on_token(*key)] = -np.inf
        limit = v.MAX_SHIFT_STEPS
        left = self.gap.end_step - self.step
        if left > 0:
            limit = min(limit, left)
            if self._ends_on_hit and left < _REACH_STEPS:
                scores[v.CHORD] = -np.inf  # the chord of that hit is there, or comes due
        if self._is_closing:
            for key in self.gap.avoided:
                scores[v.on_token(*key)] = -np.inf
        scores[v.FIRST_SHIFT + limit :] = -np.inf
        return scores

    @property
    def _ends_on_hit(self) -> bool:
        return any(steps_of(hit_s) == self.gap.end_step for hit_s in self._brief.told_hits_s)

    def read(self, places: Sequence[int]) -> Tensor:
        """(R, V) logits after reading the tokens at these places, behind the future if shown."""
        if self._future is None:
            return super().read(places)
        tokens = [*self._future.tokens, *(self.tokens[place] for place in places)]
        told = self._future.before(super()._conditions(places), self._rejoin_s(places))
        logits = self._decoder.read(tokens, told, self.cache)
        self._unread = 0
        self._told_point = self._brief.va_at(self.done_s)
        return logits

    def _rejoin_s(self, places: Sequence[int]) -> list[float]:
        places = [places[1] if len(places) > 1 else places[0], *places[1:]]
        left = [(self.gap.end_step - self._steps[place]) * v.STEP_S for place in places]
        return [min(max(time_s, 0.0), MAX_REJOIN_S) for time_s in left]

    def told(self) -> Tensor:
        """(R, width) what is told beside the last token, which is read next."""
        vectors = super().told()
        return vectors if self._future is None else vectors + self._future.rejoining(self.step)

    def likelihood_of(self, tokens: Sequence[int]) -> float:
        """Mean log-likelihood (nats) of tokens that follow; the future is not shown for it.

        Of many tokens the first count. The take follows them: it is of no use for writing after.
        """
        tokens = tokens[: _most_told(self._decoder)]
        sounding = list(self.grammar.collector.sounding)
        self.follow([v.off_token(*key) for key in sounding if key not in self._held])
        first = len(self.tokens)
        self.follow(tokens)
        room = self._decoder.configuration.context - manner_of(self._decoder.model).prefix_length
        room -= len(tokens)
        since = max(first - max(min(_JOIN_CONTEXT, room - 1), 1), 1)
        places = [0, *range(since, len(self.tokens) - 1)]
        read = torch.tensor([[self.tokens[place] for place in places]])
        conditions = _first_row(TokenWriter._conditions(self, places))
        model = self._decoder.model
        with torch.inference_mode():
            device = model.head.weight.device
            logits = model(read.to(device), conditions.to(device))[0, -len(tokens) :]
            shares = torch.log_softmax(logits.float().cpu(), dim=-1)
        said = shares.gather(1, torch.tensor(list(tokens))[:, None])
        return float(said.mean())


class _Future:
    """The music behind a gap, as a model that can fill in is shown it: a marked prefix.

    As in training (``training.sequences.make_fill_in``) it has emotion, but neither offsets nor a
    countdown; the music in the gap is told how long it has until it must join.
    """

    def __init__(self, decoder: TokenDecoder, gap: Gap, writer: TokenWriter) -> None:
        model = decoder.model
        assert isinstance(model, MusicTransformer)
        assert model.conditioning.future is not None
        self.tokens = list(gap.after[: _most_told(decoder)])
        self._end_step, self._rows = gap.end_step, writer.rows
        with torch.inference_mode():
            network = model.conditioning.future
            steps = torch.arange(steps_of(MAX_REJOIN_S) + 1, device=network.mark.device)
            self._by_step = network.rejoin(steps * v.STEP_S) - network.rejoin.missing
        step, steps_after = gap.end_step, []
        for token in self.tokens:
            step += v.shift_steps(token) if v.is_shift(token) else 0
            steps_after.append(step)
        self._va = writer.telling.conditions(steps_after, [0] * len(steps_after)).va

    def before(self, main: Conditions, rejoin_s: Sequence[float]) -> Conditions:
        """Conditions (R, T) of what is read, behind those of the future."""
        count = len(self.tokens)
        missing = torch.full((self._rows, count), math.nan)
        marked = torch.zeros(self._rows, count + len(rejoin_s), dtype=torch.bool)
        marked[:, :count] = True
        return Conditions(
            torch.cat([self._va, main.va], dim=1),
            torch.cat([missing, main.offset_s], dim=1),
            torch.cat([missing, main.countdown_s], dim=1),
            main.families,
            torch.cat([missing, torch.tensor(rejoin_s).repeat(self._rows, 1)], dim=1),
            marked,
        )

    def rejoining(self, step: int) -> Tensor:
        """(width,) what the time that is left adds, beside its not being told."""
        left = min(max(self._end_step - step, 0), len(self._by_step) - 1)
        vector: Tensor = self._by_step[left]
        return vector


def _most_told(decoder: TokenDecoder) -> int:
    """Tokens of what follows that leave room for the music itself."""
    return min(_MOST_FUTURE_TOKENS, decoder.configuration.context // 3)


def _shows_future(decoder: TokenDecoder, gap: Gap) -> bool:
    return bool(gap.after) and decoder.configuration.fills_in


def _first_row(conditions: Conditions) -> Conditions:
    """The row that is told everything."""
    return Conditions(
        conditions.va[:1],
        conditions.offset_s[:1],
        conditions.countdown_s[:1],
        conditions.families[:1],
    )


def write_rivals(
    decoder: TokenDecoder,
    brief: Brief,
    gap: Gap,
    *,
    seeds: Sequence[int],
    monitor: Monitor = SILENT,
) -> list[SpanWriter]:
    """One way to fill a gap for each seed, read once and written together.

    A long gap is written as a whole take is (``branching``): stretch by stretch, where all go on
    from the best so far; in its last stretch, and in a short gap, the ways are each their own.
    Raises Cancelled through the monitor between two passes.
    """
    first = SpanWriter(decoder, brief, gap, seed=seeds[0])
    first.make_room(_ROOM)
    rivals = [first, *(first.fork(seed) for seed in seeds[1:])]
    judge = stretch_judge(brief)
    for number, stretch in enumerate(_stretches_of(decoder, brief, gap)):
        _write_until(decoder, rivals, stretch.end_s, monitor)
        demerits = [judge.demerit(rival, stretch) for rival in rivals]
        best = rivals[int(np.argmin(demerits))]
        own = [int(np.random.SeedSequence((seed, number)).generate_state(1)[0]) for seed in seeds]
        best.make_room(_ROOM)
        rivals = [best, *(best.fork(seed) for seed in own[1:])]
    _write_until(decoder, rivals, float("inf"), monitor)
    return rivals


def _stretches_of(decoder: TokenDecoder, brief: Brief, gap: Gap) -> list[Stretch]:
    """The stretches of a long gap that end well inside it; none for a draft or a short gap."""
    if branches_of(decoder.model, brief.settings) == 1:
        return []
    start_s, end_s = gap.start_step * v.STEP_S, gap.end_step * v.STEP_S
    return [
        replace(stretch, start_s=max(stretch.start_s, start_s))
        for stretch in stretches(brief)
        if start_s + SHORTEST_CHOSEN_S <= stretch.end_s <= end_s - SHORTEST_CHOSEN_S
    ]


def _write_until(
    decoder: TokenDecoder, rivals: Sequence[SpanWriter], time_s: float, monitor: Monitor
) -> None:
    """Write every way on to a time, or to the end of the gap, in passes that they share."""
    gap = rivals[0].gap
    total = max(gap.end_step - gap.start_step, 1)

    def tell(going: Sequence[SpanWriter]) -> None:
        done = min(one.step for one in going) - gap.start_step
        monitor.advance("compose", min(max(done, 0), total), total)

    write_on(decoder, rivals, until_s=time_s, tell=tell)
    monitor.advance("compose", min(rivals[0].step - gap.start_step, total), total)
