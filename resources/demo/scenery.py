"""What several shots of the demo film have in common: boat, birds, lighthouse, haze, stars."""

from __future__ import annotations

import numpy as np
from brush import (
    ASPECT,
    HEIGHT,
    Colour,
    Picture,
    Points,
    drifted,
    fill,
    placed,
    rgb,
    sparks,
)

HULL = ((-0.62, 0.0), (0.72, -0.06), (0.5, 0.2), (-0.42, 0.2))
MAINSAIL = ((-0.04, -1.5), (-0.04, -0.1), (-0.56, -0.12), (-0.36, -0.62))
JIB = ((0.03, -1.38), (0.62, -0.14), (0.3, -0.2), (0.03, -0.16))
MAST = ((-0.02, -1.6), (0.02, -1.6), (0.02, 0.05), (-0.02, 0.05))


def boat(
    picture: Picture,
    x: float,
    y: float,
    size: float,
    turn: float,
    *,
    hull: Colour,
    sail: Colour,
    reefed: bool = False,
) -> None:
    """A small sailing boat; reefed it carries the foresail only."""
    sails = [JIB] if reefed else [MAINSAIL, JIB]
    fill(picture, [placed(part, x, y, size, turn) for part in sails], sail)
    fill(picture, [placed(part, x, y, size, turn) for part in (HULL, MAST)], hull)


def boat_mirror(picture: Picture, x: float, y: float, size: float, colour: str) -> None:
    """The mirror image of a boat, faint, below its keel."""
    part = picture.copy()
    for shape in (MAINSAIL, JIB, HULL):
        upside_down = [(px, -0.55 * py) for px, py in shape]
        fill(part, placed(upside_down, x, y, size), rgb(colour))
    picture += (part - picture) * np.float32(0.35)


def birds(picture: Picture, time_s: float, places: Points, colour: Colour) -> None:
    """Gulls far away: two wings, beating."""
    for number, (x, y, size) in enumerate(places):
        beat = np.sin(5.5 * time_s + 2.1 * number)
        lift = 0.32 + 0.22 * beat
        left = x + (0.02 + 0.004 * number) * time_s
        wing = [(-1, -lift), (-0.45, -0.55 * lift - 0.08), (0, 0), (0.45, -0.55 * lift - 0.08)]
        wing += [(1, -lift), (0.42, -0.4 * lift), (0, 0.14), (-0.42, -0.4 * lift)]
        fill(picture, placed(wing, left, y + 0.004 * beat, size), colour)


def lighthouse(
    picture: Picture, x: float, foot: float, size: float, body: Colour, lamp: Colour
) -> tuple[float, float]:
    """A tower with its lamp room; returns where the lamp is."""
    tower = [(-0.16, 0), (-0.1, -1), (0.1, -1), (0.16, 0)]
    gallery = [(-0.15, -1.04), (0.15, -1.04), (0.15, -1.0), (-0.15, -1.0)]
    room = [(-0.08, -1.2), (0.08, -1.2), (0.08, -1.04), (-0.08, -1.04)]
    roof = [(-0.12, -1.2), (0, -1.36), (0.12, -1.2)]
    fill(picture, [placed(part, x, foot, size) for part in (tower, gallery, roof)], body)
    fill(picture, placed(room, x, foot, size), lamp)
    return x, foot - 1.12 * size


def circle(x: float, y: float, radius: float, count: int = 96) -> Points:
    """A round shape as a polygon."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=-1)


def veil(
    picture: Picture,
    pattern: np.ndarray,
    shift: float,
    colour: str,
    amount: float,
    *,
    top: float,
    bottom: float,
) -> None:
    """Thin cloud between two heights."""
    rows = ((np.arange(HEIGHT) + 0.5) / HEIGHT)[:, None]
    window = np.clip((rows - top) / 0.12, 0, 1) * np.clip((bottom - rows) / 0.12, 0, 1)
    share = amount * window * np.clip((drifted(pattern, shift) - 0.45) / 0.4, 0, 1)
    picture += (rgb(colour) - picture) * share[..., None].astype(np.float32)


def mist(picture: Picture, level: float, depth: float, colour: str, amount: float) -> None:
    """Haze that thickens down to a level."""
    rows = ((np.arange(HEIGHT) + 0.5) / HEIGHT)[:, None, None]
    share = amount * np.clip(1 - np.abs(rows - level) / depth, 0, 1) ** 1.5
    picture += (rgb(colour) - picture) * share.astype(np.float32)


def stars(picture: Picture, time_s: float, count: int, amount: float) -> None:
    """Stars that twinkle, fewer near the horizon."""
    noise = np.random.default_rng(90)
    places = np.stack([noise.uniform(0, ASPECT, count), noise.uniform(0, 0.58, count) ** 1.2], -1)
    twinkle = 0.75 + 0.25 * np.sin(noise.uniform(1, 3, count) * time_s + 7 * noise.random(count))
    levels = (amount * twinkle * noise.uniform(0.25, 1, count))[:, None] * rgb("#dfe6ff")
    sparks(picture, places, places + 1e-4, noise.uniform(0.0007, 0.0016, count), levels, glow=0.4)
