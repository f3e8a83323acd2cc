"""Dissolves: stretches on which one shot is mixed into the next."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from emsync_engine.scenes.cutting import Changes
from emsync_engine.scenes.likeness import Looks, share_changed
from emsync_engine.scenes.tuning import Found, Tuning

_LEAST_STEP = 4.0  # of 255: root mean square between the two pictures seen from afar
_GROWTH = 1.4  # from one length looked at to the next
_SLOPE = 0.25  # of the usual step: below it a mixture has not begun, or has ended


@dataclass(frozen=True, slots=True)
class _Candidate:
    centre: int
    half: int
    score: float


def dissolves(
    changes: Changes, open_spans: list[tuple[int, int]], rate: float, tuning: Tuning
) -> list[Found]:
    """Mixtures within spans (first, last picture) that hold neither cuts nor plain pictures.

    Looked for at all lengths from four pictures to twice ``longest_s``. Between a picture A before
    and B after, a mixture has four marks: A and B show other things (``mix_change``) over most of
    the picture (``mix_share``), more than A does beside what came as long before, and B beside
    what comes after (``mix_excess``: a pan or zoom goes on, a dissolve ends); each third of the
    way leads in the same direction (``steady``), which movement never does for long; and the
    picture in the middle is better made of both than of either (``mixed``).
    """
    found: list[Found] = []
    for first, last in open_spans:
        candidates = _candidates(changes, first, last, rate, tuning)
        for candidate in sorted(candidates, key=lambda one: -one.score):
            mixture = _extent(changes.looks, candidate, first, last)
            if not any(_overlap(mixture, other) for other in found):
                found.append(mixture)
    return sorted(found, key=lambda one: one.frame)


def _candidates(
    changes: Changes, first: int, last: int, rate: float, tuning: Tuning
) -> list[_Candidate]:
    found = []
    half = 2.0
    while half <= tuning.longest_s * rate and 2 * round(half) <= last - first:
        reach = round(half)
        centres, steadiness = _steady_places(changes.looks, first, last, reach, tuning)
        for centre, steady in zip(centres, steadiness, strict=True):
            score = _mixture_score(changes, int(centre), reach, (first, last), tuning)
            if score > 0:
                found.append(_Candidate(int(centre), reach, score * float(steady)))
        half *= _GROWTH
    return found


def _steady_places(
    looks: Looks, first: int, last: int, half: int, tuning: Tuning
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Centres where the three thirds of the way lead in one direction, and how well they do.

    Judged on the pictures as seen from afar, where it costs next to nothing; of centres side by
    side the best one is kept.
    """
    third = max(1, round(half / 3))
    centres = np.arange(first + half, last - half + 1, max(1, half // 5))
    way = [looks.glances[centres + step] for step in (-half, -third, third, half)]
    whole = way[3] - way[0]
    parts = [after - before for before, after in pairwise(way)]
    cosines = [
        _cosine(parts[0], parts[1]),
        _cosine(parts[1], parts[2]),
        _cosine(parts[0], parts[2]),
    ]
    steadiness = np.min(cosines, axis=0)
    step = np.sqrt(np.mean(whole**2, axis=1))
    chosen = (steadiness >= tuning.steady) & (step >= _LEAST_STEP)
    worth = np.where(chosen, steadiness * step, 0)
    padded = np.pad(worth, 2)
    best_near = np.lib.stride_tricks.sliding_window_view(padded, 5).max(axis=1)
    chosen &= worth >= best_near
    return centres[chosen], steadiness[chosen]


def _cosine(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.sqrt((one * one).sum(axis=1) * (other * other).sum(axis=1))
    return np.asarray((one * other).sum(axis=1) / (lengths + 1e-3), np.float32)


def _mixture_score(
    changes: Changes, centre: int, half: int, span: tuple[int, int], tuning: Tuning
) -> float:
    """How surely two shots are mixed here; 0 if one of the marks is missing."""
    before, after = centre - half, centre + half
    change = changes.between(before, after)
    if change < tuning.mix_change:
        return 0.0
    earlier, later = max(span[0], before - 2 * half), min(span[1], after + 2 * half)
    outside = max(changes.between(earlier, before), changes.between(after, later))
    if change - outside < tuning.mix_excess:
        return 0.0
    looks = changes.looks
    alone = min(changes.between(before, centre), changes.between(centre, after))
    left = _left_of_mixture(looks, before, centre, after)
    if left > tuning.mixed * alone:
        return 0.0
    if (
        share_changed(looks, before, after, step=changes.search_step(before, after))
        < tuning.mix_share
    ):
        return 0.0
    return change - outside


def _left_of_mixture(looks: Looks, before: int, centre: int, after: int) -> float:
    """What the best mixture of two pictures leaves of the one between, as a change is measured."""
    start, end, middle = (
        looks.planes[number].astype(np.float32) for number in (before, after, centre)
    )
    way = end - start
    share = float(((middle - start) * way).sum() / ((way * way).sum() + 1e-3))
    left = np.abs(middle - start - share * way).sum(axis=-1).mean()
    return float(left / (looks.texture[centre] + 1.5))


def _extent(looks: Looks, candidate: _Candidate, first: int, last: int) -> Found:
    """First, middle and last picture of a mixture, by how it goes on beyond what was looked at."""
    centre, half = candidate.centre, candidate.half
    way = looks.glances[centre + half] - looks.glances[centre - half]
    low, high = max(first, centre - 4 * half), min(last, centre + 4 * half)
    places = (looks.glances[low : high + 1] - looks.glances[centre]) @ way / float(way @ way)
    steps = np.diff(places)
    usual = float(places[centre + half - low] - places[centre - half - low]) / (2 * half)
    begin, end = centre, centre
    while begin > low + 1 and _goes_on(steps, begin - 1 - low, -1, usual):
        begin -= 1
    while end < high - 1 and _goes_on(steps, end - low, 1, usual):
        end += 1
    return Found("dissolve", (begin + end) // 2, begin, end)


def _goes_on(steps: NDArray[np.float32], at: int, direction: int, usual: float) -> bool:
    """Whether the next three steps together still lead on."""
    ahead = [at + direction * number for number in range(3)]
    inside = [float(steps[place]) for place in ahead if 0 <= place < len(steps)]
    return sum(inside) / len(inside) > _SLOPE * usual


def _overlap(one: Found, other: Found) -> bool:
    return one.first <= other.last and other.first <= one.last
