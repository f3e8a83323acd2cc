"""How well scene cuts were found, beside labels made by eye."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from emsync_engine.project.model import CutKind

HARD_TOLERANCE_FRAMES = 1
_Z_95 = 1.96


@dataclass(frozen=True, slots=True)
class LabelledCut:
    """One transition seen by eye; ``is_tiny`` marks those that hardly change the picture."""

    frame: int
    kind: CutKind
    start_frame: int
    end_frame: int
    is_tiny: bool

    @property
    def accepted(self) -> tuple[int, int]:
        """First and last frame at which a detection counts as a hit."""
        if self.kind == "hard":
            return self.frame - HARD_TOLERANCE_FRAMES, self.frame + HARD_TOLERANCE_FRAMES
        return self.start_frame, self.end_frame


@dataclass(frozen=True, slots=True)
class CutScores:
    """Counts of one comparison; they add up over films."""

    hits: int
    false_alarms: int
    misses: int

    def __add__(self, other: CutScores) -> CutScores:
        return CutScores(
            self.hits + other.hits,
            self.false_alarms + other.false_alarms,
            self.misses + other.misses,
        )

    @property
    def precision(self) -> float:
        """Share of the detections that are right; 1 without detections."""
        found = self.hits + self.false_alarms
        return self.hits / found if found else 1.0

    @property
    def recall(self) -> float:
        """Share of the labels that were found; 1 without labels."""
        labelled = self.hits + self.misses
        return self.hits / labelled if labelled else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = 2 * self.hits + self.false_alarms + self.misses
        return 2 * self.hits / total if total else 1.0

    @property
    def f1_interval(self) -> tuple[float, float]:
        """Where F1 lies with 95 % confidence, if transitions are like those that were looked at.

        Wilson's interval for the share j of hits among all outcomes (hits, false alarms, misses);
        F1 = 2 j / (1 + j) grows with it.
        """
        outcomes = self.hits + self.false_alarms + self.misses
        if not outcomes:
            return 0.0, 1.0
        share, z2 = self.hits / outcomes, _Z_95**2 / outcomes
        middle = (share + z2 / 2) / (1 + z2)
        reach = math.sqrt(share * (1 - share) * z2 + z2 * z2 / 4) / (1 + z2)
        low, high = max(0.0, middle - reach), min(1.0, middle + reach)
        return 2 * low / (1 + low), 2 * high / (1 + high)


def read_labels(path: Path) -> list[LabelledCut]:
    """Labels from a CSV file with frame, kind, start_frame, end_frame and note."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            LabelledCut(
                frame=int(row["frame"]),
                kind=cast(CutKind, row["kind"]),
                start_frame=int(row["start_frame"]),
                end_frame=int(row["end_frame"]),
                is_tiny="picture change" in row["note"],
            )
            for row in csv.DictReader(file)
        ]


def score_cuts(
    found: Iterable[int], labels: Sequence[LabelledCut], *, leave_out_tiny: bool = False
) -> CutScores:
    """Compare frames that a detector found with labels.

    A hard cut is hit within one frame, a fade or dissolve anywhere between its first and last
    frame. Each detection answers at most one label and each label takes at most one detection,
    paired so that hits are most (earliest end first, which is optimal for intervals).

    Parameters
    ----------
    leave_out_tiny : tiny changes then count neither as hits nor as misses, and a detection there
        is no false alarm
    """
    unused = sorted(found)
    hits = misses = 0
    for label in sorted(labels, key=lambda label: label.accepted[1]):
        first, last = label.accepted
        match = next((frame for frame in unused if first <= frame <= last), None)
        if match is not None:
            unused.remove(match)
        if label.is_tiny and leave_out_tiny:
            continue
        hits += match is not None
        misses += match is None
    return CutScores(hits, len(unused), misses)
