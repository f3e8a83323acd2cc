"""The page that a report is written on: its place, its tables and its goals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path

from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.project.model import GenerationSettings

Lines = list[str]


@dataclass(frozen=True, slots=True)
class Page:
    """Where the report is written, and what it says of where the numbers are from."""

    folder: Path
    weights: str
    weights_sha256: str
    settings: GenerationSettings
    run: Path | None = None
    monitor: Monitor = SILENT


@dataclass(frozen=True, slots=True)
class Goal:
    """One number to reach: what it is, what was found, and whether it is reached."""

    what: str
    goal: str
    found: str
    is_reached: bool


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Lines:
    """A Markdown table."""
    return [
        f"| {' | '.join(heads)} |",
        f"|{'---|' * len(heads)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def percent(share: float) -> str:
    """A share as a whole percentage; a dash where it is unknown."""
    return "-" if isnan(share) else f"{share:.0%}"


def number(value: float) -> str:
    """A number with two digits behind the point; a dash where it is unknown."""
    return "-" if isnan(value) else f"{value:.2f}"
