"""A pulse that the user names: onsets fall on its sixteenths, bar lines on its bars.

The vocabulary knows no beats, only how much time passes. So sampling leans: of the times that may
pass next, those that end on a sixteenth gain and the others lose, and a bar line stands where a bar
is full. A hit that is reached is a new first beat, as composers write it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.sampling import log_sum

BEATS_PER_BAR = 4
PLACES_PER_BEAT = 4
SPREAD_S = 0.008
"""How far from its place an onset may fall before it loses half a nat."""

MOST_LOST = 6.0


class TempoHint:
    """The pulse of a growing take: four beats a bar.

    Parameters
    ----------
    bpm : beats a minute
    """

    def __init__(self, bpm: float) -> None:
        self._place = 60.0 / bpm / PLACES_PER_BEAT / v.STEP_S  # in steps
        self._bar = self._place * PLACES_PER_BEAT * BEATS_PER_BAR
        self._origin = 0
        self._last_bar = -1  # step of the last bar line that was drawn
        self._shifts = np.arange(1, v.MAX_SHIFT_STEPS + 1)

    def take(self, token: int, step: int) -> None:
        """Follow a token, after which the time is so many steps."""
        if token == v.BAR:
            self._last_bar = step

    def restart(self, step: int) -> None:
        """A first beat stands here, at a time in steps."""
        self._origin = step

    def shape(self, scores: NDArray[np.float32], step: int) -> None:
        """Lean (V,) scores in place at a time in steps.

        No time passes beyond a bar line. There, after what ends, the bar line is drawn before
        anything else; nowhere else is one.
        """
        done = int((step - self._origin + 0.5) // self._bar)
        bar_line = self._origin + round(done * self._bar)
        if step == bar_line and self._last_bar != step:
            draw_bar(scores)
            return
        scores[v.BAR] = -np.inf
        following = self._origin + round((done + 1) * self._bar)
        pass_at_most(scores, following - step)
        own = scores[v.FIRST_SHIFT :]
        before = log_sum(own)
        if before > -np.inf:
            own -= self._lost(step)
            own += before - log_sum(own)

    def _lost(self, step: int) -> NDArray[np.float32]:
        """(125,) nats that each length of time loses; the longest is but the first of several."""
        phase = (step + self._shifts - self._origin) % self._place
        off_s = np.minimum(phase, self._place - phase) * v.STEP_S
        off_s[off_s < v.STEP_S / 2] = 0.0  # the grid of 8 ms is no finer
        lost: NDArray[np.float32] = np.minimum((off_s / SPREAD_S) ** 2 / 2, MOST_LOST)
        lost[-1] = 0.0
        return lost.astype(np.float32)


def draw_bar(scores: NDArray[np.float32]) -> None:
    """Give the bar line all probability but that of notes to end, in place of (V,) scores."""
    others = np.concatenate([scores[: v.FIRST_OFF], scores[v.FIRST_SHIFT :]])
    everything = log_sum(others)
    scores[: v.FIRST_OFF] = -np.inf
    scores[v.FIRST_SHIFT :] = -np.inf
    scores[v.BAR] = everything


def pass_at_most(scores: NDArray[np.float32], longest: int) -> None:
    """Let no more than so many steps pass, in place of (V,) scores.

    Who would have waited longer waits so long: forbidding alone would leave that probability to
    shorter times and to notes, and fill the music up before every bar line and every hit.
    """
    own = scores[v.FIRST_SHIFT :]
    if longest < len(own):
        waiting = log_sum(own[max(longest - 1, 0) :])
        own[max(longest, 0) :] = -np.inf
        if longest > 0:
            own[longest - 1] = waiting
