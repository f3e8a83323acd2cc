"""How far a set of pieces lies from human music, beside how far human music lies from itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emsync_engine.errors import InputUnusableError
from emsync_engine.evaluation.measures import NAMES, as_row, excerpt, measures_of_piece
from emsync_engine.midi.tokenizer import ENSEMBLE_FAMILIES, decode
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.project.notes import Music
from emsync_engine.training.store import Entry, TokenStore

FloatArray = NDArray[np.float64]

GOAL_RATIO = 1.5
SPLITS = 40


@dataclass(frozen=True, slots=True)
class HumanExcerpt:
    """Measures of a stretch of held-out music, and the piece it is from."""

    piece: str
    row: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Distance:
    """One measure: its middle in both sets, and the distances.

    ``to_human`` and ``among_humans`` are Wasserstein distances in human standard deviations;
    ``pair_ratio`` is the mean difference of a composed and a human piece over that of two human
    pieces. ``ratio`` is ``to_human`` over ``among_humans``.
    """

    measure: str
    composed_mean: float
    human_mean: float
    human_std: float
    to_human: float
    among_humans: float
    ratio: float
    pair_ratio: float

    @property
    def is_reached(self) -> bool:
        """Whether it lies within 1.5 times the distance among humans."""
        return self.ratio <= GOAL_RATIO


def human_excerpts(
    store: TokenStore,
    *,
    seconds: float,
    count: int,
    seed: int = 0,
    monitor: Monitor = SILENT,
) -> list[HumanExcerpt]:
    """Measures of stretches of held-out ensembles: pieces of three families or more.

    A group is drawn by the square root of its number of pieces, so that neither the largest group
    nor a group of one piece rules. One stretch is the opening of its piece, the next lies anywhere
    in it: takes open too, but go on for as long as a film.
    """
    entries = [
        entry
        for entry in store.entries
        if entry.split != "train"
        and len(entry.families) >= ENSEMBLE_FAMILIES
        and entry.duration_s >= seconds
    ]
    if len({entry.piece for entry in entries}) < 4:
        raise InputUnusableError(
            f"The token store holds fewer than four held-out ensembles of {seconds:.0f} s; "
            "measure shorter pieces, or prepare more music."
        )
    rng = np.random.default_rng(seed)
    sizes = Counter(entry.group for entry in entries)
    weights = np.array([sizes[entry.group] ** -0.5 for entry in entries])
    found: list[HumanExcerpt] = []
    for place in rng.choice(len(entries), size=4 * count, p=weights / weights.sum()).tolist():
        monitor.advance("human music", len(found), count)
        entry = entries[place]
        music = human_music(store, entry)
        spare_s = music.duration_s - seconds
        if spare_s >= 0 and len(found) < count:  # it may be silent before its first note
            start_s = 0.0 if len(found) % 2 == 0 else float(rng.uniform(0, spare_s))
            row = as_row(measures_of_piece(excerpt(music, start_s, seconds)))
            found.append(HumanExcerpt(f"{entry.source}/{entry.piece}", tuple(row)))
    return found


def human_music(store: TokenStore, entry: Entry) -> Music:
    """An entry of the store as notes, from its first one on."""
    music = decode(store.tokens_of(entry).tolist())
    first_s = min((note.onset_s for note in music.notes), default=0.0)
    return excerpt(music, first_s, music.duration_s - first_s)


def distances(
    composed: Sequence[Music], human: Sequence[HumanExcerpt], *, seed: int = 0
) -> list[Distance]:
    """Distance of composed pieces to human ones for every measure.

    The human pieces are split into halves at random, 40 times, all stretches of a piece on one
    side. Each time one half is the reference; the distance to it is taken from as many stretches of
    the other half, and from as many composed pieces. So both distances carry the same chance.
    """
    rows = np.array([as_row(measures_of_piece(music)) for music in composed])
    return distances_of_rows(rows, human, seed=seed)


def distances_of_rows(
    composed: FloatArray, human: Sequence[HumanExcerpt], *, seed: int = 0
) -> list[Distance]:
    """The same from rows (N, measures) in the order of ``NAMES``; NaN is left out."""
    rows = np.array([found.row for found in human])
    halves = _halves([found.piece for found in human], seed)
    return [
        _distance(name, composed[:, column], rows[:, column], halves, seed)
        for column, name in enumerate(NAMES)
    ]


def _halves(pieces: Sequence[str], seed: int) -> list[NDArray[np.bool_]]:
    """(N,) masks of the reference half, one for each split."""
    rng = np.random.default_rng(seed)
    names = np.array(sorted(set(pieces)))
    masks = []
    for _ in range(SPLITS):
        reference = set(rng.permutation(names)[: len(names) // 2].tolist())
        masks.append(np.array([piece in reference for piece in pieces]))
    return masks


def _distance(
    name: str,
    composed: FloatArray,
    human: FloatArray,
    halves: Sequence[NDArray[np.bool_]],
    seed: int,
) -> Distance:
    rng = np.random.default_rng(seed)
    known = human[~np.isnan(human)]
    spread = max(float(known.std()), 1e-9) if len(known) else float("nan")
    ours = composed[~np.isnan(composed)] / spread
    to_human, among = [], []
    for mask in halves:
        reference, others = human[mask] / spread, human[~mask] / spread
        reference, others = reference[~np.isnan(reference)], others[~np.isnan(others)]
        size = min(len(others), len(ours))
        if not len(reference) or not size:
            continue
        among.append(wasserstein(rng.choice(others, size, replace=False), reference))
        to_human.append(wasserstein(rng.choice(ours, size, replace=False), reference))
    theirs = known / spread
    far, near = (float(np.mean(found)) if found else float("nan") for found in (to_human, among))
    return Distance(
        measure=name,
        composed_mean=_mean(composed),
        human_mean=_mean(human),
        human_std=spread,
        to_human=far,
        among_humans=near,
        ratio=far / max(near, 1e-9),
        pair_ratio=_pair_difference(ours, theirs) / max(_pair_difference(theirs, theirs), 1e-9),
    )


def _mean(values: FloatArray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def wasserstein(one: FloatArray, other: FloatArray) -> float:
    """Wasserstein-1 distance of two sets of numbers: how far the one must be moved on average."""
    from scipy.stats import wasserstein_distance

    return float(wasserstein_distance(one, other))


def _pair_difference(one: FloatArray, other: FloatArray) -> float:
    """Mean difference of a value here and a value there; of two different ones within a set."""
    if not len(one) or not len(other):
        return float("nan")
    total = float(np.abs(one[:, None] - other[None]).sum())
    pairs = len(one) * len(other) - (len(one) if one is other else 0)
    return total / max(pairs, 1)


def distance_lines(found: Sequence[Distance]) -> list[str]:
    """The distances as a table."""
    lines = [
        f"{'measure':<22}{'composed':>10}{'human':>9}{'to human':>10}{'among':>8}{'ratio':>7}"
        f"{'pairs':>7}"
    ]
    lines += [
        f"{row.measure:<22}{row.composed_mean:>10.2f}{row.human_mean:>9.2f}{row.to_human:>10.2f}"
        f"{row.among_humans:>8.2f}{row.ratio:>7.2f}{row.pair_ratio:>7.2f}"
        for row in found
    ]
    return lines
