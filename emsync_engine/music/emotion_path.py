"""Valence and arousal over time: one point per segment, a step at a hit, an ease elsewhere."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from emsync_engine.project.model import Timeline, VAPoint

EASE_S = 1.0


def emotion_path(timeline: Timeline) -> Callable[[float], VAPoint]:
    """The VA point that the music is to have at a time, in seconds.

    At a hit the point steps, since the music is to change there; at any other boundary it moves
    evenly over one second around it, less where a segment is shorter than that.
    """
    segments = timeline.segments
    starts = [float(segment.start) for segment in segments]
    ends = [float(segment.end) for segment in segments]
    points = [segment.emotion.point for segment in segments]
    is_step = [True, *(boundary.is_hit for boundary in timeline.boundaries)]

    def ease_before(index: int) -> float:
        """Half the length of the ease at the start of a segment, seconds."""
        if is_step[index]:
            return 0.0
        shortest = min(ends[index - 1] - starts[index - 1], ends[index] - starts[index])
        return min(EASE_S, shortest) / 2

    def at(time_s: float) -> VAPoint:
        index = max(bisect_right(starts, time_s) - 1, 0)
        for start in (index, index + 1):
            if 0 < start < len(segments) and (half := ease_before(start)) > 0:
                share = (time_s - starts[start] + half) / (2 * half)
                if 0 <= share <= 1:
                    return _between(points[start - 1], points[start], share)
        return points[index]

    return at


def _between(first: VAPoint, second: VAPoint, share: float) -> VAPoint:
    return VAPoint(
        first.valence + (second.valence - first.valence) * share,
        first.arousal + (second.arousal - first.arousal) * share,
    )
