"""The composer's training loop: resumable, bf16, with a constant rate and a final cool-down."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from emsync_engine.errors import InputUnusableError
from emsync_engine.midi import vocabulary as v
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.conditioning import Conditions
from emsync_engine.music.layouts import Composer, Configuration, new_composer
from emsync_engine.music.transformer import ModelConfiguration
from emsync_engine.training.batches import BatchSampler, held_out_chunks, held_out_pairs
from emsync_engine.training.contrast import Pairs, contrast_loss, margins
from emsync_engine.training.held_out import measure, told_apart
from emsync_engine.training.processes import OneProcess, Processes
from emsync_engine.training.recipe import Recipe
from emsync_engine.training.store import TokenStore
from emsync_engine.weights import read_composer

logger = logging.getLogger(__name__)

CHORD_LOSS_WEIGHT = 10.0  # thesis section 4.1
CHECKPOINT = "checkpoint.pt"
LOG = "log.jsonl"


def weighted_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy in which CHORD counts ten times; PAD is left out. (B, T, V), (B, T)."""
    weights = torch.ones(logits.shape[-1], device=logits.device)
    weights[v.CHORD] = CHORD_LOSS_WEIGHT
    return F.cross_entropy(
        logits.float().flatten(0, 1), targets.flatten(), weight=weights, ignore_index=v.PAD
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
        processes: Processes | None = None,
    ) -> None:
        """A new run, or the one that the folder holds, to be resumed.

        A new run starts from ``first_weights`` where they are given, else from random ones. With
        several processes each draws a batch of its own; the gradients are their mean.
        """
        torch.manual_seed(recipe.seed)
        self.recipe, self.folder = recipe, folder
        self.processes = processes or OneProcess(device)
        self.device = self.processes.device
        self.model = new_composer(recipe.model).to(self.device)
        self.optimisers = _optimisers(self.model, recipe)
        self.sampler = BatchSampler(
            store,
            batch=recipe.batch,
            length=recipe.length,
            seed=recipe.seed,
            rank=self.processes.rank,
            dropouts=recipe.dropouts,
            mixture=recipe.mixture,
        )
        self.held_out = held_out_chunks(store, length=recipe.length, per_group=6)
        self.held_out_pairs = held_out_pairs(
            store, length=min(recipe.contrast.length, recipe.length)
        )
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
        shared = self.processes.share(self.model)
        forward = torch.compile(shared) if compiled else shared
        end_s = hours * 3600
        losses: list[float] = []
        while self.seconds < end_s:
            started = time.monotonic()
            losses.append(self._train_step(forward, self.seconds / end_s))
            self.seconds = self.processes.agree(self.seconds + time.monotonic() - started)
            monitor.advance("train", self.seconds, end_s)
            if self.step % self.recipe.save_every == 0:
                self.save()
            if self.step % self.recipe.evaluate_every == 0 or self.seconds >= end_s:
                self._log(losses)
                losses.clear()
        self.save()

    def _train_step(self, forward: Any, progress: float) -> float:
        factor = self._rate_factor(progress)
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = group["full_rate"] * factor
            optimiser.zero_grad(set_to_none=True)
        self.model.train()
        contrast = self.recipe.contrast
        if self.sampler.is_contrast(self.step, contrast):
            loss = self._contrast_step(forward, self.sampler.pairs_at(self.step, contrast))
        else:
            loss = self._plain_step(forward, *self.sampler.batch_at(self.step))
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
        self.step += 1
        return loss

    def _plain_step(self, forward: Any, tokens: Tensor, conditions: Conditions) -> float:
        """Gradients of the next token's loss; returns that loss."""
        tokens = tokens.to(self.device)
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            logits = forward(tokens[:, :-1], conditions.to(self.device))
        loss = weighted_loss(logits, tokens[:, 1:])
        loss.backward()  # type: ignore[no-untyped-call]
        self._count(tokens)
        return float(loss.detach())

    def _contrast_step(self, forward: Any, pairs: Pairs) -> float:
        """Gradients of the next token's loss and of telling emotions apart; returns the former."""
        tokens = pairs.tokens.to(self.device)
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            logits = forward(tokens[:, :-1].repeat(2, 1), pairs.both.to(self.device))
        loss = weighted_loss(logits[: len(tokens)], tokens[:, 1:])
        apart = contrast_loss(margins(replace(pairs, tokens=tokens), logits))
        (loss + self.recipe.contrast.weight * apart).backward()  # type: ignore[no-untyped-call]
        self._count(tokens)
        return float(loss.detach())

    def _count(self, tokens: Tensor) -> None:
        self.tokens += int((tokens[:, 1:] != v.PAD).sum()) * self.processes.count

    def _rate_factor(self, progress: float) -> float:
        """Warm-up over the first steps, cool-down over the last share of the run."""
        warm = min((self.step + 1) / self.recipe.warmup_steps, 1.0)
        cool = min((1 - progress) / max(self.recipe.cooldown_share, 1e-9), 1.0)
        return warm * max(cool, 0.0)

    def _log(self, losses: list[float]) -> None:
        if self.processes.rank:
            return
        found = measure(self.model, self.held_out, length=self.recipe.length)
        line = {
            "step": self.step,
            "tokens": self.tokens,
            "hours": round(self.seconds / 3600, 3),
            "tokens_per_s": round(self.tokens / max(self.seconds, 1e-9)),
            "train_loss": round(sum(losses) / max(len(losses), 1), 4),
            "held_out": {group: asdict(accuracy) for group, accuracy in found.items()},
            "told_apart": told_apart(self.model, self.held_out_pairs),
        }
        with (self.folder / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        logger.info("step %d: %s, told apart %s", self.step, found["all"], line["told_apart"])

    def save(self) -> None:
        """Write the checkpoint beside, then replace the old one; one process does."""
        if self.processes.rank:
            return
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
        if _grown(model.configuration, self.recipe.model) != self.recipe.model:
            raise InputUnusableError(f"{weights.name} is of another size than the recipe asks for.")
        # what it was not trained for yet starts at nothing
        self.model.load_state_dict(self.model.state_dict() | model.state_dict())


def _grown(held: Configuration, asked: Configuration) -> Configuration:
    """What weights have, with what they may yet be trained for."""
    if isinstance(held, ModelConfiguration) and isinstance(asked, ModelConfiguration):
        return replace(held, fills_in=asked.fills_in, knows_kinds=asked.knows_kinds)
    return replace(held, dropout=asked.dropout)


def _optimisers(model: Composer, recipe: Recipe) -> list[torch.optim.Optimizer]:
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
