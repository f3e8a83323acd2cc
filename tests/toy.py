"""Small models for tests: the real classes with few parameters, random but repeatable."""

from __future__ import annotations

import torch
from torch import Tensor

from emsync_engine.music.conditioning import Conditions
from emsync_engine.music.transformer import ModelConfiguration, MusicTransformer
from emsync_engine.project.notes import FAMILIES

TOY = ModelConfiguration(layers=2, width=32, heads=2, feed_forward=48, context=96)


def toy_model(seed: int = 0, configuration: ModelConfiguration = TOY) -> MusicTransformer:
    """A model whose every parameter matters, as those of a trained one do."""
    generator = torch.Generator().manual_seed(seed)
    model = MusicTransformer(configuration)
    with torch.no_grad():
        for parameter in model.parameters():
            spread = 0.2 if parameter.ndim == 1 else parameter.shape[-1] ** -0.5
            parameter.normal_(0, spread, generator=generator)
        for name, parameter in model.named_parameters():
            if name.endswith("norm.weight"):
                parameter.add_(1.0)
    return model.eval()


def conditions_for(tokens: Tensor, seed: int = 5) -> Conditions:
    """Plausible conditions for (B, T) tokens."""
    generator = torch.Generator().manual_seed(seed)
    batch, length = tokens.shape
    return Conditions(
        torch.rand(batch, length, 2, generator=generator) * 2 - 1,
        torch.rand(batch, length, generator=generator) * 8,
        torch.rand(batch, length, generator=generator) * 16,
        torch.ones(batch, len(FAMILIES)),
    )
