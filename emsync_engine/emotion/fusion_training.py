"""Training the fusion on labelled films, and judging it.

References
----------
Thesis 5.2.2.3: cross-entropy, batches of 32, Adam at 1e-5, dropout 0.5; random pictures and pieces
of sound in training, equidistant ones else; a tenth of the films to validate, stopped when the
accuracy on them drops. Here the network of the best epoch is kept, and "drops" means ten epochs
without a better one: with few films one of them is a step of several per cent.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from emsync_engine.emotion.fusion import (
    SEQUENCES,
    SINGLES,
    FeatureSet,
    FilmFeatures,
    FusionConfiguration,
    equidistant_s,
    feature_set,
    random_times_s,
    statistics_of,
    widths_of,
)
from emsync_engine.emotion.fusion_store import Fusion
from emsync_engine.errors import InputUnusableError
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.project.model import EMOTIONS

if TYPE_CHECKING:
    from emsync_engine.emotion.fusion_network import FusionNetwork

STAGE = "train"

logger = logging.getLogger(__name__)


class TooFewFilmsError(InputUnusableError):
    """Labelled films are too few to learn from."""


@dataclass(frozen=True, slots=True)
class FusionRecipe:
    """How a fusion is trained; the defaults are the thesis'. ``patience`` is in epochs."""

    batch: int = 32
    learning_rate: float = 1e-5
    dropout: float = 0.5
    width: int = 512
    heads: int = 4
    frames: int = 16
    validation_share: float = 0.1
    patience: int = 10
    epochs: int = 300
    seed: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class LabelledFilm:
    """One film's features, and the number of its emotion among ``EMOTIONS``."""

    features: FilmFeatures
    label: int


@dataclass(frozen=True, slots=True)
class Judged:
    """Accuracy on some films, and how they were told.

    ``confusion[t][r]`` counts films of emotion t that were read as r.
    """

    accuracy: float
    loss: float
    confusion: tuple[tuple[int, ...], ...]

    @property
    def count(self) -> int:
        return sum(map(sum, self.confusion))


@dataclass(frozen=True, slots=True, eq=False)
class FusionTraining:
    """A trained fusion; ``accuracies`` on the validation films, epoch by epoch."""

    fusion: Fusion
    validation: Judged
    best_epoch: int
    accuracies: tuple[float, ...]
    losses: tuple[float, ...]


def train_fusion(
    films: Sequence[LabelledFilm],
    recipe: FusionRecipe | None = None,
    *,
    device: str = "cpu",
    monitor: Monitor = SILENT,
) -> FusionTraining:
    """Train on some films, a tenth of which only tell when to stop.

    TooFewFilmsError with fewer than one film to train and one to validate of two emotions.
    """
    import torch

    from emsync_engine.emotion.fusion_network import FusionNetwork

    recipe = recipe or FusionRecipe()
    training, validation = divided(films, recipe)
    widths = widths_of([film.features for film in training])
    configuration = FusionConfiguration(
        sequences=tuple((name, widths[name]) for name in SEQUENCES if name in widths),
        singles=tuple((name, widths[name]) for name in SINGLES if name in widths),
        width=recipe.width,
        heads=recipe.heads,
        dropout=recipe.dropout,
        frames=recipe.frames,
    )
    torch.manual_seed(recipe.seed)
    statistics = statistics_of([film.features for film in training], list(widths))
    fusion = Fusion(FusionNetwork(configuration).to(device), statistics)
    return _run(fusion, training, validation, recipe, device=device, monitor=monitor)


def _run(
    fusion: Fusion,
    training: Sequence[LabelledFilm],
    validation: Sequence[LabelledFilm],
    recipe: FusionRecipe,
    *,
    device: str,
    monitor: Monitor,
) -> FusionTraining:
    import torch

    rng = np.random.default_rng(recipe.seed)
    optimiser = torch.optim.Adam(fusion.network.parameters(), lr=recipe.learning_rate)
    best, best_epoch, kept = judge(fusion, validation, device=device), 0, _state(fusion.network)
    accuracies, losses = [best.accuracy], [best.loss]
    for epoch in range(1, recipe.epochs + 1):
        monitor.advance(STAGE, epoch - 1, recipe.epochs)
        _train_epoch(fusion, optimiser, training, recipe, rng, device=device)
        found = judge(fusion, validation, device=device)
        accuracies.append(found.accuracy)
        losses.append(found.loss)
        logger.info("epoch %d: accuracy %.3f, loss %.3f", epoch, found.accuracy, found.loss)
        if (found.accuracy, -found.loss) > (best.accuracy, -best.loss):
            best, best_epoch, kept = found, epoch, _state(fusion.network)
        elif epoch - best_epoch >= recipe.patience:
            break
    fusion.network.load_state_dict(kept)
    fusion.network.cpu().eval()
    return FusionTraining(fusion, best, best_epoch, tuple(accuracies), tuple(losses))


def _state(network: FusionNetwork) -> dict[str, Any]:
    return copy.deepcopy(network.state_dict())


def _train_epoch(
    fusion: Fusion,
    optimiser: Any,
    films: Sequence[LabelledFilm],
    recipe: FusionRecipe,
    rng: np.random.Generator,
    *,
    device: str,
) -> None:
    import torch

    from emsync_engine.emotion.fusion_network import tensors_of

    fusion.network.train()
    order = rng.permutation(len(films))
    for start in range(0, len(order), recipe.batch):
        chosen = [films[number] for number in order[start : start + recipe.batch]]
        sets = [random_set(film.features, rng, recipe.frames) for film in chosen]
        labels = torch.tensor([film.label for film in chosen], device=device)
        given = tensors_of(sets, fusion.statistics, fusion.network.configuration, device=device)
        loss = torch.nn.functional.cross_entropy(fusion.network(*given), labels)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()


def random_set(film: FilmFeatures, rng: np.random.Generator, count: int) -> FeatureSet:
    """Features at random times of a film."""
    return feature_set(film.observed, film.texts, random_times_s(film.duration_s, rng, count))


def whole_set(film: FilmFeatures, count: int) -> FeatureSet:
    """Features at equidistant times of a film."""
    return feature_set(film.observed, film.texts, equidistant_s(0, film.duration_s, count))


def divided(
    films: Sequence[LabelledFilm], recipe: FusionRecipe
) -> tuple[list[LabelledFilm], list[LabelledFilm]]:
    """Films to train on and films to validate on, the latter a tenth of every emotion."""
    rng = np.random.default_rng(recipe.seed)
    training: list[LabelledFilm] = []
    validation: list[LabelledFilm] = []
    for label in range(len(EMOTIONS)):
        ours = [film for film in films if film.label == label]
        order: NDArray[np.int64] = rng.permutation(len(ours))
        aside = max(1, round(recipe.validation_share * len(ours))) if len(ours) > 1 else 0
        validation += [ours[number] for number in order[:aside]]
        training += [ours[number] for number in order[aside:]]
    if not validation or len({film.label for film in training}) < 2:
        raise TooFewFilmsError(
            f"There are {len(films)} films to learn from; at least two emotions with two films "
            "each are needed."
        )
    return training, validation


def judge(fusion: Fusion, films: Sequence[LabelledFilm], *, device: str = "cpu") -> Judged:
    """Read some films at equidistant times and compare with their labels."""
    frames = fusion.network.configuration.frames
    confusion = np.zeros((len(EMOTIONS), len(EMOTIONS)), int)
    loss = 0.0
    batch = 64
    for start in range(0, len(films), batch):
        part = films[start : start + batch]
        shares = fusion.shares([whole_set(film.features, frames) for film in part], device=device)
        for film, row in zip(part, shares, strict=True):
            confusion[film.label, int(row.argmax())] += 1
            loss -= float(np.log(max(float(row[film.label]), 1e-9)))
    return Judged(
        accuracy=float(np.trace(confusion)) / max(1, len(films)),
        loss=loss / max(1, len(films)),
        confusion=tuple(tuple(int(count) for count in row) for row in confusion),
    )
