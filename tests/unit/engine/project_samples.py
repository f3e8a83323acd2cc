"""A project with every field away from its default, and Hypothesis strategies for the rest."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import get_args

from hypothesis import strategies as st

from emsync_engine.project.key_names import KEYS
from emsync_engine.project.model import (
    EMOTIONS,
    Boundary,
    BoundaryId,
    GenerationSettings,
    Hit,
    HitStatus,
    Origin,
    Part,
    Project,
    SegmentEmotion,
    Take,
    Timeline,
    VAPoint,
    VideoSource,
)
from emsync_engine.project.notes import FAMILIES, Music, Note

CALM = SegmentEmotion(
    distribution=(0.0, 0.0, 0.0, 0.75, 0.25, 0.0),
    detected=VAPoint(0.5, -0.25),
    confidence=0.6,
    explanation="warm light, slow cuts",
)
TENSE = SegmentEmotion(
    distribution=(0.25, 0.0, 0.5, 0.0, 0.0, 0.25),
    detected=VAPoint(-0.75, 0.5),
    confidence=0.35,
    chosen=VAPoint(-0.5, 0.875),
)


RATE = Fraction(24000, 1001)
DURATION, HIT_AT = 240 / RATE, 96 / RATE


def sample_project() -> Project:
    """Ten seconds at 23.976 with two boundaries, one of them a hit, and a take of a few notes."""
    return Project(
        video=VideoSource(
            path="/films/Der Anfang – “Schnitt 3”.mov",
            content_hash="cd" * 32,
            duration=DURATION,
            frame_rate=RATE,
            start_timecode="01:00:00:00",
        ),
        timeline=_timeline(),
        takes=(_take(),),
        chosen_take="take-1",
        provenance={"weights": "open", "soundfont": "FluidR3_GM (MIT)"},
    )


def _timeline() -> Timeline:
    return Timeline(
        duration=DURATION,
        boundaries=(
            Boundary(BoundaryId("b-detected"), HIT_AT, "detected", 0.875, is_hit=True),
            Boundary(BoundaryId("b-user"), 150 / RATE, "user", 1.0, wanted=False, strength=0.5),
        ),
        emotions=(CALM, TENSE, CALM),
        tacet=(False, True, False),
        locked=(True, False, False),
        levels_db=(0.0, -6.0, 1.5),
        loudness_db=(-1.5, 0.0, 2.25),
    )


def _music() -> Music:
    return Music(
        duration_s=10.01,
        notes=(
            Note(0.0, 1.5, "bass", 36, 70),
            Note(4.004, 6.5, "strings", 60, 88),
            Note(4.004, 6.5, "strings", 64, 84),
            Note(4.004, 6.5, "strings", 67, 86),
            Note(6.5, 6.625, "drums", 38, 101),
        ),
        bar_onsets_s=(0.0, 2.002, 4.004),
        chord_onsets_s=(4.004,),
        programs={"drums": 0, "bass": 33, "strings": 48},
    )


def _take() -> Take:
    return Take(
        id="take-1",
        seed=20260,
        settings=GenerationSettings(
            ensemble="chamber",
            ending="ring",
            temperature=1.2,
            top_p=0.7,
            va_guidance=1.5,
            key="F# minor",
            tempo_bpm=96.0,
            has_start=False,
            primer=(5, 100, 900),
            branches=6,
        ),
        tokens=tuple(range(1, 61)),
        music=_music(),
        hits=(
            Hit(4.004, 4.004, 0.0, 0.0, "strong chord of strings", "exact"),
            Hit(6.25625, None, None, None, "nothing near", "missed"),
        ),
        weights_sha256="ab" * 32,
        engine_version="0.1.0",
        measures={"va_error": 0.28, "originality": 9.0},
        tacet_s=((7.5, 8.25),),
        parts=(
            Part(Fraction(0), HIT_AT, VAPoint(0.5, -0.25), False, False, "take-1", 20260),
            Part(HIT_AT, DURATION, VAPoint(-0.5, 0.875), False, True, "take-0", 3),
        ),
        name="the quiet one",
        is_starred=True,
    )


exact_times = st.fractions(min_value=0, max_value=7200, max_denominator=90000)
seconds = st.floats(0, 7200)
points = st.builds(VAPoint, st.floats(-1, 1), st.floats(-1, 1))
emotions = st.builds(
    SegmentEmotion,
    distribution=st.tuples(*[st.floats(0, 1)] * len(EMOTIONS)),
    detected=points,
    confidence=st.floats(0, 1),
    chosen=st.none() | points,
    explanation=st.text(max_size=20),
)


@st.composite
def timelines(draw: st.DrawFn, most: int = 6) -> Timeline:
    """Timelines with up to ``most`` boundaries at any exact times."""
    times = sorted(
        draw(st.sets(exact_times.filter(lambda time: time > 0), min_size=1, max_size=most + 1))
    )
    *inside, duration = times
    boundaries = tuple(
        Boundary(
            BoundaryId(f"b{index}"),
            time,
            draw(st.sampled_from(get_args(Origin))),
            draw(st.floats(-1e6, 1e6)),
            draw(st.booleans()),
        )
        for index, time in enumerate(inside)
    )
    return Timeline(
        duration,
        boundaries,
        tuple(draw(emotions) for _ in times),
        tuple(draw(st.booleans()) for _ in times),
        tuple(draw(st.booleans()) for _ in times),
        tuple(draw(st.floats(-40, 12)) for _ in times),
        tuple(draw(st.lists(st.floats(-6, 6), max_size=3))),
    )


@st.composite
def notes(draw: st.DrawFn) -> Note:
    onset, end = sorted((draw(seconds), draw(seconds)))
    return Note(
        onset,
        end,
        draw(st.sampled_from(FAMILIES)),
        draw(st.integers(21, 108)),
        draw(st.integers(1, 127)),
    )


music = st.builds(
    Music,
    duration_s=seconds,
    notes=st.lists(notes(), max_size=5).map(tuple),
    bar_onsets_s=st.lists(seconds, max_size=4).map(tuple),
    chord_onsets_s=st.lists(seconds, max_size=4).map(tuple),
    programs=st.dictionaries(st.sampled_from(FAMILIES), st.integers(0, 127)),
)
hits = st.builds(
    Hit,
    time_s=seconds,
    landed_s=st.none() | seconds,
    error_ms=st.none() | st.floats(-1e6, 1e6),
    error_frames=st.none() | st.floats(-1e6, 1e6),
    what=st.text(max_size=12),
    status=st.sampled_from(get_args(HitStatus)),
)
settings_of_takes = st.builds(
    GenerationSettings,
    ensemble=st.text(max_size=12),
    ending=st.text(max_size=8),
    temperature=st.floats(0.1, 5),
    top_p=st.floats(0, 1),
    va_guidance=st.floats(0, 5),
    boundary_guidance=st.floats(0, 5),
    weights=st.text(max_size=12),
    key=st.none() | st.sampled_from(KEYS),
    tempo_bpm=st.none() | st.floats(40, 220),
    has_start=st.booleans(),
    primer=st.lists(st.integers(0, 1010), max_size=4).map(tuple),
    branches=st.integers(1, 9),
)


@st.composite
def parts(draw: st.DrawFn) -> tuple[Part, ...]:
    """Parts that follow each other."""
    edges = sorted(draw(st.sets(exact_times, max_size=4)))
    return tuple(
        Part(
            start,
            end,
            draw(points),
            draw(st.booleans()),
            draw(st.booleans()),
            draw(st.text(max_size=8)),
            draw(st.integers(0, 99)),
        )
        for start, end in pairwise(edges)
    )


takes = st.builds(
    Take,
    id=st.text(min_size=1, max_size=8),
    seed=st.integers(0, 2**63 - 1),
    settings=settings_of_takes,
    tokens=st.lists(st.integers(0, 2000), max_size=40).map(tuple),
    music=music,
    hits=st.lists(hits, max_size=3).map(tuple),
    weights_sha256=st.text(max_size=12),
    engine_version=st.text(max_size=8),
    measures=st.dictionaries(st.text(max_size=8), st.floats(-1e9, 1e9), max_size=3),
    tacet_s=st.lists(st.tuples(st.floats(0, 3600), st.floats(3601, 7200)), max_size=2).map(tuple),
    parts=parts(),
    name=st.text(max_size=8),
    is_starred=st.booleans(),
)


@st.composite
def projects(draw: st.DrawFn) -> Project:
    timeline = draw(timelines())
    drawn = draw(st.lists(takes, max_size=2, unique_by=lambda take: take.id))
    return Project(
        video=VideoSource(
            path=draw(st.text(max_size=20)),
            content_hash=draw(st.text(max_size=12)),
            duration=timeline.duration,
            frame_rate=draw(st.sampled_from([Fraction(24000, 1001), Fraction(25), Fraction(60)])),
            start_timecode=draw(st.none() | st.just("10:00:00;00")),
        ),
        timeline=timeline,
        takes=tuple(drawn),
        chosen_take=draw(st.none() | st.sampled_from([take.id for take in drawn]))
        if drawn
        else None,
        provenance=draw(st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=2)),
    )
