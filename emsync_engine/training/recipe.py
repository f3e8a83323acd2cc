"""What a training run is asked for: a TOML file fills one recipe."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from emsync_engine.errors import InputUnusableError
from emsync_engine.music.layouts import Configuration, configuration_from
from emsync_engine.music.transformer import ModelConfiguration
from emsync_engine.training.batches import Dropouts, Mixture
from emsync_engine.training.contrast import Contrast


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that a training run is asked for; a TOML file fills one."""

    model: Configuration = field(default_factory=ModelConfiguration)
    dropouts: Dropouts = field(default_factory=Dropouts)
    mixture: Mixture = field(default_factory=Mixture)
    contrast: Contrast = field(default_factory=Contrast)
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
        sizes = table.pop("model", {})
        model = configuration_from(sizes.pop("layout", "rotary"), sizes)
        dropouts = Dropouts(**table.pop("dropouts", {}))
        mixture = Mixture(**table.pop("mixture", {}))
        contrast = Contrast(**table.pop("contrast", {}))
        return Recipe(model=model, dropouts=dropouts, mixture=mixture, contrast=contrast, **table)
    except (OSError, ValueError, TypeError) as error:
        raise InputUnusableError(f"{path.name} is no training recipe: {error}.") from error
