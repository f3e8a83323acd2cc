"""The default detector: cuts, fades and dissolves, each with its start, middle and end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emsync_engine.scenes.cutting import Changes, hard_cuts
from emsync_engine.scenes.likeness import Looks, looks_of
from emsync_engine.scenes.mixing import dissolves
from emsync_engine.scenes.plain import PlainRun, plain_runs, transitions_through_plain
from emsync_engine.scenes.tuning import Found, Tuning


def find_transitions(looks: Looks, rate: float, tuning: Tuning) -> list[Found]:
    """Transitions among consecutive pictures, in order."""
    count = len(looks)
    runs = plain_runs(looks, rate, tuning)
    is_plain, is_fading = np.zeros(count, bool), np.zeros(count, bool)
    for run in runs:
        is_plain[run.first : run.last + 1] = True
        is_fading[run.out_first : run.in_last + 1] = True
    found = transitions_through_plain(looks, runs, rate, tuning)
    changes = Changes(looks, is_plain)
    cuts = [cut for cut in hard_cuts(changes, rate, tuning) if not is_fading[cut]]
    found += [Found("hard", cut, cut, cut) for cut in cuts]
    found += dissolves(changes, _open_spans(count, cuts, runs), rate, tuning)
    return sorted(found, key=lambda one: one.frame)


def _open_spans(count: int, cuts: list[int], runs: list[PlainRun]) -> list[tuple[int, int]]:
    """Stretches without cuts and plain pictures, as first and last picture."""
    closed: list[tuple[int, int]] = [(run.out_first, run.in_last + 1) for run in runs]
    closed += [(cut, cut) for cut in cuts]
    spans, start = [], 0
    for first, end in sorted(closed):
        if first - 1 > start:
            spans.append((start, first - 1))
        start = max(start, end)
    if count - 1 > start:
        spans.append((start, count - 1))
    return spans
