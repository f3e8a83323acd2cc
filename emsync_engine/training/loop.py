"""The composer's training loop: resumable, bf16, with a constant rate and a final cool-down."""

from __future__ import annotations

import json
import logging
import math
import time
import tomllib
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from emsync_engine.errors import InputUnusableError
from emsync_engine.midi import vocabulary as v
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.conditioning import Conditions
from emsync_engine.music.transformer import ModelConfiguration, MusicTransformer
from emsync_engine.training.batches import (
    BatchSampler,
    Dropouts,
    Mixture,
    collate,
    held_out_chunks,
)
from emsync_engine.training.sequences import Sequence
from emsync_engine.training.store import TokenStore
from emsync_engine.weights import read_composer

logger = logging.getLogger(__name__)

CHORD_LOSS_WEIGHT = 10.0  # thesis section 4.1
CHECKPOINT = "checkpoint.pt"
LOG = "log.jsonl"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that a training run is asked for; a TOML file fills one."""

    model: ModelConfiguration = field(default_factory=ModelConfiguration)
    dropouts: Dropouts = field(default_factory=Dropouts)
    mixture: Mixture = field(default_factory=Mixture)
    batch: int = 8
    length: int = 1024  # tokens per sequence
    seed: int = 1
    matrix_rate: float = 0.003  # Muon, scaled to the size of AdamW's updates
    other_rate: float = 0.002  # AdamW
    weight_decay: float = 0.05
    warmup_steps: int = 100
    cooldown_share: float = 0.3
    """Share of the run, at its end, over which the rates fall to nothing."""
    evaluate_every: int = 250  # steps
    save_every: int = 100  # steps


def read_recipe(path: Path) -> Recipe:
    """Read a recipe; InputUnusableError names what does not fit."""
    try:
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        known = {item.name for item in fields(Recipe)}
        if unknown := set(table) - known:
            raise ValueError(f"it has no setting named {sorted(unknown)[0]}")
        model = ModelConfiguration(**table.pop("model", {}))
        dropouts = Dropouts(**table.pop("dropouts", {}))
        mixture = Mixture(**table.pop("mixture", {}))
        return Recipe(model=model, dropouts=dropouts, mixture=mixture, **table)
    except (OSError, ValueError, TypeError) as error:
        raise InputUnusableError(f"{path.name} is no training recipe: {error}.") from error


def weighted_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy in which CHORD counts ten times; PAD is left out. (B, T, V), (B, T)."""
    weights = torch.ones(logits.shape[-1], device=logits.device)
    weights[v.CHORD] = CHORD_LOSS_WEIGHT
    return F.cross_entropy(
        logits.float().flatten(0, 1), targets.flatten(), weight=weights, ignore_index=v.PAD
    )


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How well the next token of held-out music is foretold."""

    nll: float
    top1: float
    top5: float
    tokens: int


@torch.no_grad()
def measure(
    model: MusicTransformer,
    chunks: list[tuple[str, Sequence]],
    *,
    length: int,
    batch: int = 8,
    with_conditions: bool = True,
    monitor: Monitor = SILENT,
) -> dict[str, Accuracy]:
    """Unweighted NLL, top-1 and top-5 by group and over ``all`` tokens (thesis section 4.5)."""
    device = model.head.weight.device
    was_training = model.training
    model.eval()
    sums: dict[str, list[float]] = {}
    for first in range(0, len(chunks), batch):
        monitor.advance("evaluate", first, len(chunks))
        rows = chunks[first : first + batch]
        tokens, conditions = collate([sequence for _, sequence in rows], length)
        if not with_conditions:
            conditions = untold(conditions)
        tokens = tokens.to(device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            logits = model(tokens[:, :-1], conditions.to(device)).float()
        targets = tokens[:, 1:]
        nll = F.cross_entropy(logits.transpose(1, 2), targets, reduction="none")
        in_top5 = (logits.topk(5, dim=-1).indices == targets[..., None]).cpu()
        known = (targets != v.PAD).cpu()
        for row, (group, _) in enumerate(rows):
            mask = known[row]
            found = sums.setdefault(group, [0.0, 0.0, 0.0, 0.0])
            found[0] += float(nll[row].cpu()[mask].sum())
            found[1] += float(in_top5[row][mask][:, 0].sum())
            found[2] += float(in_top5[row][mask].any(dim=-1).sum())
            found[3] += float(mask.sum())
    model.train(was_training)
    sums["all"] = [sum(column) for column in zip(*sums.values(), strict=True)]
    return {
        group: Accuracy(nll / n, first / n, fifth / n, int(n))
        for group, (nll, first, fifth, n) in sums.items()
        if n
    }


def untold(conditions: Conditions) -> Conditions:
    """The same conditions, none of them told."""
    return Conditions(
        torch.full_like(conditions.va, math.nan),
        torch.full_like(conditions.offset_s, math.nan),
        torch.full_like(conditions.countdown_s, math.nan),
        torch.full_like(conditions.families, math.nan),
    )


class Trainer:
    """One run in one folder: checkpoint, log and the state between them."""

    def __init__(
        self,
        recipe: Recipe,
        store: TokenStore,
        folder: Path,
        *,
        device: str = "cpu",
        first_weights: Path | None = None,
    ) -> None:
        """A new run, or the one that the folder holds, to be resumed.

        A new run starts from ``first_weights`` where they are given, else from random ones.
        """
        torch.manual_seed(recipe.seed)
        self.recipe, self.folder = recipe, folder
        self.device = torch.device(device)
        self.model = MusicTransformer(recipe.model).to(self.device)
        self.optimisers = _optimisers(self.model, recipe)
        self.sampler = BatchSampler(
            store,
            batch=recipe.batch,
            length=recipe.length,
            seed=recipe.seed,
            dropouts=recipe.dropouts,
            mixture=recipe.mixture,
        )
        self.held_out = held_out_chunks(store, length=recipe.length, per_group=6)
        self.step = 0
        self.tokens = 0
        self.seconds = 0.0
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / CHECKPOINT).is_file():
            self._resume()
        elif first_weights is not None:
            self._start_from(first_weights)

    def run(self, *, hours: float, monitor: Monitor = SILENT, compiled: bool = False) -> None:
        """Train until the run has lasted this long in all, the last part of it cooling down."""
        forward = torch.compile(self.model) if compiled else self.model
        end_s = hours * 3600
        losses: list[float] = []
        while self.seconds < end_s:
            started = time.monotonic()
            losses.append(self._train_step(forward, self.seconds / end_s))
            self.seconds += time.monotonic() - started
            monitor.advance("train", self.seconds, end_s)
            if self.step % self.recipe.save_every == 0:
                self.save()
            if self.step % self.recipe.evaluate_every == 0 or self.seconds >= end_s:
                self._log(losses)
                losses.clear()
        self.save()

    def _train_step(self, forward: Any, progress: float) -> float:
        tokens, conditions = self.sampler.batch_at(self.step)
        tokens = tokens.to(self.device)
        factor = self._rate_factor(progress)
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = group["full_rate"] * factor
            optimiser.zero_grad(set_to_none=True)
        self.model.train()
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            logits = forward(tokens[:, :-1], conditions.to(self.device))
        loss = weighted_loss(logits, tokens[:, 1:])
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
        self.step += 1
        self.tokens += int((tokens[:, 1:] != v.PAD).sum())
        return float(loss.detach())

    def _rate_factor(self, progress: float) -> float:
        """Warm-up over the first steps, cool-down over the last share of the run."""
        warm = min((self.step + 1) / self.recipe.warmup_steps, 1.0)
        cool = min((1 - progress) / max(self.recipe.cooldown_share, 1e-9), 1.0)
        return warm * max(cool, 0.0)

    def _log(self, losses: list[float]) -> None:
        found = measure(self.model, self.held_out, length=self.recipe.length)
        line = {
            "step": self.step,
            "tokens": self.tokens,
            "hours": round(self.seconds / 3600, 3),
            "tokens_per_s": round(self.tokens / max(self.seconds, 1e-9)),
            "train_loss": round(sum(losses) / max(len(losses), 1), 4),
            "held_out": {group: asdict(accuracy) for group, accuracy in found.items()},
        }
        with (self.folder / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        logger.info("step %d: %s", self.step, found["all"])

    def save(self) -> None:
        """Write the checkpoint beside, then replace the old one."""
        state = {
            "model": self.model.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "configuration": asdict(self.recipe.model),
            "step": self.step,
            "tokens": self.tokens,
            "seconds": self.seconds,
        }
        partial = self.folder / (CHECKPOINT + ".partial")
        torch.save(state, partial)
        partial.replace(self.folder / CHECKPOINT)

    def _resume(self) -> None:
        state = torch.load(self.folder / CHECKPOINT, map_location=self.device, weights_only=True)
        if state["configuration"] != asdict(self.recipe.model):
            raise InputUnusableError(
                f"{self.folder} holds a run with a model of another size; choose another folder."
            )
        self.model.load_state_dict(state["model"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        self.step, self.tokens = state["step"], state["tokens"]
        self.seconds = state["seconds"]

    def _start_from(self, weights: Path) -> None:
        """Weights without the optimisers' state, which an exported file does not hold."""
        model = read_composer(weights)
        asked = self.recipe.model
        if replace(model.configuration, fills_in=asked.fills_in) != asked:
            raise InputUnusableError(f"{weights.name} is of another size than the recipe asks for.")
        # what it was not trained for yet starts at nothing
        self.model.load_state_dict(self.model.state_dict() | model.state_dict())


def _optimisers(model: MusicTransformer, recipe: Recipe) -> list[torch.optim.Optimizer]:
    """Muon (Jordan 2024) for the matrices of the blocks, AdamW for everything else."""
    matrices = [p for p in model.blocks.parameters() if p.ndim == 2]
    chosen = {id(parameter) for parameter in matrices}
    others = [p for p in model.parameters() if id(p) not in chosen]
    muon = torch.optim.Muon(
        matrices,
        lr=recipe.matrix_rate,
        weight_decay=recipe.weight_decay,
        adjust_lr_fn="match_rms_adamw",
    )
    adam = torch.optim.AdamW(
        others, lr=recipe.other_rate, betas=(0.9, 0.95), weight_decay=0.0, eps=1e-8
    )
    optimisers: list[torch.optim.Optimizer] = [muon, adam]
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["full_rate"] = group["lr"]
    return optimisers
