"""How well the picture model reads photographs of themes it has not seen, in figures and drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emsync_engine.emotion.picture_model import (
    AXES,
    Axis,
    PictureModel,
    describe_pictures,
    save_picture_model,
)
from emsync_engine.emotion.picture_training import (
    PictureRecipe,
    Unseen,
    fit_picture_model,
    predict_unseen_themes,
)
from emsync_engine.emotion.rated_pictures import RatedPictures, colour_equations
from emsync_engine.features.descriptor import Description
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.output import written_whole

FloatArray = NDArray[np.float64]

DIVISIONS = range(10, 15)  # seeds of five divisions into ten folds
TRAINED_ON = "OASIS, Kurdi, Lozano and Banaji (2017)"
_QUARTERS = 4


@dataclass(frozen=True, slots=True)
class AxisReport:
    """Pearson's r with the human means on themes not seen, one for each division into folds.

    ``equation`` is that of Valdez and Mehrabian's equation. ``errors_by_doubt`` is the mean
    absolute error of the pictures in four quarters, from the surest to the least sure, and
    ``spread_of_r`` the standard error of r from themes drawn anew.
    """

    correlations: tuple[float, ...]
    equation: float
    errors_by_doubt: tuple[float, ...]
    spread_of_r: float

    @property
    def mean(self) -> float:
        return float(np.mean(self.correlations))


@dataclass(frozen=True, slots=True)
class PictureReport:
    """The measures of both axes, and what they were taken from."""

    axes: Mapping[Axis, AxisReport]
    ratings: FloatArray
    unseen: FloatArray  # (N, 2), mean over the divisions
    themes: int


@dataclass(frozen=True, slots=True)
class BuiltinTraining:
    """A fitted model and how it does on themes it has not seen."""

    model: PictureModel
    report: PictureReport


def train_builtin(
    rated: RatedPictures,
    *,
    recipe: PictureRecipe | None = None,
    divisions: Sequence[int] = DIVISIONS,
    monitor: Monitor = SILENT,
) -> BuiltinTraining:
    """Describe the pictures, judge the recipe on unseen themes, and fit it on all of them."""
    described: list[Description] = []
    for done, picture in enumerate(rated.pictures):
        monitor.advance("describe", done, len(rated.pictures))
        described += describe_pictures([picture])
    report = judge(rated, described, recipe=recipe, divisions=divisions, monitor=monitor)
    model = fit_picture_model(
        described, rated.ratings, rated.themes, recipe=recipe, monitor=monitor
    )
    return BuiltinTraining(model, report)


def judge(
    rated: RatedPictures,
    described: Sequence[Description],
    *,
    recipe: PictureRecipe | None = None,
    divisions: Sequence[int] = DIVISIONS,
    monitor: Monitor = SILENT,
) -> PictureReport:
    """Ten-fold by theme, once for each division."""
    found = [
        predict_unseen_themes(
            described, rated.ratings, rated.themes, recipe=recipe, seed=seed, monitor=monitor
        )
        for seed in divisions
    ]
    equations = colour_equations(rated.pictures)
    return PictureReport(
        {axis: _axis_report(at, found, equations, rated) for at, axis in enumerate(AXES)},
        rated.ratings,
        np.mean([one.ratings for one in found], axis=0),
        len(set(rated.themes)),
    )


def _axis_report(
    at: int, found: Sequence[Unseen], equations: FloatArray, rated: RatedPictures
) -> AxisReport:
    wanted = rated.ratings[:, at]
    by_doubt = [
        [
            float(np.abs(one.ratings[part, at] - wanted[part]).mean())
            for part in np.array_split(np.argsort(one.errors[:, at]), _QUARTERS)
        ]
        for one in found
    ]
    return AxisReport(
        tuple(correlation(one.ratings[:, at], wanted) for one in found),
        correlation(equations[:, at], wanted),
        tuple(float(error) for error in np.mean(by_doubt, axis=0)),
        _spread_by_theme(found[0].ratings[:, at], wanted, rated.themes),
    )


def correlation(one: FloatArray, other: FloatArray) -> float:
    """Pearson's r of two (N,) sequences."""
    return float(np.corrcoef(one, other)[0, 1])


def _spread_by_theme(
    predicted: FloatArray, wanted: FloatArray, themes: Sequence[str], *, draws: int = 400
) -> float:
    """Standard deviation of r when whole themes are drawn anew with replacement."""
    rng = np.random.default_rng(1)
    names, which = np.unique(np.asarray(themes), return_inverse=True)
    places = [np.flatnonzero(which == number) for number in range(len(names))]
    found = []
    for _ in range(draws):
        drawn = np.concatenate([places[at] for at in rng.integers(0, len(names), len(names))])
        found.append(correlation(predicted[drawn], wanted[drawn]))
    return float(np.std(found))


def report_lines(report: PictureReport) -> list[str]:
    """The measures for people."""
    lines = [
        f"{len(report.ratings)} pictures of {report.themes} themes; ten folds by theme, "
        f"{len(report.axes['valence'].correlations)} divisions into folds"
    ]
    for axis, one in report.axes.items():
        lines.append(
            f"{axis}: r = {one.mean:.3f} ({min(one.correlations):.3f} to "
            f"{max(one.correlations):.3f} by division; +- {one.spread_of_r:.3f} by drawing themes "
            f"anew); Valdez and Mehrabian {one.equation:.3f}"
        )
        quarters = ", ".join(f"{error:.3f}" for error in one.errors_by_doubt)
        lines.append(f"{axis}: mean error from the surest to the least sure quarter: {quarters}")
    return lines


def report_json(report: PictureReport) -> dict[str, object]:
    """The measures as one object."""
    return {
        axis: {
            "r": one.mean,
            "r_by_division": list(one.correlations),
            "r_standard_error": one.spread_of_r,
            "r_valdez_mehrabian": one.equation,
            "error_by_quarter_of_doubt": list(one.errors_by_doubt),
        }
        for axis, one in report.axes.items()
    }


def write_picture_model(training: BuiltinTraining, path: Path) -> None:
    """Write the model with its measures in the notes; OutputUnwritableError if that fails."""
    notes = {
        "trained_on": f"{TRAINED_ON}, {len(training.report.ratings)} pictures",
        **{f"r_{axis}": f"{one.mean:.3f}" for axis, one in training.report.axes.items()},
    }
    with written_whole(path) as partial:
        save_picture_model(training.model, partial, notes)


def plot_report(report: PictureReport, path: Path) -> None:
    """Predictions on unseen themes against human means, one panel for each axis."""
    from emsync_engine.evaluation.plots import new_figure

    figure = new_figure(9.0, 4.6)
    for place, (axis, one) in enumerate(report.axes.items()):
        wanted, found = report.ratings[:, place], report.unseen[:, place]
        panel = figure.add_subplot(1, 2, place + 1)
        panel.scatter(wanted, found, s=9, alpha=0.45, color="#4c86c6", linewidths=0)
        slope, level = np.polyfit(wanted, found, 1)
        ends = np.array([wanted.min(), wanted.max()])
        panel.plot(
            ends, slope * ends + level, color="#d9544d", linewidth=1.5, label="least squares"
        )
        panel.plot(ends, ends, color="#8b95a3", linewidth=0.8, linestyle="--", label="equal")
        panel.set_title(f"{axis}: r = {one.mean:.2f} (colour equation {one.equation:.2f})")
        panel.set_xlabel("mean of about 100 people, -1 to 1")
        panel.set_ylabel("read from the picture, theme not seen")
        panel.set_ylim(np.quantile(found, [0.001, 0.999]) + np.array([-0.08, 0.08]))
        panel.legend(frameon=False, fontsize=8, loc="upper left")
        panel.grid(visible=True, linewidth=0.3)
    with written_whole(path) as partial:
        figure.savefig(partial, dpi=110, format="png")
