"""What the timeline shows, prepared once per change so that painting is quick."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from emsync_desktop.timeline.geometry import pitch_range
from emsync_engine.emotion.mapping import display_label
from emsync_engine.music.emotion_path import emotion_path
from emsync_engine.project.model import Boundary, Hit, Segment, Take, Timeline, VAPoint
from emsync_engine.project.notes import FAMILIES, Note

_SAME_S = 1e-3  # a hit nearer than this to a boundary is that boundary's
FAMILY_ORDER = tuple(reversed(FAMILIES))  # strings on top, drums at the bottom, as in a score


@dataclass(frozen=True, eq=False)
class FilmView:
    """Pictures and sound of a film in miniature.

    Attributes
    ----------
    pictures : about one a second, upright
    times_s : (K,) seconds at which they stand
    peaks : (P, 2) minimum and maximum of the sound, ``peaks_per_s`` a second
    """

    pictures: tuple[QImage, ...]
    times_s: tuple[float, ...]
    peaks: NDArray[np.float32]
    peaks_per_s: int

    @cached_property
    def loudest(self) -> float:
        """Largest sample of the sound, 0 to 1."""
        return float(np.abs(self.peaks).max()) if len(self.peaks) else 0.0

    @property
    def aspect(self) -> float:
        """Width over height of a picture."""
        if not self.pictures or not self.pictures[0].height():
            return 16 / 9
        return self.pictures[0].width() / self.pictures[0].height()

    def picture_at(self, time_s: float) -> QImage | None:
        """The last picture at or before a time."""
        if not self.pictures:
            return None
        return self.pictures[max(bisect_right(self.times_s, time_s + 1e-6) - 1, 0)]


EMPTY_FILM_VIEW = FilmView((), (), np.zeros((0, 2), np.float32), 100)


def film_view_of(
    pictures: NDArray[np.uint8],
    times_s: Sequence[float] | NDArray[np.float64],
    peaks: NDArray[np.float32],
    peaks_per_s: int,
) -> FilmView:
    """A view from arrays: pictures (K, h, w, 3) uint8 RGB."""
    images = tuple(
        QImage(
            np.ascontiguousarray(one).tobytes(),
            one.shape[1],
            one.shape[0],
            3 * one.shape[1],
            QImage.Format.Format_RGB888,
        ).copy()
        for one in pictures
    )
    return FilmView(images, tuple(float(t) for t in times_s), peaks, peaks_per_s)


@dataclass(frozen=True, slots=True, eq=False)
class FamilyNotes:
    """The notes of one family, in order of onset."""

    notes: tuple[Note, ...]
    onsets_s: tuple[float, ...]
    longest_s: float
    pitches: tuple[int, int]

    def between(self, start_s: float, end_s: float) -> Iterator[Note]:
        """Notes of which something sounds within a stretch."""
        first = bisect_left(self.onsets_s, start_s - self.longest_s)
        last = bisect_right(self.onsets_s, end_s)
        return (note for note in self.notes[first:last] if note.end_s > start_s)


@dataclass(frozen=True, slots=True, eq=False)
class TimelineScene:
    """A timeline and a take, with everything that painting would otherwise work out each time."""

    timeline: Timeline
    segments: tuple[Segment, ...]
    labels: tuple[str, ...]
    boundary_times_s: tuple[float, ...]
    point_at: Callable[[float], VAPoint]
    take: Take | None
    is_take_stale: bool
    families: dict[str, FamilyNotes] = field(default_factory=dict)
    hits: tuple[Hit, ...] = ()  # in order of time
    tacet_s: tuple[tuple[float, float], ...] = ()  # cue out, cue in

    @classmethod
    def of(
        cls,
        timeline: Timeline,
        take: Take | None,
        *,
        is_take_stale: bool,
        before: TimelineScene | None = None,
    ) -> TimelineScene:
        """Prepare a timeline; what the scene before it knows of the same take is used again."""
        segments = timeline.segments
        is_known = before is not None and before.take is take
        return cls(
            timeline=timeline,
            segments=segments,
            labels=tuple(display_label(segment.emotion.point) for segment in segments),
            boundary_times_s=tuple(float(one.time) for one in timeline.boundaries),
            point_at=emotion_path(timeline),
            take=take,
            is_take_stale=is_take_stale,
            families=before.families if before is not None and is_known else _families(take),
            hits=tuple(sorted(take.hits, key=lambda hit: hit.time_s)) if take else (),
            tacet_s=tuple((float(start), float(end)) for start, end in timeline.tacet_spans),
        )

    def segments_between(self, start_s: float, end_s: float) -> Sequence[Segment]:
        first = bisect_right(self.boundary_times_s, start_s)
        last = bisect_left(self.boundary_times_s, end_s)
        return self.segments[first : last + 1]

    def boundaries_between(self, start_s: float, end_s: float) -> Sequence[Boundary]:
        first = bisect_left(self.boundary_times_s, start_s)
        last = bisect_right(self.boundary_times_s, end_s)
        return self.timeline.boundaries[first:last]

    def judged(self, boundary: Boundary) -> Hit | None:
        """How the take lands on a boundary; None where the take was not made for it."""
        time_s = float(boundary.time)
        at = bisect_left(self.hits, time_s - _SAME_S, key=lambda hit: hit.time_s)
        is_there = at < len(self.hits) and self.hits[at].time_s < time_s + _SAME_S
        return self.hits[at] if is_there else None


def _families(take: Take | None) -> dict[str, FamilyNotes]:
    if take is None:
        return {}
    found: dict[str, FamilyNotes] = {}
    for family in FAMILY_ORDER:
        notes = tuple(
            sorted(
                (note for note in take.music.notes if note.family == family),
                key=lambda note: note.onset_s,
            )
        )
        if notes:
            found[family] = FamilyNotes(
                notes,
                tuple(note.onset_s for note in notes),
                max(note.end_s - note.onset_s for note in notes),
                pitch_range([note.pitch for note in notes]),
            )
    return found
