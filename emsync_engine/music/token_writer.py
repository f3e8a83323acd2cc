"""One take as it grows: its tokens, what is told beside them, what may follow."""

from __future__ import annotations

import copy
from bisect import bisect_right
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from emsync_engine.midi import vocabulary as v
from emsync_engine.midi.boundaries import BoundaryCursor
from emsync_engine.midi.tokenizer import ENSEMBLE_FAMILIES, steps_of
from emsync_engine.music.brief import SHARP_TURN, TURN, Brief, apart
from emsync_engine.music.conditioning import Conditions
from emsync_engine.music.hints import Hints
from emsync_engine.music.layouts import TokenDecoder, drawing_for, leans, manner_of
from emsync_engine.music.ostinato import Ostinato
from emsync_engine.music.reprise import Event, Reprise, Return, events_again
from emsync_engine.music.rests import RestingGrammar
from emsync_engine.music.sampling import guided
from emsync_engine.music.tacet import reach_s, sounding_end_s
from emsync_engine.music.telling import Strand, Telling
from emsync_engine.music.tempo_hints import pass_at_most
from emsync_engine.project.notes import Family

REACH_S = 1.0
"""A chord this close has reached a boundary (thesis, Algorithm 1: sensitivity)."""

LEAST_REACH_S = 0.05
"""However near two hits are, a chord this close is on its hit."""

TURNING_S = 10.0
"""So long after a turn arousal is guided: what was written before holds the music where it was."""

HELD_GUIDANCE = 2.0
"""Guidance of arousal after that: without any it fell back to a third of the step within 10 s."""

_MAX_TOKENS_PER_S = 600


class TokenWriter:
    """One take as it grows: its tokens, what is told beside them, what may follow.

    Rows of the model's pass are the same tokens under different conditions: everything told first,
    then for each guided condition the row without it.
    """

    def __init__(self, decoder: TokenDecoder, brief: Brief, *, seed: int = 0) -> None:
        self._decoder, self._brief = decoder, brief
        strands, self._strengths = strands_of(brief)
        self._rests = strands[1:2] == [Strand(told_arousal=False)]
        self._turns_s = brief.turns_s() if self._rests else []
        has_pulse = leans(decoder.model, brief.settings)
        self._sharp_turns_s = brief.turns_s(SHARP_TURN) if has_pulse else []
        self.rows = len(strands)
        self.telling = Telling(
            decoder.model.conditioning,
            va_at=brief.va_at,
            duration_s=sounding_end_s(brief.duration_s, brief.tacet_s),
            families=brief.families,
            strands=strands,
        )
        self.tokens: list[int] = []
        self._steps: list[int] = []  # time after each token
        self._offsets: list[int] = []  # steps to the next open boundary
        self._steps_to_pass = v.MAX_SHIFT_STEPS  # to the next one that is not here
        self.grammar = RestingGrammar(brief.families, brief.tacet_s, brief.duration_s)
        reach_of = {
            steps_of(hit_s): reach_s(hit_s, brief.tacet_s, widest_s=widest_s)
            for hit_s, widest_s in _repairable(brief)
        }
        self._cursor = BoundaryCursor(
            np.array(list(reach_of)) * v.STEP_S,
            sensitivity_s=np.array(list(reach_of.values()), dtype=np.float64),
        )
        self.cache = decoder.new_cache(self.rows)
        self._unread = 0
        self._rng = np.random.default_rng(seed)
        self._drawing = drawing_for(decoder.model, brief.settings)
        self._manner = manner_of(decoder.model)
        self._hints = Hints(
            brief.families,
            brief.settings,
            leans=leans(decoder.model, brief.settings),
            hits_s=brief.told_hits_s,
        )
        self._reprise: Reprise | Ostinato | None = None
        self._told_point = brief.va_at(0.0)
        self._limit = int(brief.duration_s * _MAX_TOKENS_PER_S) + 64

    def fork(self, seed: int) -> TokenWriter:
        """The same music up to here, to go on in another way.

        What either writes from here on is nothing to the other.
        """
        twin = copy.copy(self)
        twin.telling = copy.copy(self.telling)
        twin.tokens, twin._steps = self.tokens.copy(), self._steps.copy()
        twin._offsets = self._offsets.copy()
        notes, self.grammar.collector.notes = self.grammar.collector.notes, []  # never changed
        twin.grammar = copy.deepcopy(self.grammar)
        self.grammar.collector.notes, twin.grammar.collector.notes = notes, notes.copy()
        twin._cursor, twin._hints, twin._drawing = copy.deepcopy(
            (self._cursor, self._hints, self._drawing)
        )
        twin.cache = self.cache.copy()
        twin._reprise = None
        twin._rng = np.random.default_rng(seed)
        return twin

    def follow(self, tokens: Sequence[int]) -> None:
        """Take tokens that were not drawn as what was written; the next draw reads them."""
        for token in tokens:
            self.append(token)

    def begin(self) -> list[int]:
        """Append and return what every piece begins with."""
        many = len(self._brief.families) >= ENSEMBLE_FAMILIES
        lead = self._manner.lead_in(many=many)
        self.follow(lead)
        return lead

    @property
    def duration_s(self) -> float:
        """Length of the film in seconds."""
        return self._brief.duration_s

    @property
    def time_s(self) -> float:
        return self.grammar.collector.step * v.STEP_S

    @property
    def done_s(self) -> float:
        """Seconds of the film that have their music."""
        return min(self.time_s, self._brief.duration_s)

    @property
    def is_done(self) -> bool:
        """Whether the music has the film's length, or more tokens than any music."""
        return self.time_s >= self._brief.duration_s or len(self.tokens) >= self._limit

    def append(self, token: int) -> None:
        """Follow a token and note what is told beside it."""
        self.grammar.take(token)
        step = self.grammar.collector.step
        self._hints.take(token, step)
        while self._sharp_turns_s and self._sharp_turns_s[0] <= self.time_s:
            self._sharp_turns_s = self._sharp_turns_s[1:]
            self._hints.turn(step)
        if token == v.CHORD and len(self._cursor.reach(self.time_s)):
            self._hints.restart(step)
        if v.is_shift(token) and self.grammar.is_cue_in:
            self._hints.restart(step)
        if token == v.CHORD or not self._steps or step != self._steps[-1]:
            times_s = self.time_s + np.array([0.0, v.STEP_S / 2])
            here, beyond = self._cursor.offsets(times_s) / v.STEP_S
            offset, self._steps_to_pass = round(here), round(beyond + 0.5)
        else:
            offset = self._offsets[-1]
        self.tokens.append(token)
        self._steps.append(step)
        self._offsets.append(offset)
        self._unread += 1

    @property
    def must_read_anew(self) -> bool:
        """Whether more than one token waits, the context is full, or what holds for all changed."""
        context = self._decoder.configuration.context
        is_first = self.cache.length == 0
        return is_first or self._unread > 1 or self.cache.length + 1 > context or self._has_turned

    @property
    def _has_turned(self) -> bool:
        """Whether a model that is told one emotion for the whole excerpt is to be told another."""
        if not self._manner.tells_once:
            return False
        return apart(self._brief.va_at(self.done_s), self._told_point) > TURN

    def make_room(self, tokens: int) -> None:
        """Read what is not read yet, or the past anew if so many tokens would not fit behind it.

        The last token waits for the next draw, so that forks go on from here without reading.
        """
        is_full = self.cache.length + tokens > self._decoder.configuration.context
        is_behind = self.cache.length == 0 or self._unread > 1
        if (is_full or is_behind) and len(self.tokens) > 2 and not self._manner.tells_once:
            self.read(self._latest()[:-1])
            self._unread = 1

    def read_anew(self) -> Tensor:
        """(R, V) logits after reading, into an empty cache, the tokens or the later ones of them.

        When the context is full, the latter half is read behind the leading token, which is
        exactly what training showed (``docs/decisions/0003-context-read-anew.md``).
        """
        return self.read(self._latest())

    def _latest(self) -> list[int]:
        """Places of the tokens that are read into an empty cache, the leading one first."""
        room = self._decoder.configuration.context - self._manner.prefix_length
        first = 1 if len(self.tokens) <= room else len(self.tokens) - room // 2
        lead = [0] if first == 1 or self._manner.keeps_leading_token else []
        return [*lead, *range(first, len(self.tokens))]

    def read(self, places: Sequence[int]) -> Tensor:
        """(R, V) logits after reading the tokens at these places, the leading one first."""
        tokens = [self.tokens[place] for place in places]
        logits = self._decoder.read(tokens, self._conditions(places), self.cache)
        self._unread = 0
        self._told_point = self._brief.va_at(self.done_s)
        return logits

    def _conditions(self, places: Sequence[int]) -> Conditions:
        # the leading token belongs to where the excerpt begins
        places = [places[1] if len(places) > 1 else places[0], *places[1:]]
        return self.telling.conditions(
            [self._steps[place] for place in places], [self._offsets[place] for place in places]
        )

    def told(self) -> Tensor:
        """(R, width) what is told beside the last token, which is read next."""
        self._unread = 0
        return self.telling.vectors(self._steps[-1], self._offsets[-1])

    def guided_scores(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """(V,) scores with guidance, and with what may not follow at -inf.

        Parameters
        ----------
        rows : (R, V) log-probabilities
        """
        scores = guided(rows, self._strengths_now())
        self._hints.shape(scores, self.grammar.collector.step, self._brief.va_at(self.done_s))
        self.grammar.hear(rows[0])
        scores = self.grammar.masked(scores)
        pass_at_most(scores, self._longest_shift())
        return scores

    def _strengths_now(self) -> NDArray[np.float32]:
        """Guidance of each row without something; that of arousal rests until it first turns."""
        if not self._rests:
            return self._strengths
        place = bisect_right(self._turns_s, self.time_s)
        if place and self.time_s < self._turns_s[place - 1] + TURNING_S:
            return self._strengths
        resting = self._strengths.copy()
        resting[0] = min(HELD_GUIDANCE, resting[0]) if place else 1.0
        return resting

    def draw(self, rows: NDArray[np.float32]) -> int:
        """Draw the next token from log-probabilities (R, V), and append it."""
        token = self.grammar.forced
        if token is None:
            scores = self.guided_scores(rows)
            if self._reprise is not None:
                token = self._reprise.next_token(self.grammar.collector.step, scores)
            if token is None:
                token = self._drawing.draw(scores, self._rng)
        self.append(token)
        return token

    @property
    def comes_again(self) -> Return | None:
        """What comes again now, by the form of the phrases; None where nothing does."""
        return self._hints.comes_again(self.grammar.collector.step)

    def bars_before(self, seconds: float) -> Return | None:
        """What was played so many whole bars ago, about so long; None where no bars are known."""
        return self._hints.bars_before(self.grammar.collector.step, seconds)

    def events_again(self, returning: Return, *, until_s: float) -> list[Event]:
        """What was written then, at the times up to one of the film at which it comes again."""
        now, until = self.grammar.collector.step, steps_of(until_s)
        return events_again(self.tokens, self._steps, returning, now=now, until=until)

    def repeat(self, returning: Return, *, until_s: float) -> None:
        """Follow what was written then, up to a time of the film in seconds."""
        self._reprise = Reprise(self.events_again(returning, until_s=until_s))

    def go_on_with(self, events: Sequence[Event], families: Collection[Family]) -> None:
        """Let these families follow what they wrote then; the others are free."""
        self._reprise = Ostinato(events, families)

    def _longest_shift(self) -> int:
        """Steps that a TIMESHIFT may let pass: none goes past a hit that is still open.

        In training none does either, since the boundaries are the chords themselves. At the hit
        the model is free to place its chord, or to go on without.
        """
        return min(self._steps_to_pass, self.grammar.steps_to_rest)


def _repairable(brief: Brief) -> list[tuple[float, float]]:
    """The told hits in order of time, each with how far from it a chord still reaches it, seconds.

    That is as far as the tempo fit can bend the time since the hit before, 1 s at most: a chord
    further off leaves the hit open for one that lands (DESIGN section 4).
    """
    hits_s = sorted(brief.told_hits_s)
    gaps_s = np.diff([0.0, *hits_s])
    limit = brief.settings.sync_percent / 100
    return [
        (hit_s, min(max(limit * gap_s, LEAST_REACH_S), REACH_S))
        for hit_s, gap_s in zip(hits_s, gaps_s.tolist(), strict=True)
    ]


def strands_of(brief: Brief) -> tuple[list[Strand], NDArray[np.float32]]:
    """The rows of a take, and for all but the first the strength of its guidance.

    Where stretches are chosen by what is heard, guiding valence makes music worse and slower, and
    arousal is guided only from its first turn on (``docs/decisions/0019-chosen-not-guided.md``):
    its row is the first then.
    """
    strands, strengths = [Strand()], []
    settings = brief.settings
    if settings.va_guidance != 1:  # each axis apart: arousal would drown valence
        untold = [Strand(told_valence=False), Strand(told_arousal=False)]
        if settings.branches > 1:
            untold = untold[1:] if brief.turns_s() else []
        strands += untold
        strengths += [settings.va_guidance] * len(untold)
    if settings.boundary_guidance != 1 and brief.told_hits_s:
        strands.append(Strand(told_boundaries=False))
        strengths.append(settings.boundary_guidance)
    return strands, np.array(strengths, dtype=np.float32)
