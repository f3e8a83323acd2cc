"""Cuts films together with every kind of transition, and writes down where each one lies.

    python -m tests.data.make_transitions FOLDER [--clips CLIP...] [--films 4] [--seed 1]

Shots are drawn (a camera moves over a painted field with things moving in it) or, with ``--clips``,
taken from films beside whose folder ``cuts/NAME.csv`` tells where their own transitions are. The
labels have the columns of such a file: kind, frame, start_frame, end_frame.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from tests.data.make_media import write_film

WIDTH, HEIGHT = 256, 144
RATES = (Fraction(24), Fraction(25), Fraction(30000, 1001))
KINDS = ("hard", "dissolve", "fade", "fade to white", "black and pop", "out and pop")
SHARES = (0.42, 0.26, 0.12, 0.05, 0.08, 0.07)
DISTURBANCES = ("none", "none", "flash", "flicker", "grain", "whip pan", "shake", "light")


@dataclass(frozen=True)
class Label:
    """A transition as it was made; ``frame`` as the rule of the labels has it."""

    frame: int
    kind: str
    start_frame: int
    end_frame: int
    note: str


@dataclass
class Film:
    """Pictures, (h, w, 3) float32 each, and the transitions between them."""

    pictures: list[np.ndarray] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)


def painted_field(chance: np.random.Generator, size: int = 640) -> np.ndarray:
    """A large coloured picture, (size, size, 3): clouds of several sizes and plain shapes."""
    base = chance.uniform(20, 200, 3)
    picture = np.tile(base, (size, size, 1)).astype(np.float32)
    for scale in (4, 10, 30, 80):
        cloud = chance.normal(0, 1, (scale, scale, 3)) * chance.uniform(0.2, 1, 3)
        picture += cv2.resize(cloud.astype(np.float32), (size, size)) * chance.uniform(8, 30)
    for _ in range(int(chance.integers(4, 24))):
        colour = chance.uniform(0, 255, 3).tolist()
        centre = chance.integers(0, size, 2).tolist()
        if chance.random() < 0.5:
            cv2.circle(picture, centre, int(chance.integers(8, 80)), colour, -1)
        else:
            corner = (np.array(centre) + chance.integers(10, 160, 2)).tolist()
            cv2.rectangle(picture, centre, corner, colour, -1)
    return np.clip(picture, 0, 255)


def drawn_shot(
    chance: np.random.Generator, count: int, *, fast: bool = False, speed: float | None = None
) -> list[np.ndarray]:
    """A camera that pans and zooms over a field, with a disc or two crossing.

    It moves by ``speed`` pixels a picture, by chance if None; ``fast`` whips it round once.
    """
    canvas = painted_field(chance)
    size = len(canvas)
    speeds = np.full(count, chance.choice([0, 0.4, 1.5, 4]) if speed is None else speed)
    if fast:
        middle, width = chance.uniform(0.5, 0.7) * count, chance.uniform(2, 5)
        speeds += chance.uniform(8, 24) * np.exp(-(((np.arange(count) - middle) / width) ** 2))
    angle, zoom = chance.uniform(0, 2 * np.pi), chance.uniform(-0.002, 0.002)
    heading = np.array([np.cos(angle), np.sin(angle)])
    way = np.cumsum(speeds) - speeds.sum() / 2
    discs = [
        (chance.uniform(0, [WIDTH, HEIGHT]), chance.normal(0, 2.5, 2), chance.uniform(0, 255, 3))
        for _ in range(int(chance.integers(0, 3)))
    ]
    pictures = []
    for number in range(count):
        scale = 1 + zoom * number
        matrix = np.array([[scale, 0, 0], [0, scale, 0]])
        matrix[:, 2] = size / 2 + heading * way[number] - scale * np.array([WIDTH, HEIGHT]) / 2
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        view = cv2.warpAffine(
            canvas, matrix, (WIDTH, HEIGHT), flags=flags, borderMode=cv2.BORDER_REFLECT
        )
        for place, step, colour in discs:
            x, y = (place + step * number).round().astype(int).tolist()
            cv2.circle(view, (x, y), 14, colour.tolist(), -1)
        pictures.append(view)
    return pictures


def clip_shots(path: Path, *, shortest: int = 20) -> list[list[np.ndarray]]:
    """The stretches of a film between the transitions that its labels tell, none near them."""
    labels = path.parent / "cuts" / f"{path.stem}.csv"
    spans: list[tuple[int, int]] = []
    if labels.is_file():
        with labels.open(newline="", encoding="utf-8") as file:
            spans = [
                (int(row["start_frame"]), int(row["end_frame"])) for row in csv.DictReader(file)
            ]
    shots: list[list[np.ndarray]] = [[]]
    with av.open(f"file:{path}") as container:
        for number, frame in enumerate(container.decode(video=0)):
            if any(first <= number <= last for first, last in spans):
                shots.append([])
            if not any(first - 1 <= number <= last + 1 for first, last in spans):
                picture = frame.to_ndarray(width=384, height=216, format="rgb24")
                shots[-1].append(picture)
    return [shot for shot in shots if len(shot) >= shortest and _shows_something(shot)]


def _shows_something(shot: list[np.ndarray]) -> bool:
    return min(float(picture.std()) for picture in shot[::4]) > 12


class Shots:
    """An endless row of shots out of clips, or drawn where there are none."""

    def __init__(self, chance: np.random.Generator, clips: list[list[np.ndarray]]) -> None:
        self._chance, self._clips = chance, clips
        self._last = -1

    def next(self, count: int, disturbance: str) -> list[np.ndarray]:
        """``count`` float pictures (HEIGHT, WIDTH, 3), never of the stretch used just before."""
        chance = self._chance
        if disturbance == "whip pan" or not self._clips:
            self._last = -1
            return drawn_shot(chance, count, fast=disturbance == "whip pan")
        choice = int(chance.integers(len(self._clips)))
        if choice == self._last:
            choice = (choice + 1) % len(self._clips)
        self._last = choice
        clip = self._clips[choice]
        start = int(chance.integers(0, max(1, len(clip) - count)))
        there_and_back = [*range(len(clip)), *range(len(clip) - 2, 0, -1)]
        part = [clip[there_and_back[(start + n) % len(there_and_back)]] for n in range(count)]
        height, width = part[0].shape[:2]
        size = chance.uniform(0.7, 1)
        y, x = (int(chance.uniform(0, (1 - size) * side)) for side in (height, width))
        window = np.s_[y : y + int(height * size), x : x + int(width * size)]
        step = -1 if chance.random() < 0.5 else 1
        return [
            cv2.resize(
                picture[window][:, ::step], (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA
            ).astype(np.float32)
            for picture in part
        ]


def disturbed(
    pictures: list[np.ndarray], disturbance: str, chance: np.random.Generator
) -> list[np.ndarray]:
    """A shot with something in it that is no cut; its ends stay as they are."""
    count = len(pictures)
    if disturbance == "flash" and count >= 32:
        start, length = int(chance.integers(6, count - 18)), int(chance.integers(1, 4))
        for number in range(start, start + length):
            strength = chance.uniform(0.6, 1)
            pictures[number] = pictures[number] * (1 - strength) + 255 * strength
    if disturbance == "flicker":
        return [picture * chance.uniform(0.86, 1.1) for picture in pictures]
    if disturbance == "light" and count >= 32:
        low, middle = chance.uniform(0.35, 0.7), int(chance.integers(8, count - 18))
        return [picture * (low if n < middle else 1) for n, picture in enumerate(pictures)]
    if disturbance == "shake":
        moves = np.cumsum(chance.normal(0, 1.6, (count, 2)), axis=0) * 0.8
        moves -= np.linspace(0, 1, count)[:, None] * moves[-1]
        matrices = [np.array([[1, 0, x], [0, 1, y]], np.float64) for x, y in moves]
        return [
            cv2.warpAffine(picture, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)
            for picture, matrix in zip(pictures, matrices, strict=True)
        ]
    return pictures


def made_film(seed: int, clips: list[list[np.ndarray]], transitions: int) -> Film:
    """A film of ``transitions`` transitions and one more shot, all by chance from a seed."""
    chance = np.random.default_rng(seed)
    shots, film = Shots(chance, clips), Film()
    kinds = chance.choice(KINDS, transitions, p=SHARES)
    _add_shot(film, shots, chance, tail=0)
    for kind in kinds:
        _JOIN[kind](film, shots, chance)
    return film


def _add_shot(film: Film, shots: Shots, chance: np.random.Generator, *, tail: int) -> None:
    """Append a shot that leaves room for half a second beyond its transitions."""
    film.pictures.extend(_new_shot(shots, chance, tail))


def _new_shot(shots: Shots, chance: np.random.Generator, more: int) -> list[np.ndarray]:
    """A shot of 14 to 80 pictures and ``more`` ones at its start, which are left undisturbed."""
    disturbance = str(chance.choice(DISTURBANCES))
    count = int(chance.integers(14, 80)) + more
    pictures = shots.next(count, disturbance)
    changed = disturbed(pictures[more:], disturbance, chance)
    if disturbance == "light":
        gain = float(changed[0].mean() / max(1.0, pictures[more].mean()))
        return [picture * gain for picture in pictures[:more]] + changed
    if disturbance == "grain":
        sigma = chance.uniform(2, 9)
        everything = pictures[:more] + changed
        return [picture + chance.normal(0, sigma, picture.shape) for picture in everything]
    return pictures[:more] + changed


def _hard(film: Film, shots: Shots, chance: np.random.Generator) -> None:
    at = len(film.pictures)
    film.labels.append(Label(at, "hard", at, at, ""))
    _add_shot(film, shots, chance, tail=0)


def _dissolve(film: Film, shots: Shots, chance: np.random.Generator) -> None:
    """The outgoing shot's last pictures are mixed with the incoming one's first."""
    length = int(chance.integers(6, 49))
    incoming = _new_shot(shots, chance, length)
    start = len(film.pictures)
    before = _continued(film, length)
    for number in range(length):
        share = (number + 1) / (length + 1)
        film.pictures.append(before[number] * (1 - share) + incoming[number] * share)
    end = start + length - 1
    film.labels.append(Label((start + end) // 2, "dissolve", start, end, f"{length} frames"))
    film.pictures.extend(incoming[length:])


def _continued(film: Film, length: int) -> list[np.ndarray]:
    """The outgoing shot going on: its last pictures back again, no further than half a second."""
    since = film.labels[-1].end_frame + 1 if film.labels else 0
    reach = max(1, min(12, len(film.pictures) - since))
    back = film.pictures[-1 : -reach - 1 : -1]
    return ([*back, *back[::-1]] * (length // len(back) + 1))[:length]


def _fade(film: Film, shots: Shots, chance: np.random.Generator, plain: float = 0.0) -> None:
    out, hold, into = (int(chance.integers(low, high)) for low, high in ((3, 25), (0, 13), (3, 25)))
    _fade_out(film, out, plain)
    start = len(film.pictures) - out
    film.pictures.extend(_plain(plain) for _ in range(hold))
    incoming = _new_shot(shots, chance, into)
    first = len(film.pictures)
    for number in range(into):
        share = (number + 1) / (into + 1)
        film.pictures.append(incoming[number] * share + plain * (1 - share))
    film.labels.append(Label(first, "fade", start, first + into - 1, f"{out}, {hold}, {into}"))
    film.pictures.extend(incoming[into:])


def _fade_to_white(film: Film, shots: Shots, chance: np.random.Generator) -> None:
    _fade(film, shots, chance, plain=250.0)


def _fade_out(film: Film, length: int, plain: float) -> None:
    before = _continued(film, length)
    for number in range(length):
        share = (number + 1) / (length + 1)
        film.pictures.append(before[number] * (1 - share) + plain * share)


def _plain(level: float) -> np.ndarray:
    return np.full((HEIGHT, WIDTH, 3), level, np.float32)


def _black_and_pop(film: Film, shots: Shots, chance: np.random.Generator) -> None:
    """A cut to black, then a picture at once."""
    for _ in range(2):
        at = len(film.pictures)
        film.labels.append(Label(at, "hard", at, at, "to or from black"))
        if _ == 0:
            film.pictures.extend(_plain(0) for _ in range(int(chance.integers(8, 30))))
    _add_shot(film, shots, chance, tail=0)


def _out_and_pop(film: Film, shots: Shots, chance: np.random.Generator) -> None:
    """A fade to black, then a picture at once."""
    start = len(film.pictures)
    _fade_out(film, int(chance.integers(4, 25)), 0)
    film.pictures.extend(_plain(0) for _ in range(int(chance.integers(3, 20))))
    at = len(film.pictures)
    film.labels.append(Label(at, "hard", start, at, "pops out of black"))
    _add_shot(film, shots, chance, tail=0)


_JOIN = {
    "hard": _hard,
    "dissolve": _dissolve,
    "fade": _fade,
    "fade to white": _fade_to_white,
    "black and pop": _black_and_pop,
    "out and pop": _out_and_pop,
}


def write_labels(path: Path, labels: list[Label], rate: Fraction) -> None:
    """Labels as the evaluation reads them."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["frame", "time_s", "kind", "start_frame", "end_frame", "note"])
        for label in labels:
            writer.writerow(
                [
                    label.frame,
                    f"{float(label.frame / rate):.6f}",
                    label.kind,
                    label.start_frame,
                    label.end_frame,
                    label.note,
                ]
            )


def make_films(
    folder: Path, clips: list[Path], *, films: int, seed: int, transitions: int = 24
) -> Iterator[Path]:
    """Write films and their labels, of shots from clips or drawn, at several rates."""
    (folder / "cuts").mkdir(parents=True, exist_ok=True)
    shots = [shot for clip in clips for shot in clip_shots(clip)]
    for number in range(films):
        film = made_film(seed * 1000 + number, shots, transitions)
        rate = RATES[number % len(RATES)]
        name = f"{'clips' if shots else 'drawn'}_{seed}_{number}"
        pictures = [np.clip(picture, 0, 255).astype(np.uint8) for picture in film.pictures]
        write_film(folder / f"{name}.mp4", pictures, rate)
        write_labels(folder / "cuts" / f"{name}.csv", film.labels, rate)
        yield folder / f"{name}.mp4"


def main() -> None:
    """Make films as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips", type=Path, nargs="*", default=[])
    parser.add_argument("--films", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for path in make_films(options.folder, options.clips, films=options.films, seed=options.seed):
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
