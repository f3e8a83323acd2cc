"""The data model: frozen values; editing returns a new value."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from typing import Literal, NewType, TypeVar, get_args

from emsync_engine.errors import BoundaryOrderError
from emsync_engine.project.ducking import Ducking
from emsync_engine.project.key_names import KEYS
from emsync_engine.project.notes import Music

BoundaryId = NewType("BoundaryId", str)
Emotion = Literal["anger", "disgust", "fear", "joy", "sadness", "surprise"]
EMOTIONS: tuple[Emotion, ...] = get_args(Emotion)
CutKind = Literal["hard", "fade", "dissolve"]
Origin = Literal["detected", "imported", "user"]
HitStatus = Literal["exact", "near", "missed", "tacet"]

SCHEMA_VERSION = 4

LARGEST_STRENGTH = 1000.0
SLOWEST_BPM, FASTEST_BPM = 40.0, 220.0
QUIETEST_DB, LOUDEST_DB = -40.0, 12.0


def new_boundary_id() -> BoundaryId:
    """An id that no other boundary has."""
    return BoundaryId(uuid.uuid4().hex[:12])


@dataclass(frozen=True, slots=True)
class VAPoint:
    """A point on the circumplex: valence (rightwards) and arousal (upwards), each in [-1, 1]."""

    valence: float
    arousal: float

    def __post_init__(self) -> None:
        if not (-1 <= self.valence <= 1 and -1 <= self.arousal <= 1):
            raise ValueError(
                f"valence and arousal lie in -1..1, not {self.valence}, {self.arousal}"
            )


Named = tuple[tuple[str, float], ...]  # words with a share each, 0 to 1


@dataclass(frozen=True, slots=True)
class SegmentReading:
    """What the models that the user installed saw, heard and read in one segment.

    ``method`` says how it became an emotion ("late fusion" or "trained fusion"), ``counted`` how
    much each source did, of one. ``speech`` and ``screen_text`` are in English. ``sounds`` and
    ``pictures`` come with their probability; ``faces`` begins with ("face", the share of pictures
    with one), its expressions follow. ``words`` are source, label and share.
    """

    method: str
    counted: Named = ()
    speech: str = ""
    screen_text: str = ""
    sounds: Named = ()
    faces: Named = ()
    pictures: Named = ()
    words: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentEmotion:
    """What was read in one segment, and the point that the user chose instead, if any.

    ``distribution`` holds a probability for each of ``EMOTIONS``, in that order. ``reading`` is
    there where models beyond the built-in ones had a part in it.
    """

    distribution: tuple[float, ...]
    detected: VAPoint
    confidence: float
    chosen: VAPoint | None = None
    explanation: str = ""
    reading: SegmentReading | None = None

    @property
    def point(self) -> VAPoint:
        """The point that the composer gets."""
        return self.chosen if self.chosen is not None else self.detected


@dataclass(frozen=True, slots=True)
class SceneCut:
    """A change of shot found in the picture: time of the new shot's first frame, in seconds."""

    time: Fraction
    frame: int
    score: float
    kind: CutKind = "hard"


@dataclass(frozen=True, slots=True)
class Boundary:
    """A time that the music may mark, and must if it is a hit.

    ``score`` is how strong the cut was found to be; ``strength`` is what the user says instead, if
    anything. ``wanted`` is the user's word on whether it is a hit (True, False), or None to leave
    it to ``scenes.hits.choose_hits``, which sets ``is_hit``.
    """

    id: BoundaryId
    time: Fraction
    origin: Origin = "detected"
    score: float = 1.0
    is_hit: bool = False
    wanted: bool | None = None
    strength: float | None = None

    @property
    def weight(self) -> float:
        """Strength by which hits are chosen: the user's, else the one that was found."""
        return self.score if self.strength is None else self.strength


@dataclass(frozen=True, slots=True)
class Segment:
    """The stretch [start, end) between two boundaries, with one emotion.

    In a ``tacet`` segment the music is silent: it is cued out at the start and in at the end. A
    locked one keeps the notes it has; ``level_db`` is how much louder its music is played.
    """

    index: int
    start: Fraction
    end: Fraction
    emotion: SegmentEmotion
    is_tacet: bool = False
    is_locked: bool = False
    level_db: float = 0.0


@dataclass(frozen=True, slots=True)
class Timeline:
    """Boundaries of one video, strictly inside (0, duration), in increasing order.

    ``tacet`` says of each segment whether its music is silent, ``locked`` whether its music is to
    stay as it is, ``levels_db`` how much louder it is played (-40 to 12); where one is left out,
    no segment is silent, locked or levelled. ``loudness_db`` is the picture's own loudness curve,
    one value for each second of the film, empty where it was not measured.
    """

    duration: Fraction
    boundaries: tuple[Boundary, ...]
    emotions: tuple[SegmentEmotion, ...]  # one per segment: len(boundaries) + 1
    tacet: tuple[bool, ...] = ()  # likewise
    locked: tuple[bool, ...] = ()  # likewise
    levels_db: tuple[float, ...] = ()  # likewise
    loudness_db: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        count = len(self.boundaries) + 1
        for name, default in (("tacet", False), ("locked", False), ("levels_db", 0.0)):
            if not getattr(self, name):
                object.__setattr__(self, name, (default,) * count)
        for given, name in (
            (self.emotions, "emotions"),
            (self.tacet, "tacet flags"),
            (self.locked, "locks"),
            (self.levels_db, "levels"),
        ):
            if len(given) != count:
                raise BoundaryOrderError(
                    f"{count - 1} boundaries make {count} segments, "
                    f"but there are {len(given)} {name}."
                )
        edges = (Fraction(0), *(boundary.time for boundary in self.boundaries), self.duration)
        parts = [edge.as_integer_ratio() for edge in edges]  # Fractions are slow to compare
        if any(late * below <= early * under for (early, below), (late, under) in pairwise(parts)):
            raise BoundaryOrderError(
                "Boundaries must lie strictly inside the film, in increasing order."
            )

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Stretches between the boundaries; they tile the film."""
        edges = [Fraction(0), *(boundary.time for boundary in self.boundaries), self.duration]
        ends = edges[1:]
        of_segments = zip(
            edges, ends, self.emotions, self.tacet, self.locked, self.levels_db, strict=False
        )
        return tuple(Segment(index, *values) for index, values in enumerate(of_segments))

    @property
    def tacet_spans(self) -> tuple[tuple[Fraction, Fraction], ...]:
        """Stretches [cue out, cue in) of silence in order of time, neighbouring segments as one."""
        spans: list[tuple[Fraction, Fraction]] = []
        for segment in self.segments:
            if not segment.is_tacet:
                continue
            if spans and spans[-1][1] == segment.start:
                spans[-1] = (spans[-1][0], segment.end)
            else:
                spans.append((segment.start, segment.end))
        return tuple(spans)

    @property
    def hits(self) -> tuple[Boundary, ...]:
        """Boundaries that the music must mark."""
        return tuple(boundary for boundary in self.boundaries if boundary.is_hit)

    def with_boundary_at(self, boundary_id: BoundaryId, time: Fraction) -> Timeline:
        """Move one boundary between its neighbours; BoundaryOrderError if it would pass one."""
        self._place_of(boundary_id)
        moved = tuple(
            replace(boundary, time=time) if boundary.id == boundary_id else boundary
            for boundary in self.boundaries
        )
        return replace(self, boundaries=moved)

    def with_boundary(self, added: Boundary) -> Timeline:
        """Split a segment; both halves keep its emotion, silence, lock and level.

        BoundaryOrderError where a boundary stands already, or outside the film.
        """
        index = sum(boundary.time <= added.time for boundary in self.boundaries)
        return replace(
            self,
            boundaries=(*self.boundaries[:index], added, *self.boundaries[index:]),
            emotions=self.emotions[: index + 1] + self.emotions[index:],
            tacet=self.tacet[: index + 1] + self.tacet[index:],
            locked=self.locked[: index + 1] + self.locked[index:],
            levels_db=self.levels_db[: index + 1] + self.levels_db[index:],
        )

    def without_boundary(self, boundary_id: BoundaryId) -> Timeline:
        """Join the segments on both sides; what the longer one had is kept."""
        index = self._place_of(boundary_id)
        before, after = self.segments[index : index + 2]
        kept = before if before.end - before.start >= after.end - after.start else after
        return replace(
            self,
            boundaries=self.boundaries[:index] + self.boundaries[index + 1 :],
            emotions=(*self.emotions[:index], kept.emotion, *self.emotions[index + 2 :]),
            tacet=(*self.tacet[:index], kept.is_tacet, *self.tacet[index + 2 :]),
            locked=(*self.locked[:index], kept.is_locked, *self.locked[index + 2 :]),
            levels_db=(*self.levels_db[:index], kept.level_db, *self.levels_db[index + 2 :]),
        )

    def _place_of(self, boundary_id: BoundaryId) -> int:
        for index, boundary in enumerate(self.boundaries):
            if boundary.id == boundary_id:
                return index
        raise BoundaryOrderError(f"There is no boundary {boundary_id}.")

    def with_hit_wanted(self, boundary_id: BoundaryId, wanted: bool | None) -> Timeline:
        """Make a boundary a hit or none; None leaves it to the next choice by strength."""
        return self._with(
            boundary_id,
            lambda one: replace(
                one, wanted=wanted, is_hit=one.is_hit if wanted is None else wanted
            ),
        )

    def with_strength(self, boundary_id: BoundaryId, strength: float | None) -> Timeline:
        """Say how strong a boundary is, 0 or more; None returns to what was found."""
        if strength is not None and not 0 <= strength <= LARGEST_STRENGTH:
            raise ValueError(f"a strength lies in 0..{LARGEST_STRENGTH:g}, not {strength}")
        return self._with(boundary_id, lambda one: replace(one, strength=strength))

    def _with(self, boundary_id: BoundaryId, change: Callable[[Boundary], Boundary]) -> Timeline:
        self._place_of(boundary_id)
        boundaries = tuple(change(one) if one.id == boundary_id else one for one in self.boundaries)
        return replace(self, boundaries=boundaries)

    def with_point(self, index: int, point: VAPoint | None) -> Timeline:
        """Choose the VA point of one segment; None returns to the detected one."""
        emotions = list(self.emotions)
        emotions[index] = replace(emotions[index], chosen=point)
        return replace(self, emotions=tuple(emotions))

    def with_tacet(self, index: int, is_tacet: bool) -> Timeline:
        """Silence the music of one segment, or let it play again."""
        return replace(self, tacet=_with_value(self.tacet, index, is_tacet))

    def with_lock(self, index: int, is_locked: bool) -> Timeline:
        """Keep the music of one segment as it is, or let it be written anew."""
        return replace(self, locked=_with_value(self.locked, index, is_locked))

    def with_level(self, index: int, level_db: float) -> Timeline:
        """Play the music of one segment louder or softer; ValueError outside -40..12 dB."""
        if not QUIETEST_DB <= level_db <= LOUDEST_DB:
            raise ValueError(f"a level lies in {QUIETEST_DB:g}..{LOUDEST_DB:g} dB, not {level_db}")
        return replace(self, levels_db=_with_value(self.levels_db, index, level_db))


Value = TypeVar("Value")


def _with_value(values: tuple[Value, ...], index: int, value: Value) -> tuple[Value, ...]:
    """The same values with another in one place, which may be counted from the end."""
    changed = list(values)
    changed[index] = value
    return tuple(changed)


@dataclass(frozen=True, slots=True)
class VideoSource:
    """The film that a project belongs to."""

    path: str
    content_hash: str
    duration: Fraction
    frame_rate: Fraction
    start_timecode: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """Where the music stands at one boundary that it was to mark.

    ``landed_s`` is None where no strong chord is near; errors are landed minus wanted. Where the
    user silenced the music, the status is ``tacet``: nothing was to land there.
    """

    time_s: float
    landed_s: float | None
    error_ms: float | None
    error_frames: float | None
    what: str
    status: HitStatus


@dataclass(frozen=True, slots=True)
class GenerationSettings:
    """How a take was asked for; with the seed and the engine's version enough to make it again.

    ``sync_percent`` is the limit of the tempo fit: how far, and from bar to bar, the tempo may be
    bent so that chords land on the hits. 0 to 15, 0 for not at all. ``key`` (one of
    ``key_names.KEYS``) and ``tempo_bpm`` (40 to 220 beats a minute) are the user's word; None
    leaves them to the composer. ValueError for others.

    ``has_start`` begins the music as a piece does; without it, it begins abruptly, as from the
    middle of one. ``primer`` are tokens of a music that it goes on from, unheard. ``branches`` is
    how many ways on are written for each stretch of a take, of which the best stays; a draft has 1.
    """

    ensemble: str = "cinematic"
    ending: str = "ring"
    temperature: float = 1.0
    top_p: float = 0.98
    va_guidance: float = 3.0
    boundary_guidance: float = 1.0
    weights: str = "open"
    sync_percent: float = 6.0
    key: str | None = None
    tempo_bpm: float | None = None
    has_start: bool = True
    primer: tuple[int, ...] = ()
    branches: int = 4

    def __post_init__(self) -> None:
        if self.branches < 1:
            raise ValueError(f"at least one way on has to be written, not {self.branches}")
        if self.key is not None and self.key not in KEYS:
            raise ValueError(f"{self.key!r} is not one of the keys: {', '.join(KEYS)}")
        if self.tempo_bpm is not None and not SLOWEST_BPM <= self.tempo_bpm <= FASTEST_BPM:
            raise ValueError(
                f"a tempo lies in {SLOWEST_BPM:g}..{FASTEST_BPM:g} beats a minute, "
                f"not {self.tempo_bpm}"
            )


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch [start, end) of a take: what it was written for, and where its notes come from.

    ``point`` is the emotion that was asked for, ``begins_on_hit`` whether a hit was to be marked at
    its start. ``take_id`` and ``seed`` name the take and the seed that its notes were first in.
    """

    start: Fraction
    end: Fraction
    point: VAPoint
    is_tacet: bool
    begins_on_hit: bool
    take_id: str
    seed: int


@dataclass(frozen=True, slots=True)
class Take:
    """One generated soundtrack for a timeline.

    ``tacet_s`` are the stretches (cue out, cue in) in seconds in which it was to be silent.
    ``parts`` tile the film; without any, nobody knows what the take was written for. ``name`` is
    the user's, ``is_starred`` what the user likes.
    """

    id: str
    seed: int
    settings: GenerationSettings
    tokens: tuple[int, ...]
    music: Music
    hits: tuple[Hit, ...]
    weights_sha256: str
    engine_version: str
    measures: Mapping[str, float] = field(default_factory=dict)
    tacet_s: tuple[tuple[float, float], ...] = ()
    parts: tuple[Part, ...] = ()
    name: str = ""
    is_starred: bool = False


@dataclass(frozen=True, slots=True)
class Project:
    """A film, its timeline, its takes and the one that was chosen, and how music makes room."""

    video: VideoSource
    timeline: Timeline
    takes: tuple[Take, ...] = ()
    chosen_take: str | None = None
    provenance: Mapping[str, str] = field(default_factory=dict)
    schema_version: int = SCHEMA_VERSION
    ducking: Ducking = field(default_factory=Ducking)

    @property
    def take(self) -> Take | None:
        """The chosen take, if there is one."""
        return next((take for take in self.takes if take.id == self.chosen_take), None)
