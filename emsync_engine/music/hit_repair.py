"""Repairing one hit, and saying so where nothing that was written lands better than what was."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.current_hits import CurrentHit, current_hits
from emsync_engine.music.parts import PartsError
from emsync_engine.music.regeneration import FIX_CANDIDATES, fix_hit
from emsync_engine.project.model import Hit, Take, Timeline

_CLOSER_MS = 0.5  # by how much an error must fall to be worth other music
_RANKS = {"exact": 0, "tacet": 0, "near": 1, "missed": 2}


class HitExactError(PartsError):
    """A hit needs no repair."""


class HitNotBetterError(PartsError):
    """No way that was written lands better; the old music stays."""


def repaired(
    take: Take,
    timeline: Timeline,
    hit: int,
    *,
    frame_rate: Fraction,
    seed: int,
    candidates: int = FIX_CANDIDATES,
    is_forced: bool = False,
    device: str = "cpu",
    monitor: Monitor = SILENT,
) -> Take:
    """Write what leads to one hit (0, 1, ... among the timeline's) anew, if that is of use.

    Parameters
    ----------
    is_forced : write a hit anew that is exact already; it must be exact again

    Raises
    ------
    HitExactError, HitNotBetterError
        Nothing is to be done, or nothing that was written is better.
    PartsError, WeightsMissingError
        As ``regeneration.fix_hit``.
    """
    before = current_hits(timeline, take, frame_rate=frame_rate)
    if hit in range(len(before)) and not is_forced and _is_done(before[hit]):
        raise HitExactError(f"Hit {hit + 1} is exact already; nothing was changed.")
    made = fix_hit(
        take,
        timeline,
        hit,
        frame_rate=frame_rate,
        seed=seed,
        candidates=candidates,
        device=device,
        monitor=monitor,
    )
    after = current_hits(timeline, made, frame_rate=frame_rate)
    if not is_better(before, after, hit):
        raise HitNotBetterError(_not_better(before[hit], after, candidates))
    return made


def _is_done(one: CurrentHit) -> bool:
    return one.state == "written" and one.hit.status == "exact"


def is_better(before: Sequence[CurrentHit], after: Sequence[CurrentHit], hit: int) -> bool:
    """Whether a repair is worth its notes: this hit lands better, and no other lands worse.

    A hit that was exact, or that the old music was not meant for as it is now, must only not
    become worse.
    """
    if any(
        one.state == "written" and _rank(later.hit) > _rank(one.hit)
        for place, (one, later) in enumerate(zip(before, after, strict=True))
        if place != hit
    ):
        return False
    old, new = before[hit], after[hit]
    may_stay = old.state != "written" or old.hit.status == "exact"
    if _rank(new.hit) != _rank(old.hit):
        return _rank(new.hit) < _rank(old.hit)
    if new.hit.status == "exact" and may_stay:
        return True
    return _error_ms(new.hit) < _error_ms(old.hit) - (0.0 if may_stay else _CLOSER_MS)


def _rank(hit: Hit) -> int:
    return _RANKS[hit.status]


def _error_ms(hit: Hit) -> float:
    return float("inf") if hit.error_ms is None else abs(hit.error_ms)


def _not_better(old: CurrentHit, after: Sequence[CurrentHit], candidates: int) -> str:
    ways = "the one way that was written" if candidates == 1 else f"of {candidates} ways written"
    if _rank(after[old.number - 1].hit) < _rank(old.hit):
        fails = "loses another hit" if candidates == 1 else "the best one loses another hit"
    else:
        fails = "does not land better" if candidates == 1 else "none lands better"
    return (
        f"Hit {old.number} is {landing_words(old.hit)} still: {ways} {fails}, so the old music "
        "stays; another --seed or more --candidates may do better."
    )


def landing_words(hit: Hit) -> str:
    """``exact``, ``missed (340 ms late)`` or, where nothing lands, ``missed``."""
    if hit.status == "exact" or hit.error_ms is None:
        return hit.status
    side = "late" if hit.error_ms > 0 else "early"
    return f"{hit.status} ({abs(hit.error_ms):.0f} ms {side})"
