"""Drawing the next token: guidance, masks that keep the music well formed, nucleus sampling.

Pure functions over log-probabilities, and the small state that a sequence carries.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from emsync_engine.midi import vocabulary as v
from emsync_engine.midi.chords import CHORD_FAMILIES, CHORD_SIZE
from emsync_engine.midi.tokenizer import NoteCollector
from emsync_engine.music import draw_kernel
from emsync_engine.music.note_ends import NoteEnds
from emsync_engine.project.notes import FAMILIES, LOWEST_PITCH, Family

MAX_EVENTS_AT_ONCE = 40
"""Events without a TIMESHIFT between them, from here on time must pass."""

SMALL_NUCLEUS = 3

SILENT_FAMILY_S = 4.0
_CALL_PER_S = 0.3
_CALL_LIMIT = 3.0
"""A pitched family that is silent for longer is called in: its ON tokens gain so many nats."""

FIRST_ENTRY_S = 2.0
_ENTRY_PER_S = 2.0
_ENTRY_LIMIT = 14.0
"""A pitched family that has not played at all is called in sooner and louder: it was asked for."""

FIRST_DRUMS_S = 20.0
"""Drums may wait, and rest, for longer; who asked for them hears them all the same."""

_PATIENCE_TOKENS = 8
_WARMING_PER_TOKEN = 0.02
_WARMING_LIMIT = 0.4


def log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """(R, V) logits to log-probabilities."""
    normalised: NDArray[np.float32] = np.empty_like(logits)
    draw_kernel.log_softmax(logits, normalised)
    return normalised


def guided(rows: NDArray[np.float32], strengths: NDArray[np.float32]) -> NDArray[np.float32]:
    """Strengthen conditions by classifier-free guidance (Ho & Salimans 2022).

    Parameters
    ----------
    rows : (R, V) log-probabilities, first with all conditions, then without one of them each
    strengths : (R - 1,) for each strengthened condition, 1 being as it is

    Returns
    -------
    (V,) scores. OFF tokens are never guided: a note ends when the music says so, and with the
    probability that it says. So the others are brought back to the probability they had together.
    """
    if not len(strengths):
        told: NDArray[np.float32] = rows[0].copy()
        return told
    scores: NDArray[np.float32] = np.empty_like(rows[0])
    draw_kernel.guide(rows, strengths, v.FIRST_OFF, v.FIRST_SHIFT, scores)
    return scores


def log_sum(scores: NDArray[np.float32]) -> float:
    """Logarithm of the sum of the exponentials; -inf where all are forbidden."""
    return float(draw_kernel.log_sum(scores))


def nucleus_draw(
    scores: NDArray[np.float32], *, temperature: float, top_p: float, rng: np.random.Generator
) -> tuple[int, int]:
    """Draw a token from the smallest set whose probability reaches ``top_p`` (Holtzman 2020).

    Parameters
    ----------
    scores : (V,) log-probabilities up to a constant, -inf where forbidden

    Returns
    -------
    token, and how many tokens the nucleus held; ValueError where every token is forbidden
    """
    token, size = draw_kernel.draw(scores, temperature, top_p, rng.random())
    if not size:
        raise ValueError("no token may follow")
    return int(token), int(size)


class Warming:
    """Temperature that rises while the nucleus stays small, against loops (thesis section 4.4).

    Many tokens, such as the end of a note, are rightly certain: only a long run of small nuclei
    warms.
    """

    def __init__(self) -> None:
        self._run = 0

    def after(self, nucleus_size: int) -> None:
        self._run = self._run + 1 if nucleus_size < SMALL_NUCLEUS else 0

    @property
    def extra(self) -> float:
        """What is added to the temperature."""
        over = max(self._run - _PATIENCE_TOKENS, 0)
        return min(over * _WARMING_PER_TOKEN, _WARMING_LIMIT)


class Grammar:
    """Which tokens may follow: families that play, paired notes, whole chords, time that passes."""

    def __init__(self, families: Collection[Family]) -> None:
        self._family_allows = np.zeros(v.SIZE, dtype=bool)
        for family in families:
            first = v.on_token(family, LOWEST_PITCH)
            self._family_allows[first : first + v.PITCHES] = True
        self._allows_chords = any(family in CHORD_FAMILIES for family in families)
        self.collector = NoteCollector()
        self._events_here = 0
        self._marked_here: set[int] = set()
        self._chord_notes_due = 0
        self._ends = NoteEnds(self.collector)
        self._last_heard: dict[Family, int] = dict.fromkeys(families, 0)
        self._unheard = set(families)
        self.allowed = self._family_allows.copy()
        self._refresh()

    def take(self, token: int) -> None:
        """Follow a token."""
        self.collector.take(token)
        if v.is_shift(token):
            self._events_here = 0
            self._marked_here.clear()
            self._chord_notes_due = 0
        else:
            self._events_here += 1
            if token in (v.BAR, v.CHORD):
                self._marked_here.add(token)
            if token == v.CHORD:
                self._chord_notes_due = CHORD_SIZE
            elif v.is_on(token) and v.note_of(token)[0] in CHORD_FAMILIES and self._chord_notes_due:
                self._chord_notes_due -= 1
                self._ends.hold(token + v.FIRST_OFF - v.FIRST_ON)
        if v.is_on(token):
            self._ends.begin(v.note_of(token))
            self._last_heard[v.note_of(token)[0]] = self.collector.step
            self._unheard.discard(v.note_of(token)[0])
            self.allowed[token] = False
            self.allowed[token + v.FIRST_OFF - v.FIRST_ON] = True
        elif v.is_off(token):
            self._ends.end(v.note_of(token))
            self.allowed[token] = False
            self.allowed[token + v.FIRST_ON - v.FIRST_OFF] = self._family_allows[
                token + v.FIRST_ON - v.FIRST_OFF
            ]
        self._refresh()

    def _refresh(self) -> None:
        self.allowed[v.BAR] = v.BAR not in self._marked_here
        self.allowed[v.CHORD] = self._allows_chords and v.CHORD not in self._marked_here
        self.allowed[v.FIRST_SHIFT :] = self._chord_notes_due == 0

    def hear(self, told: NDArray[np.float32]) -> None:
        """Learn what the model says before a draw, (V,) log-probabilities without guidance."""
        self._ends.hear(told)

    def masked(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Scores, -inf for what may not follow; silent families called in, late notes let go."""
        result = np.where(self.allowed, scores, -np.inf).astype(np.float32)
        step = self.collector.step
        self._ends.shape(result)
        for family, heard in self._last_heard.items():
            if (gain := self._call(family, (step - heard) * v.STEP_S)) > 0:
                first = v.on_token(family, LOWEST_PITCH)
                result[first : first + v.PITCHES] += gain
        if self._events_here >= MAX_EVENTS_AT_ONCE:
            result[: v.FIRST_SHIFT] = -np.inf
            result[v.FIRST_SHIFT :] = scores[v.FIRST_SHIFT :]
        return result

    def _call(self, family: Family, silent_s: float) -> float:
        """What the ON tokens of a silent family gain, in nats; drums may rest once they played."""
        is_drums = family == "drums"
        if family in self._unheard:
            late_s = silent_s - (FIRST_DRUMS_S if is_drums else FIRST_ENTRY_S)
            return min(late_s * _ENTRY_PER_S, _ENTRY_LIMIT)
        return 0.0 if is_drums else min((silent_s - SILENT_FAMILY_S) * _CALL_PER_S, _CALL_LIMIT)


def family_flags(families: Collection[str]) -> NDArray[np.float32]:
    """(5,) 1.0 for each family that plays."""
    return np.array([float(family in families) for family in FAMILIES], dtype=np.float32)
