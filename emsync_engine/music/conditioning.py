"""What the transformer is told beside the tokens: emotion, boundaries, the end, the families.

Each conditioner turns its input into an embedding that is added to every token's. A missing input
is NaN and has a learned embedding of its own (thesis section 4.2), so that one model works with
and without each condition, and guidance can strengthen them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from emsync_engine.midi.boundaries import MAX_OFFSET_S
from emsync_engine.project.notes import FAMILIES

MAX_COUNTDOWN_S = 16.0
MAX_REJOIN_S = 16.0
LABEL_KINDS = ("none", "rule", "regressor", "human")
"""Where a label of emotion comes from: each kind has a scale of its own, and the model is told."""

ASKED_KIND = LABEL_KINDS.index("regressor")
"""What a wish is taken for: the kind that most of the music was labelled by."""

_HIDDEN = 96


@dataclass(slots=True)
class Conditions:
    """Conditions for every token; NaN where unknown.

    ``va`` (B, T, 2) valence and arousal at the token's time; ``offset_s`` (B, T) boundary offset,
    0 to 8; ``countdown_s`` (B, T) time to the end of the music; ``families`` (B, len(FAMILIES))
    1.0 for each family that plays, all NaN where not told. For filling in: ``rejoin_s`` (B, T)
    time until the future begins; ``is_future`` (B, T) True for the tokens that show that future.
    ``kinds`` (B, T, 2) int64 places in ``LABEL_KINDS`` for both axes, where they are known.
    """

    va: Tensor
    offset_s: Tensor
    countdown_s: Tensor
    families: Tensor
    rejoin_s: Tensor | None = None
    is_future: Tensor | None = None
    kinds: Tensor | None = None

    def to(self, device: torch.device) -> Conditions:
        return Conditions(
            self.va.to(device),
            self.offset_s.to(device),
            self.countdown_s.to(device),
            self.families.to(device),
            None if self.rejoin_s is None else self.rejoin_s.to(device),
            None if self.is_future is None else self.is_future.to(device),
            None if self.kinds is None else self.kinds.to(device),
        )

    def at(self, start: int, end: int) -> Conditions:
        """The conditions of tokens start to end."""
        return Conditions(
            self.va[:, start:end],
            self.offset_s[:, start:end],
            self.countdown_s[:, start:end],
            self.families,
            None if self.rejoin_s is None else self.rejoin_s[:, start:end],
            None if self.is_future is None else self.is_future[:, start:end],
            None if self.kinds is None else self.kinds[:, start:end],
        )


class _FeedForward(nn.Module):
    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(inputs, _HIDDEN)
        self.out = nn.Linear(_HIDDEN, width)

    def forward(self, x: Tensor) -> Tensor:
        embedded: Tensor = self.out(nn.functional.gelu(self.hidden(x)))
        return embedded


class AxisConditioner(nn.Module):
    """One axis of emotion: value and bumps along [-1, 1], so that no axis is merely linear.

    With ``knows_kinds`` it is told where the value comes from; that starts at nothing, so that
    weights trained without it go on as they were.
    """

    centres: Tensor

    def __init__(self, width: int, *, knows_kinds: bool = False) -> None:
        super().__init__()
        self.missing = nn.Parameter(torch.zeros(width))
        self.register_buffer("centres", torch.linspace(-1, 1, 9), persistent=False)
        self.network = _FeedForward(10, width)
        self.kinds = nn.Parameter(torch.zeros(len(LABEL_KINDS), width)) if knows_kinds else None

    def forward(self, value: Tensor, kind: Tensor | None = None) -> Tensor:
        """(..., ) in [-1, 1] or NaN, and (..., ) int64 kinds, to (..., width)."""
        known = torch.nan_to_num(value).unsqueeze(-1)
        bumps = torch.exp(-(((known - self.centres) / 0.25) ** 2))
        embedded = self.network(torch.cat([known, bumps], dim=-1))
        if self.kinds is not None:
            embedded = embedded + (self.kinds[ASKED_KIND] if kind is None else self.kinds[kind])
        return torch.where(torch.isnan(value).unsqueeze(-1), self.missing, embedded)


class TimeConditioner(nn.Module):
    """A time that runs out: fine close to zero, coarse far away.

    The thesis gives the offset alone to a feed-forward network (section 4.1); here it also gets
    decays of several time constants, since a chord must fall within hundredths of a second.
    """

    constants_s: Tensor

    def __init__(self, width: int, maximum_s: float) -> None:
        super().__init__()
        self.maximum_s = maximum_s
        self.missing = nn.Parameter(torch.zeros(width))
        constants = torch.tensor([0.012, 0.03, 0.08, 0.2, 0.5, 1.2, 3.0])
        self.register_buffer("constants_s", constants, persistent=False)
        self.network = _FeedForward(2 + len(constants), width)

    def forward(self, time_s: Tensor) -> Tensor:
        """(...) seconds or NaN to (..., width)."""
        known = torch.nan_to_num(time_s).clamp(0, self.maximum_s).unsqueeze(-1)
        decays = torch.exp(-known / self.constants_s)
        is_far = (known >= self.maximum_s).to(known.dtype)
        embedded = self.network(torch.cat([known / self.maximum_s, is_far, decays], dim=-1))
        return torch.where(torch.isnan(time_s).unsqueeze(-1), self.missing, embedded)


class FamilyConditioner(nn.Module):
    """Which instrument families play."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.missing = nn.Parameter(torch.zeros(width))
        self.network = nn.Linear(len(FAMILIES), width)

    def forward(self, families: Tensor) -> Tensor:
        """(B, families) of 0, 1 or NaN to (B, 1, width)."""
        embedded = self.network(torch.nan_to_num(families))
        missing = torch.isnan(families).any(dim=-1, keepdim=True)
        return torch.where(missing, self.missing, embedded).unsqueeze(1)


class FutureConditioner(nn.Module):
    """Filling in: which tokens show the future, and how long until it begins.

    Both start at nothing, so that weights trained without them go on as they were.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.mark = nn.Parameter(torch.zeros(width))
        self.rejoin = TimeConditioner(width, MAX_REJOIN_S)
        nn.init.zeros_(self.rejoin.network.out.weight)
        nn.init.zeros_(self.rejoin.network.out.bias)

    def forward(self, rejoin_s: Tensor, is_future: Tensor) -> Tensor:
        """(B, T) seconds or NaN, (B, T) bool, to (B, T, width)."""
        told: Tensor = is_future.unsqueeze(-1) * self.mark + self.rejoin(rejoin_s)
        return told


class Conditioning(nn.Module):
    """The sum of all conditioners; ``future`` is there where the model was trained to fill in."""

    def __init__(self, width: int, *, fills_in: bool = False, knows_kinds: bool = False) -> None:
        super().__init__()
        self.valence = AxisConditioner(width, knows_kinds=knows_kinds)
        self.arousal = AxisConditioner(width, knows_kinds=knows_kinds)
        self.offset = TimeConditioner(width, MAX_OFFSET_S)
        self.countdown = TimeConditioner(width, MAX_COUNTDOWN_S)
        self.families = FamilyConditioner(width)
        self.future = FutureConditioner(width) if fills_in else None

    def forward(self, conditions: Conditions) -> Tensor:
        """(B, T, width)"""
        kinds = conditions.kinds
        summed: Tensor = (
            self.valence(conditions.va[..., 0], None if kinds is None else kinds[..., 0])
            + self.arousal(conditions.va[..., 1], None if kinds is None else kinds[..., 1])
            + self.offset(conditions.offset_s)
            + self.countdown(conditions.countdown_s)
            + self.families(conditions.families)
        )
        if self.future is not None:
            missing = torch.full_like(conditions.offset_s, math.nan)
            rejoin_s = missing if conditions.rejoin_s is None else conditions.rejoin_s
            is_future = conditions.is_future
            if is_future is None:
                is_future = torch.zeros_like(missing, dtype=torch.bool)
            summed = summed + self.future(rejoin_s, is_future)
        return summed
