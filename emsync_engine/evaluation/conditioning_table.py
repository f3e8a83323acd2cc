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


def _heard(row: ConditioningRow) -> float | None:
    """How far the VA error lies below that of readings that have nothing to do with it."""
    written = row.written
    if written is None or written.error is None or written.permuted is None:
        return None
    return written.permuted - written.error


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
    """That some variants have, on average, less (or more) of something than each of the others.

    The margin in a seed is that over the strongest of the others, or over 0 where there are none.
    """

    statement: str
    value: Value
    first: tuple[str, ...]
    others: tuple[tuple[str, ...], ...] = ()
    less_is_better: bool = True


_TOLD = ("discrete-token", "continuous-token", "continuous-concatenated")
_PLAIN = tuple(name for name in NAMES if not name.endswith("+offsets"))
_WITH_OFFSETS = tuple(f"{name}+offsets" for name in _PLAIN)


def _one_against(
    what: str, value: Value, first: str, *others: str, less_is_better: bool = True
) -> _Claim:
    return _Claim(
        f"{first} {what}",
        value,
        (first,),
        tuple((other,) for other in others),
        less_is_better=less_is_better,
    )


def _best_of_three(what: str, value: Value, *, less_is_better: bool = True) -> _Claim:
    return _one_against(
        f"has the {what} of the three",
        value,
        "continuous-concatenated",
        "discrete-token",
        "continuous-token",
        less_is_better=less_is_better,
    )


CLAIMS = (
    *(_one_against("foretells better than vanilla (NLL)", _nll, name, "none") for name in _TOLD),
    _one_against(
        "foretells better than discrete-token (NLL)", _nll, "continuous-token", "discrete-token"
    ),
    _best_of_three("best NLL", _nll),
    _best_of_three("best top-1", _top1, less_is_better=False),
    _best_of_three("best top-5", _top5, less_is_better=False),
    _one_against(
        "has a smaller VA error than discrete-token", _error, "continuous-token", "discrete-token"
    ),
    _best_of_three("smallest VA error", _error),
    _one_against("(ours) foretells better than all three (NLL)", _nll, "per-token", *_TOLD),
    _one_against("(ours) has a smaller VA error than all three", _error, "per-token", *_TOLD),
    *(
        _Claim(
            f"{name}: what is told is heard (VA error below that of unrelated readings, mean of "
            "with and without offsets)",
            _heard,
            (name, f"{name}+offsets"),
            less_is_better=False,
        )
        for name in (*_TOLD, "per-token")
    ),
    _Claim(
        "boundary offsets cost nothing in NLL (mean of the five)",
        _nll,
        _WITH_OFFSETS,
        (_PLAIN,),
    ),
    _Claim(
        "boundary offsets bring chords within 0.1 s of boundaries, beyond chance (mean of the "
        "five)",
        _above_chance,
        _WITH_OFFSETS,
        (_PLAIN,),
        less_is_better=False,
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
    """By how much a claim is true of one seed's rows; None if something was not measured."""
    values = {row.variant: claim.value(row) for row in rows}
    means: list[float] = []
    for names in (claim.first, *claim.others):
        known = [value for name in names if (value := values.get(name)) is not None]
        if len(known) < len(names):
            return None
        means.append(fmean(known))
    first, *others = means
    if not others:
        return -first if claim.less_is_better else first
    return min(others) - first if claim.less_is_better else first - max(others)


def _seeds(rows: Sequence[ConditioningRow]) -> list[int]:
    return sorted({row.seed for row in rows})


def _spread(values: Sequence[float]) -> float:
    """Standard deviation over the seeds; NaN of one."""
    return stdev(values) if len(values) > 1 else math.nan


def table_lines(rows: Sequence[ConditioningRow]) -> list[str]:
    """Both tables as Markdown; mean and standard deviation over the seeds."""
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


def finding_lines(found: Sequence[Finding]) -> list[str]:
    """What held and what did not, as Markdown."""
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
