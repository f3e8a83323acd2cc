"""The parts of a film that are written and chosen at a time."""

from __future__ import annotations

from dataclasses import dataclass

from emsync_engine.music.brief import Brief

STRETCH_S = 2.5
"""Usual length of what is chosen at a time."""

SETTLING_S = 0.25
"""A stretch ends so long after a hit: its chord is heard, and whoever missed it has lost."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the film that is written and chosen at a time, seconds."""

    start_s: float
    end_s: float


def stretches(brief: Brief) -> list[Stretch]:
    """The film in parts of about ``STRETCH_S``, none of which ends just before a hit."""
    marks = sorted({hit_s + SETTLING_S for hit_s in brief.told_hits_s})
    ends: list[float] = []
    start_s = 0.0
    for mark_s in [mark for mark in marks if mark < brief.duration_s] + [brief.duration_s]:
        if mark_s - start_s < STRETCH_S / 2 and ends:
            ends[-1] = mark_s
        else:
            parts = max(round((mark_s - start_s) / STRETCH_S), 1)
            ends += [start_s + (mark_s - start_s) * part / parts for part in range(1, parts + 1)]
        start_s = mark_s
    return [Stretch(start, end) for start, end in zip([0.0, *ends[:-1]], ends, strict=True)]


def hits_of(brief: Brief, stretch: Stretch) -> list[float]:
    """The told hits whose chord is heard in a stretch, seconds."""
    return [
        hit_s
        for hit_s in brief.told_hits_s
        if stretch.start_s < hit_s + SETTLING_S <= stretch.end_s
    ]
