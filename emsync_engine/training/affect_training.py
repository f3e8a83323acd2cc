"""Fitting the music-emotion regressor jointly to all rated sets, with teachers of single sets."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from emsync_engine.affect.descriptors import describe
from emsync_engine.affect.reading import WINDOW_S, FloatArray, window_centres_s
from emsync_engine.affect.regressor import MusicAffect, Standard, kernel
from emsync_engine.affect.sounding import NoteArrays
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.training.affect_data import RatedPiece, RatedSet

HEADS = (
    "vgmidi valence", "vgmidi arousal", "memomusic valence", "memomusic arousal",
    "mood", "quadrant valence", "quadrant arousal",
)  # fmt: skip
Side = Literal["regressor", "judge"]
_LEAST_SCALE = 0.02
_HOP_S = 3.0


@dataclass(frozen=True, slots=True)
class AffectRecipe:
    """How the regressor is fitted.

    ``ridge`` is the penalty per piece; ``vgmidi`` (30 raters a piece), ``memomusic``, ``mood`` and
    ``quadrant`` weigh the heads in the blend. Without ``distilled`` a head learns from its own set
    alone; without ``drawn`` from the pieces as they are.
    """

    ridge: float = 0.6
    vgmidi: float = 1.0
    memomusic: float = 0.5
    mood: float = 0.15
    quadrant: float = 0.15
    distilled: bool = True
    drawn: bool = True

    @property
    def blend(self) -> FloatArray:
        """(H, 2) weights of the heads in valence and in arousal, each column summing to 1."""
        weights = np.zeros((len(HEADS), 2))
        weights[[0, 2, 4, 5], 0] = self.vgmidi, self.memomusic, self.mood, self.quadrant
        weights[[1, 3, 6], 1] = self.vgmidi, self.memomusic, self.quadrant
        blend: FloatArray = weights / weights.sum(axis=0)
        return blend


@dataclass(frozen=True, slots=True)
class Described:
    """A rated piece with the descriptors (K, D) of its windows and of those of its drawing."""

    piece: RatedPiece
    centres_s: FloatArray
    windows: FloatArray
    drawn_windows: FloatArray


def describe_rated(pieces: Sequence[RatedPiece], *, monitor: Monitor = SILENT) -> list[Described]:
    """Descriptors of every rated piece, windows of 12 s every 3 s."""
    found = []
    for done, piece in enumerate(pieces):
        monitor.advance("descriptors", done, len(pieces))
        centres = window_centres_s(0.0, piece.notes.duration_s, hop_s=_HOP_S)
        drawing = piece.drawing or piece.notes
        found.append(
            Described(piece, centres, _windows(piece.notes, centres), _windows(drawing, centres))
        )
    return found


def _windows(notes: NoteArrays, centres_s: FloatArray) -> FloatArray:
    return describe(notes, centres_s - WINDOW_S / 2, centres_s + WINDOW_S / 2)


def targets_of(pieces: Sequence[RatedPiece]) -> FloatArray:
    """(N, H) what every head is to say, in deviations; NaN where a piece has no such label."""
    targets = np.full((len(pieces), len(HEADS)), np.nan)
    first: dict[RatedSet, int] = {"vgmidi": 0, "memomusic": 2}
    for row, piece in enumerate(pieces):
        if piece.moods:
            targets[row, 4] = np.mean(piece.moods)
        if piece.set in first:
            targets[row, first[piece.set] : first[piece.set] + 2] = piece.va
            targets[row, 5:7] = np.where(piece.va >= 0, 1.0, -1.0)
    for head in range(len(HEADS)):
        known = targets[~np.isnan(targets[:, head]), head]
        if len(known):
            targets[:, head] = (targets[:, head] - known.mean()) / max(float(known.std()), 1e-6)
    return targets


def fit_regressor(
    described: Sequence[Described], *, recipe: AffectRecipe | None = None
) -> MusicAffect:
    """Fit teachers and the student; the scale is left as the plain deviations (see ``scaled``).

    Every head's target is standardised over its own set. A piece without it gets what that set's
    teacher says of it, so that every head learns from every piece.
    """
    recipe = recipe or AffectRecipe()
    rows, pieces, shares = _rows(described, drawn=recipe.drawn)
    standard = Standard(
        np.average(rows, axis=0, weights=shares),
        np.sqrt(np.average((rows - np.average(rows, axis=0, weights=shares)) ** 2, axis=0,
                           weights=shares)) + _LEAST_SCALE,
    )  # fmt: skip
    anchors = standard(rows)
    gram = kernel(anchors, anchors).astype(np.float64)
    penalty = recipe.ridge / shares
    targets = targets_of([described[place].piece for place in pieces])
    heads, bias = _single_sets(gram, penalty, targets)
    if recipe.distilled:
        taught = np.where(np.isnan(targets), gram @ heads + bias, targets)
        bias = (taught * shares[:, None]).sum(axis=0) / shares.sum()
        heads = np.asarray(np.linalg.solve(gram + np.diag(penalty), taught - bias))
    plain = np.tile(np.linspace(-2.0, 2.0, 3), (2, 1))
    return MusicAffect(
        standard, anchors, heads.astype(np.float32), bias, recipe.blend, plain, np.full(2, 0.5)
    )


def _rows(
    described: Sequence[Described], *, drawn: bool
) -> tuple[FloatArray, NDArray[np.int64], FloatArray]:
    """Mean descriptors of pieces (and drawings), which piece each row is, and its share of it."""
    rows = [_mean(one.windows) for one in described]
    pieces = list(range(len(described)))
    if drawn:
        rows += [_mean(one.drawn_windows) for one in described]
        pieces += pieces
    known = np.isfinite(rows).all(axis=1)
    places = np.array(pieces)[known]
    return np.array(rows)[known], places, 1.0 / np.bincount(places)[places]


def _mean(windows: FloatArray) -> FloatArray:
    known = windows[np.isfinite(windows).all(axis=1)]
    mean: FloatArray = known.mean(axis=0) if len(known) else np.full(windows.shape[1], np.nan)
    return mean


def _single_sets(
    gram: FloatArray, penalty: FloatArray, targets: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Weights (N, H) and bias (H,) of the teachers: each head from the pieces of its own set."""
    heads, bias = np.zeros_like(targets), np.zeros(targets.shape[1])
    for head in range(targets.shape[1]):
        known = np.flatnonzero(~np.isnan(targets[:, head]))
        if not len(known):
            continue
        own = gram[np.ix_(known, known)] + np.diag(penalty[known])
        bias[head] = targets[known, head].mean()
        heads[known, head] = np.linalg.solve(own, targets[known, head] - bias[head])
    return heads, bias


def kin_folds(kins: Sequence[str], folds: int, *, seed: int = 0) -> NDArray[np.int64]:
    """(N,) fold of each piece: kin stay together, the largest are dealt first to the smallest."""
    count = Counter(kins)
    rng = np.random.default_rng(seed)
    names = sorted(count)
    names = [names[place] for place in rng.permutation(len(names))]
    load = np.zeros(folds)
    place_of: dict[str, int] = {}
    for name in sorted(names, key=lambda name: -count[name]):
        place_of[name] = int(load.argmin())
        load[place_of[name]] += count[name]
    return np.array([place_of[kin] for kin in kins])


def divided(pieces: Sequence[RatedPiece], *, share: float = 0.6) -> dict[str, Side]:
    """Who learns from which kin: about ``share`` of every set's pieces for the regressor.

    Large families of kin are dealt first, to the side that lacks most; the rest by their names'
    digest, so that the division is the same for ever.
    """
    sides: dict[str, Side] = {}
    for name in sorted({piece.set for piece in pieces}):
        count = Counter(piece.kin for piece in pieces if piece.set == name)
        have = {"regressor": 0.0, "judge": 0.0}
        want = {"regressor": share, "judge": 1 - share}
        ordered = sorted(count, key=lambda kin: (-count[kin], _digest(kin)))
        for kin in ordered:
            side: Side = (
                "regressor"
                if have["regressor"] / want["regressor"] <= have["judge"] / want["judge"]
                else "judge"
            )
            sides[kin] = side
            have[side] += count[kin]
    return sides


def _digest(name: str) -> str:
    return hashlib.blake2b(name.encode(), digest_size=8).hexdigest()
