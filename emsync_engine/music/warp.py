"""Bending time: a piecewise-linear map from the time music was written in to the film's time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from emsync_engine.project.notes import Music, Note

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Warp:
    """Where each moment of the music goes: straight lines between knots, all in seconds.

    ``sources_s`` and ``targets_s`` are equally long, two or more, and strictly increasing; else
    ValueError. Before the first knot and after the last, time runs on at its own rate.
    """

    sources_s: tuple[float, ...]
    targets_s: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.sources_s) != len(self.targets_s) or len(self.sources_s) < 2:
            raise ValueError("a warp needs as many targets as sources, two or more")
        for times in (self.sources_s, self.targets_s):
            if any(not later > earlier for earlier, later in pairwise(times)):
                raise ValueError("the knots of a warp lie in increasing order")

    @classmethod
    def identity(cls, duration_s: float) -> Warp:
        """The warp that moves nothing."""
        return cls((0.0, max(duration_s, 1e-6)), (0.0, max(duration_s, 1e-6)))

    @property
    def is_identity(self) -> bool:
        return self.sources_s == self.targets_s

    @property
    def rates(self) -> tuple[float, ...]:
        """Stretch of each piece: film seconds for a second of the music."""
        return tuple(
            (end - start) / (until - since)
            for (since, until), (start, end) in zip(
                pairwise(self.sources_s), pairwise(self.targets_s), strict=True
            )
        )

    def at(self, time_s: float) -> float:
        """Where a moment goes; exactly where it was in a piece that does not move."""
        index = bisect_right(self.sources_s, time_s) - 1
        index = min(max(index, 0), len(self.sources_s) - 1)
        since, start = self.sources_s[index], self.targets_s[index]
        if index == len(self.sources_s) - 1 or time_s < since:
            return time_s if since == start else start + (time_s - since)
        until, end = self.sources_s[index + 1], self.targets_s[index + 1]
        if since == start and until == end:
            return time_s
        return start + (time_s - since) * ((end - start) / (until - since))


def warped(music: Music, warp: Warp, *, locked: Sequence[Span] = ()) -> Music:
    """The music in bent time: notes, bars and chords all move with it; its length stays.

    A note that starts in a locked span keeps both of its times to the last bit, even where it
    sounds on behind the span.
    """
    if warp.is_identity:
        return music

    def moved(note: Note) -> Note:
        if any(start <= note.onset_s < end for start, end in locked):
            return note
        return replace(note, onset_s=warp.at(note.onset_s), end_s=warp.at(note.end_s))

    return replace(
        music,
        notes=tuple(moved(note) for note in music.notes),
        bar_onsets_s=tuple(warp.at(bar) for bar in music.bar_onsets_s),
        chord_onsets_s=tuple(warp.at(chord) for chord in music.chord_onsets_s),
    )
