"""From shots in a row, as editing programs list them, to the cuts between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from emsync_engine.project.model import CutKind
from emsync_engine.scenes.cutlists.listing import ListedCut

BLACK = ""
_FADE: CutKind = "fade"


@dataclass(frozen=True, slots=True)
class ListedShot:
    """A stretch [start, end) of an edit in frames, and how it mixes with the one before.

    The transition into it touches [start - ``mixed_before``, start + ``mixed_after``). The name of
    ``BLACK`` stands for no picture at all. ``is_fade`` says so of a transition through a colour.
    """

    where: str
    start: Fraction
    end: Fraction
    name: str
    mixed_before: Fraction = Fraction(0)
    mixed_after: Fraction = Fraction(0)
    is_fade: bool = False

    @property
    def is_black(self) -> bool:
        return self.name == BLACK

    @property
    def is_mixed(self) -> bool:
        return self.mixed_before + self.mixed_after > 0

    @property
    def mix(self) -> tuple[Fraction, Fraction]:
        return self.start - self.mixed_before, self.start + self.mixed_after


def cuts_between(shots: Sequence[ListedShot]) -> tuple[ListedCut, ...]:
    """Cuts where one shot gives way to the next, in order of time.

    What lies between two shots without being listed is black. A cut to black is a hard cut. A fade
    out to black and the fade in from it are one fade, which begins with the first and ends with
    the second; its place is where the new picture can first be seen. Black at the very beginning
    makes no cut when the first picture fades in from it at once.
    """
    row = _with_black(sorted(shots, key=lambda shot: (shot.start, shot.end)))
    cuts: list[ListedCut] = []
    faded_out: Fraction | None = None
    for before, after in pairwise(row):
        if after.is_black and after.is_mixed:
            faded_out = after.mix[0]  # told with the picture that follows
            continue
        cut = _cut(before, after)
        if before.is_black and faded_out is not None:
            cut = replace(cut, start=faded_out, kind=_FADE)
        faded_out = None
        cuts.append(cut)
    return tuple(cuts)


def _cut(before: ListedShot, after: ListedShot) -> ListedCut:
    if not after.is_mixed:
        return ListedCut.plain(after.where, after.start)
    start, end = after.mix
    if before.is_black:
        return ListedCut(after.where, start, start, end, "fade")
    if after.is_fade:
        return ListedCut(after.where, after.start, start, end, "fade")
    return ListedCut(after.where, Fraction((start + end) / 2), start, end, "dissolve")


def _with_black(shots: Sequence[ListedShot]) -> list[ListedShot]:
    """The shots with the gaps between them filled, and without those that show nothing.

    CMX3600 lists a dissolve as a shot of no length and the one that it mixes with.
    """
    row: list[ListedShot] = []
    black_from: Fraction | None = None
    for listed in shots:
        if listed.end <= listed.start:
            black_from = listed.start if listed.is_black else None
            continue
        is_from_black = listed.is_mixed and black_from == listed.start
        shot = replace(listed, is_fade=True) if is_from_black else listed
        if row and shot.start > row[-1].end:
            row.append(ListedShot(shot.where, row[-1].end, shot.start, BLACK))
        if row and row[-1].is_black and shot.is_black:
            continue
        row.append(shot)
    return row
