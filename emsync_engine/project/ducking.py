"""How the music makes room for speech."""

from __future__ import annotations

from dataclasses import dataclass

DEEPEST_DB = 30.0
ATTACK_S = (0.02, 2.0)
RELEASE_S = (0.05, 5.0)


@dataclass(frozen=True, slots=True)
class Ducking:
    """The music is ``depth_db`` softer while somebody speaks.

    It goes down over ``attack_s`` and is down when the first word begins; it comes up over
    ``release_s`` after the last one. ValueError outside the ranges above.
    """

    is_on: bool = True
    depth_db: float = 9.0
    attack_s: float = 0.25
    release_s: float = 0.8

    def __post_init__(self) -> None:
        for name, value, (low, high) in (
            ("depth", self.depth_db, (0.0, DEEPEST_DB)),
            ("attack", self.attack_s, ATTACK_S),
            ("release", self.release_s, RELEASE_S),
        ):
            if not low <= value <= high:
                raise ValueError(f"the {name} of ducking lies in {low:g}..{high:g}, not {value}")
