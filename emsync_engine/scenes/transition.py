"""A scene cut with its start and its end; nothing heavy is loaded for it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from emsync_engine.project.model import SceneCut


@dataclass(frozen=True, slots=True)
class Transition(SceneCut):
    """A scene cut that also says where the transition starts and ends.

    ``start_frame`` and ``end_frame`` are the first and last picture that it touches, ``start`` and
    ``end`` their times in seconds; all equal for a plain cut. ``frame`` and ``time`` are the new
    shot's first picture of a hard cut, the first one on which something of it can be seen after a
    fade, the middle of a dissolve.
    """

    start_frame: int = 0
    end_frame: int = 0
    start: Fraction = Fraction(0)
    end: Fraction = Fraction(0)
