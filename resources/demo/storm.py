"""The shots in the storm: the boat far away, then below a wave."""

from __future__ import annotations

import numpy as np
from brush import (
    ASPECT,
    HEIGHT,
    Picture,
    add_light,
    between,
    drifted,
    ease,
    fill,
    gradient,
    rgb,
    sea,
    shine,
    sparks,
    texture,
)
from scenery import boat

STRIKES = (0.9, 2.55)  # seconds into the shot
NEAR_STRIKES = (0.5, 1.9)


def storm(time_s: float) -> Picture:
    """The boat among waves, far away, under lightning."""
    picture = _storm_sky(time_s, STRIKES)
    for strike, x in zip(STRIKES, (1.33, 0.42), strict=True):
        _bolt(picture, x, time_s - strike, seed=round(x * 100))
    colours = ("#373e44", "#2a3036", "#1e2429", "#13181c", "#0a0d10")
    for layer, colour in enumerate(colours):
        if layer == 2:
            x = 0.78 + 0.03 * np.sin(0.9 * time_s)
            pitch = 0.34 * np.sin(1.9 * time_s + 0.6)
            y = 0.66 + 0.028 * np.sin(1.9 * time_s + 2.0)
            boat(picture, x, y, 0.095, pitch, hull=rgb("#0b1218"), sail=rgb("#9a9fa1"), reefed=True)
        _wave(picture, time_s, layer, colour, level=0.62 + 0.085 * layer)
    _rain(picture, time_s, 150, 0.06)
    return picture


def _storm_sky(time_s: float, strikes: tuple[float, ...], *, light: float = 0.12) -> Picture:
    """Clouds that race over a pale horizon; ``light`` from 0 to 1 opens them."""
    picture = gradient((0, "#0b0d10"), (0.35, "#1c2126"), (0.62, "#4b5154"), (0.75, "#5e6365"))
    picture += np.float32(light) * (rgb("#92b0ad") - picture)
    flash = max(_flash(time_s - strike) for strike in strikes)
    low, high = texture(51, 3, 3), texture(57, 4, 5)
    cloud = 0.6 * drifted(low, 0.10 * time_s) + 0.4 * drifted(high, 0.17 * time_s)
    rows = ((np.arange(HEIGHT) + 0.5) / HEIGHT)[:, None]
    share = np.clip((cloud - 0.32) * 1.7, 0, 1) * np.clip(1.25 - 1.5 * rows, 0, 1)
    dark = between("#090b0e", "#5d6470", 0.55 * flash)
    picture += (dark - picture) * (0.92 * share[..., None]).astype(np.float32)
    add_light(picture, np.float32(0.20 * flash) * rgb("#b9d2ff"))
    return picture


def _flash(age: float) -> float:
    """Brightness of a lightning: two strokes, the second fades."""
    if age < 0:
        return 0.0
    return float(np.exp(-age / 0.05) + 0.8 * (age > 0.14) * np.exp(-max(age - 0.14, 0) / 0.16))


def _bolt(picture: Picture, x: float, age: float, seed: int) -> None:
    bright = _flash(age)
    if bright < 0.04:
        return
    noise = np.random.default_rng(seed)
    points = [np.array([x, -0.02])]
    while points[-1][1] < 0.62:
        points.append(points[-1] + [noise.normal(0, 0.022), noise.uniform(0.015, 0.04)])
    trunk = np.array(points)
    branches = [trunk]
    for start in (5, 9, 13):
        twig = [trunk[min(start, len(trunk) - 1)]]
        side = noise.choice((-1, 1))
        for _ in range(6):
            twig.append(twig[-1] + [side * noise.uniform(0.004, 0.03), noise.uniform(0.01, 0.028)])
        branches.append(np.array(twig))
    starts = np.concatenate([branch[:-1] for branch in branches])
    ends = np.concatenate([branch[1:] for branch in branches])
    widths = [0.0022] * (len(trunk) - 1) + [0.0009] * (len(starts) - len(trunk) + 1)
    level = min(bright, 1.0) * np.tile(rgb("#e4edff"), (len(starts), 1))
    shine(picture, x, 0.3, 0.35, rgb("#a9c4ff"), 0.35 * bright)
    sparks(picture, starts, ends, widths, level, glow=1.5)


def _wave(picture: Picture, time_s: float, layer: int, colour: str, *, level: float) -> None:
    """One row of the sea, with light on its crests."""
    near = 1 + layer
    height, length = 0.035 + 0.024 * layer, 0.34 + 0.16 * layer
    phase = 0.42 * time_s * (0.7 + 0.1 * layer) / length * 0.34 + 0.37 * layer
    heave = 0.012 * np.sin(1.3 * time_s + layer)
    crest = sea(level=level + heave, height=height, length=length, phase=phase, sharpness=1.5)
    lit = between(colour, "#9db4b8", 0.30 - 0.03 * layer)
    fill(picture, crest, lit)
    body = crest.copy()
    body[:-2, 1] += 0.0022 * near
    fill(picture, body, rgb(colour))


def _rain(picture: Picture, time_s: float, count: int, length: float) -> None:
    noise = np.random.default_rng(77)
    x, y, speed = (
        noise.uniform(-0.3, ASPECT + 0.1, count),
        noise.random(count),
        noise.uniform(1.5, 2.4, count),
    )
    down = (y + speed * time_s) % 1.2 - 0.1
    x = x + 0.32 * down
    slant = (
        np.stack([np.full(count, 0.30), np.ones(count)], axis=-1) * (length * speed / 2)[:, None]
    )
    heads = np.stack([x, down], axis=-1)
    levels = (0.10 + 0.16 * noise.random(count))[:, None] * rgb("#c3d4dc")
    sparks(picture, heads - slant, heads, [0.0007] * count, levels)


def wave_wall(time_s: float) -> Picture:
    """The same boat, near, below a wave that rises over it."""
    picture = _storm_sky(time_s + 20, tuple(strike + 20 for strike in NEAR_STRIKES), light=0.95)
    grow = ease(time_s / 3.2)
    _wave(picture, 1.2 * time_s + 5, 1, "#2e353b", level=0.70)
    _wall(picture, time_s, grow)
    x, y = 0.58 + 0.02 * np.sin(1.1 * time_s), 0.80 - 0.03 * grow + 0.012 * np.sin(2.3 * time_s)
    turn = -0.30 - 0.22 * grow + 0.07 * np.sin(2.7 * time_s)
    boat(picture, x, y, 0.22, turn, hull=rgb("#060b10"), sail=rgb("#9da1a3"), reefed=True)
    for layer, colour in ((2, "#1f262b"), (3, "#101418"), (4, "#080a0d")):
        _wave(picture, 1.2 * time_s + 3, layer, colour, level=0.66 + 0.09 * layer)
    _rain(picture, time_s + 3, 130, 0.11)
    return picture


def _wall(picture: Picture, time_s: float, grow: float) -> None:
    """A wave that stands up on the right and curls over."""
    top = 0.50 - 0.36 * grow
    far = ASPECT + 0.3
    x = np.linspace(0.72, far, 160)
    place = (x - 0.72) / (far - 0.72)
    rise = place**1.35
    face = np.stack(
        [x - 0.16 * grow * place, 0.86 - (0.86 - top) * np.sin(rise * np.pi / 1.75)], -1
    )
    face[:, 1] += 0.006 * np.sin(22 * x + 4 * time_s) * place
    closed = np.concatenate([face, [[far, 1.2], [0.3, 1.2], [0.3, 0.9]]])
    fill(picture, closed, rgb("#30393f"))
    for step in range(1, 6):  # the hollow of the wave, darker towards its foot
        inner = face.copy()
        inner[:, 1] += 0.035 * step + 0.02 * step * place
        shade = between("#30393f", "#14191d", step / 5)
        fill(picture, np.concatenate([inner, [[far, 1.2], [0.3, 1.2], [0.3, 0.95]]]), shade)
    noise = np.random.default_rng(4)
    count = 150
    along = noise.random(count) ** 0.5
    index = (along * (len(face) - 1)).astype(int)
    age = (noise.random(count) + 0.9 * time_s) % 1
    spray = face[index] + np.stack([-0.10 * age * along, 0.07 * age**2 - 0.03 * age], -1)
    levels = ((1 - age) * 0.55 * along)[:, None] * rgb("#d5e3e6")
    sparks(picture, spray, spray + 0.002, [0.0022] * count, levels, glow=0.5)
