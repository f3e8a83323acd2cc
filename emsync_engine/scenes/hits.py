"""From scene cuts to boundaries, and which boundaries the music must hit."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from emsync_engine.project.model import Boundary, Origin, SceneCut, Timeline, new_boundary_id


def boundaries_from_cuts(
    cuts: Iterable[SceneCut], duration: Fraction, *, origin: Origin = "detected"
) -> tuple[Boundary, ...]:
    """A boundary for every cut strictly inside the film, in order of time; none is a hit yet.

    Of several cuts at one time the strongest stays.
    """
    strongest: dict[Fraction, SceneCut] = {}
    for cut in cuts:
        known = strongest.get(cut.time)
        if 0 < cut.time < duration and (known is None or cut.score > known.score):
            strongest[cut.time] = cut
    return tuple(
        Boundary(id=new_boundary_id(), time=time, origin=origin, score=strongest[time].score)
        for time in sorted(strongest)
    )


CLOSING_S = Fraction(1, 2)


def choose_hits(
    boundaries: Sequence[Boundary], *, spacing_s: float = 4.0, duration: Fraction | None = None
) -> tuple[Boundary, ...]:
    """The same boundaries, with the best set of them marked as hits.

    The thesis (section 6.2) walks through the film and discards every cut closer than 4 s to the
    last one kept, so that a weak cut can push out a strong one behind it. Here the set with the
    greatest sum of strengths is taken, of all sets in which hits lie at least ``spacing_s`` apart:
    weighted interval scheduling, solved exactly by dynamic programming over the boundaries in
    order of time, n log n. Of equally good sets the one with the earlier hits is taken.

    What the user wants is settled: a boundary that is wanted, or that the user placed and marked,
    is a hit whatever its spacing, and the others keep the spacing from it; one that is not wanted
    is none. Nothing is dropped: what is no hit stays a plain boundary.

    No hit is chosen in the last ``CLOSING_S`` of a film. A strong chord lasts at least a second, so
    it would be cut off there; and a change so near the end is nearly always the film going out.

    Parameters
    ----------
    spacing_s : seconds, >= 0; ValueError if negative
    duration : of the film, in seconds; None where its end says nothing
    """
    if spacing_s < 0:
        raise ValueError(f"the spacing of hits cannot be negative: {spacing_s}")
    spacing = Fraction(str(spacing_s))
    ordered = sorted(boundaries, key=lambda boundary: boundary.time)
    fixed = [boundary for boundary in ordered if _is_settled_hit(boundary)]
    fixed_times = [boundary.time for boundary in fixed]
    free = [
        boundary
        for boundary in ordered
        if boundary.wanted is None
        and not _is_settled_hit(boundary)
        and (duration is None or boundary.time <= duration - CLOSING_S)
        and _is_clear(boundary.time, fixed_times, spacing)
    ]
    hits = {boundary.id for boundary in (*fixed, *_best_spaced(free, spacing))}
    return tuple(replace(boundary, is_hit=boundary.id in hits) for boundary in ordered)


def with_hits_chosen(timeline: Timeline, *, spacing_s: float = 4.0) -> Timeline:
    """The timeline with its hits chosen anew under a spacing in seconds; the user's word stands."""
    chosen = choose_hits(timeline.boundaries, spacing_s=spacing_s, duration=timeline.duration)
    return replace(timeline, boundaries=chosen)


def _is_settled_hit(boundary: Boundary) -> bool:
    """Whether the user wants a hit here; a boundary that the user placed says so by being one."""
    if boundary.wanted is None:
        return boundary.origin == "user" and boundary.is_hit
    return boundary.wanted


def _is_clear(time: Fraction, others: Sequence[Fraction], spacing: Fraction) -> bool:
    """Whether a time keeps the spacing from all others, which are in increasing order."""
    place = bisect_right(others, time)
    return all(abs(other - time) >= spacing for other in others[max(0, place - 1) : place + 1])


def _best_spaced(boundaries: Sequence[Boundary], spacing: Fraction) -> list[Boundary]:
    """The boundaries with the greatest sum of strengths under a spacing."""
    times = [boundary.time for boundary in boundaries]
    best = [0.0]  # best[n]: greatest sum among the first n boundaries
    allowed_before: list[int] = []
    for index, boundary in enumerate(boundaries):
        allowed = bisect_right(times, boundary.time - spacing, hi=index)
        allowed_before.append(allowed)
        best.append(max(best[-1], best[allowed] + boundary.weight))
    chosen: list[Boundary] = []
    remaining = len(boundaries)
    while remaining:
        if best[remaining] > best[remaining - 1]:
            chosen.append(boundaries[remaining - 1])
            remaining = allowed_before[remaining - 1]
        else:
            remaining -= 1
    return chosen[::-1]
