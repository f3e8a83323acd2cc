"""The transformer as the thesis published it: learned positions, relative attention, prefixes.

Configuration, positions, attention, block, model. It reads our tokens and ``Conditions`` and can
take the place of ``MusicTransformer``; what differs from it is the thesis' own (sections 4.1, 4.2
and 6.2, equation 6.1): positions of half the width beside the encoded boundary offsets, relative
global attention (Huang et al. 2019), layer norms behind each sum, and one emotion for a piece.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.conditioning import Conditions
from emsync_engine.music.published.conditions import (
    CONDITIONERS,
    ConditioningKind,
    NoOffset,
    OffsetEncoding,
    PublishedConditioning,
)
from emsync_engine.music.transformer import LayerCache

PositionKind = Literal["learned", "sinusoidal"]


@dataclass(frozen=True, slots=True)
class PublishedConfiguration:
    """Size and parts of the model; the defaults are those of the thesis' section 6.2: 37 M."""

    vocabulary: int = v.SIZE
    layers: int = 11
    width: int = 512
    heads: int = 8
    feed_forward: int = 2048
    context: int = 1216  # places, those before the tokens included
    reach: int = 1216  # largest distance that attention tells apart, and places with a position
    dropout: float = 0.0
    conditioning: ConditioningKind = "continuous-token"
    condition_hidden: int | None = None  # of FFN_v and FFN_a; half the width if None, 0: linear
    boundary_offsets: bool = True
    offset_hidden: int | None = None  # of FFN_b; a quarter of the width if None
    positions: PositionKind = "learned"
    special_tokens: tuple[str, ...] = v.SPECIAL_NAMES  # those it was trained with
    va_limit: float = 1.0  # what it is told lies in [-va_limit, va_limit]

    def __post_init__(self) -> None:
        sizes = (self.layers, self.width, self.heads, self.feed_forward, self.context)
        if min(sizes) < 1:
            raise ValueError("sizes must be positive")
        if self.width % self.heads or self.width % 4:
            raise ValueError("the width must be a multiple of the heads, and of four")
        if self.reach < self.context:
            raise ValueError("attention must reach as far as the context")
        if self.conditioning not in CONDITIONERS:
            raise ValueError(f"there is no conditioning {self.conditioning!r}")
        if self.positions == "sinusoidal" and self.boundary_offsets:
            raise ValueError("boundary offsets stand beside learned positions only")
        if not 0 < self.va_limit <= 1:
            raise ValueError("valence and arousal lie in [-1, 1]")

    @property
    def head_width(self) -> int:
        return self.width // self.heads

    @property
    def fills_in(self) -> bool:
        """Whether it can be shown the future: the published layout cannot."""
        return False

    @property
    def knows_kinds(self) -> bool:
        """Whether it is told where a label comes from: the published layout is not."""
        return False


def sinusoids(places: int, width: int) -> Tensor:
    """(places, width) interleaved sines and cosines (thesis equations 2.1 and 2.2)."""
    features = torch.arange(width, dtype=torch.float64)
    rates = 10_000.0 ** (-(features - features % 2) / width)
    angles = torch.arange(places, dtype=torch.float64)[:, None] * rates
    is_cosine = (torch.arange(width) % 2).bool()
    return torch.where(is_cosine, angles.cos(), angles.sin()).float()


class Positions(nn.Module):
    """What stands at each place, in the features that boundary offsets do not take.

    Without boundary offsets a learned position is repeated along the features (thesis section
    4.1), so that a model can be trained further with them.
    """

    fixed: Tensor

    def __init__(self, configuration: PublishedConfiguration) -> None:
        super().__init__()
        c = configuration
        self._leaves_room = c.boundary_offsets
        self.learned: nn.Parameter | None = None
        if c.positions == "learned":
            self.learned = nn.Parameter(torch.empty(c.reach, c.width // 2).uniform_(-0.1, 0.1))
        else:
            self.register_buffer("fixed", sinusoids(c.reach, c.width), persistent=False)

    def at(self, start: int, end: int) -> Tensor:
        """(end - start, width) for places; zero where the boundary offsets stand."""
        if self.learned is None:
            return self.fixed[start:end]
        half = self.learned[start:end]
        return torch.cat([half, torch.zeros_like(half) if self._leaves_room else half], dim=-1)


class RelativeAttention(nn.Module):
    """Causal self-attention that knows how far back it looks (thesis section 2.3, Huang 2019).

    The score of a query for a key ``d`` places back is ``q.k + q.e_d`` over the root of the head's
    width; the last row of ``distances`` is e_0.
    """

    def __init__(self, configuration: PublishedConfiguration) -> None:
        super().__init__()
        self.heads = configuration.heads
        self.qkv = nn.Linear(configuration.width, 3 * configuration.width)
        self.out = nn.Linear(configuration.width, configuration.width)
        self.distances = nn.Parameter(torch.randn(configuration.reach, configuration.head_width))

    def forward(self, x: Tensor, cache: LayerCache | None) -> Tensor:
        batch, length, width = x.shape
        qkv = self.qkv(x).view(batch, length, 3, self.heads, width // self.heads)
        queries, keys, values = qkv.permute(2, 0, 3, 1, 4)  # each (B, H, T, D)
        if cache is not None:
            keys, values = cache.extend(keys, values)
            keys, values = keys.to(queries.dtype), values.to(queries.dtype)
        mixed = F.scaled_dot_product_attention(
            queries, keys, values, attn_mask=self._relative(queries, keys.shape[2])
        )
        out: Tensor = self.out(mixed.transpose(1, 2).reshape(batch, length, width))
        return out

    def _relative(self, queries: Tensor, places: int) -> Tensor:
        """(B, H, T, places): q.e_d over the root of the head's width, -inf for what comes later."""
        length = queries.shape[2]
        rows = self.distances[self.distances.shape[0] - places :].to(queries.dtype)
        scores = queries @ rows.T / math.sqrt(queries.shape[-1])  # distance falls along the rows
        if length == 1:
            return scores
        later = torch.ones(length, places, dtype=torch.bool, device=queries.device)
        return skewed(scores).masked_fill(later.triu(places - length + 1), -math.inf)


def skewed(scores: Tensor) -> Tensor:
    """Move row t of (..., T, L) left by T - 1 - t places, so that columns stand for keys.

    What comes in from the right belongs to later keys and is for the mask. Without a copy for each
    pair of places (Huang et al. 2019, figure 1).
    """
    *batch, length, places = scores.shape
    padded = F.pad(scores, (1, 0)).view(*batch, places + 1, length)
    return padded[..., 1:, :].reshape(*batch, length, places)


class PublishedBlock(nn.Module):
    """Attention and a feed-forward network, each added and then normalised."""

    def __init__(self, configuration: PublishedConfiguration) -> None:
        super().__init__()
        width = configuration.width
        self.attention = RelativeAttention(configuration)
        self.attention_norm = nn.LayerNorm(width, eps=1e-6)
        self.up = nn.Linear(width, configuration.feed_forward)
        self.down = nn.Linear(configuration.feed_forward, width)
        self.feed_norm = nn.LayerNorm(width, eps=1e-6)
        self.dropout = nn.Dropout(configuration.dropout)

    def forward(self, x: Tensor, cache: LayerCache | None) -> Tensor:
        x = self.attention_norm(x + self.dropout(self.attention(x, cache)))
        normed: Tensor = self.feed_norm(x + self.dropout(self.down(F.relu(self.up(x)))))
        return normed


class PublishedTransformer(nn.Module):
    """Tokens and conditions to logits of the next token (thesis equation 6.1 and figure 6.3).

    Countdown, families and what filling in needs are not part of the published model and are not
    read.
    """

    def __init__(self, configuration: PublishedConfiguration) -> None:
        super().__init__()
        c = self.configuration = configuration
        sizes = {"hidden": c.condition_hidden} if c.conditioning == "continuous-token" else {}
        offset_hidden = c.width // 4 if c.offset_hidden is None else c.offset_hidden
        self.conditioning = PublishedConditioning(
            CONDITIONERS[c.conditioning](c.width, **sizes),
            OffsetEncoding(c.width // 2, offset_hidden)
            if c.boundary_offsets
            else NoOffset(c.width),
            va_limit=c.va_limit,
        )
        self.embedding = nn.Embedding(c.vocabulary, self.conditioning.emotion.token_width)
        self.positions = Positions(c)
        self.blocks = nn.ModuleList(PublishedBlock(c) for _ in range(c.layers))
        self.dropout = nn.Dropout(c.dropout)
        self.head = nn.Linear(c.width, c.vocabulary)
        for weight in (self.embedding.weight, self.head.weight):
            nn.init.uniform_(weight, -0.1, 0.1)
        nn.init.zeros_(self.head.bias)

    def forward(
        self, tokens: Tensor, conditions: Conditions, caches: list[LayerCache] | None = None
    ) -> Tensor:
        """Logits of the next token after each.

        Parameters
        ----------
        tokens : (B, T) int64
        conditions : for the same tokens. A global emotion is that of the last token where there
            are caches, as the published code tells it while it writes, else the mean of all, the
            label of a training chunk
        caches : one per layer; moved on by T, and by the prefix when they are empty

        Returns
        -------
        (B, T, vocabulary)
        """
        start = caches[0].length if caches is not None else 0
        told = self._at_once(conditions, writes=caches is not None)
        x = self.embedded(tokens) + self.conditioning(told)
        ahead = 0
        if start == 0 and (prefix := self.conditioning.prefix(told)) is not None:
            ahead = prefix.shape[1]
            x = torch.cat([prefix, x], dim=1)
        x = self.dropout(x + self.positions.at(start, start + x.shape[1]))
        for number, block in enumerate(self.blocks):
            x = block(x, caches[number] if caches is not None else None)
        logits: Tensor = self.head(x[:, ahead:])
        return logits

    def _at_once(self, conditions: Conditions, *, writes: bool) -> Conditions:
        """The same conditions, a global emotion the same throughout."""
        if not self.conditioning.emotion.is_global:
            return conditions
        va = conditions.va
        one = va[:, -1:] if writes else torch.nanmean(va, dim=1, keepdim=True)
        return replace(conditions, va=one.expand(-1, va.shape[1], -1))

    def embedded(self, tokens: Tensor) -> Tensor:
        """(B, T) to (B, T, width): scaled embeddings, zero where a condition stands beside them."""
        width = self.conditioning.emotion.token_width
        scaled = self.embedding(tokens) * math.sqrt(width)
        return F.pad(scaled, (0, self.configuration.width - width))

    def new_caches(self, batch: int, *, dtype: torch.dtype | None = None) -> list[LayerCache]:
        """Empty caches for sampling, of the parameters' type where no other is given."""
        c = self.configuration
        shape = (batch, c.heads, c.context, c.head_width)
        empty = [
            [self.head.weight.new_zeros(shape, dtype=dtype) for _ in range(2)]
            for _ in range(c.layers)
        ]
        return [LayerCache(keys, values) for keys, values in empty]

    @property
    def prefix_length(self) -> int:
        """Places before the tokens."""
        return self.conditioning.emotion.prefix_length

    @property
    def parameter_count(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())
