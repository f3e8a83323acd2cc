"""Writing music token by token, to exactly the film's length, with a cache of keys and values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from emsync_engine.midi import vocabulary as v
from emsync_engine.midi.boundaries import BoundaryCursor
from emsync_engine.midi.tokenizer import ENSEMBLE_FAMILIES, steps_of
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.conditioning import MAX_COUNTDOWN_S, Conditions
from emsync_engine.music.sampling import (
    Grammar,
    Warming,
    family_flags,
    guided,
    log_softmax,
    nucleus_draw,
)
from emsync_engine.music.transformer import MusicTransformer
from emsync_engine.project.model import GenerationSettings, VAPoint
from emsync_engine.project.notes import Family

REACH_S = 1.0
"""A chord this close has reached a boundary (thesis, Algorithm 1: sensitivity)."""

_MAX_TOKENS_PER_S = 600


@dataclass(frozen=True, slots=True)
class Brief:
    """What the music is to do: how long, how it feels, where it lands, who plays."""

    duration_s: float
    va_at: Callable[[float], VAPoint]
    hits_s: tuple[float, ...]
    families: tuple[Family, ...]
    settings: GenerationSettings = field(default_factory=GenerationSettings)


@dataclass(frozen=True, slots=True)
class _Strand:
    """The same tokens read under one choice of what the model is told."""

    told_va: bool = True
    told_boundaries: bool = True


class TokenWriter:
    """One sequence as it grows: tokens, their conditions, and the model's caches.

    Rows of the batch are the same tokens under different conditions: everything told first, then
    for each guided condition the row without it. When the context is full, the latter half is read
    anew behind the leading token, which is exactly what training showed.
    """

    def __init__(self, model: MusicTransformer, brief: Brief) -> None:
        self._model, self._brief = model, brief
        settings = brief.settings
        self._strands = [_Strand()]
        self._strengths: list[float] = []
        if settings.va_guidance != 1:
            self._strands.append(_Strand(told_va=False))
            self._strengths.append(settings.va_guidance)
        if settings.boundary_guidance != 1 and brief.hits_s:
            self._strands.append(_Strand(told_boundaries=False))
            self._strengths.append(settings.boundary_guidance)
        self.tokens: list[int] = []
        self._rows: list[tuple[float, float, float, float]] = []  # valence, arousal, offset, end
        self.grammar = Grammar(brief.families)
        on_grid = sorted({steps_of(hit_s) for hit_s in brief.hits_s})
        self._cursor = BoundaryCursor(np.array(on_grid) * v.STEP_S, sensitivity_s=REACH_S)
        self._families = torch.from_numpy(family_flags(brief.families)).repeat(
            len(self._strands), 1
        )
        self._device = model.head.weight.device
        self._caches = model.new_caches(len(self._strands))

    @property
    def time_s(self) -> float:
        return self.grammar.collector.step * v.STEP_S

    def append(self, token: int) -> None:
        """Follow a token and note what is told beside it."""
        self.grammar.take(token)
        time_s = self.time_s
        if token == v.CHORD:
            self._cursor.reach(time_s)
        point = self._brief.va_at(time_s)
        offset = float(self._cursor.offsets(np.array([time_s]))[0])
        countdown = min(max(self._brief.duration_s - time_s, 0.0), MAX_COUNTDOWN_S)
        self.tokens.append(token)
        self._rows.append((point.valence, point.arousal, offset, countdown))

    @torch.inference_mode()
    def scores(self, unread: int) -> NDArray[np.float32]:
        """(rows, V) log-probabilities of the next token, after reading the last ``unread``."""
        if self.cached_tokens + unread > self._model.configuration.context:
            unread = self._forget_first_half()
        places = range(len(self.tokens) - unread, len(self.tokens))
        return self.read(places)

    def _forget_first_half(self) -> int:
        """Read the leading token and the latter half of the context; returns what is left: 1."""
        half = self._model.configuration.context // 2
        for cache in self._caches:
            cache.length = 0
        last = len(self.tokens)
        self.read([0, *range(last - half, last - 1)])
        return 1

    @property
    def cached_tokens(self) -> int:
        """Tokens that the caches hold."""
        return self._caches[0].length

    def read(self, places: Sequence[int]) -> NDArray[np.float32]:
        """(rows, V) log-probabilities after reading the tokens at these places."""
        tokens = torch.tensor([[self.tokens[place] for place in places]])
        rows = torch.tensor([[self._rows[place] for place in places]], dtype=torch.float32)
        if places[0] == 0 and len(places) > 1:
            rows[0, 0] = rows[0, 1]  # the leading token belongs to where the excerpt begins
        batch = len(self._strands)
        told = self._told(rows.expand(batch, -1, -1).clone()).to(self._device)
        logits = self._model(tokens.expand(batch, -1).to(self._device), told, self._caches)
        return log_softmax(logits[:, -1].float().cpu().numpy())

    def _told(self, rows: Tensor) -> Conditions:
        for number, strand in enumerate(self._strands):
            if not strand.told_va:
                rows[number, :, :2] = math.nan
            if not strand.told_boundaries:
                rows[number, :, 2] = math.nan
        return Conditions(rows[..., :2], rows[..., 2], rows[..., 3], self._families)

    def guided_scores(self, unread: int) -> NDArray[np.float32]:
        """Scores with guidance, and with what may not follow at -inf."""
        rows = self.scores(unread)
        scores = guided(rows[0], list(zip(self._strengths, rows[1:], strict=True)))
        scores = self.grammar.masked(scores)
        scores[v.FIRST_SHIFT + self._longest_shift() :] = -np.inf
        return scores

    def _longest_shift(self) -> int:
        """Steps that a TIMESHIFT may let pass: none goes past a hit that is still open.

        In training none does either, since the boundaries are the chords themselves. At the hit
        the model is free to place its chord, or to go on without.
        """
        steps = round(self._rows[-1][2] / v.STEP_S)
        return steps if 0 < steps < v.MAX_SHIFT_STEPS else v.MAX_SHIFT_STEPS


def write_tokens(
    model: MusicTransformer, brief: Brief, *, seed: int, monitor: Monitor = SILENT
) -> Iterator[int]:
    """Tokens of one take as they are drawn, from the lead-in to the last frame.

    The same seed, brief, model and machine give the same tokens. Raises Cancelled through the
    monitor between two tokens.
    """
    rng = np.random.default_rng(seed)
    writer = TokenWriter(model, brief)
    warming = Warming()
    lead = v.MORE_INSTRUMENTS if len(brief.families) >= ENSEMBLE_FAMILIES else v.FEWER_INSTRUMENTS
    for token in (lead, v.START, v.BAR):
        writer.append(token)
        yield token
    unread = len(writer.tokens)
    settings = brief.settings
    limit = int(brief.duration_s * _MAX_TOKENS_PER_S) + 64
    while writer.time_s < brief.duration_s and len(writer.tokens) < limit:
        monitor.advance("compose", min(writer.time_s, brief.duration_s), brief.duration_s)
        token, size = nucleus_draw(
            writer.guided_scores(unread),
            temperature=settings.temperature + warming.extra,
            top_p=settings.top_p,
            rng=rng,
        )
        warming.after(size)
        writer.append(token)
        unread = 1
        yield token
    monitor.advance("compose", brief.duration_s, brief.duration_s)
