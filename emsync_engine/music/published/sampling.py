"""Drawing the next token as the published code does: its nucleus, its rule against repetition."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from emsync_engine.music.sampling import SMALL_NUCLEUS
from emsync_engine.project.model import GenerationSettings


@dataclass(frozen=True, slots=True)
class PublishedSampling:
    """Values of one published way to sample; ``penalty`` scales the rule against repetition."""

    temperature: float
    top_p: float
    penalty: float


PRESETS = {
    "thesis": PublishedSampling(1.2, 0.7, 0.5),  # section 4.4; also midi-emotion's generate.py
    "emsync": PublishedSampling(1.35, 0.6, 0.4),  # the public demonstration of section 6.2
}
"""Named presets: p 0.6 to 0.7, temperature 1.2 to 1.35."""


def with_preset(settings: GenerationSettings, name: str) -> GenerationSettings:
    """The same wishes, sampled as published: without guidance, which is ours."""
    preset = PRESETS[name]
    return replace(
        settings,
        temperature=preset.temperature,
        top_p=preset.top_p,
        va_guidance=1.0,
        boundary_guidance=1.0,
    )


def penalty_of(settings: GenerationSettings) -> float:
    """The strength of the rule against repetition: that of the nearest preset."""
    nearest = min(PRESETS.values(), key=lambda preset: abs(preset.top_p - settings.top_p))
    return nearest.penalty


class RepetitionRule:
    """Temperature that rises with the count of small nuclei, and halves that count at a large one.

    The thesis says "slightly" (section 4.4); the factor ``1 + penalty * log((count + 1) / 4)``,
    never under 1, is that of the published code.
    """

    def __init__(self, penalty: float) -> None:
        self._penalty = penalty
        self._count = 0

    def raised(self, temperature: float) -> float:
        """The temperature for the next token."""
        rise = max(0.0, math.log((self._count + 1) / 4) * self._penalty)
        return temperature * (1 + rise)

    def after(self, nucleus_size: int) -> None:
        """Note how many tokens the nucleus held."""
        self._count = self._count + 1 if nucleus_size < SMALL_NUCLEUS else self._count // 2


def published_draw(
    scores: NDArray[np.float32], *, temperature: float, top_p: float, rng: np.random.Generator
) -> tuple[int, int]:
    """Draw from the tokens whose cumulative probability stays within ``top_p``.

    Unlike the nucleus of Holtzman et al. (2020), the token that crosses ``top_p`` is left out; the
    likeliest always stays.

    Parameters
    ----------
    scores : (V,) log-probabilities up to a constant, -inf where forbidden

    Returns
    -------
    token, and how many tokens could be drawn
    """
    scaled = scores / temperature
    probabilities = np.exp(scaled - scaled.max())
    probabilities /= probabilities.sum()
    order = np.argsort(-probabilities, kind="stable")
    cumulative = np.cumsum(probabilities[order])
    size = max(int(np.searchsorted(cumulative, top_p, side="right")), 1)
    size = min(size, int((probabilities > 0).sum()))
    place = int(np.searchsorted(cumulative[:size], rng.random() * cumulative[size - 1]))
    return int(order[min(place, size - 1)]), size
