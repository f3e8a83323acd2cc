"""Everything that the notes and times of a growing take lean to, beside what the model is told."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from emsync_engine.midi import vocabulary as v
from emsync_engine.midi.tokenizer import steps_of
from emsync_engine.music.crowds import CrowdHint
from emsync_engine.music.harmony_hints import HarmonyHint
from emsync_engine.music.key_hints import KeyHint
from emsync_engine.music.keys import key_called
from emsync_engine.music.pulse_hints import PulseHint, Where
from emsync_engine.music.reprise import Return
from emsync_engine.music.restrikes import RestrikeHint
from emsync_engine.music.tempo_hints import TempoHint
from emsync_engine.music.themes import Themes
from emsync_engine.project.model import GenerationSettings, VAPoint
from emsync_engine.project.notes import Family

CHOSEN_SHARE = 0.5
"""Leans to the degrees of a mode count so much where the best of several ways on is kept."""


class Hints:
    """The key and tempo that a user named, else the mode that valence asks for and a steady pulse.

    Parameters
    ----------
    leans : whether valence moves the notes where no key is named, and the music keeps its pulse
        where no tempo is
    hits_s : seconds, hits that a steady pulse makes bar lines of
    """

    def __init__(
        self,
        families: Collection[Family],
        settings: GenerationSettings,
        *,
        leans: bool,
        hits_s: Sequence[float] = (),
    ) -> None:
        key = None if settings.key is None else key_called(settings.key)
        is_heard = leans or key is not None
        share = 1.0 if settings.branches == 1 else CHOSEN_SHARE
        self._key = KeyHint(families, key=key, degrees_share=share) if is_heard else None
        self._tempo: TempoHint | PulseHint | None = None
        if settings.tempo_bpm is not None:
            self._tempo = TempoHint(settings.tempo_bpm)
        elif leans:
            self._tempo = PulseHint([steps_of(hit_s) for hit_s in hits_s])
        self._themes = Themes()
        self._harmony = HarmonyHint() if leans else None
        self._restrikes = RestrikeHint() if leans else None
        self._crowds = CrowdHint() if leans else None

    def take(self, token: int, step: int) -> None:
        """Follow a token, after which the time is so many steps."""
        if self._key is not None:
            self._key.take(token, step)
        if self._tempo is not None:
            self._tempo.take(token, step)
        if self._harmony is not None:
            self._harmony.take(token)
        if self._restrikes is not None:
            self._restrikes.take(token, step)
        if self._crowds is not None:
            self._crowds.take(token, step)
        where = self._where(step)
        if where is not None and v.is_on(token):
            family, pitch = v.note_of(token)
            if family != "drums":
                self._themes.take(pitch, where)

    def restart(self, step: int) -> None:
        """A hit was reached at a time in steps: a bar begins there."""
        if self._tempo is not None:
            self._tempo.restart(step)

    def turn(self, step: int) -> None:
        """The emotion turns at a time in steps: the rhythm that was usual is no longer."""
        if isinstance(self._tempo, PulseHint):
            self._tempo.forget(step)

    def comes_again(self, step: int) -> Return | None:
        """What comes again at a time in steps, by the phrases; None where nothing does."""
        where = self._where(step)
        return self._since(None if where is None else self._themes.bars_ago(where))

    def bars_before(self, step: int, seconds: float) -> Return | None:
        """What was played about so long before a time in steps, whole bars; None before bars."""
        where = self._where(step)
        return self._since(None if where is None else max(round(seconds / where.bar_s), 1))

    def _since(self, bars: int | None) -> Return | None:
        if not bars or not isinstance(self._tempo, PulseHint):
            return None
        ago, pulse = self._tempo.since(bars), self._tempo
        return None if ago is None else Return(ago, lambda then: pulse.again(then, bars))

    def shape(self, scores: NDArray[np.float32], step: int, va: VAPoint) -> None:
        """Lean (V,) scores in place, at a time in steps, for the emotion that is asked for."""
        if self._key is not None:
            where = self._where(step)
            again = None if where is None else self._themes.gains(where, va.valence)
            if self._harmony is not None:
                joined = self._harmony.gains(va.valence)
                again = joined if again is None else again + joined
            self._key.shape(scores, va.valence, besides=again)
        if self._tempo is not None:
            self._tempo.shape(scores, step)
        if self._restrikes is not None:
            self._restrikes.shape(scores, step)
        if self._crowds is not None:
            self._crowds.shape(scores, step, va.arousal)

    def _where(self, step: int) -> Where | None:
        """Where in its bar a time lies, None where the music has found none of its own."""
        return self._tempo.where(step) if isinstance(self._tempo, PulseHint) else None
