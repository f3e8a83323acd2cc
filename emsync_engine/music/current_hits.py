"""The hits of a timeline as it is now, and what a take has there: one numbering for everybody.

A take reports the hits that it was written for. Once boundaries are moved, added or deleted, those
are no longer the hits of the timeline; what is shown and numbered is always the timeline's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from emsync_engine.music.hits import hit_report
from emsync_engine.music.parts import PartState, part_states
from emsync_engine.music.takes import take_as_heard
from emsync_engine.project.model import Hit, Take, Timeline

HitState = Literal["written", "stale", "not written yet"]

_SAME_S = 1e-4


@dataclass(frozen=True, slots=True)
class CurrentHit:
    """Hit ``number`` (1, 2, ...) of a timeline, and what a take has there.

    ``written``: the take was written for it. ``stale``: it was, but an edit has made the music
    beside it stale since. ``not written yet``: the take knows nothing of it; ``hit`` then tells
    what happens to be there.
    """

    number: int
    state: HitState
    hit: Hit

    @property
    def is_exact(self) -> bool:
        """Whether the music lands on it, and was meant to."""
        return self.hit.status == "exact" and self.state != "not written yet"

    @property
    def words(self) -> str:
        """``exact``, ``stale (near)``, ``not written yet``."""
        if self.state == "written" or self.hit.status == "tacet":
            return self.hit.status
        return f"stale ({self.hit.status})" if self.state == "stale" else self.state


def current_hits(
    timeline: Timeline, take: Take | None, *, frame_rate: Fraction
) -> tuple[CurrentHit, ...]:
    """Every hit of a timeline in order of time; none without a take.

    Parameters
    ----------
    frame_rate : frames a second, by which what was not written for is judged
    """
    if take is None:
        return ()
    states = part_states(timeline, take)
    known = [_known(take, float(one.time)) for one in timeline.hits]
    unknown_s = [
        float(one.time) for one, hit in zip(timeline.hits, known, strict=True) if hit is None
    ]
    judged = {hit.time_s: hit for hit in _judged(timeline, take, unknown_s, frame_rate)}
    first_after = {segment.start: segment.index for segment in timeline.segments}
    found: list[CurrentHit] = []
    for number, (boundary, hit) in enumerate(zip(timeline.hits, known, strict=True), start=1):
        if hit is None:
            found.append(CurrentHit(number, "not written yet", judged[float(boundary.time)]))
        else:
            found.append(CurrentHit(number, _state(states, first_after[boundary.time]), hit))
    return tuple(found)


def _known(take: Take, time_s: float) -> Hit | None:
    """What a take says of a hit at a time; None if it was not written for one there."""
    return next((hit for hit in take.hits if abs(hit.time_s - time_s) < _SAME_S), None)


def _judged(
    timeline: Timeline, take: Take, times_s: Sequence[float], frame_rate: Fraction
) -> Sequence[Hit]:
    """What is heard at times that a take was not written for."""
    if not times_s:
        return ()
    heard = take_as_heard(take, timeline)
    tacet_s = [(float(start), float(end)) for start, end in timeline.tacet_spans]
    return hit_report(heard.music, times_s, frame_s=float(1 / frame_rate), tacet_s=tacet_s)


def _state(states: Sequence[PartState], after: int) -> HitState:
    """Stale if the music that leads in to a hit is, or the music that begins with it."""
    return "stale" if "stale" in states[max(after - 1, 0) : after + 1] else "written"
