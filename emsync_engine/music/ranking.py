"""What tells takes apart, and the one score by which they are ranked."""

from __future__ import annotations

from collections.abc import Sequence

from emsync_engine.errors import WeightsMissingError
from emsync_engine.music.degeneracy import Finding, badness, borrowed, degeneracies, longest_silence
from emsync_engine.music.ensembles import ensemble_named
from emsync_engine.music.tacet import playing_s
from emsync_engine.music.warp import Span
from emsync_engine.project.model import Hit, Take, Timeline
from emsync_engine.project.notes import Music

NEAR_COUNTS = 0.5  # of a hit that is exact
UNREAD_ERROR = 0.5  # of a take whose emotion could not be read


def measures_of(music: Music, timeline: Timeline) -> dict[str, float]:
    """Numbers that tell takes apart.

    Notes a second, families, the longest silence in seconds, the distance from the emotion that
    was asked for (``va_error`` and its two axes), as the regressor reads it, and how much melody
    is shared with the training music (``originality_measures``).
    """
    from emsync_engine.music.originality import originality_measures

    tacet_s = [(float(start), float(end)) for start, end in timeline.tacet_spans]
    return {
        "notes_per_s": len(music.notes) / max(playing_s(music.duration_s, tacet_s), 1e-9),
        "families": float(len(music.families)),
        "longest_silence_s": longest_silence_s(music, tacet_s),
        **_emotion_measures(music, timeline),
        **originality_measures(music),
    }


def _emotion_measures(music: Music, timeline: Timeline) -> dict[str, float]:
    """Nothing where the regressor is not installed, or no segment is to have music."""
    from emsync_engine.affect.following import following
    from emsync_engine.affect.regressor import shipped_regressor

    if all(timeline.tacet):
        return {}
    try:
        found = following(shipped_regressor(), music, timeline)
    except WeightsMissingError:
        return {}
    return {
        "va_error": found.va_error,
        "valence_error": found.valence_error,
        "arousal_error": found.arousal_error,
    }


def longest_silence_s(music: Music, tacet_s: Sequence[Span] = ()) -> float:
    """Longest stretch in which nothing sounds though something should, seconds."""
    start, end = longest_silence(music, tacet_s)
    return end - start


def findings_of(take: Take) -> tuple[Finding, ...]:
    """What the gate finds wrong with a take, in sentences; nothing, if it is sound."""
    families = ensemble_named(take.settings.ensemble).families
    wrong = degeneracies(take.music, families, tacet_s=take.tacet_s)
    return (*wrong, *borrowed(take.measures))


def hits_worth(hits: Sequence[Hit]) -> float:
    """Share of hits that are exact, near ones counting half; 0 without any that could land."""
    worth = {"exact": 1.0, "near": NEAR_COUNTS, "missed": 0.0}
    landed = [worth[hit.status] for hit in hits if hit.status != "tacet"]
    return sum(landed) / len(landed) if landed else 0.0


def score_of(take: Take) -> float:
    """Share of hits that are exact, near ones counting half, less the distance in emotion.

    A film without hits scores by its emotion alone; hits in a silence count for nothing. Degenerate
    takes lose more than all of that.
    """
    share = hits_worth(take.hits)
    return share - take.measures.get("va_error", UNREAD_ERROR) - 4.0 * badness(findings_of(take))


def rank(takes: Sequence[Take]) -> list[Take]:
    """Takes by ``score_of``, the best first."""
    return sorted(takes, key=score_of, reverse=True)
