"""Ways on that follow what was heard before, where the film asks for the same as then.

A phrase comes again with everybody in it (``reprise``), by the form; some families go on with a
figure of a few bars (``ostinato``) at any time. Whether such a way stays is judged as with every
other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.brief import Brief, apart
from emsync_engine.music.ostinato import figures
from emsync_engine.music.stretches import SETTLING_S
from emsync_engine.music.tacet import is_silent_at
from emsync_engine.music.token_writer import TokenWriter

RETURN_APART = 0.15
"""Music of another emotion than is asked for now does not come again."""

FIGURE_S = 4.0
"""A figure is so long, to the nearest whole bars."""

NEAR_HIT_S = 0.6
"""So long before a hit everybody is free: it is led to, and struck together."""

LEAST_S = 1.0
"""Less than this is not worth following."""

_LEAST_FIGURE_S = 2.0


def with_phrase(brief: Brief, writer: TokenWriter, end_s: float) -> list[TokenWriter]:
    """Let a phrase come again on this way up to a time in seconds; the way, or none.

    None may where a hit lies before that or just behind it, for hits are prepared anew; where it
    was or is to be silent; and where the emotion that is asked for was not asked for then.
    """
    returning = writer.comes_again
    if returning is None or _hits_s(brief, writer.time_s, end_s):
        return []
    if not _asks_the_same(brief, writer.time_s, end_s, ago_s=returning.ago * v.STEP_S):
        return []
    writer.repeat(returning, until_s=end_s)
    return [writer]


def with_ostinatos(
    brief: Brief, writers: Sequence[TokenWriter], end_s: float
) -> Sequence[TokenWriter]:
    """Let some families go on with their figure on these ways of one take; those that do.

    On the first the busiest family does, on the second the two busiest, up to a time in seconds or
    shortly before the next hit. Emotion and silence are as for a phrase that comes again.
    """
    if not writers:
        return []
    now_s, returning = writers[0].time_s, writers[0].bars_before(FIGURE_S)
    until_s = min([hit_s - NEAR_HIT_S for hit_s in _hits_s(brief, now_s, end_s)] + [end_s])
    if returning is None or returning.ago * v.STEP_S < _LEAST_FIGURE_S or until_s < now_s + LEAST_S:
        return []
    if not _asks_the_same(brief, now_s, until_s, ago_s=returning.ago * v.STEP_S):
        return []
    events = writers[0].events_again(returning, until_s=until_s)
    chosen = figures(events, most=len(writers))
    for writer, families in zip(writers, chosen, strict=False):
        writer.go_on_with(events, families)
    return writers[: len(chosen)]


def _hits_s(brief: Brief, now_s: float, end_s: float) -> list[float]:
    """The hits from now on that a stretch with this end has to reach or to prepare."""
    return [hit_s for hit_s in brief.told_hits_s if now_s <= hit_s <= end_s + SETTLING_S]


def _asks_the_same(brief: Brief, start_s: float, end_s: float, *, ago_s: float) -> bool:
    """Whether emotion and sound are asked for from start to end as they were so long ago."""
    for time_s in np.linspace(start_s, end_s, 6).tolist():
        if apart(brief.va_at(time_s), brief.va_at(time_s - ago_s)) > RETURN_APART:
            return False
        if any(is_silent_at(one, brief.tacet_s) for one in (time_s, time_s - ago_s)):
            return False
    return True
