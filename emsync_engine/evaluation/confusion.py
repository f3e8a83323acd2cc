"""A confusion matrix as a picture, normalised over the true labels as in the thesis' figure 5.2."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from emsync_engine.evaluation.plots import new_figure
from emsync_engine.project.model import EMOTIONS

_DPI = 100
_DARK = 0.5  # share from which the number is written in white


def plot_confusion(confusion: Sequence[Sequence[int]], picture: Path) -> None:
    """Draw how the films of each emotion were read, as shares of each row.

    Parameters
    ----------
    confusion : counts, one row for each true emotion
    """
    counts = np.asarray(confusion, float)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = new_figure(5.6, 5.0)
    axes = figure.subplots()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(shares.shape):
        share = float(shares[row, column])
        colour = "white" if share > _DARK else "#222222"
        axes.text(column, row, f"{share:.2f}", ha="center", va="center", fontsize=9, color=colour)
    axes.set_xticks(range(len(EMOTIONS)), EMOTIONS, rotation=35, ha="right")
    axes.set_yticks(range(len(EMOTIONS)), EMOTIONS)
    axes.set_xlabel("read as")
    axes.set_ylabel("labelled as")
    right = np.trace(counts) / max(1.0, counts.sum())
    axes.set_title(f"{int(counts.sum())} films, {right:.1%} right", fontsize=10)
    figure.colorbar(image, ax=axes, shrink=0.8)
    figure.savefig(picture, dpi=_DPI)
