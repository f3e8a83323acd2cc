"""The thesis' ways to tell a transformer the emotion, and its encoding of boundary offsets.

Each way is one class with the same three parts, listed by name in ``CONDITIONERS``: how many
places it takes before the tokens (``prefix``), what it adds to every token (``told``), and how
much of the width it leaves to the token's own embedding.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol, get_args

import torch
from torch import Tensor, nn

from emsync_engine.midi.boundaries import MAX_OFFSET_S
from emsync_engine.music.conditioning import AxisConditioner, Conditions

ConditioningKind = Literal[
    "none", "discrete-token", "continuous-token", "continuous-concatenated", "per-token"
]
CONDITIONING_KINDS: tuple[ConditioningKind, ...] = get_args(ConditioningKind)

BINS = 5
"""Bins of the discrete conditions on each axis (thesis section 4.2)."""

AXES = 2  # valence, arousal
_CONCATENATED_SHARE = 4  # a quarter of the width: 192 of 768 (thesis section 4.4)


class EmotionConditioner(Protocol):
    """One way to tell valence and arousal."""

    prefix_length: int
    token_width: int
    is_global: bool
    """Whether the piece has one emotion: told anew, everything before has to be read again."""

    def prefix(self, va: Tensor) -> Tensor | None:
        """(B, 2) in [-1, 1] or NaN to (B, prefix_length, width) before the tokens, or nothing."""

    def told(self, va: Tensor) -> Tensor | None:
        """(B, T, 2) to (B, T, width), added to what stands at each token, or nothing."""


class Unconditioned(nn.Module):
    """The vanilla model: no emotion at all."""

    prefix_length = 0
    is_global = False

    def __init__(self, width: int) -> None:
        super().__init__()
        self.token_width = width

    def prefix(self, va: Tensor) -> Tensor | None:
        return None

    def told(self, va: Tensor) -> Tensor | None:
        return None


class DiscreteTokens(nn.Module):
    """``discrete-token``: one token for valence, one for arousal, each of five bins.

    The bins are equal parts of [-1, 1]; a missing value has a token of its own. The tokens are
    scaled as all token embeddings are. (The published code trains on quantiles and generates with
    equal parts; the thesis says equal parts.)
    """

    prefix_length = AXES
    is_global = True

    def __init__(self, width: int) -> None:
        super().__init__()
        self.token_width = width
        self.tokens = nn.Parameter(torch.empty(AXES, BINS + 1, width))  # the last one: missing
        nn.init.uniform_(self.tokens, -0.1, 0.1)

    def prefix(self, va: Tensor) -> Tensor:
        bins = ((torch.nan_to_num(va) + 1) / 2 * BINS).long().clamp(0, BINS - 1)
        bins = torch.where(torch.isnan(va), BINS, bins)  # (B, 2)
        chosen = self.tokens[torch.arange(AXES, device=va.device), bins]  # (B, 2, width)
        embedded: Tensor = chosen * self.token_width**0.5
        return embedded

    def told(self, va: Tensor) -> Tensor | None:
        return None


class ContinuousTokens(nn.Module):
    """``continuous-token``: each value through a network of its own, before the tokens.

    ``hidden`` is the width between the two layers of each network (thesis equation 6.1, FFN_v and
    FFN_a; half the width in the published code); with 0 it is a single linear layer, as the thesis
    first describes it in section 4.2.
    """

    prefix_length = AXES
    is_global = True

    def __init__(self, width: int, hidden: int | None = None) -> None:
        super().__init__()
        self.token_width = width
        hidden = width // 2 if hidden is None else hidden
        self.networks = nn.ModuleList(_network(1, hidden, width) for _ in range(AXES))
        self.missing = nn.Parameter(torch.empty(AXES, width))
        nn.init.uniform_(self.missing, -0.1, 0.1)

    def prefix(self, va: Tensor) -> Tensor:
        known = torch.nan_to_num(va).unsqueeze(-1)  # (B, 2, 1)
        encoded = torch.stack(
            [network(known[:, axis]) for axis, network in enumerate(self.networks)], dim=1
        )
        return torch.where(torch.isnan(va).unsqueeze(-1), self.missing, encoded)

    def told(self, va: Tensor) -> Tensor | None:
        return None


class ContinuousConcatenated(nn.Module):
    """``continuous-concatenated``: both values as one vector that takes a part of every token.

    The vector stands in the last features, behind the token's own embedding.
    """

    prefix_length = 0
    is_global = True

    def __init__(self, width: int, condition_width: int | None = None) -> None:
        super().__init__()
        self.condition_width = condition_width or width // _CONCATENATED_SHARE
        self.token_width = width - self.condition_width
        self.network = nn.Linear(AXES, self.condition_width)
        self.missing = nn.Parameter(torch.zeros(AXES, self.condition_width))  # added to it
        nn.init.uniform_(self.network.weight, -0.1, 0.1)
        nn.init.zeros_(self.network.bias)

    def prefix(self, va: Tensor) -> Tensor | None:
        return None

    def told(self, va: Tensor) -> Tensor:
        is_missing = torch.isnan(va).to(self.missing.dtype)
        encoded = self.network(torch.nan_to_num(va)) + is_missing @ self.missing
        return nn.functional.pad(encoded, (self.token_width, 0))


class PerToken(nn.Module):
    """``per-token``: ours, the emotion at the token's own time, added to its embedding."""

    prefix_length = 0
    is_global = False

    def __init__(self, width: int) -> None:
        super().__init__()
        self.token_width = width
        self.valence = AxisConditioner(width)
        self.arousal = AxisConditioner(width)

    def prefix(self, va: Tensor) -> Tensor | None:
        return None

    def told(self, va: Tensor) -> Tensor:
        added: Tensor = self.valence(va[..., 0]) + self.arousal(va[..., 1])
        return added


CONDITIONERS: dict[ConditioningKind, Callable[..., EmotionConditioner]] = {
    "none": Unconditioned,
    "discrete-token": DiscreteTokens,
    "continuous-token": ContinuousTokens,
    "continuous-concatenated": ContinuousConcatenated,
    "per-token": PerToken,
}


class OffsetEncoding(nn.Module):
    """Boundary offsets through a feed-forward network (thesis section 4.1, FFN_b of equation 6.1).

    The network reads ``8 - offset``, in seconds, as the published code does: 0 where no boundary
    is near. A missing offset has a learned encoding of its own. The encoding takes the second half
    of the model's features; the first belongs to the positions.
    """

    def __init__(self, half_width: int, hidden: int) -> None:
        super().__init__()
        self.network = _network(1, hidden, half_width)
        self.not_told = nn.Parameter(torch.empty(half_width).uniform_(-0.1, 0.1))

    @property
    def missing(self) -> Tensor:
        """(width,) what an offset that is not told adds."""
        return nn.functional.pad(self.not_told, (len(self.not_told), 0))

    def forward(self, offset_s: Tensor) -> Tensor:
        """(...) seconds or NaN to (..., width)."""
        nearness = MAX_OFFSET_S - torch.nan_to_num(offset_s, nan=MAX_OFFSET_S)
        encoded = self.network(nearness.unsqueeze(-1))
        encoded = torch.where(torch.isnan(offset_s).unsqueeze(-1), self.not_told, encoded)
        return nn.functional.pad(encoded, (encoded.shape[-1], 0))


class NoOffset(nn.Module):
    """A model that is not told about boundaries."""

    missing: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("missing", torch.zeros(width), persistent=False)

    def forward(self, offset_s: Tensor) -> Tensor:
        """(...) to (..., width) of zeros."""
        return self.missing.expand(*offset_s.shape, -1)


class PublishedConditioning(nn.Module):
    """Everything that is told: emotion and boundary offset, before the tokens and beside them."""

    def __init__(
        self, emotion: EmotionConditioner, offset: OffsetEncoding | NoOffset, *, va_limit: float
    ) -> None:
        super().__init__()
        self.emotion = emotion
        self.offset = offset
        self._va_limit = va_limit

    def forward(self, conditions: Conditions) -> Tensor:
        """(B, T, width): what is added to the embedding and position of each token."""
        told: Tensor = self.offset(conditions.offset_s)
        added = self.emotion.told(self._within(conditions.va))
        return told if added is None else told + added

    def prefix(self, conditions: Conditions) -> Tensor | None:
        """(B, P, width) what stands before the tokens, as near a boundary as the first of them."""
        prefix = self.emotion.prefix(self._within(conditions.va[:, 0]))
        if prefix is None:
            return None
        near: Tensor = self.offset(conditions.offset_s[:, :1])
        return prefix + near

    def _within(self, va: Tensor) -> Tensor:
        """The model's own range."""
        return va.clamp(-self._va_limit, self._va_limit)


def _network(inputs: int, hidden: int, width: int) -> nn.Sequential:
    """Two linear layers with a ReLU between them, or one where ``hidden`` is 0."""
    layers: list[nn.Module] = [nn.Linear(inputs, hidden or width)]
    if hidden:
        layers += [nn.ReLU(), nn.Linear(hidden, width)]
    for layer in layers:
        if isinstance(layer, nn.Linear):
            nn.init.uniform_(layer.weight, -0.1, 0.1)
            nn.init.zeros_(layer.bias)
    return nn.Sequential(*layers)
