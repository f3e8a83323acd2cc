"""Writing parts of a take anew: stale ones, chosen ones, or what leads to a hit that was missed.

Everything else is kept to the last bit: notes as they were fitted, velocities, programs. What is
written is primed with the music before it, shown the music behind it, written several times, and
the way that scores best stays (``regeneration_scoring.Score``).
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from typing import TYPE_CHECKING

from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.parts import (
    PartsError,
    Span,
    chosen_spans,
    part_states,
    stale_spans,
)
from emsync_engine.project.model import GenerationSettings, Take, Timeline

if TYPE_CHECKING:
    from emsync_engine.music.layouts import Composer

CANDIDATES = 3
"""Ways in which a part is written; a part of ten then costs a fifth of a whole take."""

FIX_CANDIDATES = 4
FIX_LEAD_S = 8.0
"""A hit is repaired from its segment's start on, or from a bar line about so long before it."""


def regenerate(
    take: Take,
    timeline: Timeline,
    *,
    frame_rate: Fraction,
    seed: int,
    segments: Collection[int] | None = None,
    candidates: int = CANDIDATES,
    settings: GenerationSettings | None = None,
    device: str = "cpu",
    monitor: Monitor = SILENT,
) -> Take:
    """Write the stale parts of a take anew, or some segments whether stale or not.

    The same take, timeline, settings, seed, weights and machine give the same notes.

    Parameters
    ----------
    segments : numbers (0, 1, ...) of segments to write; None for those that are stale
    candidates : ways in which each part is written, of which the best stays
    settings : other wishes for what is written; None for those of the take

    Returns
    -------
    another take, with an id of its own; the same one where nothing was to be done

    Raises
    ------
    PartsError if a segment is locked, tacet or not there; WeightsMissingError
    """
    from emsync_engine.music.layouts import settings_for
    from emsync_engine.weights import load_composer

    model, entry = load_composer((settings or take.settings).weights, device)
    asked = settings_for(model, settings or take.settings)
    return regenerate_with(
        model,
        take,
        timeline,
        frame_rate=frame_rate,
        seed=seed,
        segments=segments,
        candidates=candidates,
        settings=asked,
        weights_sha256=entry.sha256,
        monitor=monitor,
    )


def regenerate_with(
    model: Composer,
    take: Take,
    timeline: Timeline,
    *,
    frame_rate: Fraction,
    seed: int,
    segments: Collection[int] | None = None,
    candidates: int = CANDIDATES,
    settings: GenerationSettings | None = None,
    weights_sha256: str = "",
    monitor: Monitor = SILENT,
) -> Take:
    """Write parts of a take anew with a given model; as ``regenerate``."""
    from emsync_engine.music.regeneration_filling import Filler

    _require_same_film(take, timeline)
    settings = settings or take.settings
    if segments is None:
        spans = stale_spans(timeline, take, settings=settings)
    else:
        spans = chosen_spans(timeline, take, segments)
    filler = Filler(
        model, take, timeline, settings=settings, frame_rate=frame_rate, seed=seed, monitor=monitor
    )
    for number, span in enumerate(spans):
        filler.fill(span, later=spans[number + 1 :], candidates=candidates)
    return filler.finished(spans, weights_sha256=weights_sha256 or take.weights_sha256)


def fix_hit(
    take: Take,
    timeline: Timeline,
    hit: int,
    *,
    frame_rate: Fraction,
    seed: int,
    candidates: int = FIX_CANDIDATES,
    device: str = "cpu",
    monitor: Monitor = SILENT,
) -> Take:
    """Write only what leads to one hit (number 0, 1, ... among the timeline's hits) anew.

    The music before the hit is written several times, each ends with a chord exactly on the cut,
    and what joins best stays. Behind the hit every note stays that does not begin with the chord.

    Raises
    ------
    PartsError if there is no such hit, it lies in a silence, or a segment beside it is locked
    """
    from emsync_engine.weights import load_composer

    model, entry = load_composer(take.settings.weights, device)
    return fix_hit_with(
        model,
        take,
        timeline,
        hit,
        frame_rate=frame_rate,
        seed=seed,
        candidates=candidates,
        weights_sha256=entry.sha256,
        monitor=monitor,
    )


def fix_hit_with(
    model: Composer,
    take: Take,
    timeline: Timeline,
    hit: int,
    *,
    frame_rate: Fraction,
    seed: int,
    candidates: int = FIX_CANDIDATES,
    weights_sha256: str = "",
    monitor: Monitor = SILENT,
) -> Take:
    """Repair a hit with a given model; as ``fix_hit``."""
    from emsync_engine.music.regeneration_filling import Filler

    _require_same_film(take, timeline)
    since_s, before = _span_to_fix(take, timeline, hit)
    filler = Filler(
        model,
        take,
        timeline,
        settings=take.settings,
        frame_rate=frame_rate,
        seed=seed,
        monitor=monitor,
    )
    filler.fill(before, since_s=since_s, candidates=candidates, closes=True)
    return filler.finished((before,), weights_sha256=weights_sha256 or take.weights_sha256)


def _span_to_fix(take: Take, timeline: Timeline, hit: int) -> tuple[float, Span]:
    """Where to begin, in seconds, and the segment that ends with the hit."""
    hits = timeline.hits
    if not 0 <= hit < len(hits):
        known = f"there are {len(hits)}" if hits else "the film has none"
        raise PartsError(f"There is no hit {hit + 1}; {known}.")
    segments, states = timeline.segments, part_states(timeline, take)
    after = next(segment for segment in segments if segment.start == hits[hit].time)
    before = segments[after.index - 1]
    for segment in (before, after):
        state = states[segment.index]
        if state == "tacet":
            raise PartsError(
                f"Hit {hit + 1} cannot be repaired, because segment {segment.index + 1} is tacet."
            )
        if state == "locked":
            raise PartsError(
                f"Hit {hit + 1} cannot be repaired while segment {segment.index + 1} is locked."
            )
    hit_s, start_s = float(after.start), float(before.start)
    bars = [bar for bar in take.music.bar_onsets_s if start_s < bar <= hit_s - FIX_LEAD_S]
    if hit_s - start_s > FIX_LEAD_S and bars:
        start_s = bars[-1]
    return start_s, Span(before.start, before.end, (before.index,))


def _require_same_film(take: Take, timeline: Timeline) -> None:
    if abs(take.music.duration_s - float(timeline.duration)) > 1e-6:
        raise PartsError(
            f"The take is {take.music.duration_s:.3f} s long, the film "
            f"{float(timeline.duration):.3f} s; compose a take for this film."
        )
