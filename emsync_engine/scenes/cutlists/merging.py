"""Detected and imported cuts together, as the user chooses."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from statistics import median
from typing import Literal, get_args

from emsync_engine.project.model import (
    Boundary,
    BoundaryId,
    SceneCut,
    Timeline,
    new_boundary_id,
)
from emsync_engine.scenes.hits import with_hits_chosen

MergeChoice = Literal["replace", "merge", "add"]
MERGE_CHOICES: tuple[MergeChoice, ...] = get_args(MergeChoice)
TOLERANCE_FRAMES = 2


def merged_cuts(
    detected: Sequence[SceneCut],
    imported: Sequence[SceneCut],
    choice: MergeChoice,
    *,
    tolerance: Fraction,
) -> tuple[SceneCut, ...]:
    """Cuts to go on with, in order of time.

    Two cuts within ``tolerance`` seconds are one; each is paired with the nearest only.

    - ``replace``: the imported ones alone;
    - ``merge``: both; of a pair the imported one stands, with the strength that was detected;
    - ``add``: all that were detected as they are, and the imported ones that have no partner.
    """
    if choice == "replace":
        return tuple(imported)
    pairs = _pairs([cut.time for cut in detected], [cut.time for cut in imported], tolerance)
    if choice == "add":
        alone = [cut for place, cut in enumerate(imported) if place not in pairs]
        return tuple(sorted((*detected, *alone), key=_time))
    partners = {theirs: detected[ours] for theirs, ours in pairs.items()}
    kept = [cut for place, cut in enumerate(detected) if place not in set(pairs.values())]
    told = [
        replace(cut, score=partners[place].score) if place in partners else cut
        for place, cut in enumerate(imported)
    ]
    return tuple(sorted((*kept, *told), key=_time))


def _time(cut: SceneCut) -> Fraction:
    return cut.time


def _pairs(
    ours: Sequence[Fraction], theirs: Sequence[Fraction], tolerance: Fraction
) -> dict[int, int]:
    """Places of ``theirs`` and the places of ``ours`` that they belong to, the nearest first."""
    near: list[tuple[Fraction, int, int]] = []
    for place, time in enumerate(theirs):
        first = bisect_left(ours, time - tolerance)
        while first < len(ours) and ours[first] <= time + tolerance:
            near.append((abs(ours[first] - time), place, first))
            first += 1
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, place, partner in sorted(near):
        if place not in pairs and partner not in taken:
            pairs[place] = partner
            taken.add(partner)
    return pairs


def with_cuts_imported(
    timeline: Timeline,
    imported: Sequence[SceneCut],
    choice: MergeChoice,
    *,
    tolerance: Fraction,
    scored: bool = True,
    spacing_s: float = 4.0,
) -> Timeline:
    """A timeline with a list of cuts brought in; segments keep emotion, silence, lock and level.

    Boundaries that the user placed stay under every choice. A boundary with an imported cut within
    ``tolerance`` seconds keeps its name and what the user said of it, and moves onto the cut under
    ``replace`` and ``merge``. ``replace`` removes the other detected and imported ones. Where the
    list has no scores (``scored`` is False) new boundaries are as strong as the usual one that is
    there. The hits are then chosen anew under a spacing in seconds; the user's word on them stands.
    """
    inside = [cut for cut in imported if 0 < cut.time < timeline.duration]
    pairs = _pairs([one.time for one in timeline.boundaries], [c.time for c in inside], tolerance)
    partner_of = {timeline.boundaries[ours].id: theirs for theirs, ours in pairs.items()}
    usual = median([one.score for one in timeline.boundaries] or [0.5])
    result = timeline
    if choice == "replace":
        gone = [
            one.id
            for one in timeline.boundaries
            if one.id not in partner_of and one.origin != "user"
        ]
        for boundary_id in gone:
            result = result.without_boundary(boundary_id)
    if choice != "add":
        result = _moved(result, partner_of, inside)
    for place, cut in enumerate(inside):
        if place not in pairs and all(one.time != cut.time for one in result.boundaries):
            score = cut.score if scored else usual
            added = Boundary(new_boundary_id(), cut.time, origin="imported", score=score)
            result = result.with_boundary(added)
    return with_hits_chosen(result, spacing_s=spacing_s)


def _moved(
    timeline: Timeline, partner_of: dict[BoundaryId, int], cuts: Sequence[SceneCut]
) -> Timeline:
    """Boundaries moved onto the cuts that they belong to, all at once: none passes another."""
    boundaries = tuple(
        replace(one, time=cuts[partner_of[one.id]].time, origin=_origin(one))
        if one.id in partner_of
        else one
        for one in timeline.boundaries
    )
    times = [one.time for one in boundaries]
    if times != sorted(set(times)):
        return timeline  # two so close together that moving would swap them: both stay
    return replace(timeline, boundaries=boundaries)


def _origin(boundary: Boundary) -> Literal["imported", "user"]:
    return "user" if boundary.origin == "user" else "imported"
