"""Stretches of samples that differ from what was there before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Changed:
    """Samples [start, end) that differ now."""

    start: int
    end: int


def joined(spans: Iterable[Changed], gap: int = 0) -> list[Changed]:
    """Spans in order, those that overlap or lie no farther apart than ``gap`` as one."""
    found: list[Changed] = []
    for span in sorted(spans, key=lambda one: one.start):
        if found and span.start <= found[-1].end + gap:
            found[-1] = Changed(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found
