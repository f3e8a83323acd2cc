"""The one score by which ways to fill a gap are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from emsync_engine.affect.following import SHORTEST_S
from emsync_engine.affect.regressor import regressor_or_none
from emsync_engine.music.degeneracy import SHORTEST_FOR_FAMILIES_S, badness, degeneracies
from emsync_engine.music.ranking import UNREAD_ERROR, hits_worth
from emsync_engine.music.splicing import excerpt
from emsync_engine.project.model import Hit, Timeline
from emsync_engine.project.notes import Family, Music

JOIN_WORTH = 0.25
"""A nat per token of the music behind the gap, beside a hit and distances on [-1, 1]."""

BADNESS_COSTS = 4.0
MISSING_COSTS = 1.0
"""A family that plays nowhere in the film: perhaps it did where the gap is."""

_AROUND_S = 8.0  # of the kept music that is looked at for loops and silence


@dataclass(frozen=True, slots=True)
class Score:
    """What speaks for a way to fill a gap.

    ``hits`` is the share of the gap's hits that are exact, near ones counting half; ``join`` the
    mean log-likelihood in nats of the tokens that follow; ``va_error`` the distance of the gap from
    its emotion; ``badness`` how far it is beyond the limits of the gate; ``missing`` how many
    families play nowhere in the film.
    """

    hits: float
    join: float
    va_error: float
    badness: float
    missing: int = 0

    @property
    def total(self) -> float:
        """The score: the more, the better."""
        against = self.va_error + BADNESS_COSTS * self.badness + MISSING_COSTS * self.missing
        return self.hits + JOIN_WORTH * self.join - against


def score_of_gap(
    music: Music,
    hits: Sequence[Hit],
    timeline: Timeline,
    span_s: tuple[float, float],
    *,
    families: Sequence[Family],
    join: float,
) -> Score:
    """Judge a stretch of music in its place.

    Parameters
    ----------
    music : of the whole film, landed
    hits : those of the stretch
    join : mean log-likelihood of what follows; 0 where nothing does
    """
    start_s = max(span_s[0] - _AROUND_S, 0.0)
    end_s = min(span_s[1] + _AROUND_S, music.duration_s)
    around = excerpt(music, start_s, end_s)
    silent = [
        (max(float(start), start_s) - start_s, min(float(end), end_s) - start_s)
        for start, end in timeline.tacet_spans
        if float(start) < end_s and float(end) > start_s
    ]
    wrong = degeneracies(around, families, tacet_s=silent) if around.duration_s > 0 else ()
    bad = badness([finding for finding in wrong if finding.kind != "missing family"])
    missing = len(set(families) - set(music.families))
    if music.duration_s < SHORTEST_FOR_FAMILIES_S:
        missing = 0
    return Score(hits_worth(hits), join, _va_error(music, timeline, span_s), bad, missing)


def _va_error(music: Music, timeline: Timeline, span_s: tuple[float, float]) -> float:
    """Mean of both axes' distances over the stretch, by length; as ``affect.following``."""
    reader = regressor_or_none()
    if reader is None:
        return UNREAD_ERROR
    total = weight = 0.0
    for segment in timeline.segments:
        start_s = max(float(segment.start), span_s[0])
        end_s = min(float(segment.end), span_s[1])
        if segment.is_tacet or end_s <= start_s:
            continue
        more = max(SHORTEST_S - (end_s - start_s), 0.0) / 2
        since_s, until_s = max(start_s - more, 0.0), min(end_s + more, music.duration_s)
        part = excerpt(music, since_s, until_s)
        read = reader.read(part, 0.0, part.duration_s).point
        asked = segment.emotion.point
        error = (abs(read.valence - asked.valence) + abs(read.arousal - asked.arousal)) / 2
        total += error * (end_s - start_s)
        weight += end_s - start_s
    return total / weight if weight else 0.0
