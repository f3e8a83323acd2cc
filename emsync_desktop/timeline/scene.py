"""What the timeline shows, prepared once per change so that painting is quick."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from operator import is_

import numpy as np
from numpy.typing import NDArray

from emsync_desktop.appearance import EMOTION_COLOURS
from emsync_desktop.timeline.geometry import pitch_range
from emsync_engine.emotion.mapping import display_label
from emsync_engine.music.emotion_path import EASE_S
from emsync_engine.project.model import Hit, SegmentEmotion, Take, Timeline, VAPoint
from emsync_engine.project.notes import FAMILIES, Note

FloatArray = NDArray[np.float64]

_SAME_S = 1e-3  # a hit nearer than this to a boundary is that boundary's
LOUD_VELOCITY = 64
LOOKS = (*EMOTION_COLOURS, "tacet")
MARKS = ("none", "asked", "exact", "near", "missed", "tacet")
"""What a boundary is to the music: no hit, a hit not judged yet, or how the take lands on it."""
FAMILY_ORDER = tuple(reversed(FAMILIES))  # strings on top, drums at the bottom, as in a score


@dataclass(frozen=True, slots=True, eq=False)
class FamilyNotes:
    """The notes of one family, in order of onset; every array is (N,)."""

    onsets_s: FloatArray
    ends_s: FloatArray
    pitches: NDArray[np.int64]
    is_loud: NDArray[np.bool_]
    longest_s: float
    limits: tuple[int, int]
    """Lowest and highest pitch of the lane."""

    @classmethod
    def of(cls, notes: Sequence[Note]) -> FamilyNotes:
        """From one note or more, in any order."""
        onsets = np.array([note.onset_s for note in notes])
        order = np.argsort(onsets, kind="stable")
        ends = np.array([note.end_s for note in notes])[order]
        pitches = np.array([note.pitch for note in notes], np.int64)[order]
        loud = np.array([note.velocity >= LOUD_VELOCITY for note in notes])[order]
        onsets = onsets[order]
        limits = pitch_range([int(pitches.min()), int(pitches.max())])
        return cls(onsets, ends, pitches, loud, float((ends - onsets).max()), limits)

    def between(self, start_s: float, end_s: float) -> slice:
        """Notes of which something may sound within a stretch."""
        first = int(np.searchsorted(self.onsets_s, start_s - self.longest_s))
        return slice(first, int(np.searchsorted(self.onsets_s, end_s, side="right")))


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Valence and arousal over time: straight between (K,) times, a step where one comes twice."""

    times_s: FloatArray
    valence: FloatArray
    arousal: FloatArray


@dataclass(frozen=True, eq=False)
class TimelineScene:
    """A timeline and a take, with everything that painting would otherwise work out each time.

    ``edges_s`` (M + 2,) are the film's start, the boundaries and its end; ``labels``, ``points``
    (M + 1, 2) and ``detected`` are those of the segments between them; ``is_hit`` (M,) tells which
    boundaries are hits.
    """

    timeline: Timeline
    edges_s: FloatArray
    labels: tuple[str, ...]
    points: FloatArray
    detected: FloatArray
    is_hit: NDArray[np.bool_]
    take: Take | None
    families: dict[str, FamilyNotes] = field(default_factory=dict)
    hits: tuple[Hit, ...] = ()  # in order of time
    tacet_s: tuple[tuple[float, float], ...] = ()  # cue out, cue in
    stale: frozenset[int] = frozenset()  # segments that have changed since their music was written

    @classmethod
    def of(
        cls,
        timeline: Timeline,
        take: Take | None,
        *,
        stale: frozenset[int] = frozenset(),
        before: TimelineScene | None = None,
    ) -> TimelineScene:
        """Prepare a timeline; what the scene before it knows is used again."""
        is_same_take = before is not None and before.take is take
        labels, points, detected = _read(timeline.emotions, before)
        return cls(
            timeline=timeline,
            edges_s=_edges(timeline, before),
            labels=labels,
            points=points,
            detected=detected,
            is_hit=_hit_flags(timeline, before),
            take=take,
            families=before.families if before is not None and is_same_take else _families(take),
            hits=before.hits if before is not None and is_same_take else _hits(take),
            tacet_s=_tacet(timeline, before),
            stale=stale,
        )

    @property
    def boundary_times_s(self) -> FloatArray:
        """(M,) seconds."""
        return self.edges_s[1:-1]

    @cached_property
    def looks(self) -> NDArray[np.int64]:
        """(M + 1,) place of each segment's label among ``LOOKS``; the last where it is tacet."""
        numbers = np.array([LOOKS.index(label) for label in self.labels])
        return np.where(np.array(self.timeline.tacet), len(LOOKS) - 1, numbers)

    @cached_property
    def has_chosen(self) -> bool:
        """Whether a hand chose any point."""
        return bool((self.points != self.detected).any())

    @cached_property
    def curve(self) -> Curve:
        """What the composer gets."""
        return _curve(self.edges_s, self.points, self.is_hit)

    @cached_property
    def detected_curve(self) -> Curve:
        """What was read in the film."""
        return _curve(self.edges_s, self.detected, self.is_hit)

    def segments_between(self, start_s: float, end_s: float) -> range:
        """Indices of the segments of which something lies within a stretch."""
        inner = self.boundary_times_s
        first = int(np.searchsorted(inner, start_s, side="right"))
        return range(first, int(np.searchsorted(inner, end_s)) + 1)

    def boundaries_between(self, start_s: float, end_s: float) -> slice:
        """Boundaries from one time to another, both included."""
        inner = self.boundary_times_s
        first = int(np.searchsorted(inner, start_s))
        return slice(first, int(np.searchsorted(inner, end_s, side="right")))

    @cached_property
    def _verdicts(self) -> NDArray[np.int64]:
        """(M,) number of the take's hit at each boundary, -1 where there is none."""
        inner = self.boundary_times_s
        if not self.hits:
            return np.full(len(inner), -1)
        times = np.array([hit.time_s for hit in self.hits])
        at = np.searchsorted(times, inner - _SAME_S)
        is_there = times[np.minimum(at, len(times) - 1)] < inner + _SAME_S
        return np.where((at < len(times)) & is_there, at, -1)

    @cached_property
    def marks(self) -> NDArray[np.int64]:
        """(M,) place of each boundary's mark among ``MARKS``."""
        at = self._verdicts
        states = np.array([MARKS.index(hit.status) for hit in self.hits] or [0])
        return np.where(self.is_hit, np.where(at >= 0, states[at], MARKS.index("asked")), 0)

    @cached_property
    def is_missed(self) -> NDArray[np.bool_]:
        """(M,) hits that the take misses."""
        return self.marks == MARKS.index("missed")

    def verdict(self, index: int) -> Hit | None:
        """How the take lands on a boundary that is a hit; None where it was not made for it."""
        at = int(self._verdicts[index])
        return self.hits[at] if at >= 0 and self.is_hit[index] else None


def _edges(timeline: Timeline, before: TimelineScene | None) -> FloatArray:
    """Exact times as floats; those of boundaries that have not changed are known."""
    if before is not None and before.timeline.boundaries is timeline.boundaries:
        return before.edges_s
    known: dict[int, float] = {}
    if before is not None:
        old = before.timeline.boundaries
        if len(old) == len(timeline.boundaries):  # one was moved: the others keep their places
            edges = before.edges_s.copy()
            for index in _exchanged(before.timeline, timeline):
                edges[index + 1] = float(timeline.boundaries[index].time)
            edges[-1] = float(timeline.duration)
            return edges
        known = dict(zip(map(id, old), before.boundary_times_s.tolist(), strict=True))
    inner = [known[id(one)] if id(one) in known else float(one.time) for one in timeline.boundaries]
    return np.array([0.0, *inner, float(timeline.duration)])


def _hit_flags(timeline: Timeline, before: TimelineScene | None) -> NDArray[np.bool_]:
    if before is not None and len(before.is_hit) == len(timeline.boundaries):
        exchanged = _exchanged(before.timeline, timeline)
        flags = before.is_hit.copy()
        flags[exchanged] = [timeline.boundaries[index].is_hit for index in exchanged]
        return before.is_hit if (flags == before.is_hit).all() else flags
    return np.array([one.is_hit for one in timeline.boundaries], np.bool_)


def _exchanged(before: Timeline, after: Timeline) -> list[int]:
    """Places of the boundaries that are other objects now, of timelines with as many."""
    is_same = np.fromiter(map(is_, before.boundaries, after.boundaries), np.bool_)
    return np.flatnonzero(~is_same).tolist()


_Read = tuple[tuple[str, ...], FloatArray, FloatArray]


def _read(emotions: tuple[SegmentEmotion, ...], before: TimelineScene | None) -> _Read:
    """Label, point and detected point of each segment."""
    if before is not None and before.timeline.emotions is emotions:
        return before.labels, before.points, before.detected
    points = [emotion.point for emotion in emotions]
    return (
        tuple(_label(point) for point in points),
        np.array([(point.valence, point.arousal) for point in points]),
        np.array([(one.detected.valence, one.detected.arousal) for one in emotions]),
    )


_label: Callable[[VAPoint], str] = lru_cache(maxsize=1 << 14)(display_label)


def _tacet(timeline: Timeline, before: TimelineScene | None) -> tuple[tuple[float, float], ...]:
    """Silences; a film without any is told by its flags alone. Equal ones stay the same object."""
    if not any(timeline.tacet):
        return ()
    spans = tuple((float(start), float(end)) for start, end in timeline.tacet_spans)
    return before.tacet_s if before is not None and before.tacet_s == spans else spans


def _curve(edges_s: FloatArray, points: FloatArray, is_hit: NDArray[np.bool_]) -> Curve:
    """The path of ``emotion_path`` as corners: a step at a hit, an ease at other boundaries."""
    lengths = np.diff(edges_s)
    shortest = np.minimum(lengths[:-1], lengths[1:])
    half = np.where(is_hit, 0.0, np.minimum(EASE_S, shortest) / 2)
    inner = edges_s[1:-1]
    corners = np.stack([inner - half, inner + half], axis=1).ravel()
    times = np.concatenate([edges_s[:1], corners, edges_s[-1:]])
    values = np.repeat(points, 2, axis=0)
    return Curve(times, values[:, 0], values[:, 1])


def _hits(take: Take | None) -> tuple[Hit, ...]:
    return tuple(sorted(take.hits, key=lambda hit: hit.time_s)) if take is not None else ()


def _families(take: Take | None) -> dict[str, FamilyNotes]:
    if take is None:
        return {}
    found: dict[str, FamilyNotes] = {}
    for family in FAMILY_ORDER:
        notes = [note for note in take.music.notes if note.family == family]
        if notes:
            found[family] = FamilyNotes.of(notes)
    return found
