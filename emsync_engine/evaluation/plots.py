"""Pictures of the measures, drawn with matplotlib and written as PNG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emsync_engine.errors import ToolMissingError
from emsync_engine.evaluation.human import GOAL_RATIO, Distance
from emsync_engine.evaluation.step_response import GOAL_SHARE, STEP_S, WITHIN_S, StepReport
from emsync_engine.evaluation.va_grid import AXES, LEVELS, GridReport
from emsync_engine.project.notes import Family, Music

COLOURS: dict[Family, str] = {
    "drums": "#8b95a3",
    "bass": "#4c86c6",
    "guitar": "#5fa36a",
    "piano": "#d9544d",
    "strings": "#e88d3a",
}
_DPI = 100
_SPECTRUM_HZ = (30.0, 12_000.0)
_SPECTRUM_DB = 90.0


def new_figure(width: float, height: float) -> Any:
    """An empty figure of so many inches; ToolMissingError without matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ToolMissingError("matplotlib", "run pip install emsync-desktop[training]") from error
    return Figure(figsize=(width, height), layout="constrained")


def plot_va_grid(report: GridReport, picture: Path) -> None:
    """What was read against what was told, and the reading of every condition as a picture."""
    figure = new_figure(10, 6.2)
    rows = figure.subplots(2, 2)
    for axis, found in enumerate((report.valence, report.arousal)):
        line, heat = rows[0, axis], rows[1, axis]
        line.plot(LEVELS, LEVELS, color="#8b95a3", linestyle=":", label="told")
        line.plot(LEVELS, found.alone, marker="o", label=f"{AXES[axis]}, moved alone")
        line.plot(LEVELS, found.over_all, marker=".", label="mean over the other axis")
        line.plot(LEVELS, found.other_alone, marker="x", label=f"{AXES[1 - axis]} meanwhile")
        line.set_xlabel(f"{AXES[axis]} told")
        line.set_ylabel("read by the judge")
        line.set_ylim(-1, 1)
        line.grid(alpha=0.3)
        line.legend(frameon=False, fontsize=8)
        readings = np.array(report.readings)[..., axis].T  # rows: arousal, columns: valence
        image = heat.imshow(readings, origin="lower", cmap="RdYlBu_r", vmin=-0.8, vmax=0.8)
        for row, column in np.ndindex(readings.shape):
            text = f"{readings[row, column]:+.2f}"
            heat.text(column, row, text, ha="center", va="center", fontsize=8)
        heat.set_xticks(range(len(LEVELS)), [f"{level:g}" for level in LEVELS])
        heat.set_yticks(range(len(LEVELS)), [f"{level:g}" for level in LEVELS])
        heat.set_xlabel("valence told")
        heat.set_ylabel("arousal told")
        heat.set_title(f"{AXES[axis]} read", fontsize=10)
        figure.colorbar(image, ax=heat)
    figure.savefig(picture, dpi=_DPI)


def plot_step_response(report: StepReport, picture: Path) -> None:
    """Readings before and after the step, with the level that 70 % would be."""
    figure = new_figure(10, 3.4)
    for axes, found in zip(figure.subplots(1, 2), (report.valence, report.arousal), strict=True):
        axes.plot(found.times_s, found.curve, marker=".")
        axes.axvline(STEP_S, color="#f2a93b", label="the step")
        axes.axvline(STEP_S + WITHIN_S, color="#f2a93b", linestyle=":", label="4 s after it")
        for level in (found.before, found.after):
            axes.axhline(level, color="#8b95a3", linewidth=0.8)
        goal = found.before + GOAL_SHARE * found.shift
        axes.axhline(goal, color="#5fc27e", linestyle="--", linewidth=0.8, label="70 %")
        axes.set_xlabel("middle of the window (s)")
        axes.set_ylabel(f"{found.axis}: (up - down) / 2")
        axes.grid(alpha=0.3)
        axes.legend(frameon=False, fontsize=8)
    figure.savefig(picture, dpi=_DPI)


def plot_distances(found: Sequence[Distance], picture: Path) -> None:
    """The distance to human music over the distance among humans, for every measure."""
    figure = new_figure(8, 3.2)
    axes = figure.subplots()
    names = [distance.measure.replace("_", " ") for distance in found]
    ratios = [distance.ratio for distance in found]
    colours = ["#5fc27e" if distance.is_reached else "#d9544d" for distance in found]
    axes.barh(names, ratios, color=colours)
    axes.axvline(1.0, color="#8b95a3", label="among humans")
    axes.axvline(GOAL_RATIO, color="#8b95a3", linestyle="--", label="1.5 times that")
    axes.invert_yaxis()
    axes.set_xlabel("distance to human music / distance among humans")
    axes.legend(frameon=False, fontsize=8)
    figure.savefig(picture, dpi=_DPI)


def plot_piano_roll(
    music: Music, picture: Path, *, title: str, hits_s: Sequence[float] = ()
) -> None:
    """Every note as a bar in its family's colour; bars of the music and hits as lines."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Patch, Rectangle

    figure = new_figure(12, 3.6)
    axes = figure.subplots()
    for family in music.families:
        boxes = [
            Rectangle((note.onset_s, note.pitch - 0.45), note.end_s - note.onset_s, 0.9)
            for note in music.notes
            if note.family == family
        ]
        axes.add_collection(PatchCollection(boxes, facecolor=COLOURS[family], edgecolor="none"))
    for bar in music.bar_onsets_s:
        axes.axvline(bar, color="#8b95a3", linewidth=0.3)
    for hit in hits_s:
        axes.axvline(hit, color="#222222", linewidth=1, linestyle="--")
    pitches = [note.pitch for note in music.notes] or [60]
    axes.set_xlim(0, music.duration_s)
    axes.set_ylim(min(pitches) - 2, max(pitches) + 2)
    axes.set_xlabel("seconds")
    axes.set_ylabel("MIDI pitch")
    axes.set_title(title, fontsize=10)
    families = [Patch(color=COLOURS[family], label=family) for family in music.families]
    if families:
        axes.legend(handles=families, frameon=False, fontsize=8, loc="upper right", ncols=5)
    figure.savefig(picture, dpi=_DPI)


def plot_spectrogram(
    samples: NDArray[np.float32], sample_rate: int, picture: Path, *, title: str
) -> None:
    """Power over time and frequency of (N, 2) samples, both channels added, 90 dB deep."""
    from scipy.signal import spectrogram

    frequencies, times, power = spectrogram(
        samples.mean(axis=1), fs=sample_rate, nperseg=4096, noverlap=2048
    )
    level = 10 * np.log10(np.maximum(power, 1e-20))
    figure = new_figure(12, 3.6)
    axes = figure.subplots()
    top = float(level.max())
    # one column for every third of a second would hide onsets; one for every pixel is enough
    stride = max(len(times) // 1200, 1)
    image = axes.pcolormesh(
        times[::stride],
        frequencies,
        level[:, ::stride],
        vmin=top - _SPECTRUM_DB,
        vmax=top,
        cmap="magma",
        rasterized=True,
    )
    axes.set_yscale("log")
    axes.set_ylim(*_SPECTRUM_HZ)
    axes.set_xlabel("seconds")
    axes.set_ylabel("Hz")
    axes.set_title(title, fontsize=10)
    figure.colorbar(image, ax=axes, label="dB")
    figure.savefig(picture, dpi=_DPI)
