"""Hard cuts: where a picture shows other things than the one before, unlike its neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emsync_engine.scenes.likeness import FAR, NEAR, STILL, Looks, change_between, step_between
from emsync_engine.scenes.tuning import Tuning

_LEAST_STEP = 0.4  # of 255: a mean step smaller than this cannot be a cut
_IS_STILL = 0.12  # of the step between two pictures: smaller ones around it are no movement
_STILL_AT_MOST = 0.5  # of 255, three planes together: what coding alone may change
_PROMINENT = 1.25  # of the mean step beside it: below that nothing begins
_NEIGHBOURS = (-2, -1, 1, 2)


class Changes:
    """Changes between neighbouring pictures, computed when first asked for."""

    def __init__(self, looks: Looks, skipped: NDArray[np.bool_]) -> None:
        self.looks = looks
        self._skipped = skipped  # plain pictures: nothing can be said of their change
        self._steps = np.zeros(len(looks), np.float32)
        self._known: dict[tuple[int, int], float] = {}
        for number in range(1, len(looks)):
            self._steps[number] = step_between(looks.planes[number - 1], looks.planes[number])

    def between(self, one: int, other: int) -> float:
        """The change between two pictures."""
        key = (one, other)
        if key not in self._known:
            step = self.search_step(one, other)
            self._known[key] = change_between(self.looks, one, other, step=step)
        return self._known[key]

    def search_step(self, one: int, other: int) -> int:
        """How far things may have moved between two pictures: not at all if all is still around.

        Without it one title would pass for another, made of letters from elsewhere.
        """
        outside = np.concatenate(
            [self._steps[max(1, one - 2) : one + 1], self._steps[other + 1 : other + 4]]
        )
        step = step_between(self.looks.planes[one], self.looks.planes[other])
        if not len(outside) or outside.max() <= min(_IS_STILL * step, _STILL_AT_MOST):
            return STILL
        return NEAR if other - one <= 2 else FAR

    def into(self, number: int) -> float:
        """The change from the picture before into this one; 0 if nothing moved or all is plain."""
        if not 0 < number < len(self.looks) or self._steps[number] < _LEAST_STEP:
            return 0.0
        if self._skipped[number] or self._skipped[number - 1]:
            return 0.0
        return self.between(number - 1, number)

    def candidates(self) -> NDArray[np.intp]:
        """Pictures whose step is larger than those beside it."""
        steps = self._steps
        padded = np.pad(steps, 2)
        around = (padded[:-4] + padded[1:-3] + padded[3:-1] + padded[4:]) / 4
        return np.flatnonzero((steps >= _LEAST_STEP) & (steps > _PROMINENT * around))


def hard_cuts(changes: Changes, rate: float, tuning: Tuning) -> list[int]:
    """First pictures of shots that begin at once.

    The change into a picture must reach ``cut_change`` (light that plays over a scene stays below;
    between stills, such as titles, nothing plays, and ``cut_excess`` is enough) and exceed those
    into its neighbours by ``cut_excess``, so that a fast camera raises the bar by itself; and the
    shot before must not come back within ``flash_s``, as it does after a flash or a thing that
    crosses before the lens.
    """
    found: list[int] = []
    for candidate in changes.candidates():
        number = int(candidate)
        change = changes.into(number)
        if change < tuning.cut_excess:
            continue
        is_still = changes.search_step(number - 1, number) == STILL
        if change < tuning.cut_change and not is_still:
            continue
        around = max(changes.into(number + step) for step in _NEIGHBOURS)
        if change - around >= tuning.cut_excess and not _comes_back(changes, number, rate, tuning):
            found.append(number)
    return found


def _comes_back(changes: Changes, number: int, rate: float, tuning: Tuning) -> bool:
    change, count = changes.into(number), len(changes.looks)
    allowed = min(tuning.comes_back, change / 2)
    reach = max(1, round(tuning.flash_s * rate))
    later = range(number + 1, min(count, number + reach + 1))
    earlier = range(number - 2, max(-1, number - reach - 2), -1)
    return any(changes.between(number - 1, other) < allowed for other in later) or any(
        changes.between(other, number) < allowed for other in earlier
    )
