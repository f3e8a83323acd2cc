"""Comping: segments of one take put in the place of another's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction

from emsync_engine import __version__
from emsync_engine.midi.tokenizer import encode, quantise
from emsync_engine.music.hits import hit_report
from emsync_engine.music.parts import PartsError, chosen_spans, parts_of, parts_within
from emsync_engine.music.ranking import measures_of
from emsync_engine.music.splicing import Cut, derived_id, spliced
from emsync_engine.music.tacet import silenced
from emsync_engine.project.model import Hit, Part, Take, Timeline


def comped(
    take: Take,
    other: Take,
    timeline: Timeline,
    segments: Collection[int],
    *,
    frame_rate: Fraction,
) -> Take:
    """A new take: the first one, with some segments (0, 1, ...) of the other.

    Notes and velocities are taken over as they are; the programs stay those of the first take, for
    a family has one sound. Each part keeps the name and the seed of the take that it comes from,
    and what it was written for, so that a segment that is stale in the other take is so here.

    Raises
    ------
    PartsError if a segment is locked, tacet or not there, or the takes are for other films
    """
    spans = chosen_spans(timeline, take, segments)
    duration_s = float(timeline.duration)
    if any(abs(one.music.duration_s - duration_s) > 1e-6 for one in (take, other)):
        raise PartsError("The takes are for films of different lengths and cannot be joined.")
    tacet_s = tuple((float(start), float(end)) for start, end in timeline.tacet_spans)
    cut = Cut(tuple(span.seconds for span in spans), duration_s)
    music = spliced(silenced(take.music, tacet_s), silenced(other.music, tacet_s), cut)
    hits_s = tuple(float(hit.time) for hit in timeline.hits)
    judged = {
        hit.time_s: hit
        for hit in hit_report(music, hits_s, frame_s=float(1 / frame_rate), tacet_s=tacet_s)
    }
    judged.update(_known(take, judged, cut, wanted=False))
    judged.update(_known(other, judged, cut, wanted=True))
    hits = tuple(judged[hit_s] for hit_s in hits_s)
    return Take(
        id=derived_id(f"{take.id}+{other.id}", music),
        seed=take.seed,
        settings=take.settings,
        tokens=tuple(encode(quantise(music), with_start=take.settings.has_start)),
        music=music,
        hits=hits,
        weights_sha256=take.weights_sha256,
        engine_version=__version__,
        measures={
            **measures_of(music, timeline),
            "hits_exact": float(sum(hit.status == "exact" for hit in hits)),
            "tempo_bent_percent": max(
                one.measures.get("tempo_bent_percent", 0.0) for one in (take, other)
            ),
        },
        tacet_s=tacet_s,
        parts=_parts(take, other, timeline, {index for span in spans for index in span.segments}),
    )


def _known(take: Take, judged: dict[float, Hit], cut: Cut, *, wanted: bool) -> dict[float, Hit]:
    """Hits of a take inside the cut, or outside of it, that are hits still."""
    return {
        hit.time_s: hit
        for hit in take.hits
        if hit.time_s in judged
        and "tacet" not in (hit.status, judged[hit.time_s].status)
        and cut.holds(hit.time_s) == wanted
    }


def _parts(take: Take, other: Take, timeline: Timeline, taken: set[int]) -> tuple[Part, ...]:
    parts: list[Part] = []
    for number, now in enumerate(parts_of(timeline, take_id=take.id, seed=take.seed)):
        source = other if number in taken else take
        known = parts_within(source.parts, now.start, now.end)
        if now.is_tacet:
            parts.append(now)
        elif known:
            parts += [replace(part, take_id=part.take_id or source.id) for part in known]
        else:
            return ()  # nobody knows what a take of an older version was written for
    return tuple(parts)
