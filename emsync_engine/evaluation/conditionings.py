"""The thesis' conditionings compared on our music: its tables 4.1 and 4.2 in one.

Every way to tell emotion, with and without boundary offsets, is trained for the same time from the
same seed on the same batches; then the held-out loss is measured, and what a judge reads from 25
conditions. Everything is kept in the folder, so that the comparison can stop and go on, or be given
more minutes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from emsync_engine.affect.reading import AffectReader
from emsync_engine.errors import InputUnusableError, MissingError
from emsync_engine.evaluation.boundaries import measure_boundaries
from emsync_engine.evaluation.pieces import PieceWriter
from emsync_engine.evaluation.va_grid import measure_va_grid
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.published.conditions import CONDITIONING_KINDS, ConditioningKind
from emsync_engine.music.published.layout import PublishedConfiguration
from emsync_engine.music.published.presets import with_preset
from emsync_engine.project.model import GenerationSettings
from emsync_engine.training.batches import held_out_chunks
from emsync_engine.training.held_out import measure
from emsync_engine.training.loop import Trainer
from emsync_engine.training.recipe import Recipe
from emsync_engine.training.store import TokenStore

KEPT = "rows.json"


@dataclass(frozen=True, slots=True)
class Variant:
    """One column of the comparison."""

    conditioning: ConditioningKind
    boundary_offsets: bool

    @property
    def name(self) -> str:
        return self.conditioning + ("+offsets" if self.boundary_offsets else "")


VARIANTS = tuple(Variant(kind, offsets) for offsets in (False, True) for kind in CONDITIONING_KINDS)


@dataclass(frozen=True, slots=True)
class ConditioningRow:
    """What one variant scores.

    ``nll``, ``top1`` and ``top5`` are over all held-out tokens, everything told (thesis table 4.1).
    ``valence_error`` and ``arousal_error`` are mean absolute differences between what was told and
    what the judge reads, not halved (thesis table 4.2, which may be halved); None without a judge
    or where no emotion is told. ``within_1_s`` is the share of boundaries with a strong chord
    within a second, and ``by_chance`` that of other boundaries; None where none are told.
    """

    variant: str
    parameters: int
    steps: int
    trained_tokens: int
    nll: float
    top1: float
    top5: float
    valence_error: float | None = None
    arousal_error: float | None = None
    within_1_s: float | None = None
    by_chance: float | None = None


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much is written and measured of each variant."""

    seeds: int = 2
    seconds: float = 24.0
    boundary_seeds: int = 6
    per_group: int | None = 20  # held-out chunks of each source


def compare_conditionings(
    store: TokenStore,
    folder: Path,
    recipe: Recipe,
    *,
    minutes: float,
    variants: Sequence[Variant] = VARIANTS,
    amounts: Amounts | None = None,
    find_judge: Callable[[], AffectReader] | None = None,
    device: str = "cpu",
    monitor: Monitor = SILENT,
) -> list[ConditioningRow]:
    """Train and measure every variant.

    Parameters
    ----------
    folder : holds a run of each variant, which goes on where it stopped
    minutes : of training in all, in equal parts; what was trained before counts
    find_judge : MissingError if there is none; then no VA error is measured

    Raises
    ------
    InputUnusableError
        The recipe is not of the published layout, or there is nothing to train for.
    """
    if not isinstance(recipe.model, PublishedConfiguration):
        raise InputUnusableError("The comparison needs a recipe of the published layout.")
    if minutes <= 0 or not variants:
        raise InputUnusableError("The comparison needs minutes to train and something to compare.")
    amounts = amounts or Amounts()
    judge = _judge(find_judge)
    rows: list[ConditioningRow] = []
    for variant in variants:
        trainer = _trained(
            variant, store, folder, recipe, minutes / len(variants) / 60, device, monitor
        )
        rows.append(_row(variant, trainer, store, folder, amounts, judge, monitor))
        folder.joinpath(KEPT).write_text(json.dumps([asdict(row) for row in rows], indent=1))
    return rows


def _judge(find_judge: Callable[[], AffectReader] | None) -> AffectReader | None:
    try:
        return find_judge() if find_judge is not None else None
    except MissingError:
        return None


def _trained(
    variant: Variant,
    store: TokenStore,
    folder: Path,
    recipe: Recipe,
    hours: float,
    device: str,
    monitor: Monitor,
) -> Trainer:
    assert isinstance(recipe.model, PublishedConfiguration)
    model = replace(
        recipe.model,
        conditioning=variant.conditioning,
        boundary_offsets=variant.boundary_offsets,
    )
    trainer = Trainer(replace(recipe, model=model), store, folder / variant.name, device=device)
    trainer.run(hours=hours, monitor=monitor)
    return trainer


def _row(
    variant: Variant,
    trainer: Trainer,
    store: TokenStore,
    folder: Path,
    amounts: Amounts,
    judge: AffectReader | None,
    monitor: Monitor,
) -> ConditioningRow:
    length = trainer.recipe.length
    chunks = held_out_chunks(store, length=length, per_group=amounts.per_group)
    model = trainer.model.eval()
    found = measure(model, chunks, length=length, monitor=monitor)["all"]
    row = ConditioningRow(
        variant=variant.name,
        parameters=model.parameter_count,
        steps=trainer.step,
        trained_tokens=trainer.tokens,
        nll=found.nll,
        top1=found.top1,
        top5=found.top5,
    )
    settings = with_preset(GenerationSettings(), "thesis")
    writer = PieceWriter(
        model,
        weights_sha256=f"{variant.name}/{trainer.step}/{trainer.recipe}",
        folder=folder / variant.name,
    )
    if judge is not None and variant.conditioning != "none":
        grid = measure_va_grid(
            writer,
            judge,
            seeds=amounts.seeds,
            seconds=amounts.seconds,
            settings=settings,
            monitor=monitor,
        )
        row = replace(row, valence_error=grid.valence.error, arousal_error=grid.arousal.error)
    if variant.boundary_offsets:
        report = measure_boundaries(
            writer,
            seeds=amounts.boundary_seeds,
            seconds=amounts.seconds * 2,
            settings=settings,
            monitor=monitor,
        )
        row = replace(row, within_1_s=report.told.within_1_s, by_chance=report.chance.within_1_s)
    return row


def conditioning_lines(rows: Sequence[ConditioningRow]) -> list[str]:
    """The comparison as a table."""
    lines = [
        f"{'variant':<32}{'M par.':>7}{'M tokens':>9}{'NLL':>8}{'top-1':>8}{'top-5':>8}"
        f"{'V error':>9}{'A error':>9}{'within 1 s':>12}{'by chance':>11}"
    ]
    lines += [
        f"{row.variant:<32}{row.parameters / 1e6:>7.1f}{row.trained_tokens / 1e6:>9.2f}"
        f"{row.nll:>8.4f}{row.top1:>8.4f}{row.top5:>8.4f}{_number(row.valence_error):>9}"
        f"{_number(row.arousal_error):>9}{_number(row.within_1_s):>12}{_number(row.by_chance):>11}"
        for row in rows
    ]
    return lines


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
