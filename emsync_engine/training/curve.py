"""The training curve of a run, as a picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from emsync_engine.errors import InputUnusableError, ToolMissingError
from emsync_engine.training.loop import LOG


def read_log(run: Path) -> list[dict[str, Any]]:
    """The lines of a run's log, in order; InputUnusableError without one."""
    try:
        text = (run / LOG).read_text(encoding="utf-8")
    except OSError as error:
        raise InputUnusableError(f"{run} holds no training log.") from error
    return [json.loads(line) for line in text.splitlines()]


def plot_curve(run: Path, picture: Path) -> None:
    """Held-out NLL, top-1 and top-5 against tokens seen, over all groups and for the ensembles."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ToolMissingError("matplotlib", "run pip install emsync-desktop[training]") from error
    lines = read_log(run)
    tokens = [line["tokens"] / 1e6 for line in lines]
    figure = Figure(figsize=(8, 3.4), layout="constrained")
    losses, accuracies = figure.subplots(1, 2)
    for group in ("all", "freedoom", "simutrans", "pop909+ensemble"):
        if all(group in line["held_out"] for line in lines):
            nll = [line["held_out"][group]["nll"] for line in lines]
            losses.plot(tokens, nll, label=group, linewidth=2 if group == "all" else 1)
    for name, label in (("top1", "top-1"), ("top5", "top-5")):
        accuracies.plot(tokens, [line["held_out"]["all"][name] for line in lines], label=label)
    losses.set_ylabel("held-out NLL (nats per token)")
    accuracies.set_ylabel("held-out accuracy")
    for axes in (losses, accuracies):
        axes.set_xlabel("tokens seen (millions)")
        axes.grid(alpha=0.3)
        axes.legend(frameon=False)
    figure.savefig(picture, dpi=110)
