"""A grammar that knows where the music is silent: what must follow there, and at the cue in.

The film's first frame is a cue in as well: music that waits for its first note is late.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import ceil

from emsync_engine.midi import vocabulary as v
from emsync_engine.midi.tokenizer import steps_of
from emsync_engine.music.sampling import MAX_EVENTS_AT_ONCE, Grammar
from emsync_engine.music.warp import Span
from emsync_engine.project.notes import Family


class RestingGrammar(Grammar):
    """At a cue out what sounds ends and only time passes; at a cue in something must begin.

    A silence that was asked for counts for no family as one of its own, so that none is called in
    for it.

    Parameters
    ----------
    tacet_s : (cue out, cue in) in seconds, in order of time; they do not overlap
    duration_s : of the film, seconds; a span that ends with it lasts until no time is left
    """

    def __init__(
        self, families: Collection[Family], tacet_s: Sequence[Span] = (), duration_s: float = 0.0
    ) -> None:
        spans = [
            (steps_of(start), ceil(end / v.STEP_S) if end >= duration_s else steps_of(end))
            for start, end in tacet_s
        ]
        self._rests = [(start, end) for start, end in spans if start < end]
        super().__init__(families)

    def take(self, token: int) -> None:
        """Follow a token."""
        super().take(token)
        rest_end = self._rest_end
        if rest_end is not None:
            self._last_heard = dict.fromkeys(self._last_heard, rest_end)

    @property
    def _rest_end(self) -> int | None:
        """Step at which the silence ends that holds now; None while the music plays."""
        step = self.collector.step
        return next((end for start, end in self._rests if start <= step < end), None)

    @property
    def forced(self) -> int | None:
        """The one token that may follow in a silence; None while the music plays."""
        rest_end = self._rest_end
        if rest_end is None:
            return None
        for key in self.collector.sounding:
            return v.off_token(*key)
        return v.shift_token(min(rest_end - self.collector.step, v.MAX_SHIFT_STEPS))

    @property
    def is_cue_in(self) -> bool:
        """Whether a silence ends at this very step, or the film begins."""
        step = self.collector.step
        begins = step == 0 and self._rest_end is None
        return begins or any(step == end for _, end in self._rests)

    @property
    def steps_to_rest(self) -> int:
        """Steps that may pass: up to the next cue out, and none at a cue in before a note."""
        step = self.collector.step
        has_begun = bool(self.collector.sounding) or self._events_here >= MAX_EVENTS_AT_ONCE
        if self.is_cue_in and not has_begun:
            return 0
        ahead = [start - step for start, _ in self._rests if start > step]
        return min([v.MAX_SHIFT_STEPS, *ahead])
