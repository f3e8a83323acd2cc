"""How many places lead to a hit: the tempo is bent a little, so that it falls on a bar or a beat.

Film composers do so before they write a note: they look for the tempo at which the cuts fall on
beats (Karlin & Wright, *On the Track*). The bars go on as they are: with a beat added or left out
before each hit, one bar in seven was odd, and four points of groove similarity were lost by it.
"""

from __future__ import annotations

import numpy as np

MOST_BENT = 0.07
"""How far, relative, the tempo may be bent for a hit to fall on a bar line."""

_UNITS = (4, 2, 1)  # where no bar line fits: a beat, half a beat, any place


def places_until(ahead: float, place: float, *, meter: int) -> int:
    """Places from a bar line to a hit, so many steps ahead of it; at least one.

    Parameters
    ----------
    ahead : steps to the hit, above 0
    place : steps of a place in the take's own tempo
    meter : places of a bar
    """
    own = ahead / place
    for unit in (meter, *_UNITS):
        whole = max(round(own / unit), 1) * unit
        if abs(float(np.log(own / whole))) <= MOST_BENT:
            return whole
    return max(round(own), 1)
