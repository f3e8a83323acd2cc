"""What Generate writes: nothing that is still right, and nothing that is locked. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from emsync_desktop.wording import tr
from emsync_engine.project.model import GenerationSettings, Take, Timeline

if TYPE_CHECKING:
    from emsync_engine.music.parts import PartState

LONG_FILM = 200
"""Segments from which the states are worked out a moment after an edit, not during it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole take, or segments of the one that is heard."""

    kind: Literal["take", "parts", "nothing"]
    segments: tuple[int, ...] = ()
    are_stale: bool = False

    @property
    def words(self) -> str:
        """What the button says."""
        if self.are_stale:
            return tr("Generate stale parts ({count})").format(count=len(self.segments))
        return tr("Generate") if self.kind != "parts" else tr("Generate all but locked")


def plan_of(states: Sequence[PartState], take: Take | None) -> Plan:
    """What to write for a timeline whose segments have these states.

    Where something is stale and something else is kept, the stale parts alone; where nothing is
    stale, another take, in which locked segments keep their music all the same.
    """
    stale = tuple(n for n, state in enumerate(states) if state == "stale")
    kept = [n for n, state in enumerate(states) if state in ("fresh", "locked")]
    if take is None or not take.parts or (stale and not kept):
        return Plan("take")
    if stale:
        return Plan("parts", stale, are_stale=True)
    if "locked" in states:
        open_ones = tuple(n for n, state in enumerate(states) if state == "fresh")
        return Plan("parts", open_ones) if open_ones else Plan("nothing")
    return Plan("take")


def whole_plan(states: Sequence[PartState], take: Take | None) -> Plan:
    """Everything anew, but for what is locked."""
    if take is None or not take.parts or "locked" not in states:
        return Plan("take")
    open_ones = tuple(n for n, state in enumerate(states) if state in ("fresh", "stale"))
    return Plan("parts", open_ones) if open_ones else Plan("nothing")


def segments_within(
    timeline: Timeline, spans: Sequence[tuple[Fraction, Fraction]]
) -> tuple[int, ...]:
    """Segments whose middle lies in one of some stretches of time, in order.

    Segments that were chosen a while ago are found again, though others were split since.
    """
    return tuple(
        segment.index
        for segment in timeline.segments
        if any(start <= (segment.start + segment.end) / 2 < end for start, end in spans)
    )


def states_of(
    timeline: Timeline | None, take: Take | None, settings: GenerationSettings
) -> tuple[PartState, ...]:
    """The state of every segment; empty without a film."""
    if timeline is None:
        return ()
    from emsync_engine.music.parts import part_states

    return part_states(timeline, take, settings=settings)
