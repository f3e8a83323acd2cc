"""The shots by night: festival, embers, aurora."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from brush import (
    ASPECT,
    HEIGHT,
    WIDTH,
    Picture,
    Points,
    add_light,
    bloom,
    ease,
    fill,
    gradient,
    mask_of,
    mirrored,
    placed,
    rgb,
    ridge,
    shine,
    sparks,
)
from scenery import circle, lighthouse, stars


@dataclass(frozen=True)
class Rocket:
    """One burst: when, where, how large, what colours."""

    at_s: float
    x: float
    y: float
    size: float
    colours: tuple[str, str]


ROCKETS = (
    Rocket(-0.75, 0.34, 0.26, 0.30, ("#ffd166", "#ff8c42")),
    Rocket(-0.20, 1.30, 0.22, 0.34, ("#ff5d8f", "#ffc2d4")),
    Rocket(0.45, 0.80, 0.19, 0.30, ("#64dfdf", "#e0fbfc")),
    Rocket(0.95, 1.52, 0.31, 0.22, ("#b8f26b", "#fdffb6")),
    Rocket(1.35, 0.28, 0.24, 0.31, ("#c77dff", "#ffd6ff")),
    Rocket(1.95, 1.12, 0.22, 0.38, ("#ffd166", "#fff3b0")),
    Rocket(2.45, 0.52, 0.27, 0.25, ("#ff6b6b", "#ffd6d6")),
    Rocket(2.80, 1.50, 0.24, 0.30, ("#64b5ff", "#e0f2ff")),
    Rocket(3.25, 0.85, 0.21, 0.36, ("#ffb347", "#fff3b0")),
)
_BURST_S = 1.9


def festival(time_s: float) -> Picture:
    """Fireworks over a lit town by the water."""
    picture = gradient((0, "#141238"), (0.3, "#2b1f5c"), (0.52, "#6a2f77"), (0.70, "#d0637a"))
    for rocket in ROCKETS:
        age = time_s - rocket.at_s
        if 0 <= age < 1.2:
            flash = np.exp(-age / 0.35)
            shine(picture, rocket.x, rocket.y, 0.42, rgb(rocket.colours[0]), 0.30 * flash)
    fill(picture, ridge(44, base=0.64, rise=0.22, detail=0.3), rgb("#4a2768"))
    for rocket in ROCKETS:
        _burst(picture, rocket, time_s - rocket.at_s)
    _town(picture, seed=5, foot=0.70, size=0.048, wall="#382154", lit=0.45, hill=0.085)
    _church(picture, 1.13, 0.70)
    _town(picture, seed=6, foot=0.72, size=0.060, wall="#1e1437", lit=0.55, hill=0.0)
    mirrored(picture, 0.72, time_s, tint=rgb("#1b1538"), keep=0.88, ripple=0.9)
    _lamps(picture, time_s)
    bloom(picture, 0.9, above=0.62, reach=0.03)
    return picture


def _burst(picture: Picture, rocket: Rocket, age: float) -> None:
    """Sparks that shoot out, slow down, fall and go out."""
    if not 0 <= age < _BURST_S:
        return
    noise = np.random.default_rng(round(rocket.x * 1000))
    count = 120
    angle = noise.uniform(0, 2 * np.pi, count)
    speed = np.sqrt(noise.uniform(0.03, 1, count)) * rocket.size

    def at(moment: float) -> Points:
        out = 1 - np.exp(-3.2 * max(moment, 0))
        fall = 0.045 * max(moment, 0) ** 2
        return np.stack(
            [rocket.x + np.cos(angle) * speed * out, rocket.y + np.sin(angle) * speed * out + fall],
            axis=-1,
        )

    left = np.clip((_BURST_S - age - 0.5 * noise.random(count)) / 0.9, 0, 1)
    bright = left * (0.9 + 0.1 * np.sin(12 * age + 6 * noise.random(count)))
    share = (noise.random(count) < 0.35)[:, None]
    colours = np.where(share, rgb(rocket.colours[1]), rgb(rocket.colours[0])) * bright[:, None]
    trail = 0.5 * colours * min(age / 0.2, 1.0)
    sparks(picture, at(age - 0.28), at(age), [0.0007] * count, trail)
    sparks(picture, at(age - 0.06), at(age), [0.0020] * count, colours, glow=1.6)


@cache
def _houses(seed: int, size: float) -> tuple[tuple[float, float, float, float], ...]:
    """(left, width, height, roof) of a row of houses."""
    noise = np.random.default_rng(seed)
    houses, x = [], -0.05
    while x < ASPECT + 0.05:
        width = size * noise.uniform(0.75, 1.5)
        houses.append((x, width, size * noise.uniform(0.7, 2.1), size * noise.uniform(0.3, 0.8)))
        x += width * noise.uniform(0.98, 1.10)
    return tuple(houses)


def _town(
    picture: Picture, *, seed: int, foot: float, size: float, wall: str, lit: float, hill: float
) -> None:
    """A row of gabled houses, some windows lit, standing on a rise in the middle."""
    noise = np.random.default_rng(seed + 100)
    walls: list[Points] = []
    panes: dict[str, list[Points]] = {"#ffcf70": [], "#ff9f55": [], "#ffe9b8": []}
    for x, width, height, roof in _houses(seed, size):
        top = foot - height - hill * np.exp(-(((x - 1.1) / 0.45) ** 2))
        gable = [(x, top), (x + width / 2, top - roof), (x + width, top)]
        walls.append(np.array([(x, foot), *gable, (x + width, foot)]))
        for row in range(int((foot - top) / (size * 0.46))):
            for column in range(2):
                chance, shade = noise.random(2)
                if chance < lit:
                    left = x + width * (0.20 + 0.38 * column)
                    box = [(0, 0), (0.17, 0), (0.17, 0.22), (0, 0.22)]
                    pane = placed(box, left, top + size * (0.16 + 0.46 * row), size)
                    panes[tuple(panes)[int(shade * 3)]].append(pane)
    fill(picture, walls, rgb(wall))
    for colour, windows in panes.items():
        fill(picture, windows, rgb(colour))


def _church(picture: Picture, x: float, foot: float) -> None:
    """A tower with a spire that stands over the roofs, lit from below."""
    tower = np.array([(x - 0.022, foot), (x - 0.022, 0.50), (x + 0.022, 0.50), (x + 0.022, foot)])
    spire = np.array([(x - 0.027, 0.502), (x, 0.40), (x + 0.027, 0.502)])
    shine(picture, x, 0.57, 0.07, rgb("#ffb066"), 0.35)
    fill(picture, tower, rgb("#5c3566"))
    fill(picture, spire, rgb("#38204f"))
    fill(picture, circle(x, 0.535, 0.010), rgb("#ffe9b8"))


def _lamps(picture: Picture, time_s: float) -> None:
    """One string of coloured lamps, hung across the picture."""
    colours = [rgb(code) for code in ("#ffd166", "#ff7096", "#7bdff2", "#b2f7a1")]
    place = np.linspace(0, 1, 30)
    swing = 0.003 * np.sin(1.9 * time_s + 5 * place)
    x = -0.05 + place * (ASPECT + 0.1)
    spots = np.stack([x, 0.015 + 0.36 * place * (1 - place) * (0.35 + 0.1 * place) + swing], -1)
    cord = spots - np.array([0.0, 0.006])
    dim = np.tile(rgb("#4a3a66"), (len(cord) - 1, 1))
    sparks(picture, cord[:-1], cord[1:], [0.0007] * (len(cord) - 1), dim)
    level = 0.85 + 0.15 * np.sin(3 * time_s + 2.4 * np.arange(30))
    shades = np.array([colours[number % 4] * level[number] for number in range(30)])
    sparks(picture, spots, spots + 1e-4, [0.0065] * len(spots), shades, glow=2.0)


def embers(time_s: float) -> Picture:
    """A fire going out on an empty beach, a broken mast beside it."""
    picture = gradient((0, "#10141d"), (0.35, "#1a1f2a"), (0.58, "#2e343f"), (0.66, "#3a404a"))
    stars(picture, time_s, 90, 0.5)
    fill(picture, ridge(61, base=0.625, rise=0.06, detail=0.5), rgb("#1d212b"))
    mirrored(picture, 0.63, 0.6 * time_s, tint=rgb("#12161f"), keep=0.7, ripple=0.5)
    beach = np.array(
        [
            (-0.1, 0.80),
            (0.35, 0.775),
            (0.9, 0.80),
            (1.4, 0.845),
            (1.9, 0.87),
            (1.9, 1.2),
            (-0.1, 1.2),
        ]
    )
    fill(picture, beach, rgb("#0d0f18"))
    life = 1 - 0.45 * ease(time_s / 6.0)
    flicker = 0.9 + 0.06 * np.sin(9.1 * time_s) + 0.04 * np.sin(17.3 * time_s + 1)
    x, y = 0.70, 0.845
    shine(picture, x, y + 0.02, 0.30, rgb("#ff5a1f"), 0.52 * life * flicker)
    shine(picture, x, y + 0.01, 0.11, rgb("#ff8a3d"), 0.60 * life * flicker)
    _wreck(picture)
    _coals(picture, time_s, x, y, life)
    _rising(picture, time_s, x, y, life)
    return picture


def _wreck(picture: Picture) -> None:
    """Mast and ribs of the boat, lying."""
    dark = rgb("#07080e")
    mast = placed(
        [(-0.02, -1.55), (0.015, -1.5), (0.03, 0.1), (-0.03, 0.1)], 1.14, 0.88, 0.30, 0.42
    )
    yard = placed(
        [(-0.35, -0.02), (0.34, -0.015), (0.34, 0.015), (-0.35, 0.02)], 1.27, 0.60, 0.30, 0.62
    )
    hull = placed(
        [(-0.9, -0.05), (-0.5, 0.08), (0.6, 0.10), (0.95, -0.22), (0.8, 0.3), (-0.7, 0.3)],
        1.18,
        0.87,
        0.20,
        -0.08,
    )
    ribs = [
        placed(
            [(-0.03, 0), (-0.015, -0.5), (0.015, -0.5), (0.04, 0)],
            1.06 + 0.075 * n,
            0.885,
            0.16 + 0.012 * n,
            0.16 + 0.08 * n,
        )
        for n in range(4)
    ]
    fill(picture, [mast, yard, hull, *ribs], dark)


def _coals(picture: Picture, time_s: float, x: float, y: float, life: float) -> None:
    logs = [
        placed([(-1, -0.11), (1, -0.08), (1, 0.08), (-1, 0.11)], x + dx, y + dy, 0.075, turn)
        for dx, dy, turn in ((-0.03, 0.012, 0.32), (0.03, 0.010, -0.36), (0.0, 0.024, 0.04))
    ]
    fill(picture, logs, rgb("#1a0d0a"))
    noise = np.random.default_rng(12)
    count = 46
    spots = np.stack(
        [x + noise.normal(0, 0.030, count), y + 0.012 + noise.normal(0, 0.008, count)], -1
    )
    pulse = 0.65 + 0.35 * np.sin(noise.uniform(1, 4, count) * time_s + 6 * noise.random(count))
    levels = (life * pulse)[:, None] * (rgb("#ff7a2a") * noise.uniform(0.4, 1, count)[:, None])
    sparks(picture, spots, spots + 5e-4, noise.uniform(0.002, 0.0045, count), levels, glow=1.5)


def _rising(picture: Picture, time_s: float, x: float, y: float, life: float) -> None:
    """Embers that rise, wander and go out."""
    noise = np.random.default_rng(33)
    count = 90
    start, span = noise.random(count), noise.uniform(2.6, 4.4, count)
    wander, lean = noise.uniform(0.01, 0.05, count), noise.uniform(-0.12, 0.22, count)

    def at(moment: float) -> tuple[Points, np.ndarray]:
        age = (start + moment / span) % 1
        px = x + lean * age + wander * np.sin(5 * age + 9 * start) * age + 0.03 * (start - 0.5)
        return np.stack([px, y - 0.62 * age**0.85 * (0.6 + 0.5 * start)], -1), age

    here, age = at(time_s)
    before = here + np.array([0.0, 0.004])
    born = np.clip(age / 0.05, 0, 1)
    levels = (born * (1 - age) ** 1.1 * (0.35 + 0.65 * life))[:, None] * rgb("#ff9a4a")
    sparks(picture, before, here, noise.uniform(0.001, 0.0022, count), levels, glow=1.2)


def aurora(time_s: float) -> Picture:
    """Northern lights over a lighthouse whose lamp is lit."""
    picture = gradient((0, "#070b24"), (0.35, "#0d1c3f"), (0.58, "#17395a"), (0.68, "#2a5c6e"))
    stars(picture, time_s, 190, 0.9)
    rise = ease((time_s + 0.4) / 2.6)
    for seed, base, colour, crown, strength in (
        (1, 0.46, "#27e0a0", "#7c5cff", 0.95),
        (2, 0.36, "#38d6c8", "#b45cff", 0.65),
        (3, 0.53, "#86f2a0", "#2bb0ff", 0.50),
    ):
        _curtain(picture, time_s, seed, base, colour, crown, strength * rise)
    fill(picture, ridge(72, base=0.665, rise=0.17), rgb("#0c1f38"))
    fill(picture, ridge(78, base=0.685, rise=0.08), rgb("#081629"))
    mirrored(picture, 0.69, 0.7 * time_s, tint=rgb("#06142a"), keep=0.85, ripple=0.6)
    rock = np.array(
        [
            (1.24, 0.74),
            (1.30, 0.685),
            (1.36, 0.668),
            (1.45, 0.666),
            (1.52, 0.69),
            (1.60, 0.745),
            (1.42, 0.755),
        ]
    )
    fill(picture, rock, rgb("#040b16"))
    lamp = lighthouse(picture, 1.405, 0.672, 0.17, rgb("#050d19"), rgb("#fff0bd"))
    _beam(picture, lamp, time_s)
    shine(picture, *lamp, 0.05, rgb("#ffdf8e"), 0.9)
    return picture


def _curtain(
    picture: Picture,
    time_s: float,
    seed: int,
    base: float,
    colour: str,
    crown: str,
    strength: float,
) -> None:
    """One fold of northern light: sharp below, soft above, rays moving along it."""
    x = ((np.arange(WIDTH // 2) + 0.5) / (HEIGHT / 2))[None]
    rows = ((np.arange(HEIGHT // 2) + 0.5) / (HEIGHT / 2))[:, None]
    sway = 0.05 * np.sin(2.1 * x + 0.35 * time_s + seed) + 0.022 * np.sin(5.3 * x - 0.5 * time_s)
    foot = base + sway - 0.10 * (x - 0.9) * (seed - 2)
    above = foot - rows
    rays = 0.55 + 0.28 * np.sin(17 * x + 5 * np.sin(2.3 * x + 0.4 * time_s) + seed)
    rays += 0.17 * np.sin(43 * x - 1.1 * time_s + 2 * seed)
    tall = 0.20 + 0.10 * np.sin(3.1 * x + 0.3 * time_s + 2 * seed)
    body = np.where(above > 0, np.exp(-above / tall), np.exp(above / 0.012)) * rays
    place = np.clip(above / 0.30, 0, 1)[..., None].astype(np.float32)
    hue = rgb(colour) + place * (rgb(crown) - rgb(colour))
    light = (strength * np.clip(body, 0, 1))[..., None].astype(np.float32) * hue * np.float32(0.8)
    add_light(picture, cv2.resize(light, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR))


def _beam(picture: Picture, lamp: tuple[float, float], time_s: float) -> None:
    """The turning light: two rays, longest when seen from the side."""
    turn = 1.1 * time_s + 0.5
    for side in (0, np.pi):
        reach = np.cos(turn + side)
        length = 1.5 * reach
        spread = 0.055 * abs(reach) + 0.01
        ray = np.array(
            [lamp, (lamp[0] - length, lamp[1] - spread), (lamp[0] - length, lamp[1] + spread)]
        )
        mask = mask_of(ray).astype(np.float32) / 255
        x = (np.arange(WIDTH) + 0.5) / HEIGHT
        fade = np.clip(1 - np.abs(x - lamp[0]) / max(abs(length), 0.05), 0, 1)[None] ** 1.3
        add_light(picture, (0.42 * mask * fade)[..., None].astype(np.float32) * rgb("#ffe9ad"))
