"""The shots by day: dawn, balloons, homecoming."""

from __future__ import annotations

import itertools

import numpy as np
from brush import (
    HEIGHT,
    Picture,
    bloom,
    fill,
    gradient,
    mask_of,
    mirrored,
    paint,
    placed,
    rgb,
    ridge,
    shine,
    texture,
)
from scenery import birds, boat, boat_mirror, circle, lighthouse, mist, veil


def dawn(time_s: float) -> Picture:
    """A boat on a still sea before the sun is up."""
    picture = gradient(
        (0, "#31456f"), (0.22, "#6f75a0"), (0.42, "#d99aa0"), (0.56, "#f8c79f"), (0.64, "#ffe3b8")
    )
    sun_x, sun_y = 1.22, 0.575 - 0.010 * time_s
    shine(picture, sun_x, sun_y, 0.45, rgb("#ffb27a"), 0.45)
    shine(picture, sun_x, sun_y, 0.18, rgb("#ffdca0"), 0.60)
    disc = circle(sun_x, sun_y, 0.078)
    fill(picture, disc, rgb("#fff3d2"))
    veil(picture, texture(11, 3, 9), 0.012 * time_s, "#ffd9c0", 0.34, top=0.08, bottom=0.42)
    for seed, base, rise, colour, speed in (
        (3, 0.600, 0.20, "#b79bb0", 0.002),
        (9, 0.622, 0.15, "#8d7f9f", 0.004),
        (14, 0.640, 0.09, "#655f86", 0.007),
    ):
        fill(picture, ridge(seed, base=base, rise=rise, shift=speed * time_s), rgb(colour))
        mist(picture, 0.64, 0.09, "#f6cdb4", 0.42)
    mirrored(picture, 0.64, time_s, tint=rgb("#4a5a8c"), keep=0.9, ripple=0.8)
    bob = 0.003 * np.sin(1.6 * time_s)
    x, y = 0.50 + 0.016 * time_s, 0.735 + bob
    boat_mirror(picture, x, y + 0.022, 0.105, "#3b3f63")
    boat(
        picture, x, y, 0.105, 0.02 * np.sin(1.1 * time_s), hull=rgb("#2c2a44"), sail=rgb("#fbe6d0")
    )
    birds(picture, time_s, np.array([[0.32, 0.30, 0.016], [0.39, 0.27, 0.013]]), rgb("#4c4f78"))
    return picture


BALLOONS = (
    # x, y, size, rise, colours
    (0.36, 0.56, 0.062, 0.010, ("#f25f5c", "#fff1d6")),
    (1.50, 0.50, 0.075, 0.012, ("#3da5d9", "#fff1d6")),
    (1.06, 0.60, 0.048, 0.009, ("#9b5de5", "#ffd166")),
    (0.62, 0.36, 0.115, 0.020, ("#ffb627", "#f2542d")),
    (1.24, 0.33, 0.165, 0.027, ("#e63946", "#fff3e0")),
)


def balloons(time_s: float) -> Picture:
    """Balloons over green hills on a bright morning."""
    picture = gradient((0, "#2f8fdd"), (0.35, "#6fbdf0"), (0.62, "#c5e8f7"), (0.8, "#f3f6df"))
    shine(picture, 0.12, 0.08, 0.5, rgb("#fff1b8"), 0.42)
    _cumulus(picture, time_s)
    for seed, base, rise, colour, speed in (
        (21, 0.74, 0.17, "#9cc9c9", 0.016),
        (25, 0.80, 0.16, "#74b49a", 0.034),
    ):
        fill(
            picture,
            ridge(seed, base=base, rise=rise, detail=0.5, shift=speed * time_s),
            rgb(colour),
        )
    for x, y, size, rise, colours in BALLOONS:
        sway = 0.004 * np.sin(1.3 * time_s + 9 * x)
        _balloon(picture, x + sway + 0.022 * time_s, y - rise * time_s, size, colours)
    for seed, base, rise, colour, speed in (
        (31, 0.90, 0.15, "#57a05c", 0.072),
        (36, 0.985, 0.14, "#3c8550", 0.14),
    ):
        fill(
            picture,
            ridge(seed, base=base, rise=rise, detail=0.2, shift=speed * time_s),
            rgb(colour),
        )
    return picture


def _cumulus(picture: Picture, time_s: float) -> None:
    """Heaps of cloud with a lit top and a flat foot."""
    noise = np.random.default_rng(8)
    for x, y, size in (
        (0.30, 0.24, 0.10),
        (0.95, 0.17, 0.075),
        (1.62, 0.22, 0.11),
        (0.02, 0.47, 0.07),
    ):
        left = x - 0.03 * time_s * (size / 0.1)
        puffs = []
        for _ in range(11):
            along, radius = noise.uniform(-1.7, 1.7), noise.uniform(0.45, 0.85)
            radius *= 1.1 - 0.3 * abs(along)
            puffs.append((left + along * size, y - radius * size * 0.55, radius * size))
        for shade, colour in ((0.10, "#d8ebf5"), (0.0, "#ffffff")):
            mask = mask_of([circle(px, py + shade * pr, pr) for px, py, pr in puffs])
            mask[round((y + shade * size * 0.6) * HEIGHT) :] = 0
            paint(picture, mask, rgb(colour))


def _balloon(picture: Picture, x: float, y: float, size: float, colours: tuple[str, str]) -> None:
    """Striped envelope, basket and ropes."""
    angle = np.linspace(0, np.pi, 40)
    taper = np.where(angle < np.pi / 2, 1.0, 1.0 - 0.62 * ((angle - np.pi / 2) / (np.pi / 2)) ** 2)
    half = np.sin(angle) ** 0.8 * taper + np.where(angle > 3, 0.10, 0)
    down = -np.cos(angle) * np.where(angle > np.pi / 2, 1.28, 1.0)
    ribs = np.sin(np.linspace(-np.pi / 2, np.pi / 2, 9))
    for number, (left, right) in enumerate(itertools.pairwise(ribs)):
        stripe = np.concatenate(
            [np.stack([left * half, down], -1), np.stack([right * half, down], -1)[::-1]]
        )
        light = 0.5 + 0.5 * (left + right) / 2
        colour = rgb(colours[number % 2])
        fill(picture, placed(stripe, x, y, size), colour * np.float32(1.04 - 0.22 * light))
    dark = rgb("#5b4636")
    ropes = [
        [(side * 0.17, 1.2), (side * 0.19, 1.2), (side * 0.13, 1.62), (side * 0.11, 1.62)]
        for side in (-1, 1)
    ]
    basket = [(-0.14, 1.6), (0.14, 1.6), (0.11, 1.84), (-0.11, 1.84)]
    fill(picture, [placed(part, x, y, size) for part in (*ropes, basket)], dark)


def homecoming(time_s: float) -> Picture:
    """Full sail into a great sun."""
    picture = gradient(
        (0, "#3f7fb5"), (0.22, "#8fb6c4"), (0.42, "#ffd99a"), (0.60, "#ffb45e"), (0.70, "#ff9a4a")
    )
    sun_x, sun_y = 0.92, 0.545 - 0.006 * time_s
    shine(picture, sun_x, sun_y, 0.55, rgb("#ffd27a"), 0.55)
    veil(picture, texture(83, 3, 10), 0.015 * time_s, "#fff0cf", 0.55, top=0.02, bottom=0.50)
    fill(picture, circle(sun_x, sun_y, 0.165), rgb("#fff6da"))
    fill(picture, ridge(87, base=0.70, rise=0.12, detail=0.6), rgb("#c9785a"))
    mirrored(picture, 0.69, time_s, tint=rgb("#c4683f"), keep=0.85, ripple=0.9)
    rock = np.array(
        [(-0.1, 0.74), (0.05, 0.69), (0.16, 0.675), (0.27, 0.69), (0.36, 0.735), (0.1, 0.76)]
    )
    fill(picture, rock, rgb("#5b2f35"))
    lighthouse(picture, 0.17, 0.68, 0.20, rgb("#5b2f35"), rgb("#fff3c4"))
    x, y = 0.98 + 0.012 * time_s, 0.775 + 0.004 * np.sin(1.9 * time_s)
    boat_mirror(picture, x, y + 0.045, 0.20, "#6b3034")
    boat(
        picture,
        x,
        y,
        0.20,
        0.035 * np.sin(1.3 * time_s) - 0.03,
        hull=rgb("#4a2430"),
        sail=rgb("#fffaf0"),
    )
    places = np.array(
        [[0.52, 0.30, 0.026], [0.61, 0.25, 0.020], [1.30, 0.34, 0.022], [0.45, 0.21, 0.016]]
    )
    birds(picture, time_s, places, rgb("#7a4a4a"))
    bloom(picture, 0.5, above=0.75, reach=0.05)
    return picture
