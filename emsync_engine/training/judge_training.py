"""Training the second judge on the rated pieces that the regressor has not learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from emsync_engine.affect.judge import (
    JudgeConfiguration,
    JudgeNetwork,
    MusicJudge,
    as_input,
)
from emsync_engine.affect.roll import rolls
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.training.affect_training import Described, targets_of

_WINDOWS = 8  # of a piece, evenly spread, and as many of its drawing


@dataclass(frozen=True, slots=True)
class JudgeRecipe:
    """How the judge is trained; ``memomusic`` and ``mood`` weigh those sets' losses."""

    epochs: int = 12
    networks: int = 2
    batch: int = 64
    rate: float = 2e-3
    decay: float = 0.02
    memomusic: float = 0.5
    mood: float = 0.2
    seed: int = 0


@dataclass(frozen=True, slots=True)
class _Lessons:
    """Rolls (N, …) with ratings (N, 2) in deviations, moods (N,) or -1, and weights (N,)."""

    rolls: NDArray[np.uint8]
    emotion: Tensor
    moods: Tensor
    weights: Tensor


def fit_judge(
    described: Sequence[Described],
    *,
    recipe: JudgeRecipe | None = None,
    configuration: JudgeConfiguration | None = None,
    monitor: Monitor = SILENT,
) -> MusicJudge:
    """Train the networks on pieces and their drawings; the same pieces give the same judge."""
    recipe = recipe or JudgeRecipe()
    lessons = _lessons(described, recipe)
    networks = []
    for number in range(recipe.networks):
        monitor.advance("judge", number, recipe.networks)
        torch.manual_seed(recipe.seed + number)
        network = JudgeNetwork(configuration or JudgeConfiguration())
        _train(network, lessons, recipe)
        networks.append(network.eval())
    plain = np.tile(np.linspace(-2.0, 2.0, 3), (2, 1))
    return MusicJudge(tuple(networks), plain, np.full(2, 0.5))


def _lessons(described: Sequence[Described], recipe: JudgeRecipe) -> _Lessons:
    targets = targets_of([one.piece for one in described])
    share = {"vgmidi": 1.0, "memomusic": recipe.memomusic, "tegridy": recipe.mood}
    found, emotions, moods, weights = [], [], [], []
    for one, target in zip(described, targets, strict=True):
        emotion = target[2:4] if one.piece.set == "memomusic" else target[:2]
        mood = one.piece.moods[0] if one.piece.moods else -1
        chosen = np.unique(np.linspace(0, len(one.centres_s) - 1, _WINDOWS).round().astype(int))
        for notes in (one.piece.notes, one.piece.drawing or one.piece.notes):
            found.append(rolls(notes, one.centres_s[chosen]))
            emotions += [emotion] * len(chosen)
            moods += [mood] * len(chosen)
            weights += [share[one.piece.set] / len(chosen)] * len(chosen)
    weight = torch.tensor(np.array(weights), dtype=torch.float32)
    return _Lessons(
        np.concatenate(found),
        torch.tensor(np.array(emotions), dtype=torch.float32),
        torch.tensor(moods),
        weight / weight.mean(),
    )


def _train(network: JudgeNetwork, lessons: _Lessons, recipe: JudgeRecipe) -> None:
    """AdamW with a rate that falls along a half cosine."""
    network.train()
    count = len(lessons.rolls)
    steps = recipe.epochs * -(-count // recipe.batch)
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(recipe.epochs):
        for rows in torch.split(torch.randperm(count), recipe.batch):
            loss = _loss(network, lessons, rows)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()


def _loss(network: JudgeNetwork, lessons: _Lessons, rows: Tensor) -> Tensor:
    """Squared error of valence and arousal, cross entropy of mood words, where they are known."""
    emotion, moods = network(as_input(lessons.rolls[rows.numpy()]))
    said, weights = lessons.emotion[rows], lessons.weights[rows]
    known = torch.isfinite(said)
    squares = (torch.where(known, emotion - torch.nan_to_num(said), 0.0) ** 2).sum(dim=1)
    words = F.cross_entropy(moods, lessons.moods[rows], ignore_index=-1, reduction="none")
    loss: Tensor = (weights * (squares + words)).mean()
    return loss
