"""The films on which it is measured whether a score lands: seeded timelines, and labelled clips.

What is to be hit is settled here, before any music is written, and every hit counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np

from emsync_engine.project.model import (
    EMOTIONS,
    Boundary,
    BoundaryId,
    SegmentEmotion,
    Timeline,
    VAPoint,
)

FILMS = 20
SHORTEST_S, LONGEST_S = 60.0, 300.0
FEWEST_HITS, MOST_HITS = 5, 60

CUTTINGS_S = ((2.0, 8.0), (2.0, 20.0), (4.0, 20.0))
"""Gaps between hits, drawn evenly: quick, of everything, calm."""

ENSEMBLES = ("cinematic", "chamber", "band")
"""Strings, piano, bass and drums; strings and piano alone; guitar in the place of strings."""

_RATES = (
    *(Fraction(24), Fraction(25), Fraction(30000, 1001)),
    *(Fraction(24000, 1001), Fraction(30)),
)
_LAST_GAP_S = 2.0  # a film does not end on its last hit
_SCENE_S = 20.0  # how long an emotion lasts at least
_EMOTION = 0.8  # valence and arousal are drawn from -0.8 to 0.8
_SET_SEED = 2026  # of the whole set


@dataclass(frozen=True, slots=True)
class Film:
    """A film as the composer knows it: when to land, what is felt, who plays.

    ``hit_frames`` are in increasing order, strictly inside the film; ``points`` hold valence and
    arousal for each stretch between them, one more than there are hits.
    """

    name: str
    frames: int
    frame_rate: Fraction
    hit_frames: tuple[int, ...]
    points: tuple[tuple[float, float], ...]
    ensemble: str

    @property
    def duration(self) -> Fraction:
        return self.frames / self.frame_rate

    @property
    def frame_s(self) -> float:
        return float(1 / self.frame_rate)

    @property
    def hits_s(self) -> tuple[float, ...]:
        return tuple(float(frame / self.frame_rate) for frame in self.hit_frames)

    @property
    def gaps_s(self) -> tuple[float, ...]:
        """The time before each hit since the one before it, or since the start."""
        return tuple(later - earlier for earlier, later in pairwise((0.0, *self.hits_s)))

    @property
    def timeline(self) -> Timeline:
        """As the window would hand it to the composer; every boundary is a hit."""
        boundaries = tuple(
            Boundary(BoundaryId(f"hit-{number}"), frame / self.frame_rate, is_hit=True, wanted=True)
            for number, frame in enumerate(self.hit_frames)
        )
        unread = (1 / len(EMOTIONS),) * len(EMOTIONS)
        emotions = tuple(
            SegmentEmotion(unread, VAPoint(0.0, 0.0), 1.0, VAPoint(*point)) for point in self.points
        )
        return Timeline(self.duration, boundaries, emotions)


def seeded_films(count: int = FILMS, *, seed: int = _SET_SEED) -> tuple[Film, ...]:
    """The first so many of the seeded films, the shortest first.

    Of 1 to 5 minutes, with gaps of 2 to 20 s and 5 to 60 hits; a quick cutting comes with every
    ensemble. Another seed draws other hits in films of the same kinds. ValueError for more than 20.
    """
    if not 0 <= count <= FILMS:
        raise ValueError(f"there are {FILMS} seeded films, not {count}")
    return tuple(_seeded_film(number, seed) for number in range(count))


def _seeded_film(number: int, seed: int) -> Film:
    rng = np.random.default_rng((seed, number))
    rate = _RATES[number % len(_RATES)]
    duration_s = SHORTEST_S + (LONGEST_S - SHORTEST_S) * number / (FILMS - 1)
    cutting_s = CUTTINGS_S[number % len(CUTTINGS_S)]
    hits = drawn_hits(rng, duration_s, cutting_s)
    while not FEWEST_HITS <= len(hits) <= MOST_HITS:
        hits = drawn_hits(rng, duration_s, cutting_s)
    frames = tuple(round(hit_s * rate) for hit_s in hits)
    return Film(
        f"seeded-{number + 1:02d}",
        round(duration_s * rate),
        rate,
        frames,
        _drawn_points(rng, hits),
        ENSEMBLES[(number + number // len(CUTTINGS_S)) % len(ENSEMBLES)],
    )


def drawn_hits(
    rng: np.random.Generator, duration_s: float, gaps_s: tuple[float, float]
) -> list[float]:
    """Times with gaps drawn evenly between two lengths, seconds."""
    hits: list[float] = []
    time_s = float(rng.uniform(*gaps_s))
    while time_s <= duration_s - _LAST_GAP_S:
        hits.append(time_s)
        time_s += float(rng.uniform(*gaps_s))
    return hits


def _drawn_points(
    rng: np.random.Generator, hits_s: Sequence[float]
) -> tuple[tuple[float, float], ...]:
    """Valence and arousal for each stretch: a point holds for a scene of 20 s or more."""
    points: list[tuple[float, float]] = []
    since_s = -_SCENE_S
    for start_s in (0.0, *hits_s):
        if start_s - since_s >= _SCENE_S:
            valence, arousal = (round(float(one), 2) for one in rng.uniform(-1, 1, 2) * _EMOTION)
            since_s = start_s
        points.append((valence, arousal))
    return tuple(points)


def with_other_hits(film: Film, draw: int) -> Film:
    """The same film with hits that its music knows nothing of.

    A seeded film gets those of a film of the same kind from another seed; another one gets gaps of
    its own lengths in another order.
    """
    rng = np.random.default_rng((_SET_SEED, 1_000_000 + draw, film.frames))
    gaps = np.diff((0, *film.hit_frames, film.frames)).astype(np.float64)
    if film.name.startswith("seeded-"):
        number = int(film.name.removeprefix("seeded-")) - 1
        frames = _seeded_film(number, _SET_SEED + 1 + draw).hit_frames
    else:
        shuffled = np.cumsum(rng.permutation(gaps))[:-1]
        frames = tuple(int(frame) for frame in shuffled)
    return replace(film, hit_frames=frames, points=(film.points[0],) * (len(frames) + 1))


def labelled_clips(folder: Path) -> tuple[Film, ...]:
    """Films of a folder whose transitions were labelled in ``cuts/NAME.csv``, with what they hit.

    Hits are chosen as the program chooses them, at least 4 s apart; a clip without any is left out.
    InputUnusableError if no film has labels.
    """
    from emsync_engine.scenes.comparison import labelled_films
    from emsync_engine.scenes.cutlists import read_cuts_csv
    from emsync_engine.scenes.hits import boundaries_from_cuts, choose_hits
    from emsync_engine.video.probe import probe

    clips: list[Film] = []
    for place, (path, labels) in enumerate(labelled_films(folder, folder / "cuts")):
        info = probe(path)
        boundaries = boundaries_from_cuts(read_cuts_csv(labels, info), info.duration)
        chosen = choose_hits(boundaries, duration=info.duration)
        rate = info.frame_rate
        frames = tuple(rate.nearest_frame(one.time) for one in chosen if one.is_hit)
        if not frames:
            continue
        hits_s = [float(rate.time_of(frame)) for frame in frames]
        points = _drawn_points(np.random.default_rng((_SET_SEED, 2_000_000 + place)), hits_s)
        last = rate.nearest_frame(info.duration)
        name = ENSEMBLES[place % len(ENSEMBLES)]
        clips.append(Film(path.stem, last, rate.ratio, frames, points, name))
    return tuple(clips)


def films_csv(films: Sequence[Film]) -> str:
    """One line for each film: its length, its rate, who plays, and the frames that are hit."""
    lines = ["name,ensemble,frame_rate,frames,hit_frames"]
    for film in films:
        hits = " ".join(map(str, film.hit_frames))
        lines.append(f"{film.name},{film.ensemble},{film.frame_rate},{film.frames},{hits}")
    return "\n".join(lines) + "\n"
