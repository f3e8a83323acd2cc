"""A take that has found its pulse keeps it: onsets lean to its places, bar lines stand even.

The model hears time in steps of 8 ms and counts badly: each onset is a little off, what follows
goes by the onset, and after half a minute no two bars are alike (``docs/decisions/0016``). So
sampling leans to what the music itself has begun: its pulse, its bars, the places that it usually
strikes. Where the model is sure of something else, it still has its way. A hit is a bar line.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.bar_plan import places_until
from emsync_engine.music.pulse import Pulse
from emsync_engine.music.rhythm_memory import RhythmMemory
from emsync_engine.music.sampling import MAX_EVENTS_AT_ONCE, log_sum
from emsync_engine.music.tempo_hints import draw_bar, pass_at_most

SPREAD_S = 0.010
"""How far from its place an onset may fall before it loses two fifths of what it can lose."""

SHIFT_LOST = 5.0
"""Nats that a time loses that ends between places, where nothing sounds that could end there."""

SOUNDING = 0.75
"""Share of that where notes sound: people end notes between places, and so may the music."""

ONSET_LOST = 4.0
"""Nats that onsets lose between places, where a note has just ended."""

LIGHT_SHARE = 0.4
LIGHT_S = 8.0
"""So long after a sharp turn of emotion, leans count so much: the music looks for another pace."""

LEAST_ONSETS = 6
FIRST_BARS_S = 5.0
"""The bars are found after two of them, or after this long."""

_USUAL_BAR_S = 2.0  # where no bar line was drawn
_SHORTEST_BAR_S = 0.8
_LONGEST_BAR_S = 4.0  # half of it, or a quarter, is taken for the bar
_BARS_RECALLED = 16
"""Older ones count for nothing, and a pulse found in noise has no end of them."""

_HIT_NEAR = round(1.0 / v.STEP_S)  # a chord reaches no hit that is further off
_LIGHT = round(LIGHT_S / v.STEP_S)
_ONSETS_KEPT = 128
_BARS_KEPT = 5
_STEPS_KEPT = 4 * v.MAX_SHIFT_STEPS
_NOTHING_KEPT = (0, np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.float32))


@dataclass(frozen=True, slots=True)
class Where:
    """A time in bars: how many were before, the nearest place of this one, its length in s."""

    bar: int
    place: int
    bar_s: float


class PulseHint:
    """The pulse of a growing take, from its own first bars on.

    Parameters
    ----------
    hits : times in steps that are to fall on a bar line, or else on a beat
    """

    def __init__(self, hits: Sequence[int] = ()) -> None:
        self._pulse = Pulse()
        self._hits = sorted(hits)
        self._last_hit = -_HIT_NEAR  # before the first: none is near
        self._onsets: deque[int] = deque(maxlen=_ONSETS_KEPT)
        self._bars: deque[int] = deque(maxlen=_BARS_KEPT)
        self._sounding: set[int] = set()
        self._meter = 0  # places of a bar, 0 until it is found
        self._line = 0.0  # the last bar line; a place before the bars are found
        self._place = 0.0  # steps, 0 until a pulse is found
        self._ahead: deque[int] = deque()  # bar lines up to the next hit
        self._owes_bar = False
        self._events_here = 0
        self._bars_before = 0
        self._grids: dict[int, tuple[float, float]] = {}  # line and place of the bars since found
        self._memory = RhythmMemory(1)
        self._light_until = 0
        self._kept = _NOTHING_KEPT

    def take(self, token: int, step: int) -> None:
        """Follow a token, after which the time is so many steps."""
        self._events_here = 0 if v.is_shift(token) else self._events_here + 1
        if token == v.BAR:
            self._bars.append(step)
            self._owes_bar = False
            self._pass_lines(step)
        elif v.is_on(token):
            self._sounding.add(token)
            self._hear(step)
        elif v.is_off(token):
            self._sounding.discard(token - v.FIRST_OFF + v.FIRST_ON)
        elif v.is_shift(token):
            if not self._meter:
                self._find_bars(step)
            self._pass_lines(step - 1)  # in a silence that was asked for none is drawn

    def restart(self, step: int) -> None:
        """A hit was reached, or music begins again: a bar begins there, if not on a place."""
        known = [*self._hits, self._last_hit]
        nearest = min(known, key=lambda hit: abs(hit - step))
        if abs(nearest - step) <= _HIT_NEAR:
            self._leave_hits(nearest)
        if self._place and not self._is_place(step):
            self._bars_before += step - self._line > self._place
            self._pulse.restart(step)
            self._begin_at(step, self._place)
            if self._meter:
                self._owes_bar = not self._bars or self._bars[-1] != step
                self._plan(step)

    def _is_place(self, step: int) -> bool:
        """Whether a time lies on a place of a bar that is being played."""
        places = (step - self._line) / self._place
        is_played = len(self._onsets) > 0 and step - self._onsets[-1] < 16 * self._place
        return is_played and abs(places - round(places)) * self._place < 1.0

    def where(self, step: int) -> Where | None:
        """Where in its bar a time in steps lies, None before the bars are found."""
        if not self._meter:
            return None
        place = max(round((step - self._line) / self._place), 0)
        return Where(self._bars_before, place, self._meter * self._place * v.STEP_S)

    def since(self, bars: int) -> int | None:
        """Steps since the bar line so many bars before the last one; None if none was found."""
        grid = self._grids.get(self._bars_before - bars)
        return None if grid is None or not self._meter else round(self._line - grid[0])

    def again(self, step: int, bars: int) -> int | None:
        """When a time in steps comes again so many bars later, at the same place of its bar.

        None for a time before the bars were found. Lines ahead are those that are planned.
        """
        then = next((bar for bar, (line, _) in reversed(self._grids.items()) if line <= step), None)
        if then is None:
            return None
        line, place = self._grids[then]
        ahead = then + bars - self._bars_before
        if ahead <= 0:
            now = self._grids[then + bars][0] if then + bars in self._grids else self._line
        elif ahead <= len(self._ahead):
            now = self._ahead[ahead - 1]
        else:
            now = self._line + ahead * self._meter * self._place
        return round(now + (step - line) / place * self._place)

    def forget(self, step: int) -> None:
        """Keep the pulse and leave the rhythm that the bars had: leans are light for a while."""
        self._light_until = step + _LIGHT
        if self._meter:
            self._memory = RhythmMemory(self._meter)
            self._kept = _NOTHING_KEPT

    def _share(self, step: int) -> float:
        """What the leans count at a time in steps."""
        return LIGHT_SHARE if step < self._light_until else 1.0

    def shape(self, scores: NDArray[np.float32], step: int) -> None:
        """Lean (V,) scores in place at a time in steps.

        Before the bars are found only onsets lean to the pulse. Then no time passes beyond a bar
        line; there, after what ends, it is drawn before anything else, and nowhere else is one.
        """
        if not self._place:
            return
        if self._meter:
            is_due = self._owes_bar or (len(self._ahead) > 0 and step == self._ahead[0])
            if is_due and self._events_here < MAX_EVENTS_AT_ONCE:
                draw_bar(scores)
                return
            scores[v.BAR] = -np.inf
            if self._ahead and self._ahead[0] > step:
                pass_at_most(scores, self._ahead[0] - step)
        if not self._onsets or self._onsets[-1] != step:
            between, usual = self._there(step, 1)
            gain = self._share(step) * (usual[0] - ONSET_LOST * between[0])
            scores[v.CHORD] += gain
            scores[v.FIRST_ON : v.FIRST_OFF] += gain
        own = scores[v.FIRST_SHIFT :]
        before = log_sum(own)
        if before > -np.inf:
            between, usual = self._there(step + 1, v.MAX_SHIFT_STEPS)
            last = own[-1]  # the longest is but the first of several
            lost = np.float32(SHIFT_LOST * (SOUNDING if self._sounding else 1.0))
            own += np.float32(self._share(step)) * (usual - lost * between)
            own[-1] = last
            own += np.float32(before - log_sum(own))

    def _there(self, step: int, count: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """How far between places each of the next times lies, 0 to 1, and what it gains by habit.

        Both are kept for a while: they change with the bar.
        """
        first, between, usual = self._kept
        if not first <= step <= first + len(between) - count:
            places = (np.arange(step, step + _STEPS_KEPT) - self._line) / self._place
            nearest = np.rint(places)
            off_s = np.abs(places - nearest) * (self._place * v.STEP_S)
            between = (1 - np.exp(-((off_s / SPREAD_S) ** 2) / 2)).astype(np.float32)
            between[off_s < 0.6 * v.STEP_S] = 0.0  # the grid of 8 ms is no finer
            usual = np.zeros_like(between)
            if self._meter:
                gains = self._memory.gains[nearest.astype(np.int64) % self._meter]
                usual = ((1 - between) * gains).astype(np.float32)
            first = step
            self._kept = first, between, usual
        here = slice(step - first, step - first + count)
        return between[here], usual[here]

    def _begin_at(self, line: float, place: float) -> None:
        """Count places of this length from this time on."""
        self._line, self._place = line, place
        self._grids[self._bars_before] = (line, place)
        self._kept = _NOTHING_KEPT

    def _hear(self, step: int) -> None:
        if self._onsets and self._onsets[-1] == step:
            return
        self._onsets.append(step)
        if self._pulse.hear(step):
            self._begin_at(self._pulse.origin, self._pulse.place)
            self._meter = 0  # bars are found anew
            self._ahead.clear()

    def _find_bars(self, step: int) -> None:
        """Take pulse and bars from what was heard, once there is enough of it."""
        gaps = np.diff(self._bars)
        gaps = gaps[gaps > 0]
        is_early = len(gaps) < 2 and step * v.STEP_S < FIRST_BARS_S
        if is_early or len(self._onsets) < LEAST_ONSETS:
            return
        bar = float(np.median(gaps)) if len(gaps) else _USUAL_BAR_S / v.STEP_S
        while bar * v.STEP_S > _LONGEST_BAR_S:
            bar /= 2
        while bar * v.STEP_S < _SHORTEST_BAR_S:
            bar *= 2
        spread = float(np.log(gaps).std()) if len(gaps) > 1 else 1.0
        self._meter = self._pulse.settle(bar, spread=spread)
        place, origin = self._pulse.place, self._pulse.origin
        drawn = self._bars[-1] if self._bars else 0
        first = origin + round((drawn - origin) / place) * place
        length = self._meter * place
        done = max(ceil((step - first) / length), 1) - 1
        self._begin_at(first + done * length, place)
        self._ahead = deque([round(self._line + length)])
        self._recall()

    def _recall(self) -> None:
        """Remember the rhythm of the bars before the one that runs."""
        self._memory = RhythmMemory(self._meter)
        places = (np.array(self._onsets) - self._line) / self._place
        bars = np.floor(np.rint(places) / self._meter)
        for bar in range(max(int(bars.min()), -_BARS_RECALLED), 0):
            self._memory.keep(places[bars == bar])

    def _pass_lines(self, step: int) -> None:
        """The bar lines up to a step lie behind."""
        while self._ahead and self._ahead[0] <= step:
            line = self._ahead.popleft()
            places = (line - self._line) / self._place
            if abs(places - self._meter) < 1:
                struck = (np.array(self._onsets) - self._line) / self._place
                self._memory.keep(struck[(np.rint(struck) >= 0) & (np.rint(struck) < self._meter)])
            self._bars_before += 1
            self._begin_at(line, self._place)
            if not self._ahead:
                self._plan(line)

    def _plan(self, line: int) -> None:
        """Set the bar lines from this one to the next hit or past it, or the next one alone."""
        self._leave_hits(line)
        place, bars = self._pulse.place, 1
        if self._hits:
            places = places_until(self._hits[0] - line, place, meter=self._meter)
            place = (self._hits[0] - line) / places
            bars = ceil(places / self._meter)
        self._pulse.kept = place
        self._begin_at(line, place)
        length = self._meter * place
        self._ahead = deque(round(line + bar * length) for bar in range(1, bars + 1))
        if len(self._hits) > 1 and self._hits[1] <= self._ahead[-1]:
            self._ahead[-1] = self._hits[0]  # the next one is too near for the bar to go on

    def _leave_hits(self, step: int) -> None:
        """The hits up to a step lie behind."""
        while self._hits and self._hits[0] <= step:
            self._last_hit = self._hits.pop(0)
