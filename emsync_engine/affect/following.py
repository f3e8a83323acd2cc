"""How far music is from the emotion that each segment asks for."""

from __future__ import annotations

from dataclasses import dataclass

from emsync_engine.affect.reading import AffectReader
from emsync_engine.project.model import Timeline
from emsync_engine.project.notes import Music

SHORTEST_S = 4.0
"""Shorter segments are read with what surrounds them: a reader hears little in less."""


@dataclass(frozen=True, slots=True)
class Following:
    """Mean distance from what was asked, by axis on [-1, 1], weighted by the segments' lengths."""

    valence_error: float
    arousal_error: float

    @property
    def va_error(self) -> float:
        """Mean of both axes."""
        return (self.valence_error + self.arousal_error) / 2


def following(reader: AffectReader, music: Music, timeline: Timeline) -> Following:
    """Read the music segment by segment and hold it against the points of the timeline.

    Tacet segments ask for nothing; ValueError where all are.

    Parameters
    ----------
    reader : the regressor, not the judge: takes are ranked by this
    music : of the timeline's length, in its time
    """
    sums = [0.0, 0.0]
    playing = [segment for segment in timeline.segments if not segment.is_tacet]
    if not playing:
        raise ValueError("no segment has music that could follow its emotion")
    for segment in playing:
        start_s, end_s = float(segment.start), float(segment.end)
        more = max(SHORTEST_S - (end_s - start_s), 0.0) / 2
        read = reader.read(
            music, max(start_s - more, 0.0), min(end_s + more, float(timeline.duration))
        )
        asked = segment.emotion.point
        sums[0] += abs(read.point.valence - asked.valence) * (end_s - start_s)
        sums[1] += abs(read.point.arousal - asked.arousal) * (end_s - start_s)
    playing_s = float(sum(segment.end - segment.start for segment in playing))
    return Following(sums[0] / playing_s, sums[1] / playing_s)
