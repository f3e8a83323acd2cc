"""What tells takes apart, and the one score by which they are ranked."""

from __future__ import annotations

from collections.abc import Sequence

from emsync_engine.errors import WeightsMissingError
from emsync_engine.music.degeneracy import Finding, badness, borrowed, degeneracies, longest_silence
from emsync_engine.music.ensembles import ensemble_named
from emsync_engine.project.model import Take, Timeline
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

    duration_s = max(music.duration_s, 1e-9)
    return {
        "notes_per_s": len(music.notes) / duration_s,
        "families": float(len(music.families)),
        "longest_silence_s": longest_silence_s(music),
        **_emotion_measures(music, timeline),
        **originality_measures(music),
    }


def _emotion_measures(music: Music, timeline: Timeline) -> dict[str, float]:
    """Nothing where the regressor is not installed: a take is worth having without it."""
    from emsync_engine.affect.following import following
    from emsync_engine.affect.regressor import shipped_regressor

    try:
        found = following(shipped_regressor(), music, timeline)
    except WeightsMissingError:
        return {}
    return {
        "va_error": found.va_error,
        "valence_error": found.valence_error,
        "arousal_error": found.arousal_error,
    }


def longest_silence_s(music: Music) -> float:
    """Longest stretch in which nothing sounds, seconds."""
    start, end = longest_silence(music)
    return end - start


def findings_of(take: Take) -> tuple[Finding, ...]:
    """What the gate finds wrong with a take, in sentences; nothing, if it is sound."""
    families = ensemble_named(take.settings.ensemble).families
    return (*degeneracies(take.music, families), *borrowed(take.measures))


def score_of(take: Take) -> float:
    """Share of hits that are exact, near ones counting half, less the distance in emotion.

    A film without hits scores by its emotion alone. Degenerate takes lose more than all of that.
    """
    landed = sum(
        {"exact": 1.0, "near": NEAR_COUNTS, "missed": 0.0}[hit.status] for hit in take.hits
    )
    share = landed / len(take.hits) if take.hits else 0.0
    return share - take.measures.get("va_error", UNREAD_ERROR) - 4.0 * badness(findings_of(take))


def rank(takes: Sequence[Take]) -> list[Take]:
    """Takes by ``score_of``, the best first."""
    return sorted(takes, key=score_of, reverse=True)
