"""What is fresh, stale, locked or tacet: a timeline held against what a take was written for.

Pure functions over values of the project; nothing heavy is loaded. Every take says of each of its
parts what it was written for, so that undoing an edit makes its music fresh again.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Literal

from emsync_engine.errors import InputUnusableError
from emsync_engine.project.model import GenerationSettings, Part, Segment, Take, Timeline, VAPoint

PartState = Literal["fresh", "stale", "locked", "tacet"]

LEAD_IN_S = Fraction(8)
"""Music prepares a hit for so long: the composer is told of it no earlier (``MAX_OFFSET_S``)."""

_Edges = dict[Fraction, bool]  # time of a boundary, and whether it is a hit


class PartsError(InputUnusableError):
    """The parts of a take cannot be treated as they were asked to be."""


@dataclass(frozen=True, slots=True)
class Span:
    """Neighbouring segments that are written together: [start, end), exact seconds."""

    start: Fraction
    end: Fraction
    segments: tuple[int, ...]

    @property
    def seconds(self) -> tuple[float, float]:
        return float(self.start), float(self.end)


def part_states(
    timeline: Timeline, take: Take | None, *, settings: GenerationSettings | None = None
) -> tuple[PartState, ...]:
    """The state of every segment.

    ``tacet`` where the music is silent; ``locked`` where it stays as it is, whatever was edited;
    ``stale`` where it was written for something else; else ``fresh``. Without a take there is
    nothing that could be locked or fresh. An edit makes stale exactly what it affects:

    - a VA point, or a silence that ends: its segment;
    - a boundary that moved, came or went: the segments on both sides, and what follows them up to
      the next hit, if that hit is no more than ``LEAD_IN_S`` away: its preparation begins there;
    - a hit, moreover: what leads in to it, back to the hit before or for ``LEAD_IN_S``;
    - a plain boundary between segments of one emotion: nothing, since nothing is written for it;
    - ``settings`` that ask for other notes than those of the take: everything that is not locked.
    """
    stale = _stale(timeline, take, settings)
    has_music = take is not None

    def state_of(segment: Segment) -> PartState:
        if segment.is_tacet:
            return "tacet"
        if segment.is_locked and has_music:
            return "locked"
        return "stale" if segment.index in stale else "fresh"

    return tuple(state_of(segment) for segment in timeline.segments)


def stale_spans(
    timeline: Timeline, take: Take | None, *, settings: GenerationSettings | None = None
) -> tuple[Span, ...]:
    """What is to be written: neighbouring stale segments together, in order of time."""
    states = part_states(timeline, take, settings=settings)
    return spans_of_segments(timeline, [i for i, state in enumerate(states) if state == "stale"])


def chosen_spans(
    timeline: Timeline, take: Take | None, segments: Collection[int]
) -> tuple[Span, ...]:
    """These segments (0, 1, ...) to be written, stale or not; PartsError where one cannot be."""
    states = part_states(timeline, take)
    for index in sorted(segments):
        if not 0 <= index < len(states):
            raise PartsError(
                f"There is no segment {index + 1}; the film has {len(states)} of them."
            )
        if states[index] == "locked":
            raise PartsError(f"Segment {index + 1} is locked; unlock it to write it anew.")
        if states[index] == "tacet":
            raise PartsError(f"Segment {index + 1} is tacet; there is nothing to write in it.")
    return spans_of_segments(timeline, segments)


def spans_of_segments(timeline: Timeline, segments: Collection[int]) -> tuple[Span, ...]:
    """Segments by their numbers, neighbouring ones as one span, in order of time."""
    ordered = sorted(set(segments))
    runs = [
        [index for _, index in run]
        for _, run in groupby(enumerate(ordered), key=lambda pair: pair[1] - pair[0])
    ]
    all_segments = timeline.segments
    return tuple(
        Span(all_segments[run[0]].start, all_segments[run[-1]].end, tuple(run)) for run in runs
    )


def parts_of(timeline: Timeline, *, take_id: str, seed: int) -> tuple[Part, ...]:
    """What a take is written for that is written for all of a timeline."""
    on_hit = {hit.time for hit in timeline.hits}
    return tuple(
        Part(
            segment.start,
            segment.end,
            segment.emotion.point,
            segment.is_tacet,
            segment.start in on_hit,
            take_id,
            seed,
        )
        for segment in timeline.segments
    )


def with_provenance(take: Take, timeline: Timeline) -> Take:
    """A take that was written for a timeline and says so."""
    return replace(take, parts=parts_of(timeline, take_id=take.id, seed=take.seed))


def parts_within(parts: Sequence[Part], start: Fraction, end: Fraction) -> tuple[Part, ...]:
    """What is known of a stretch: the parts that reach into it, cut to it."""
    first = max(bisect_right(parts, start, key=_start) - 1, 0)
    last = bisect_left(parts, end, key=_start)
    return tuple(
        replace(
            part,
            start=max(part.start, start),
            end=min(part.end, end),
            begins_on_hit=part.begins_on_hit and part.start >= start,
        )
        for part in parts[first:last]
        if part.end > start
    )


def _start(part: Part) -> Fraction:
    return part.start


def _stale(timeline: Timeline, take: Take | None, settings: GenerationSettings | None) -> set[int]:
    """Numbers of the segments whose music was written for something else."""
    everything = set(range(len(timeline.segments)))
    if take is None or not take.parts:
        return everything
    if settings is not None and asks_for_other_notes(settings, take.settings):
        return everything
    now = parts_of(timeline, take_id=take.id, seed=take.seed)
    return _asked_otherwise(now, take.parts) | _around_changed_edges(now, take.parts)


def _asked_otherwise(now: Sequence[Part], then: Sequence[Part]) -> set[int]:
    """Places in ``now`` with another emotion than they had, or none that is known; one sweep."""
    stale: set[int] = set()
    first = 0
    for number, part in enumerate(now):
        while first < len(then) and then[first].end <= part.start:
            first += 1
        place, known_until = first, part.start
        while place < len(then) and then[place].start < part.end:
            if _wish(then[place]) != _wish(part):
                stale.add(number)
            if then[place].start <= known_until:
                known_until = then[place].end
            place += 1
        if known_until < part.end:
            stale.add(number)
    return stale


def asks_for_other_notes(asked: GenerationSettings, had: GenerationSettings) -> bool:
    """Whether settings are those of other notes; an ending or a limit of the fit needs none."""
    from emsync_engine.music.ensembles import ENSEMBLES

    def families(name: str) -> object:
        return ENSEMBLES[name].families if name in ENSEMBLES else name

    return (families(asked.ensemble), asked.weights, asked.key, asked.tempo_bpm) != (
        families(had.ensemble),
        had.weights,
        had.key,
        had.tempo_bpm,
    )


def _wish(part: Part) -> VAPoint | None:
    """The emotion that a part asks for; a silent one asks for none."""
    return None if part.is_tacet else part.point


def _around_changed_edges(now: Sequence[Part], then: Sequence[Part]) -> set[int]:
    """Segments (places in ``now``) that a boundary touches which came, went, or became a hit."""
    changed = _changed_edges(now, then)
    hits_now = [part.start for part in now if part.begins_on_hit]
    hits_then = [part.start for part in then if part.begins_on_hit]
    affected: set[int] = set()
    for time in changed:
        affected |= _touched(now, time, time)
        for hits in (hits_now, hits_then):
            place = bisect_left(hits, time)
            if place < len(hits) and hits[place] == time:
                earlier = hits[place - 1] if place else Fraction(0)
                affected |= _overlapped(now, max(earlier, time - LEAD_IN_S), time)
        place = bisect_right(hits_now, time)
        if place < len(hits_now) and hits_now[place] - time <= LEAD_IN_S:
            affected |= _overlapped(now, time, hits_now[place])
    return affected


def _touched(parts: Sequence[Part], start: Fraction, end: Fraction) -> set[int]:
    """Places of the parts that reach to a stretch, if only with an edge."""
    first = max(bisect_left(parts, start, key=_start) - 1, 0)
    last = bisect_right(parts, end, key=_start)
    return {number for number in range(first, last) if parts[number].end >= start}


def _overlapped(parts: Sequence[Part], start: Fraction, end: Fraction) -> set[int]:
    """Places of the parts that reach into a stretch."""
    first = max(bisect_right(parts, start, key=_start) - 1, 0)
    last = bisect_left(parts, end, key=_start)
    return {number for number in range(first, last) if parts[number].end > start}


def _changed_edges(now: Sequence[Part], then: Sequence[Part]) -> set[Fraction]:
    """Times at which a boundary that matters came or went, or became a hit or none."""
    edges_now, edges_then = _edges(now), _edges(then)
    matters = _mattering(now) | _mattering(then)
    times = (edges_now.keys() | edges_then.keys()) & matters
    return {time for time in times if edges_now.get(time) != edges_then.get(time)}


def _edges(parts: Sequence[Part]) -> _Edges:
    return {part.start: part.begins_on_hit for part in parts[1:]}


def _mattering(parts: Sequence[Part]) -> set[Fraction]:
    """Boundaries that are hits, or at which emotion or silence change."""
    return {
        later.start
        for earlier, later in pairwise(parts)
        if later.begins_on_hit or _wish(earlier) != _wish(later)
    }
