"""Timelines, takes and projects for the desktop's tests."""

from __future__ import annotations

from fractions import Fraction

from emsync_engine.project.model import (
    Boundary,
    BoundaryId,
    GenerationSettings,
    Hit,
    Project,
    SegmentEmotion,
    Take,
    Timeline,
    VAPoint,
    VideoSource,
)
from emsync_engine.project.notes import Music, Note

RATE = Fraction(24)

JOYFUL = SegmentEmotion((0.0, 0.0, 0.0, 0.8, 0.0, 0.2), VAPoint(0.7, 0.5), 0.6, None, "bright")
SAD = SegmentEmotion((0.1, 0.1, 0.1, 0.0, 0.7, 0.0), VAPoint(-0.6, -0.5), 0.4, None, "dark")
PLAIN = SegmentEmotion((0.2, 0.1, 0.2, 0.2, 0.2, 0.1), VAPoint(0.0, 0.1), 0.2)


def timeline() -> Timeline:
    """Ten seconds: cuts at 2 s (a hit), 5 s and 7.5 s (a hit)."""
    return Timeline(
        Fraction(10),
        (
            Boundary(BoundaryId("two"), Fraction(2), is_hit=True),
            Boundary(BoundaryId("five"), Fraction(5)),
            Boundary(BoundaryId("seven"), Fraction(15, 2), is_hit=True),
        ),
        (JOYFUL, SAD, PLAIN, JOYFUL),
    )


def take(name: str = "first", seed: int = 1) -> Take:
    """A few notes of three families: exact at 2 s, two frames late at 7.5 s."""
    chord = [Note(2.0, 4.5, "strings", pitch, 90) for pitch in (60, 64, 67)]
    bass = [Note(0.5 * n, 0.5 * n + 0.4, "bass", 36 + n % 3, 70) for n in range(18)]
    drums = [Note(0.25 * n, 0.25 * n + 0.1, "drums", 38, 80) for n in range(36)]
    notes = tuple(sorted([*chord, *bass, *drums]))
    return Take(
        id=name,
        seed=seed,
        settings=GenerationSettings(),
        tokens=(1, 2, 3),
        music=Music(10.0, notes, chord_onsets_s=(2.0,)),
        hits=(
            Hit(2.0, 2.0, 0.0, 0.0, "chord of strings (C E G)", "exact"),
            Hit(7.5, 7.5 + 2 / 24, 1000 * 2 / 24, 2.0, "chord of strings (C E G)", "near"),
        ),
        weights_sha256="0" * 64,
        engine_version="0.1.0",
    )


def project(path: str = "film.mp4", *takes: Take) -> Project:
    """A film of ten seconds at 24 frames a second."""
    return Project(
        VideoSource(path, "0" * 40, Fraction(10), RATE),
        timeline(),
        takes,
        takes[-1].id if takes else None,
    )


def made_project(*, minutes: int = 1, boundaries: int = 8) -> Project:
    """A film of some minutes with evenly spaced boundaries, every other one a hit, and one take."""
    duration = Fraction(60 * minutes)
    step = duration / (boundaries + 1)
    emotions = tuple((JOYFUL, SAD, PLAIN)[n % 3] for n in range(boundaries + 1))
    places = tuple(
        Boundary(BoundaryId(f"b{n}"), step * (n + 1), is_hit=n % 2 == 0) for n in range(boundaries)
    )
    made = take()
    return Project(
        VideoSource("film.mp4", "0" * 40, duration, RATE),
        Timeline(duration, places, emotions),
        (made,),
        made.id,
    )
