"""The thesis' conditionings compared on our music: its tables 4.1 and 4.2 in one.

Every way to tell emotion, with and without boundary offsets, is trained from several seeds for
equally many steps: those of one seed on the same batches, and from the same weights where they have
the same parts. Then the loss is measured on the same chunks of the test side for all, what a judge
reads from 25 conditions, and how near strong chords come to boundaries. Everything is kept in the
folder, run by run, so that the comparison can stop and go on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import torch

from emsync_engine import __version__
from emsync_engine.affect.reading import AffectReader
from emsync_engine.errors import InputUnusableError, MissingError
from emsync_engine.evaluation.boundaries import (
    BoundaryReport,
    boundary_report,
    boundary_wish,
    seeded_boundaries,
)
from emsync_engine.evaluation.equal_training import InParts, StepTrainer, claim
from emsync_engine.evaluation.pieces import PieceWriter
from emsync_engine.evaluation.va_grid import measure_va_grid
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.layouts import Composer, new_composer
from emsync_engine.music.published.conditions import CONDITIONING_KINDS, ConditioningKind
from emsync_engine.music.published.layout import PublishedConfiguration
from emsync_engine.music.published.presets import with_preset
from emsync_engine.project.model import GenerationSettings
from emsync_engine.training.batches import held_out_chunks
from emsync_engine.training.held_out import measure
from emsync_engine.training.recipe import Recipe
from emsync_engine.training.sequences import Sequence as Chunk
from emsync_engine.training.store import TokenStore

FORETOLD = "foretold.json"
WRITTEN = "written.json"
PRESET = "thesis"

Chunks = list[tuple[str, Chunk]]


@dataclass(frozen=True, slots=True)
class Variant:
    """One line of the comparison."""

    conditioning: ConditioningKind
    boundary_offsets: bool

    @property
    def name(self) -> str:
        return self.conditioning + ("+offsets" if self.boundary_offsets else "")


VARIANTS = tuple(Variant(kind, offsets) for offsets in (False, True) for kind in CONDITIONING_KINDS)
NAMES = tuple(variant.name for variant in VARIANTS)


@dataclass(frozen=True, slots=True)
class Run:
    """One variant trained from one seed, and where it is kept."""

    variant: Variant
    seed: int
    folder: Path


@dataclass(frozen=True, slots=True)
class Foretold:
    """How well test music is foretold: all tokens, everything told (thesis table 4.1)."""

    parameters: int
    trained_tokens: int
    nll: float
    top1: float
    top5: float
    tokens: int  # of the test music


@dataclass(frozen=True, slots=True)
class Written:
    """What is heard in the music that a run writes.

    ``valence_error`` and ``arousal_error`` are mean absolute differences between what was told and
    what the judge reads, not halved (thesis table 4.2, which may be halved), and ``*_permuted``
    what the same readings would score if they had nothing to do with what was told; None without a
    judge or where no emotion is told. ``within_*`` is the share of boundaries with a strong chord
    so near, ``chance_*`` that of other boundaries in the same music.
    """

    within_100_ms: float
    chance_100_ms: float
    within_1_s: float
    chance_1_s: float
    chords_per_minute: float
    valence_error: float | None = None
    arousal_error: float | None = None
    valence_permuted: float | None = None
    arousal_permuted: float | None = None

    @property
    def error(self) -> float | None:
        """Mean of both axes, as in the thesis' table."""
        return _mean(self.valence_error, self.arousal_error)

    @property
    def permuted(self) -> float | None:
        return _mean(self.valence_permuted, self.arousal_permuted)


def _mean(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else (one + other) / 2


@dataclass(frozen=True, slots=True)
class ConditioningRow:
    """What one variant scores from one seed; ``written`` is None where nothing was written."""

    variant: str
    seed: int
    steps: int
    foretold: Foretold
    written: Written | None = None


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much is measured of each run: test chunks of each source, pieces and their lengths."""

    per_group: int | None = 20
    grid_seeds: int = 1  # pieces of each of the 25 conditions; 0: nothing is written
    grid_seconds: float = 12.0
    boundary_seeds: int = 4
    boundary_seconds: float = 24.0


def compare_conditionings(
    store: TokenStore,
    folder: Path,
    recipe: Recipe,
    *,
    steps: int,
    training_seeds: int = 3,
    variants: Sequence[Variant] = VARIANTS,
    amounts: Amounts | None = None,
    find_judge: Callable[[], AffectReader] | None = None,
    device: str = "cpu",
    monitor: Monitor = SILENT,
) -> list[ConditioningRow]:
    """Train and measure every variant from every seed, all of one seed before the next.

    Parameters
    ----------
    folder : holds every run, which goes on where it stopped
    steps : of each run
    find_judge : MissingError if there is none; then no VA error is measured

    Raises
    ------
    InputUnusableError
        The recipe is not of the published layout, there is nothing to train for or to measure on,
        or the folder holds runs of another recipe.
    """
    if not isinstance(recipe.model, PublishedConfiguration):
        raise InputUnusableError("The comparison needs a recipe of the published layout.")
    if steps < 1 or training_seeds < 1 or not variants:
        raise InputUnusableError("The comparison needs steps to train and something to compare.")
    amounts = amounts or Amounts()
    chunks = held_out_side(store, length=recipe.length, per_group=amounts.per_group)
    if not chunks:
        raise InputUnusableError("The store has no pieces on its test side to measure on.")
    claim(folder, recipe, steps)
    runs = [
        Run(variant, seed, folder / f"seed-{seed}" / variant.name)
        for seed, variant in product(range(1, training_seeds + 1), variants)
    ]
    bench = _Bench(store, recipe, steps, chunks, amounts, _judge(find_judge), device)
    learning = InParts(monitor, "train", len(runs))
    for run in runs:
        learning.run(lambda run=run: bench.train(run, learning))  # type: ignore[misc]
    measuring = InParts(monitor, "evaluate", len(runs))
    rows: list[ConditioningRow] = []
    for run in runs:
        measuring.run(lambda run=run: rows.append(bench.row(run, measuring)))  # type: ignore[misc]
    return rows


def held_out_side(store: TokenStore, *, length: int, per_group: int | None) -> Chunks:
    """Chunks of the test side that do not overlap, nothing random, evenly spread in each source."""
    test = [replace(entry, split="validation") for entry in store.split("test")]
    return held_out_chunks(replace(store, entries=tuple(test)), length=length, per_group=per_group)


def _vanilla(recipe: Recipe) -> Composer:
    """The model of a seed that is told nothing, before it learns."""
    assert isinstance(recipe.model, PublishedConfiguration)
    torch.manual_seed(recipe.seed)
    return new_composer(replace(recipe.model, conditioning="none", boundary_offsets=False))


def _judge(find_judge: Callable[[], AffectReader] | None) -> AffectReader | None:
    try:
        return find_judge() if find_judge is not None else None
    except MissingError:
        return None


@dataclass(frozen=True, slots=True)
class _Bench:
    """What all runs have in common."""

    store: TokenStore
    recipe: Recipe
    steps: int
    chunks: Chunks
    amounts: Amounts
    judge: AffectReader | None
    device: str

    def train(self, run: Run, monitor: Monitor) -> None:
        """Train a run to its end, and measure what it foretells."""
        if _kept(run.folder / FORETOLD, self._asked_of_chunks()) is None:
            self._foretold(run, self._trained(run, monitor), monitor)

    def row(self, run: Run, monitor: Monitor) -> ConditioningRow:
        """Everything of a trained run."""
        foretold = _kept(run.folder / FORETOLD, self._asked_of_chunks())
        assert foretold is not None  # train() came first
        row = ConditioningRow(run.variant.name, run.seed, self.steps, Foretold(**foretold))
        if not self.amounts.grid_seeds:
            return row
        asked = self._asked_of_pieces()
        written = _kept(run.folder / WRITTEN, asked)
        if written is None:
            written = asdict(self._written(run, self._trained(run, monitor).model.eval(), monitor))
            _keep(run.folder / WRITTEN, asked, written)
        return replace(row, written=Written(**written))

    def _trained(self, run: Run, monitor: Monitor) -> StepTrainer:
        assert isinstance(self.recipe.model, PublishedConfiguration)
        model = replace(
            self.recipe.model,
            conditioning=run.variant.conditioning,
            boundary_offsets=run.variant.boundary_offsets,
        )
        recipe = replace(self.recipe, model=model, seed=run.seed)
        trainer = StepTrainer(recipe, self.store, run.folder, device=self.device)
        trainer.begin_like(_vanilla(recipe))
        trainer.run_steps(self.steps, monitor=monitor)
        return trainer

    def _foretold(self, run: Run, trainer: StepTrainer, monitor: Monitor) -> None:
        found = measure(trainer.model, self.chunks, length=self.recipe.length, monitor=monitor)
        told = Foretold(
            parameters=trainer.model.parameter_count,
            trained_tokens=trainer.tokens,
            nll=found["all"].nll,
            top1=found["all"].top1,
            top5=found["all"].top5,
            tokens=found["all"].tokens,
        )
        _keep(run.folder / FORETOLD, self._asked_of_chunks(), asdict(told))

    def _written(self, run: Run, model: Composer, monitor: Monitor) -> Written:
        settings = with_preset(GenerationSettings(), PRESET)
        writer = PieceWriter(
            model,
            weights_sha256=f"{run.variant.name}/{run.seed}/{self.steps}/{self.recipe}",
            folder=run.folder,
        )
        near = self._near_boundaries(writer, settings, monitor)
        written = Written(
            within_100_ms=near.told.within_100_ms,
            chance_100_ms=near.chance.within_100_ms,
            within_1_s=near.told.within_1_s,
            chance_1_s=near.chance.within_1_s,
            chords_per_minute=near.told.chords_per_minute,
        )
        if self.judge is None or run.variant.conditioning == "none":
            return written
        grid = measure_va_grid(
            writer,
            self.judge,
            seeds=self.amounts.grid_seeds,
            seconds=self.amounts.grid_seconds,
            settings=settings,
            monitor=monitor,
        )
        return replace(
            written,
            valence_error=grid.valence.error,
            arousal_error=grid.arousal.error,
            valence_permuted=grid.valence.permuted,
            arousal_permuted=grid.arousal.permuted,
        )

    def _near_boundaries(
        self, writer: PieceWriter, settings: GenerationSettings, monitor: Monitor
    ) -> BoundaryReport:
        """Pieces that are told of boundaries; those of no other kind are written beside them."""
        seconds = self.amounts.boundary_seconds
        wanted = [seeded_boundaries(seed, seconds) for seed in range(self.amounts.boundary_seeds)]
        asked = [
            (boundary_wish(seed, seconds, hits_s, settings), seed)
            for seed, hits_s in enumerate(wanted)
        ]
        pieces = writer.write(asked, monitor=monitor)
        return boundary_report(pieces, pieces, wanted)

    def _asked_of_chunks(self) -> str:
        """What the loss is measured on: another store or amount is measured anew."""
        digest = hashlib.sha256()
        for _, chunk in self.chunks:
            digest.update(chunk.tokens.tobytes() + chunk.va.tobytes())
        return digest.hexdigest()[:24]

    def _asked_of_pieces(self) -> str:
        judged = self.judge is not None
        return json.dumps([__version__, PRESET, judged, asdict(self.amounts)], sort_keys=True)


def _kept(file: Path, asked: str) -> dict[str, Any] | None:
    """What was measured before, if it was measured in the same way."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return dict(kept["found"]) if kept.get("asked") == asked else None


def _keep(file: Path, asked: str, found: dict[str, Any]) -> None:
    partial = file.with_suffix(".partial")
    partial.write_text(json.dumps({"asked": asked, "found": found}, indent=1), encoding="utf-8")
    partial.replace(file)
