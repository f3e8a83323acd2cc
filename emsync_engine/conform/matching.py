"""Finding the segments of one edit in the pictures of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emsync_engine.conform.fingerprints import STAGE, Fingerprints
from emsync_engine.monitor import SILENT, Monitor

ALIKE = 0.03
"""Mean squared distance of a whole segment up to which it is the same; other pictures are at 1."""

ALIKE_EACH = 0.25
"""The same of every single picture of it."""

_PROBES = 12
_LOOKED_AT = 8  # candidates that are compared picture by picture
_APART = 3  # steps: nearer candidates are one
_DISTINCT = 0.02  # a second place that is so much worse leaves no doubt
_EDGE = 6  # steps at each end that may be another shot's, where a cut was told a little off
_BETTER = 0.7
_NOISE = 5e-4  # what two encodings of one picture differ by
_SHORTEST_PART = 6  # steps of a changed segment that must be found to call it found
_LEAST_SHARE = 0.25  # of it, likewise

Costs = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Steps [start, end) of a grid in time."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start

    def overlaps(self, other: Stretch) -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Found:
    """Where a segment is in the new film. ``is_whole`` if all of it is; else the longest part.

    ``source`` is the part of the old film that lies at ``place`` of the new one; ``distance`` is
    the mean squared distance of their pictures.
    """

    source: Stretch
    place: Stretch
    is_whole: bool
    distance: float


def find_segments(
    old: Fingerprints,
    segments: Sequence[Stretch],
    new: Fingerprints,
    *,
    monitor: Monitor = SILENT,
) -> tuple[Found | None, ...]:
    """Where each segment of the old film is in the new one; None for those that are gone.

    Whole segments come first, those without doubt before those that look alike in several places
    (black, titles, a shot that is used twice): of these each takes the place that goes on from its
    neighbours', else the most alike that is free. No two share a picture of the new film. Of what
    is not found whole the longest part that is there is told, wherever it is.
    """
    found: list[Found | None] = [None] * len(segments)
    doubtful: list[int] = []
    candidates: dict[int, list[Found]] = {}
    for number, segment in enumerate(segments):
        monitor.advance(STAGE, number, len(segments))
        known = _candidates(old, segment, new)
        candidates[number] = known
        if not known:
            continue
        is_alone = len(known) == 1 or known[1].distance > known[0].distance + _DISTINCT
        if is_alone and _is_free(known[0].place, found):
            found[number] = known[0]
        else:
            doubtful.append(number)
    for number in _from_neighbours(doubtful, found):
        found[number] = _settled(old, segments[number], new, number, found, candidates[number])
    whole = tuple(found)
    for number, segment in enumerate(segments):
        if found[number] is None:
            monitor.advance(STAGE, number, len(segments))
            part = _longest_part(old, segment, new)
            if part is not None and _is_free(part.place, whole):
                found[number] = part
    return tuple(found)


def _probes(segment: Stretch) -> NDArray[np.intp]:
    """Places in a segment, from 0, that are looked for everywhere."""
    count = min(_PROBES, segment.length)
    return np.unique(np.linspace(0, segment.length - 1, count).round().astype(np.intp))


def _distances(old: Fingerprints, steps: NDArray[np.intp], new: Fingerprints) -> Costs:
    """(P, N) squared distances of some pictures of one film to all of another."""
    wanted = old.values[steps]
    products = wanted @ new.values.T
    result: Costs = old.squares[steps][:, None] + new.squares[None, :] - 2 * products
    return np.maximum(result, 0)


def _candidates(old: Fingerprints, segment: Stretch, new: Fingerprints) -> list[Found]:
    """Places where all of a segment is, the most alike first."""
    room = len(new) - segment.length + 1
    if room < 1 or segment.length < 1:
        return []
    probes = _probes(segment)
    distances = _distances(old, segment.start + probes, new)
    total = np.zeros(room, np.float32)
    for row, probe in zip(distances, probes, strict=True):
        total += row[probe : probe + room]
    total /= len(probes)
    found: list[Found] = []
    for place in _lowest(total):
        if total[place] > 2 * ALIKE:
            break
        if (one := _whole(old, segment, new, int(place))) is not None:
            found.append(one)
    return sorted(found, key=lambda one: one.distance)


def _lowest(total: Costs) -> list[int]:
    """Offsets of the lowest costs, not too near to each other."""
    count = min(64 * _LOOKED_AT, len(total))
    lowest = np.sort(np.argpartition(total, count - 1)[:count])
    chosen: list[int] = []
    for place in lowest[np.argsort(total[lowest], kind="stable")]:
        if all(abs(int(place) - other) >= _APART for other in chosen):
            chosen.append(int(place))
            if len(chosen) == _LOOKED_AT:
                break
    return chosen


def _whole(old: Fingerprints, segment: Stretch, new: Fingerprints, place: int) -> Found | None:
    """A segment at a place, compared picture by picture; None if it is not there."""
    if not 0 <= place <= len(new) - segment.length:
        return None
    each = _along(old, segment, new, place)
    distance = float(np.mean(each))
    if distance > ALIKE or float(np.max(each)) > ALIKE_EACH:
        return None
    if _is_better_beside(old, segment, new, place):
        return None
    return Found(segment, Stretch(place, place + segment.length), True, distance)


def _is_better_beside(old: Fingerprints, segment: Stretch, new: Fingerprints, place: int) -> bool:
    """Whether the middle of a segment lies a step beside: then its ends are other pictures."""
    edge = min(_EDGE, segment.length // 4)
    middle = Stretch(segment.start + edge, segment.end - edge)
    here = float(np.mean(_along(old, middle, new, place + edge)))
    beside = [
        float(np.mean(_along(old, middle, new, place + edge + step)))
        for step in (-1, 1)
        if 0 <= place + edge + step <= len(new) - middle.length
    ]
    return any(one < _BETTER * here - _NOISE for one in beside)


def _along(
    old: Fingerprints, segment: Stretch, new: Fingerprints, place: int
) -> NDArray[np.float32]:
    """Squared distance of each picture of a segment to the one that lies at its place."""
    ours = old.values[segment.start : segment.end]
    theirs = new.values[place : place + segment.length]
    difference = ours[: len(theirs)] - theirs
    result: NDArray[np.float32] = np.einsum("nd,nd->n", difference, difference)
    return result


def _is_free(place: Stretch, found: Sequence[Found | None]) -> bool:
    return not any(one is not None and one.place.overlaps(place) for one in found)


def _from_neighbours(doubtful: Sequence[int], found: Sequence[Found | None]) -> list[int]:
    """Doubtful segments, those beside a settled one first."""

    def rank(number: int) -> tuple[bool, int]:
        beside = (found[near] for near in (number - 1, number + 1) if 0 <= near < len(found))
        return (not any(one is not None for one in beside), number)

    return sorted(doubtful, key=rank)


def _settled(
    old: Fingerprints,
    segment: Stretch,
    new: Fingerprints,
    number: int,
    found: Sequence[Found | None],
    candidates: Sequence[Found],
) -> Found | None:
    """The place of a segment that looks alike in several: where its neighbours lead."""
    before = found[number - 1] if number else None
    after = found[number + 1] if number + 1 < len(found) else None
    wanted = [before.place.end] if before is not None else []
    wanted += [after.place.start - segment.length] if after is not None else []
    wanted.append(segment.start)
    for place in wanted:
        one = _whole(old, segment, new, place)
        if one is not None and _is_free(one.place, found):
            return one
    return next((one for one in candidates if _is_free(one.place, found)), None)


def _longest_part(old: Fingerprints, segment: Stretch, new: Fingerprints) -> Found | None:
    """The longest run of a segment that is somewhere in the new film."""
    if segment.length < _SHORTEST_PART or not len(new):
        return None
    probes = _probes(segment)
    distances = _distances(old, segment.start + probes, new)
    best: Found | None = None
    offsets = {
        int(place) - int(probe)
        for row, probe in zip(distances, probes, strict=True)
        if row[place := int(np.argmin(row))] <= ALIKE
    }
    for offset in sorted(offsets):
        part = _run(old, segment, new, offset)
        if part is not None and (best is None or part.source.length > best.source.length):
            best = part
    return best


def _run(old: Fingerprints, segment: Stretch, new: Fingerprints, offset: int) -> Found | None:
    """The longest stretch of a segment that is alike where ``offset`` puts its start."""
    first = max(0, -offset)
    last = min(segment.length, len(new) - offset)
    if last - first < _SHORTEST_PART:
        return None
    inside = Stretch(segment.start + first, segment.start + last)
    each = _along(old, inside, new, offset + first)
    bad = np.flatnonzero(np.concatenate([[True], each > ALIKE_EACH / 2, [True]]))
    gaps = np.diff(bad) - 1
    longest = int(np.argmax(gaps))
    length = int(gaps[longest])
    if length < max(_SHORTEST_PART, segment.length * _LEAST_SHARE):
        return None
    start = int(bad[longest])  # of the run, counted in ``each``
    source = Stretch(inside.start + start, inside.start + start + length)
    place = offset + first + start
    distance = float(np.mean(each[start : start + length]))
    if distance > ALIKE / 2:
        return None
    return Found(source, Stretch(place, place + length), False, distance)
