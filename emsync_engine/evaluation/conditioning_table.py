"""The comparison of conditionings as tables, and what of the thesis' findings holds in them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from emsync_engine.evaluation.conditionings import NAMES, ConditioningRow

Value = Callable[[ConditioningRow], float | None]


def _nll(row: ConditioningRow) -> float:
    return row.foretold.nll


def _top1(row: ConditioningRow) -> float:
    return row.foretold.top1


def _top5(row: ConditioningRow) -> float:
    return row.foretold.top5


def _error(row: ConditioningRow) -> float | None:
    return row.written.error if row.written else None


def _above_chance(row: ConditioningRow) -> float | None:
    return row.written.within_100_ms - row.written.chance_100_ms if row.written else None


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement, and in how many of the training seeds it is true of our runs."""

    statement: str
    true_in: int
    of: int
    margin: float  # mean over the seeds; above 0 where it is true
    spread: float

    @property
    def verdict(self) -> str:
        if self.true_in == self.of:
            return "held"
        return "did not hold" if self.true_in == 0 else "not decided"


@dataclass(frozen=True, slots=True)
class _Claim:
    """That the first variant has less (or more) of something than each of the others.

    The margin in a seed is that over the strongest of the others.
    """

    statement: str
    value: Value
    first: str
    others: tuple[str, ...]
    less_is_better: bool = True


_TOLD = ("discrete-token", "continuous-token", "continuous-concatenated")
_OTHER_TOLD = ("discrete-token", "continuous-token")
_CONCATENATED = "continuous-concatenated"

CLAIMS = (
    *(
        _Claim(f"{name} foretells better than vanilla (NLL)", _nll, name, ("none",))
        for name in _TOLD
    ),
    _Claim(
        "continuous-token foretells better than discrete-token (NLL)",
        _nll,
        "continuous-token",
        ("discrete-token",),
    ),
    _Claim(f"{_CONCATENATED} has the best NLL of the three", _nll, _CONCATENATED, _OTHER_TOLD),
    _Claim(
        f"{_CONCATENATED} has the best top-1 of the three",
        _top1,
        _CONCATENATED,
        _OTHER_TOLD,
        less_is_better=False,
    ),
    _Claim(
        f"{_CONCATENATED} has the best top-5 of the three",
        _top5,
        _CONCATENATED,
        _OTHER_TOLD,
        less_is_better=False,
    ),
    _Claim(
        "continuous-token has a smaller VA error than discrete-token",
        _error,
        "continuous-token",
        ("discrete-token",),
    ),
    _Claim(
        f"{_CONCATENATED} has the smallest VA error of the three",
        _error,
        _CONCATENATED,
        _OTHER_TOLD,
    ),
    _Claim("ours: per-token foretells better than all three (NLL)", _nll, "per-token", _TOLD),
    _Claim("ours: per-token has a smaller VA error than all three", _error, "per-token", _TOLD),
    *(
        _Claim(
            f"boundary offsets bring chords within 0.1 s of boundaries ({name})",
            _above_chance,
            f"{name}+offsets",
            (name,),
            less_is_better=False,
        )
        for name in ("none", *_TOLD, "per-token")
    ),
)
"""What the thesis says of its tables 4.1 and 4.2 (section 4.6), and what we ask beside it."""


def findings(rows: Sequence[ConditioningRow]) -> list[Finding]:
    """Every claim, seed by seed; those of which something was not measured are left out."""
    found: list[Finding] = []
    for claim in CLAIMS:
        margins = [
            margin
            for seed in _seeds(rows)
            if (margin := _margin(claim, [row for row in rows if row.seed == seed])) is not None
        ]
        if margins:
            found.append(
                Finding(
                    claim.statement,
                    sum(margin > 0 for margin in margins),
                    len(margins),
                    fmean(margins),
                    _spread(margins),
                )
            )
    return found


def _margin(claim: _Claim, rows: Sequence[ConditioningRow]) -> float | None:
    values = {row.variant: claim.value(row) for row in rows}
    first = values.get(claim.first)
    others = [values.get(name) for name in claim.others]
    known = [value for value in others if value is not None]
    if first is None or len(known) < len(others):
        return None
    return min(known) - first if claim.less_is_better else first - max(known)


def _seeds(rows: Sequence[ConditioningRow]) -> list[int]:
    return sorted({row.seed for row in rows})


def _spread(values: Sequence[float]) -> float:
    """Standard deviation over the seeds; NaN of one."""
    return stdev(values) if len(values) > 1 else math.nan


def table_lines(rows: Sequence[ConditioningRow]) -> list[str]:
    """Both tables and the findings as Markdown; mean and standard deviation over the seeds."""
    if not rows:
        return []
    first = rows[0]
    return [
        f"{len(_seeds(rows))} training seeds, {first.steps} steps of "
        f"{max(row.foretold.trained_tokens for row in rows) / 1e6:.2f} M tokens each; "
        f"{first.foretold.tokens:,} tokens of test music, the same for all.",
        "",
        *_foretold_lines(rows),
        *_written_lines(rows),
        "",
        *_finding_lines(findings(rows)),
    ]


def _foretold_lines(rows: Sequence[ConditioningRow]) -> list[str]:
    lines = [
        "| variant | M parameters | NLL | against vanilla, same seed | top-1 | top-5 |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    vanilla = {row.seed: row.foretold.nll for row in rows if row.variant == "none"}
    for name, own in _by_variant(rows):
        against = [row.foretold.nll - vanilla[row.seed] for row in own if row.seed in vanilla]
        cells = [
            f"{own[0].foretold.parameters / 1e6:.2f}",
            _cell(own, _nll, 4),
            "" if name == "none" else _number(against, 4, sign="+"),
            _cell(own, _top1, 4),
            _cell(own, _top5, 4),
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def _written_lines(rows: Sequence[ConditioningRow]) -> list[str]:
    if not any(row.written for row in rows):
        return []
    lines = [
        "",
        "| variant | VA error | valence | arousal | if nothing were told | chord within 0.1 s "
        "of a boundary | by chance | within 1 s | by chance | chords a minute |",
        "| --- " * 10 + "|",
    ]
    values: tuple[tuple[Value, int], ...] = (
        (_error, 3),
        (lambda row: row.written.valence_error if row.written else None, 3),
        (lambda row: row.written.arousal_error if row.written else None, 3),
        (lambda row: row.written.permuted if row.written else None, 3),
        (lambda row: row.written.within_100_ms if row.written else None, 2),
        (lambda row: row.written.chance_100_ms if row.written else None, 2),
        (lambda row: row.written.within_1_s if row.written else None, 2),
        (lambda row: row.written.chance_1_s if row.written else None, 2),
        (lambda row: row.written.chords_per_minute if row.written else None, 1),
    )
    for name, own in _by_variant(rows):
        cells = [_cell(own, value, digits) for value, digits in values]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def _finding_lines(found: Sequence[Finding]) -> list[str]:
    return [
        "| finding | | true in | margin |",
        "| --- | --- | --- | --- |",
        *(
            f"| {item.statement} | {item.verdict} | {item.true_in} of {item.of} seeds | "
            f"{item.margin:+.4f} ± {item.spread:.4f} |"
            for item in found
        ),
    ]


def _by_variant(rows: Sequence[ConditioningRow]) -> list[tuple[str, list[ConditioningRow]]]:
    """The rows of each variant that there is, in the comparison's order."""
    grouped = [(name, [row for row in rows if row.variant == name]) for name in NAMES]
    return [(name, own) for name, own in grouped if own]


def _cell(rows: Sequence[ConditioningRow], value: Value, digits: int) -> str:
    return _number([known for row in rows if (known := value(row)) is not None], digits)


def _number(values: Sequence[float], digits: int, *, sign: str = "") -> str:
    """Mean and spread; a dash where nothing was measured."""
    if not values:
        return "-"
    mean = f"{fmean(values):{sign}.{digits}f}"
    return mean if len(values) < 2 else f"{mean} ± {stdev(values):.{digits}f}"
