"""What was matched, for the user to see; and the timeline that comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from emsync_engine.project.model import (
    Boundary,
    SceneCut,
    SegmentEmotion,
    Timeline,
    VideoSource,
    new_boundary_id,
)
from emsync_engine.scenes.hits import choose_hits

Fate = Literal["same", "moved", "changed", "new", "gone"]


@dataclass(frozen=True, slots=True)
class Move:
    """What became of one segment: its number (0, 1, ...) and place in each edit, in seconds.

    ``same`` and ``moved`` segments are whole and keep their music; of a ``changed`` one the emotion
    and what the user said of it go on, a ``new`` one has nothing before it, a ``gone`` one nothing
    after it.
    """

    fate: Fate
    old: int | None
    new: int | None
    old_start: Fraction | None = None
    old_end: Fraction | None = None
    new_start: Fraction | None = None
    new_end: Fraction | None = None

    @property
    def shift(self) -> Fraction:
        """Seconds by which the segment moved; 0 where it is only in one edit."""
        if self.old_start is None or self.new_start is None:
            return Fraction(0)
        return self.new_start - self.old_start

    @property
    def keeps_music(self) -> bool:
        return self.fate in ("same", "moved")


@dataclass(frozen=True, slots=True)
class Kept:
    """A segment of the old edit (0, 1, ...) that is whole in the new one: where it begins now."""

    segment: int
    start: Fraction


@dataclass(frozen=True, slots=True)
class Part:
    """A segment of the old edit of which a stretch [start, end) is left in the new one."""

    segment: int
    start: Fraction
    end: Fraction


@dataclass(frozen=True, slots=True)
class NewEdit:
    """The new version: its film (None where only a list is known), length, cuts and readings.

    ``emotions`` are those of the segments between the ``cuts``.
    """

    video: VideoSource | None
    duration: Fraction
    cuts: tuple[SceneCut, ...]
    emotions: tuple[SegmentEmotion, ...]
    loudness_db: tuple[float, ...] = ()
    remarks: tuple[str, ...] = ()

    def emotion_of(self, start: Fraction, end: Fraction) -> SegmentEmotion:
        """The reading of most of a stretch."""
        edges = [Fraction(0), *(cut.time for cut in self.cuts), self.duration]
        shared = [min(end, later) - max(start, earlier) for earlier, later in pairwise(edges)]
        return self.emotions[max(range(len(shared)), key=shared.__getitem__)]


@dataclass(frozen=True, slots=True)
class ConformPlan:
    """A new version of the edit laid over a project, to be looked at before it is accepted."""

    moves: tuple[Move, ...]  # of the segments of the new edit in order, then those that are gone
    timeline: Timeline
    edit: NewEdit

    def count(self, *fates: Fate) -> int:
        return sum(move.fate in fates for move in self.moves)


def planned(
    timeline: Timeline,
    edit: NewEdit,
    kept: Sequence[Kept],
    parts: Sequence[Part] = (),
    *,
    spacing_s: float = 4.0,
    least: Fraction = Fraction(1, 8),
) -> ConformPlan:
    """The plan and the new timeline, from where the segments of the old one are found.

    Kept segments stand where they were found, with their boundaries, locks, silences, levels and
    emotion. Between them lie the cuts of the new edit, no nearer than ``least`` seconds to another
    boundary; of the segments there, one that holds most of a ``part`` counts as that segment,
    changed. A kept segment that goes on beyond its end without a cut is changed too. The hits of
    kept boundaries stay; new ones are chosen under the spacing.
    """
    standing = _standing(timeline, edit, sorted(kept, key=lambda one: one.start), least)
    places = _places(timeline, edit, standing, least)
    moves = _moves(timeline, places, _changed_parts(timeline, kept, standing, parts))
    boundaries, emotions = [], []
    for move in moves:
        if move.new_start:
            boundaries.append(_boundary(timeline, edit, move))
        emotions.append(_emotion(timeline, edit, move))
    old = timeline.segments
    made = Timeline(
        edit.duration,
        _with_hits(tuple(boundaries), moves, edit.duration, spacing_s),
        tuple(emotions),
        tuple(move.old is not None and old[move.old].is_tacet for move in moves),
        tuple(move.keeps_music and old[move.old or 0].is_locked for move in moves),
        tuple(old[move.old].level_db if move.old is not None else 0.0 for move in moves),
        edit.loudness_db or _loudness(timeline, edit.duration),
    )
    gone = sorted(set(range(len(old))) - {move.old for move in moves})
    told = tuple(
        Move("gone", one, None, old[one].start, old[one].end) for one in gone if one is not None
    )
    return ConformPlan((*moves, *told), made, edit)


def _standing(
    timeline: Timeline, edit: NewEdit, kept: Sequence[Kept], least: Fraction
) -> list[Kept]:
    """Kept segments that do not go on where they ended, or begin before where they began.

    Where a neighbour is gone and no cut of the new film is near, the picture runs on: the segment
    is longer now.
    """
    cuts = [Fraction(0), *(cut.time for cut in edit.cuts), edit.duration]
    segments = timeline.segments
    starts = {one.start for one in kept}
    ends = {one.start + _length(timeline, one) for one in kept}

    def is_edge(time: Fraction, others: set[Fraction]) -> bool:
        near = min((abs(time - other) for other in others), default=least)
        return near < least or min(abs(time - cut) for cut in cuts) < least

    def is_users(index: int) -> bool:
        inside = 0 <= index < len(timeline.boundaries)
        return inside and timeline.boundaries[index].origin == "user"

    return [
        one
        for one in kept
        if (is_edge(one.start, ends) or is_users(segments[one.segment].index - 1))
        and (is_edge(one.start + _length(timeline, one), starts) or is_users(one.segment))
    ]


def _length(timeline: Timeline, one: Kept) -> Fraction:
    segment = timeline.segments[one.segment]
    return segment.end - segment.start


def _changed_parts(
    timeline: Timeline, kept: Sequence[Kept], standing: Sequence[Kept], parts: Sequence[Part]
) -> list[Part]:
    """Parts, and the segments that were found whole but run on."""
    longer = [one for one in kept if one not in standing]
    return [
        *parts,
        *(Part(one.segment, one.start, one.start + _length(timeline, one)) for one in longer),
    ]


@dataclass(frozen=True, slots=True)
class _Place:
    start: Fraction
    end: Fraction
    kept: Kept | None


def _places(
    timeline: Timeline, edit: NewEdit, standing: Sequence[Kept], least: Fraction
) -> list[_Place]:
    """The segments of the new edit: kept ones, and between them what the cuts make."""
    places: list[_Place] = []
    now = Fraction(0)
    for one in standing:
        if one.start - now >= least:
            places += _cut_up(now, one.start, edit, least)
        elif places and one.start > now:
            places[-1] = replace(places[-1], end=one.start)
        start = one.start if places else Fraction(0)
        now = one.start + _length(timeline, one)
        places.append(_Place(start, now, one))
    if edit.duration - now >= least or not places:
        places += _cut_up(now, edit.duration, edit, least)
    else:
        places[-1] = replace(places[-1], end=edit.duration)
    return places


def _cut_up(start: Fraction, end: Fraction, edit: NewEdit, least: Fraction) -> list[_Place]:
    edges = [start]
    for cut in edit.cuts:
        if cut.time - edges[-1] >= least and end - cut.time >= least:
            edges.append(cut.time)
    edges.append(end)
    return [_Place(a, b, None) for a, b in pairwise(edges)]


def _moves(timeline: Timeline, places: Sequence[_Place], parts: Sequence[Part]) -> list[Move]:
    segments = timeline.segments
    moves: list[Move] = []
    taken: set[int] = set()
    for number, place in enumerate(places):
        if place.kept is not None:
            old = segments[place.kept.segment]
            fate: Fate = "same" if place.kept.start == old.start else "moved"
            moves.append(Move(fate, old.index, number, old.start, old.end, place.start, place.end))
            continue
        part = _most_in(place, [one for one in parts if one.segment not in taken])
        if part is None:
            moves.append(Move("new", None, number, None, None, place.start, place.end))
            continue
        taken.add(part.segment)
        old = segments[part.segment]
        moves.append(Move("changed", old.index, number, old.start, old.end, place.start, place.end))
    return moves


def _most_in(place: _Place, parts: Sequence[Part]) -> Part | None:
    """The part that more than half lies in a place, and most of all."""
    shared = [(min(place.end, one.end) - max(place.start, one.start), one) for one in parts]
    inside = [(much, one) for much, one in shared if much > (one.end - one.start) / 2]
    return max(inside, key=lambda pair: pair[0])[1] if inside else None


def _boundary(timeline: Timeline, edit: NewEdit, move: Move) -> Boundary:
    """The boundary at a segment's start: the old one's, or one for the cut that is there."""
    start = move.new_start or Fraction(0)
    if move.old:
        return replace(timeline.boundaries[move.old - 1], time=start)
    cut = min(edit.cuts, key=lambda one: abs(one.time - start), default=None)
    is_here = cut is not None and abs(cut.time - start) < Fraction(1, 8)
    score = cut.score if cut is not None and is_here else 0.5
    return Boundary(new_boundary_id(), start, "detected", score)


def _emotion(timeline: Timeline, edit: NewEdit, move: Move) -> SegmentEmotion:
    if move.keeps_music and move.old is not None:
        return timeline.emotions[move.old]
    read = edit.emotion_of(move.new_start or Fraction(0), move.new_end or edit.duration)
    if move.old is None:
        return read
    return replace(read, chosen=timeline.emotions[move.old].chosen)


def _with_hits(
    boundaries: tuple[Boundary, ...],
    moves: Sequence[Move],
    duration: Fraction,
    spacing_s: float,
) -> tuple[Boundary, ...]:
    """New boundaries may become hits; those at which kept music begins are what they were."""
    kept = {move.new_start for move in moves if move.keeps_music and move.old}
    asked = [replace(one, wanted=one.is_hit) if one.time in kept else one for one in boundaries]
    chosen = choose_hits(asked, spacing_s=spacing_s, duration=duration)
    said = {one.id: one.wanted for one in boundaries}
    return tuple(replace(one, wanted=said[one.id]) for one in chosen)


def _loudness(timeline: Timeline, duration: Fraction) -> tuple[float, ...]:
    """The old curve cut to a length; nothing is known of what a list adds."""
    return timeline.loudness_db[: max(int(duration) + 1, 0)]
