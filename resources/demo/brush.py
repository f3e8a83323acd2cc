"""What the demo film is drawn with: skies, silhouettes, lights, water, clouds.

A picture is (H, W, 3) float32 RGB from 0 to 1. Places are given in picture heights: x runs from 0
to 16/9, y from 0 (top) to 1 (bottom), so that nothing depends on the size of the picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]
Points = NDArray[np.float64]
Colour = NDArray[np.float32]

HEIGHT = 720
WIDTH = 1280
ASPECT = WIDTH / HEIGHT

_SUBPIXEL_BITS = 6
_SUBPIXEL = 1 << _SUBPIXEL_BITS


def rgb(code: str) -> Colour:
    """``"#ff8800"`` as three numbers from 0 to 1."""
    return np.array([int(code[place : place + 2], 16) / 255 for place in (1, 3, 5)], np.float32)


def between(first: str, second: str, share: float) -> Colour:
    """A colour on the way from the first to the second."""
    return rgb(first) + np.float32(share) * (rgb(second) - rgb(first))


def ease(place: float) -> float:
    """0 to 1 with a soft start and end; held outside."""
    place = min(max(place, 0.0), 1.0)
    return place * place * (3 - 2 * place)


def gradient(*stops: tuple[float, str]) -> Picture:
    """A sky: colours at heights, smoothly joined."""
    places = [stop[0] for stop in stops]
    colours = np.array([rgb(stop[1]) for stop in stops])
    rows = (np.arange(HEIGHT) + 0.5) / HEIGHT
    column = np.stack([np.interp(rows, places, colours[:, c]) for c in range(3)], axis=-1)
    soft = cv2.GaussianBlur(column[:, None].astype(np.float32), (0, 0), HEIGHT * 0.03)
    return np.repeat(soft.reshape(HEIGHT, 1, 3), WIDTH, axis=1)


def mask_of(points: Points | Sequence[Points]) -> NDArray[np.uint8]:
    """Where one or more polygons lie: (H, W) uint8 with smooth edges."""
    polygons = points if isinstance(points, list | tuple) else [points]
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    scaled = [np.round(polygon * HEIGHT * _SUBPIXEL).astype(np.int32) for polygon in polygons]
    for polygon in scaled:
        cv2.fillPoly(mask, [polygon], 255, cv2.LINE_AA, _SUBPIXEL_BITS)
    return mask


def paint(picture: Picture, mask: NDArray[np.uint8], colour: Colour | Picture) -> None:
    """Lay a colour, or another picture, over the masked part."""
    rows = np.flatnonzero(mask.any(axis=1))
    if rows.size == 0:
        return
    part = slice(rows[0], rows[-1] + 1)
    share = mask[part, :, None].astype(np.float32) / 255
    over = colour[part] if colour.ndim == 3 else colour
    picture[part] += (over - picture[part]) * share


def fill(picture: Picture, points: Points | Sequence[Points], colour: Colour) -> None:
    """Draw polygons in one colour."""
    paint(picture, mask_of(points), colour)


def shine(
    picture: Picture,
    x: float,
    y: float,
    radius: float,
    colour: Colour,
    strength: float = 1.0,
) -> None:
    """Add a soft round light; lights never burn out, they approach white."""
    reach = radius * 3
    left, right = (int(np.clip((x + s * reach) * HEIGHT, 0, WIDTH)) for s in (-1, 1))
    top, bottom = (int(np.clip((y + s * reach) * HEIGHT, 0, HEIGHT)) for s in (-1, 1))
    if right <= left or bottom <= top or strength <= 0:
        return
    across = ((np.arange(left, right) + 0.5) / HEIGHT - x) / radius
    down = ((np.arange(top, bottom) + 0.5) / HEIGHT - y) / radius
    fall = np.exp(-(across[None] ** 2) - down[:, None] ** 2).astype(np.float32)
    add_light(picture[top:bottom, left:right], strength * fall[..., None] * colour)


def add_light(picture: Picture, light: Picture) -> None:
    """Screen blending, in place."""
    picture += light * (1 - np.minimum(picture, 1))


def sparks(
    picture: Picture,
    starts: Points,
    ends: Points,
    radii: Iterable[float],
    colours: NDArray[np.float32],
    *,
    glow: float = 0.0,
) -> None:
    """Many small lights, each drawn from where it was to where it is, with a common glow.

    ``starts`` and ``ends`` are (N, 2), ``colours`` (N, 3), their brightness included.
    """
    layer = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    scaled = (np.concatenate([starts, ends], axis=1) * HEIGHT * _SUBPIXEL).round().astype(int)
    levels = np.clip(colours * 255, 0, 255).astype(int)
    for line, radius, level in zip(scaled.tolist(), radii, levels.tolist(), strict=True):
        width = max(1, round(2 * radius * HEIGHT))
        cv2.line(layer, line[:2], line[2:], level, width, cv2.LINE_AA, _SUBPIXEL_BITS)
    light = layer.astype(np.float32) / 255
    if glow > 0:
        small = cv2.resize(light, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        halo = cv2.GaussianBlur(small, (0, 0), HEIGHT * 0.006)
        light += glow * cv2.resize(halo, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    add_light(picture, np.minimum(light, 1))


def bloom(picture: Picture, amount: float, *, above: float = 0.7, reach: float = 0.03) -> None:
    """Let what is bright glow."""
    small = cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    bright = np.maximum(small - above, 0)
    halo = cv2.GaussianBlur(bright, (0, 0), HEIGHT * reach / 4)
    add_light(picture, amount * cv2.resize(halo, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR))


@cache
def texture(seed: int, columns: int, rows: int, octaves: int = 5) -> NDArray[np.float32]:
    """Cloud-like noise, (H, 2 W) float32 from 0 to 1, the same for the same seed; wraps around."""
    noise = np.random.default_rng(seed)
    total = np.zeros((HEIGHT, 2 * WIDTH), np.float32)
    for octave in range(octaves):
        grid = noise.random((rows << octave, 2 * columns << octave)).astype(np.float32)
        wrapped = np.concatenate([grid[:, -4:], grid, grid[:, :4]], axis=1)
        cell = 2 * WIDTH / grid.shape[1]
        wide = cv2.resize(
            wrapped,
            (round(wrapped.shape[1] * cell), HEIGHT),
            interpolation=cv2.INTER_CUBIC,
        )
        start = round(4 * cell)
        total += wide[:, start : start + 2 * WIDTH] * 0.5**octave
    low, high = np.percentile(total, (1, 99))
    return np.clip((total - low) / (high - low), 0, 1).astype(np.float32)


def drifted(pattern: NDArray[np.float32], shift: float) -> NDArray[np.float32]:
    """The (H, W) part of a texture after it has moved to the left by ``shift`` heights."""
    pixels = shift * HEIGHT % pattern.shape[1]
    whole = int(pixels)
    columns = (whole + np.arange(WIDTH + 1)) % pattern.shape[1]
    part = pattern[:, columns]
    return part[:, :-1] + np.float32(pixels - whole) * (part[:, 1:] - part[:, :-1])


def ridge(
    seed: int, *, base: float, rise: float, detail: float = 1.0, shift: float = 0.0
) -> Points:
    """The outline of hills, closed at the bottom: waves of seeded length and place."""
    noise = np.random.default_rng(seed)
    x = np.linspace(-0.02, ASPECT + 0.02, 500)
    y = np.zeros_like(x)
    for octave in range(7):
        length = noise.uniform(0.8, 1.3) * 1.6 / 1.9**octave
        phase = noise.uniform(0, 2 * np.pi)
        wave = np.sin(2 * np.pi * (x + shift) / length + phase)
        y += (1 - np.abs(wave)) * 0.5**octave * (detail if octave > 2 else 1)
    outline = np.stack([x, base - rise * (y / 1.4 - 0.35)], axis=-1)
    return np.concatenate([outline, [[ASPECT + 0.1, 1.2], [-0.1, 1.2]]])


def mirrored(
    picture: Picture,
    horizon: float,
    time_s: float,
    *,
    tint: Colour,
    keep: float = 0.75,
    ripple: float = 1.0,
) -> None:
    """Turn everything below the horizon into water that mirrors what stands above it.

    ``tint`` is the water's own colour, ``keep`` how much of the mirror image stays at the
    horizon; it falls towards the viewer.
    """
    top = round(horizon * HEIGHT)
    depth = ((np.arange(top, HEIGHT) + 0.5) / HEIGHT - horizon)[:, None]
    x = ((np.arange(WIDTH) + 0.5) / HEIGHT)[None]
    far = 0.055 / (depth + 0.05)  # waves look closer together towards the horizon
    swell = np.sin(46 * far + 1.7 * time_s + 1.3 * np.sin(5.1 * x + 0.6 * time_s))
    chop = np.sin(97 * far - 2.3 * time_s + 2.1 * np.sin(9.7 * x - 0.9 * time_s) + 3 * x)
    lift = ripple * (0.030 * swell + 0.016 * chop) * np.sqrt(depth)
    sway = ripple * 0.012 * np.sin(61 * far + 2.1 * time_s + 7 * x) * np.sqrt(depth)
    source_y = ((horizon - depth * 0.92 + lift) * HEIGHT).astype(np.float32)
    source_y = np.clip(source_y, 0, top - 1)
    source_x = ((x + sway) * HEIGHT).astype(np.float32)
    mirror = cv2.remap(picture, source_x, source_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    share = (keep * (1 - 0.55 * depth / (1 - horizon))).astype(np.float32)[..., None]
    picture[top:] = tint + (mirror - tint) * share


def sea(
    *, level: float, height: float, length: float, phase: float, sharpness: float = 1.0
) -> Points:
    """A row of waves seen from the side, peaked like real ones, closed at the bottom."""
    x = np.linspace(-0.02, ASPECT + 0.02, 400)
    y = np.zeros_like(x)
    for share, stretch, speed in ((1.0, 1.0, 1.0), (0.35, 0.43, 1.7), (0.12, 0.19, 2.6)):
        angle = np.pi * (x / (length * stretch) - phase * speed)
        y += share * (1 - np.abs(np.sin(angle)) ** (1 / sharpness)) ** 1.2
    outline = np.stack([x, level - height * (y - 0.4)], axis=-1)
    return np.concatenate([outline, [[ASPECT + 0.1, 1.2], [-0.1, 1.2]]])


def placed(
    points: Sequence[Sequence[float]], x: float, y: float, size: float, turn: float = 0.0
) -> Points:
    """A drawing in its own units, turned (radians), scaled and put in its place."""
    cosine, sine = np.cos(turn), np.sin(turn)
    turned = np.asarray(points, np.float64) @ np.array([[cosine, sine], [-sine, cosine]])
    return turned * size + np.array([x, y])


def finish(picture: Picture, *, vignette: float = 0.15, light: float = 1.0) -> NDArray[np.uint8]:
    """Darken the corners, set the light, add the grain of paper, and round to 8 bits."""
    graded = picture * (1 - vignette * _corners()[..., None]) * np.float32(light)
    return np.clip(graded * 255 + _grain() * light, 0, 255).astype(np.uint8)


@cache
def _corners() -> NDArray[np.float32]:
    x = np.linspace(-1, 1, WIDTH)[None]
    y = np.linspace(-1, 1, HEIGHT)[:, None]
    return np.clip((x**2 + y**2 - 0.45) / 1.55, 0, 1).astype(np.float32) ** 1.3


@cache
def _grain() -> Picture:
    """Still noise around rounding, which hides the steps of soft gradients and costs few bits."""
    noise = np.random.default_rng(1).normal(0.5, 0.9, (HEIGHT, WIDTH, 1))
    return np.repeat(noise.astype(np.float32), 3, axis=2)
