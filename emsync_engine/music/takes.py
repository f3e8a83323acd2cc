"""Takes for a timeline: written, ranked by the one score, and as they are heard."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.composer import candidate_seed, compose
from emsync_engine.music.dynamics import with_picture_loudness
from emsync_engine.music.parts import with_provenance
from emsync_engine.music.ranking import rank
from emsync_engine.music.tacet import silenced
from emsync_engine.project.model import GenerationSettings, Take, Timeline


def compose_takes_for(
    timeline: Timeline,
    *,
    settings: GenerationSettings,
    seed: int,
    count: int,
    frame_rate: Fraction,
    device: str = "cpu",
    monitor: Monitor = SILENT,
) -> tuple[Take, ...]:
    """As many takes as asked for, the best first by ``ranking.score_of``.

    Each says of its parts what they were written for, and is louder where the picture is. Take k
    has the same seed, and the same notes, however many are asked for.
    """
    if settings.primer or not settings.has_start:
        from emsync_engine.music.openings import compose_opened

        takes = compose_opened(
            timeline,
            settings=settings,
            seeds=[candidate_seed(seed, number) for number in range(count)],
            frame_rate=frame_rate,
            device=device,
            monitor=monitor,
        )
    else:
        takes = compose(
            timeline,
            settings=settings,
            seeds=[candidate_seed(seed, number) for number in range(count)],
            frame_rate=frame_rate,
            device=device,
            monitor=monitor,
        )
    return tuple(rank([finished_take(take, timeline) for take in takes]))


def finished_take(take: Take, timeline: Timeline) -> Take:
    """A take that was just written for a timeline, with its parts and the picture's loudness."""
    louder = replace(take, music=with_picture_loudness(take.music, timeline.loudness_db))
    return with_provenance(louder, timeline)


def take_as_heard(take: Take, timeline: Timeline | None) -> Take:
    """A take with the silences of a timeline, which may be newer than the take."""
    if timeline is None or not any(timeline.tacet):
        return take
    tacet_s = tuple((float(start), float(end)) for start, end in timeline.tacet_spans)
    return replace(take, music=silenced(take.music, tacet_s), tacet_s=tacet_s)
