"""Plain pictures (black, white, fog) and how a film goes into them and comes out again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emsync_engine.scenes.likeness import FAR, Looks, change_between
from emsync_engine.scenes.tuning import Found, Tuning

_SEEN = 1.5  # of 255: a spread or level this far from the plain one can be seen
_STEADY = 1.02  # a fade goes on while the distance grows by this factor from picture to picture


@dataclass(frozen=True, slots=True)
class PlainRun:
    """Plain pictures ``first`` to ``last`` and what is around them.

    ``out_first`` is the first picture of a fade into the run, ``in_last`` the last one of a fade
    out of it; where the picture goes or comes at once they lie next to the run. ``is_cut_to``
    and ``is_cut_from`` tell that; both are None at an end of the film.
    """

    first: int
    last: int
    out_first: int
    in_last: int
    is_cut_to: bool | None
    is_cut_from: bool | None


def plain_runs(looks: Looks, rate: float, tuning: Tuning) -> list[PlainRun]:
    """Stretches of plain pictures, in order.

    A picture is plain if its spread is small, or next to nothing beside the spread of what comes
    within half a second before and after (a quick fade need not reach black).
    """
    is_plain = looks.spread <= tuning.plain_spread
    is_plain |= looks.spread <= tuning.dip * _greatest_around(looks.spread, round(rate / 2))
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_plain.view(np.int8), [0]])))
    return [
        _run(looks, int(first), int(end) - 1, rate, tuning) for first, end in edges.reshape(-1, 2)
    ]


def _greatest_around(values: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """The smaller of the greatest values within reach before and after each place."""
    padded = np.pad(values, reach)
    windows = np.lib.stride_tricks.sliding_window_view(padded, reach + 1).max(axis=1)
    return np.asarray(np.minimum(windows[: len(values)], windows[reach:]), np.float32)


def _run(looks: Looks, first: int, last: int, rate: float, tuning: Tuning) -> PlainRun:
    core = first + int(np.argmin(looks.spread[first : last + 1]))
    distance = np.abs(looks.glances - looks.glances[core]).mean(axis=1)
    soon = max(2, round(rate / 4))
    longest = round(4 * rate)
    is_cut_to = is_cut_from = None
    out_first, in_last = first, last
    if first == 0 and not looks.opens_film:  # how it went plain lies too far back to be seen
        is_cut_to, out_first = False, last
    if first > 0:
        before = distance[max(0, first - longest) : first][::-1]
        is_cut_to = _is_sudden(before, distance[first], soon, tuning)
        out_first = first if is_cut_to else first - _length_of_fade(before)
    if last < len(looks) - 1:
        after = distance[last + 1 : last + 1 + longest]
        is_cut_from = _is_sudden(after, distance[last], soon, tuning)
        in_last = last if is_cut_from else last + _length_of_fade(after)
    return PlainRun(first, last, out_first, in_last, is_cut_to, is_cut_from)


def _is_sudden(away: NDArray[np.float32], at_edge: np.float32, soon: int, tuning: Tuning) -> bool:
    """Whether the first step away from a plain picture is most of the way."""
    return bool(away[0] - at_edge >= tuning.sudden_share * (away[:soon].max() - at_edge))


def _length_of_fade(away: NDArray[np.float32]) -> int:
    """How many pictures a fade has: as long as they go on leaving the plain one."""
    for number in range(1, len(away)):
        if away[number : number + 3].max() < away[number - 1] * _STEADY:
            return number
    return len(away)


def transitions_through_plain(
    looks: Looks, runs: list[PlainRun], rate: float, tuning: Tuning
) -> list[Found]:
    """Cuts to and from plain pictures and fades through them.

    A cut to black and the fade or cut out of it are two transitions, a fade to black and what
    follows are one: at the picture that pops up, or at the first one that can be seen again. Where
    the plain picture is there for an instant only, all of it is one transition, and none if the
    same shot goes on behind it (a flash). A film that fades in at its start or out at its end has
    no transition there.
    """
    found: list[Found] = []
    for run in runs:
        short = run.last - run.first + 1 <= max(1, round(tuning.instant_s * rate))
        if run.is_cut_to is not None and run.is_cut_from is not None:
            if _is_flash(looks, run, rate, tuning):
                continue
            found += _between_shots(looks, run, is_instant=short)
        elif run.is_cut_to:
            found.append(Found("hard", run.first, run.first, run.first))
        elif run.is_cut_from:
            found.append(Found("hard", run.last + 1, run.last + 1, run.last + 1))
    return found


def _between_shots(looks: Looks, run: PlainRun, *, is_instant: bool) -> list[Found]:
    after = run.last + 1
    if run.is_cut_to and not is_instant:
        found = [Found("hard", run.first, run.first, run.first)]
        start = after if run.is_cut_from else _first_seen(looks, run)
    else:
        found, start = [], run.out_first
    if run.is_cut_from:
        return [*found, Found("hard", after, min(start, after), after)]
    seen = _first_seen(looks, run)
    return [*found, Found("fade", seen, min(start, seen), max(run.in_last, seen))]


def _first_seen(looks: Looks, run: PlainRun) -> int:
    """The first picture after the plainest one on which something can be seen again."""
    span = slice(run.first, run.last + 1)
    core = run.first + int(np.argmin(looks.spread[span]))
    spread, level = looks.spread[core], looks.level[core]
    for number in range(run.last, core, -1):
        differs = abs(float(looks.level[number] - level)) > _SEEN
        if not differs and looks.spread[number] <= spread + _SEEN:
            return number + 1
    return core + 1


def _is_flash(looks: Looks, run: PlainRun, rate: float, tuning: Tuning) -> bool:
    """Whether the same shot goes on after a plain moment."""
    if run.last - run.first + 1 > tuning.flash_s * rate:
        return False
    before, after = max(0, run.out_first - 1), min(len(looks) - 1, run.in_last + 1)
    return change_between(looks, before, after, step=FAR) < tuning.same_shot
