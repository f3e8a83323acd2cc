"""The measures that the transition detector goes by, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass

from emsync_engine.project.model import CutKind


@dataclass(frozen=True, slots=True)
class Found:
    """A transition by picture numbers; ``frame`` is where the new shot counts as begun."""

    kind: CutKind
    frame: int
    first: int
    last: int

    def shifted(self, by: int) -> Found:
        """The same transition, ``by`` pictures later."""
        return Found(self.kind, self.frame + by, self.first + by, self.last + by)


@dataclass(frozen=True, slots=True)
class Tuning:
    """Thresholds, each with its unit; what each one does is told where it is used."""

    cut_change: float = 0.75
    cut_excess: float = 0.4
    comes_back: float = 0.8
    same_shot: float = 0.55
    flash_s: float = 0.25
    instant_s: float = 0.13
    plain_spread: float = 8.0
    dip: float = 0.08
    sudden_share: float = 0.6
    steady: float = 0.45
    mixed: float = 0.8
    mix_change: float = 0.8
    mix_excess: float = 0.3
    mix_share: float = 0.5
    longest_s: float = 2.0
