"""An ostinato: some of the families go on with their figure while the others are free.

What people repeat from bar to bar is seldom the whole ensemble: a left hand keeps its pattern, a
bass its riff, and something else moves above. In held-out ensembles 61 % of the rhythms of four
onsets of a family were played by it within 8 s before, in music that the model only goes on with
30 % (``docs/decisions/0027-ostinato.md``). So on some of the ways on, the busiest families play
what they played a few bars ago, and the model draws the rest.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.reprise import Event, is_bar_due, take_due
from emsync_engine.music.tempo_hints import pass_at_most
from emsync_engine.project.notes import LOWEST_PITCH, Family

LEAST_ONSETS = 3
"""A family that struck fewer notes has no figure."""


class Ostinato:
    """Events of some families, still to be followed; the other families are free.

    Parameters
    ----------
    events : in order of time; those of other families are left out
    """

    def __init__(self, events: Sequence[Event], families: Collection[Family]) -> None:
        self._events = deque(
            (step, token)
            for step, token in events
            if (v.is_on(token) or v.is_off(token)) and v.note_of(token)[0] in families
        )
        self._firsts = [v.on_token(family, LOWEST_PITCH) for family in families]

    def next_token(self, step: int, scores: NDArray[np.float32]) -> int | None:
        """What follows at a time in steps; None where it is to be drawn.

        Parameters
        ----------
        scores : (V,) -inf for what may not follow. Changed in place: until the figure is over its
            families begin no other note, and no time passes beyond its next event
        """
        if is_bar_due(scores):
            return None
        token = take_due(self._events, step, scores)
        if token is None and self._events:
            self._leave_to_others(step, scores)
        return token

    def _leave_to_others(self, step: int, scores: NDArray[np.float32]) -> None:
        others = scores.copy()
        for first in self._firsts:
            others[first : first + v.PITCHES] = -np.inf
        if not np.any(others > -np.inf):
            return  # a chord that was announced needs them
        scores[:] = others
        if np.any(scores[v.FIRST_SHIFT :] > -np.inf):
            pass_at_most(scores, min(self._events[0][0] - step, v.MAX_SHIFT_STEPS))


def figures(events: Sequence[Event], *, most: int) -> list[tuple[Family, ...]]:
    """Families that may go on with their figure: the busiest alone, then the two busiest, ...

    Parameters
    ----------
    events : what everybody would play again
    most : how many there may be
    """
    onsets = Counter(v.note_of(token)[0] for _, token in events if v.is_on(token))
    busiest = [
        family
        for family, count in onsets.most_common()
        if family != "drums" and count >= LEAST_ONSETS
    ]
    return [tuple(busiest[: size + 1]) for size in range(min(most, len(busiest)))]
