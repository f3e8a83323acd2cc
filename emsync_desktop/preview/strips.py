"""The strips of the mixer: gain, pan, mute and solo of each sound, and what follows from them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from emsync_engine.project.notes import FAMILIES

ORIGINAL, MUSIC, CLICK = "original", "music", "click"
SOURCES: tuple[str, ...] = (ORIGINAL, *FAMILIES)
"""What is mixed: the film's own sound, and a stem for each family."""
LEAST_DB = -40


@dataclass(frozen=True, slots=True)
class Strip:
    """One strip. ``pan`` goes from -1 (left) to 1 (right)."""

    gain_db: float = 0.0
    pan: float = 0.0
    is_muted: bool = False
    is_solo: bool = False


Pair = tuple[float, float]
"""Factors of the left and the right channel."""
SILENT: Pair = (0.0, 0.0)


def gain_of(level_db: float) -> float:
    """Factor of a level; the lowest position of a fader is silence."""
    return 0.0 if level_db <= LEAST_DB else float(10 ** (level_db / 20))


def balance(pan: float) -> Pair:
    """Factors of a stereo sound that is moved aside: the far side fades, the near one stays.

    In the middle both are 1, so that stems that nobody has moved add up to the mix.
    """
    return math.cos(max(pan, 0.0) * math.pi / 2), math.cos(max(-pan, 0.0) * math.pi / 2)


def heard(strips: Mapping[str, Strip], names: Iterable[str] = SOURCES) -> dict[str, Pair]:
    """Factors of each source. A solo silences what is not solo; a mute always wins.

    The strip of the music stands over all families: a solo there is a solo of each.
    """
    music = strips.get(MUSIC, Strip())
    has_solo = any(one.is_solo for one in strips.values())
    has_family_solo = any(strips[name].is_solo for name in strips if name not in (ORIGINAL, MUSIC))
    found: dict[str, Pair] = {}
    for name in names:
        strip = strips.get(name, Strip())
        in_music = name != ORIGINAL
        is_solo = strip.is_solo or (in_music and music.is_solo and not has_family_solo)
        is_muted = strip.is_muted or (in_music and music.is_muted)
        if is_muted or (has_solo and not is_solo):
            found[name] = SILENT
            continue
        gain = gain_of(strip.gain_db) * (gain_of(music.gain_db) if in_music else 1.0)
        left, right = balance(strip.pan)
        found[name] = (gain * left, gain * right)
    return found


def is_plain(pairs: Mapping[str, Pair]) -> bool:
    """Whether all families are heard alike, so that their mix says it all."""
    return len({pairs[name] for name in pairs if name != ORIGINAL}) <= 1
