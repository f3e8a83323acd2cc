"""The decoder-only transformer that writes music: configuration, attention, block, model."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from emsync_engine.midi import vocabulary
from emsync_engine.music.conditioning import Conditioning, Conditions


@dataclass(frozen=True, slots=True)
class ModelConfiguration:
    """Size of the model; refused at birth if it contradicts itself."""

    vocabulary: int = vocabulary.SIZE
    layers: int = 6
    width: int = 384
    heads: int = 6
    feed_forward: int = 1024
    context: int = 1216  # tokens (thesis section 4.4)
    dropout: float = 0.0
    rotary_base: float = 10_000.0
    fills_in: bool = False  # whether it can be shown the future (DESIGN section 4)
    knows_kinds: bool = False  # whether it is told where a label comes from

    def __post_init__(self) -> None:
        if self.width % self.heads or (self.width // self.heads) % 2:
            raise ValueError("the width must be an even multiple of the heads")
        if min(self.layers, self.width, self.heads, self.feed_forward, self.context) < 1:
            raise ValueError("sizes must be positive")

    @property
    def head_width(self) -> int:
        return self.width // self.heads


@dataclass(slots=True)
class LayerCache:
    """Keys and values of the tokens so far: (B, H, capacity, D), the first ``length`` filled."""

    keys: Tensor
    values: Tensor
    length: int = 0

    def extend(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Append keys and values (B, H, T, D); returns views of all of them."""
        end = self.length + keys.shape[2]
        self.keys[:, :, self.length : end] = keys
        self.values[:, :, self.length : end] = values
        self.length = end
        return self.keys[:, :, :end], self.values[:, :, :end]

    def copy(self) -> LayerCache:
        """The same keys and values, in memory of their own."""
        return LayerCache(self.keys.clone(), self.values.clone(), self.length)


class RotaryPositions(nn.Module):
    """Rotary position encoding (Su et al. 2021): attention sees distances, not places."""

    cos: Tensor
    sin: Tensor

    def __init__(self, head_width: int, context: int, base: float) -> None:
        super().__init__()
        rates = base ** (-torch.arange(0, head_width, 2) / head_width)
        angles = torch.outer(torch.arange(context), rates)
        self.register_buffer("cos", angles.cos(), persistent=False)  # (context, D/2)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def forward(self, x: Tensor, start: int) -> Tensor:
        """Rotate (B, H, T, D) for positions start, start+1, ..."""
        end = start + x.shape[2]
        cos = self.cos[start:end].to(x.dtype)
        sin = self.sin[start:end].to(x.dtype)
        first, second = x.chunk(2, dim=-1)
        return torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1)


class Attention(nn.Module):
    """Causal self-attention over the tokens so far."""

    def __init__(self, configuration: ModelConfiguration) -> None:
        super().__init__()
        self.heads = configuration.heads
        self.dropout = configuration.dropout
        self.qkv = nn.Linear(configuration.width, 3 * configuration.width, bias=False)
        self.out = nn.Linear(configuration.width, configuration.width, bias=False)
        self.query_norm = nn.RMSNorm(configuration.head_width)
        self.key_norm = nn.RMSNorm(configuration.head_width)

    def forward(self, x: Tensor, rotary: RotaryPositions, cache: LayerCache | None) -> Tensor:
        batch, length, width = x.shape
        start = cache.length if cache is not None else 0
        qkv = self.qkv(x).view(batch, length, 3, self.heads, width // self.heads)
        queries, keys, values = qkv.permute(2, 0, 3, 1, 4)  # each (B, H, T, D)
        queries = rotary(self.query_norm(queries), start)
        keys = rotary(self.key_norm(keys), start)
        if cache is not None:
            keys, values = cache.extend(keys, values)
        mixed = F.scaled_dot_product_attention(
            queries,
            keys,
            values.to(queries.dtype),
            attn_mask=_causal_mask(length, start, x.device) if start and length > 1 else None,
            dropout_p=self.dropout if self.training else 0.0,
            is_causal=start == 0 and length > 1,
        )
        out: Tensor = self.out(mixed.transpose(1, 2).reshape(batch, length, width))
        return out


def _causal_mask(length: int, start: int, device: torch.device) -> Tensor:
    """(T, start + T) True where a token may look."""
    places = torch.arange(start + length, device=device)
    return places[None, :] <= places[start:, None]


class Block(nn.Module):
    """Attention and a gated feed-forward network (SwiGLU), each on normalised input."""

    def __init__(self, configuration: ModelConfiguration) -> None:
        super().__init__()
        width, hidden = configuration.width, configuration.feed_forward
        self.attention_norm = nn.RMSNorm(width)
        self.attention = Attention(configuration)
        self.feed_norm = nn.RMSNorm(width)
        self.gate = nn.Linear(width, 2 * hidden, bias=False)
        self.down = nn.Linear(hidden, width, bias=False)
        self.dropout = nn.Dropout(configuration.dropout)

    def forward(self, x: Tensor, rotary: RotaryPositions, cache: LayerCache | None) -> Tensor:
        x = x + self.dropout(self.attention(self.attention_norm(x), rotary, cache))
        gate, value = self.gate(self.feed_norm(x)).chunk(2, dim=-1)
        fed: Tensor = x + self.dropout(self.down(F.silu(gate) * value))
        return fed


class MusicTransformer(nn.Module):
    """Tokens and conditions to logits of the next token.

    Token embeddings are scaled by the square root of the width before the condition encodings are
    added, or the conditions would drown the notes.
    """

    def __init__(self, configuration: ModelConfiguration) -> None:
        super().__init__()
        self.configuration = configuration
        self.embedding = nn.Embedding(configuration.vocabulary, configuration.width)
        self.conditioning = Conditioning(
            configuration.width,
            fills_in=configuration.fills_in,
            knows_kinds=configuration.knows_kinds,
        )
        self.rotary = RotaryPositions(
            configuration.head_width, configuration.context, configuration.rotary_base
        )
        self.blocks = nn.ModuleList(Block(configuration) for _ in range(configuration.layers))
        self.norm = nn.RMSNorm(configuration.width)
        self.head = nn.Linear(configuration.width, configuration.vocabulary, bias=False)
        self._initialise()

    def _initialise(self) -> None:
        width = self.configuration.width
        nn.init.normal_(self.embedding.weight, std=width**-0.5)
        nn.init.normal_(self.head.weight, std=width**-0.5)
        for block in self.blocks:
            assert isinstance(block, Block)
            for linear in (block.attention.qkv, block.gate):
                nn.init.normal_(linear.weight, std=width**-0.5)
            # the residual stream starts as the identity
            nn.init.zeros_(block.attention.out.weight)
            nn.init.zeros_(block.down.weight)

    def forward(
        self, tokens: Tensor, conditions: Conditions, caches: list[LayerCache] | None = None
    ) -> Tensor:
        """Logits of the next token after each.

        Parameters
        ----------
        tokens : (B, T) int64
        conditions : for the same tokens
        caches : one per layer; moved on by T

        Returns
        -------
        (B, T, vocabulary)
        """
        x = self.embedding(tokens) * math.sqrt(self.configuration.width)
        x = x + self.conditioning(conditions).to(x.dtype)
        for index, block in enumerate(self.blocks):
            x = block(x, self.rotary, caches[index] if caches is not None else None)
        logits: Tensor = self.head(self.norm(x))
        return logits

    def new_caches(self, batch: int, *, dtype: torch.dtype | None = None) -> list[LayerCache]:
        """Empty caches for sampling, of the parameters' type where no other is given."""
        c = self.configuration
        shape = (batch, c.heads, c.context, c.head_width)

        def empty() -> Tensor:
            return self.head.weight.new_zeros(shape, dtype=dtype)

        return [LayerCache(empty(), empty()) for _ in range(c.layers)]

    @property
    def parameter_count(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())
