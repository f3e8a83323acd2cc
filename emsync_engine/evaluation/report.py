"""The evaluation as a page of Markdown with pictures beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emsync_engine.evaluation import plots
from emsync_engine.evaluation.page import Goal, Lines, Page, table
from emsync_engine.evaluation.sections import SECTIONS, Section
from emsync_engine.evaluation.suite import Unmeasured

PAGE = "README.md"


def write_report(reports: Mapping[str, Any], page: Page) -> Path:
    """Write the page and its pictures; returns the page. Parts that are missing are left out."""
    plots.new_figure(1, 1)  # say at once if it cannot be drawn
    page.folder.mkdir(parents=True, exist_ok=True)
    settings = page.settings
    lines = [
        "# The composer, measured",
        "",
        f"Weights `{page.weights}` (SHA-256 {page.weights_sha256[:16]}...), ensemble "
        f"{settings.ensemble}, temperature {settings.temperature:g}, top-p {settings.top_p:g}, "
        f"guidance {settings.va_guidance:g} for emotion and "
        f"{settings.boundary_guidance:g} for boundaries, {settings.branches} ways on for each "
        f"stretch. Written by `emsync evaluate music`.",
        "",
        *goal_lines(reports),
    ]
    for name, section in SECTIONS.items():
        if name in reports:
            lines += ["", *_section(section, reports[name], page)]
    lines += ["", *_training_lines(page)] if page.run is not None else []
    path = page.folder / PAGE
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    return path


def _section(section: Section, report: Any, page: Page) -> Lines:
    if isinstance(report, Unmeasured):
        return [f"## {section.title}", "", f"Not measured: {report.reason}"]
    return [f"## {section.title}", "", *section.lines(report, page)]


def goal_lines(reports: Mapping[str, Any]) -> Lines:
    """Every goal of the parts that were measured, as a table."""
    goals: list[Goal] = []
    for name, section in SECTIONS.items():
        if name in reports and not isinstance(reports[name], Unmeasured):
            goals += section.goals(reports[name])
    rows = [
        (goal.what, goal.goal, goal.found, "yes" if goal.is_reached else "**no**") for goal in goals
    ]
    return table(("what", "goal", "found", "reached"), rows) if rows else []


def _training_lines(page: Page) -> Lines:
    """The curve of the run that made the weights, and what it cost."""
    from emsync_engine.training.curve import plot_curve, read_log

    assert page.run is not None
    log = read_log(page.run)
    plot_curve(page.run, page.folder / "training-curve.png")
    last = log[-1]
    return [
        "## Training",
        "",
        f"{last['tokens'] / 1e6:.1f} M tokens in {last['step']:,} steps and {last['hours']:.2f} "
        f"hours, {last['tokens_per_s']:,} tokens a second; held-out NLL "
        f"{last['held_out']['all']['nll']:.3f} at the end.",
        "",
        "![Training curve](training-curve.png)",
    ]
