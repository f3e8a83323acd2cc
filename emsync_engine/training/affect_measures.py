"""How well music-emotion models say what people said, on pieces they have not seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emsync_engine.affect.reading import WINDOW_S, FloatArray
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.training.affect_data import RatedPiece, RatedSet
from emsync_engine.training.affect_training import (
    AffectRecipe,
    Described,
    fit_regressor,
    kin_folds,
)
from emsync_engine.training.labels import ranks

AXES = ("valence", "arousal")
RATED: tuple[RatedSet, ...] = ("vgmidi", "memomusic")
_LEAST_MOVEMENT = 0.05  # of a piece's measures, to ask whether its course is followed


@dataclass(frozen=True, slots=True)
class Agreement:
    """Pearson's r and mean distance (L1, on the set's scale in [-1, 1]) with people's ratings."""

    pieces: int
    valence_r: float
    arousal_r: float
    valence_l1: float
    arousal_l1: float


@dataclass(frozen=True, slots=True)
class AffectReport:
    """Cross-validated by kin. ``sets`` and ``ensembles``: by set, on pieces and on their drawings.

    ``windows_r`` on all VGMIDI windows of 12 s, ``course_r`` mean over pieces of the correlation
    within the piece, both (valence, arousal); ``mood_r`` valence with the mood words' order.
    """

    sets: dict[str, Agreement]
    ensembles: dict[str, Agreement]
    windows_r: tuple[float, float]
    course_r: tuple[float, float]
    mood_r: float
    rank_errors: tuple[float, float]


Predictions = list[tuple[FloatArray, FloatArray]]  # of windows and drawn windows, (K, 2) each
Fit = Callable[[Sequence[Described]], Callable[[Described], tuple[FloatArray, FloatArray]]]


def cross_validated(
    described: Sequence[Described],
    *,
    recipe: AffectRecipe | None = None,
    folds: int = 10,
    monitor: Monitor = SILENT,
) -> AffectReport:
    """Report of the regressor, every piece read by a model that saw none of its kin."""

    def fit(seen: Sequence[Described]) -> Callable[[Described], tuple[FloatArray, FloatArray]]:
        model = fit_regressor(seen, recipe=recipe)
        return lambda one: (model.rate(one.windows), model.rate(one.drawn_windows))

    return report_on(described, predict_unseen(described, fit, folds=folds, monitor=monitor))


def predict_unseen(
    described: Sequence[Described], fit: Fit, *, folds: int = 10, monitor: Monitor = SILENT
) -> Predictions:
    """Ratings of the windows of every piece, by models that saw none of its kin."""
    fold_of = kin_folds([one.piece.kin for one in described], folds)
    found: Predictions = [(np.zeros((0, 2)), np.zeros((0, 2)))] * len(described)
    for fold in range(folds):
        monitor.advance("cross-validation", fold, folds)
        read = fit([one for one, own in zip(described, fold_of, strict=True) if own != fold])
        for place in np.flatnonzero(fold_of == fold).tolist():
            found[place] = read(described[place])
    return found


def report_on(described: Sequence[Described], predictions: Predictions) -> AffectReport:
    """Predictions beside what people said."""
    pieces = [one.piece for one in described]
    plain = np.array([_mean(windows) for windows, _ in predictions])
    drawn = np.array([_mean(windows) for _, windows in predictions])
    moods = np.array([np.mean(piece.moods) if piece.moods else np.nan for piece in pieces])
    return AffectReport(
        {name: agreement(pieces, plain, name) for name in RATED},
        {name: agreement(pieces, drawn, name) for name in RATED},
        windows_r(described, [windows for windows, _ in predictions]),
        course_r(described, [windows for windows, _ in predictions]),
        pearson(plain[:, 0], moods),
        _rank_errors(pieces, plain),
    )


def pearson(a: FloatArray, b: FloatArray) -> float:
    """Pearson's r over what is known in both; NaN if either does not vary."""
    known = np.isfinite(a) & np.isfinite(b)
    if known.sum() < 3 or a[known].std() < 1e-9 or b[known].std() < 1e-9:
        return float("nan")
    return float(np.corrcoef(a[known], b[known])[0, 1])


def agreement(pieces: Sequence[RatedPiece], predicted: FloatArray, name: RatedSet) -> Agreement:
    """Agreement on one set.

    For the distance the predictions, which are in deviations, are put on the set's scale by the
    straight line of least squares: two numbers for each axis.
    """
    chosen = np.array([piece.set == name for piece in pieces])
    said = np.array([piece.va for piece in pieces])[chosen]
    read = predicted[chosen]
    return Agreement(
        int(chosen.sum()),
        *(pearson(read[:, axis], said[:, axis]) for axis in range(2)),
        *(_distance(read[:, axis], said[:, axis]) for axis in range(2)),
    )


def _distance(read: FloatArray, said: FloatArray) -> float:
    """Mean distance after the best straight line; NaN where too little is known."""
    known = np.isfinite(read) & np.isfinite(said)
    if known.sum() < 3 or read[known].std() < 1e-9:
        return float("nan")
    line = np.polyfit(read[known], said[known], 1)
    return float(np.mean(np.abs(np.polyval(line, read[known]) - said[known])))


def said_in_windows(one: Described) -> FloatArray:
    """(K, 2) mean over the measures inside each window, NaN where there are none."""
    said = np.full((len(one.centres_s), 2), np.nan)
    for place, centre in enumerate(one.centres_s.tolist()):
        inside = np.abs(one.piece.times_s - centre) <= WINDOW_S / 2
        if inside.any():
            said[place] = one.piece.series[inside].mean(axis=0)
    return said


def windows_r(described: Sequence[Described], windows: Sequence[FloatArray]) -> tuple[float, float]:
    """Correlation over all windows that have ratings per measure."""
    said = np.concatenate([said_in_windows(one) for one in described])
    read = np.concatenate(list(windows))
    return pearson(read[:, 0], said[:, 0]), pearson(read[:, 1], said[:, 1])


def course_r(described: Sequence[Described], windows: Sequence[FloatArray]) -> tuple[float, float]:
    """Mean correlation within pieces whose ratings move."""
    found: tuple[list[float], list[float]] = ([], [])
    for one, read in zip(described, windows, strict=True):
        said = said_in_windows(one)
        for axis in range(2):
            known = said[:, axis][~np.isnan(said[:, axis])]
            if len(known) >= 6 and known.std() > _LEAST_MOVEMENT:
                found[axis].append(pearson(read[:, axis], said[:, axis]))
    valence, arousal = (float(np.nanmean(course)) if course else float("nan") for course in found)
    return valence, arousal


def _rank_errors(pieces: Sequence[RatedPiece], predicted: FloatArray) -> tuple[float, float]:
    """Standard deviation between ranks read and ranks said, pooled over the sets, on [-1, 1]."""
    errors: list[NDArray[np.float32]] = []
    for name in RATED:
        chosen = np.array([piece.set == name for piece in pieces])
        if chosen.any():
            said = np.array([piece.va for piece in pieces], dtype=np.float32)[chosen]
            read = predicted[chosen].astype(np.float32)
            both = [ranks(read[:, axis]) - ranks(said[:, axis]) for axis in range(2)]
            errors.append(np.stack(both, axis=1))
    valence, arousal = np.nanstd(np.concatenate(errors), axis=0).tolist()
    return valence, arousal


def spread_of(report: AffectReport) -> FloatArray:
    """(2,) how far a reading usually lies from people, for a model's ``spread``."""
    return np.array(report.rank_errors)


def _mean(windows: FloatArray) -> FloatArray:
    known = windows[~np.isnan(windows).any(axis=1)]
    mean: FloatArray = known.mean(axis=0) if len(known) else np.full(2, np.nan)
    return mean


def affect_lines(name: str, report: AffectReport) -> list[str]:
    """The report as a table."""
    lines = [f"{name:<30}{'valence r':>11}{'arousal r':>11}{'valence L1':>12}{'arousal L1':>12}"]
    for title, found in (("", report.sets), (" as an ensemble", report.ensembles)):
        lines += [
            f"{set_name + title:<30}{one.valence_r:>11.3f}{one.arousal_r:>11.3f}"
            f"{one.valence_l1:>12.3f}{one.arousal_l1:>12.3f}"
            for set_name, one in found.items()
        ]
    for title, pair in (("windows of 12 s", report.windows_r), ("course", report.course_r)):
        lines.append(f"{'vgmidi, ' + title:<30}{pair[0]:>11.3f}{pair[1]:>11.3f}")
    lines.append(f"{'mood words':<30}{report.mood_r:>11.3f}")
    return lines
