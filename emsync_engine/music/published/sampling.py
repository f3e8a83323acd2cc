"""Drawing the next token as the published code does: its nucleus, its rule against repetition."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from emsync_engine.music.sampling import SMALL_NUCLEUS


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
