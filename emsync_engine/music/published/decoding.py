"""The published model one token at a time, on packed weights: as ``music.decoding`` does for ours.

Relative attention needs no more than the query times the distances beside the query times the
keys, so that keys and values stay valid until the context is full. Then the latter half is read
anew (``docs/decisions/0003-context-read-anew.md``), and where the model is told one emotion for the
whole piece, also when that emotion turns.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from emsync_engine.music.conditioning import Conditions
from emsync_engine.music.decoding import (
    ROWS,
    PackedMatrix,
    native_type,
    one_thread,
)
from emsync_engine.music.published.layout import PublishedBlock, PublishedTransformer
from emsync_engine.music.transformer import LayerCache

_LENGTH_STEP = 64  # lengths of the cache are rounded up, since every new one costs a new kernel


class _Affine:
    """A packed linear layer with a bias."""

    def __init__(self, linear: torch.nn.Linear, dtype: torch.dtype) -> None:
        self._matrix = PackedMatrix(linear.weight, dtype)
        self._bias = linear.bias.detach()
        self.bytes = self._matrix.bytes

    def __call__(self, x: Tensor) -> Tensor:
        """(ROWS, in) of the packed type to (ROWS, out) float32."""
        return self._matrix(x) + self._bias


@dataclass(frozen=True, slots=True)
class _Layer:
    """One block's matrices, norms and distances."""

    qkv: _Affine
    distances: Tensor  # (D, reach), divided by the root of D
    out: _Affine
    attention_norm: torch.nn.LayerNorm
    up: _Affine
    down: _Affine
    feed_norm: torch.nn.LayerNorm

    @property
    def bytes(self) -> int:
        matrices = sum(matrix.bytes for matrix in (self.qkv, self.out, self.up, self.down))
        return matrices + self.distances.numel() * self.distances.element_size()


def _layer(block: PublishedBlock, dtype: torch.dtype) -> _Layer:
    distances = block.attention.distances.detach()
    return _Layer(
        qkv=_Affine(block.attention.qkv, dtype),
        distances=(distances / math.sqrt(distances.shape[1])).T.to(dtype).contiguous(),
        out=_Affine(block.attention.out, dtype),
        attention_norm=block.attention_norm,
        up=_Affine(block.up, dtype),
        down=_Affine(block.down, dtype),
        feed_norm=block.feed_norm,
    )


class PublishedCache:
    """Keys and values of one take, in all its rows and layers, those of the prefix first."""

    def __init__(self, layers: list[LayerCache]) -> None:
        self.layers = layers
        self.rows = len(layers[0].keys)
        self.length = 0

    @property
    def bytes(self) -> int:
        """Memory that is held, however many tokens there are."""
        return sum(layer.keys.nbytes + layer.values.nbytes for layer in self.layers)

    def copy(self) -> PublishedCache:
        """The same keys and values, in memory of their own."""
        twin = PublishedCache([layer.copy() for layer in self.layers])
        twin.length = self.length
        return twin

    def attend_relative(self, number: int, distances: Tensor, qkv: Sequence[Tensor]) -> Tensor:
        """Attention of one more token in one layer; ``length`` is moved on by the caller.

        Parameters
        ----------
        number : of the layer
        distances : (D, reach) over the root of D, the last column that of distance 0
        qkv : queries, keys and values, each (R, H, D)

        Returns
        -------
        (R, H, D)
        """
        layer = self.layers[number]
        queries, keys, values = qkv
        layer.keys[:, :, self.length] = keys
        layer.values[:, :, self.length] = values
        length, context = self.length + 1, layer.keys.shape[2]
        padded = min(-(-length // _LENGTH_STEP) * _LENGTH_STEP, context)
        all_keys, all_values = layer.keys.flatten(0, 1), layer.values.flatten(0, 1)
        flat = queries.reshape(len(all_keys), -1)  # (R H, D)
        scores = torch.bmm(all_keys[:, :padded], flat.unsqueeze(-1)).squeeze(-1)
        scores = scores.float() / math.sqrt(flat.shape[-1])
        backwards = flat @ distances[:, distances.shape[1] - padded :]
        scores[:, :length] += backwards[:, padded - length :]
        scores[:, length:] = -torch.inf
        shares = torch.softmax(scores, dim=-1).to(all_values.dtype).unsqueeze(1)
        return torch.bmm(shares, all_values[:, :padded]).view(queries.shape)


class PublishedDecoder:
    """A published model made ready to write, as ``music.decoding.Decoder`` makes ours."""

    def __init__(self, model: PublishedTransformer, *, dtype: torch.dtype | None = None) -> None:
        self.model = model
        self.device = model.head.weight.device
        self.dtype = dtype or native_type(self.device)
        self.configuration = model.configuration
        with one_thread():
            self.layers = [
                _layer(block, self.dtype)
                for block in model.blocks
                if isinstance(block, PublishedBlock)
            ]
            self.output = _Affine(model.head, self.dtype)
            every = torch.arange(model.configuration.vocabulary, device=self.device)
            with torch.inference_mode():
                self._tokens = model.embedded(every)
                self._places = model.positions.at(0, model.configuration.context)

    @property
    def weight_bytes(self) -> int:
        """Bytes of weights that one step reads."""
        return sum(layer.bytes for layer in self.layers) + self.output.bytes

    @property
    def is_compiled(self) -> bool:
        """A step is many calls into torch, on room that they share."""
        return False

    def new_cache(self, rows: int) -> PublishedCache:
        """An empty cache for the rows of one take."""
        return PublishedCache(self.model.new_caches(rows, dtype=self.dtype))

    @torch.inference_mode()
    def read(self, tokens: Sequence[int], conditions: Conditions, cache: PublishedCache) -> Tensor:
        """Read many tokens of one take, in place of what its cache held; as ``Decoder.read``."""
        for layer in cache.layers:
            layer.length = 0
        read = torch.tensor([list(tokens)], device=self.device).expand(cache.rows, -1)
        is_low = self.dtype != torch.float32
        with one_thread(), torch.autocast(self.device.type, dtype=self.dtype, enabled=is_low):
            logits = self.model(read, conditions.to(self.device), cache.layers)
        cache.length = cache.layers[0].length
        last: Tensor = logits[:, -1].float().cpu()
        return last

    @torch.inference_mode()
    def step(
        self, tokens: Sequence[int], told: Sequence[Tensor], caches: Sequence[PublishedCache]
    ) -> Tensor:
        """Read one more token of every take; as ``Decoder.step``."""
        takes, rows = len(told), len(told[0])
        used = takes * rows
        if used > ROWS:
            raise ValueError(f"a pass has {ROWS} rows, not {used}")
        takes_of = [row // rows if row < used else 0 for row in range(ROWS)]
        with one_thread():
            x = self._tokens[torch.tensor([tokens[take] for take in takes_of], device=self.device)]
            x = x + torch.cat([*told, told[0][:1].expand(ROWS - used, -1)])
            x += self._places[torch.tensor([caches[take].length for take in takes_of])]
            for number, layer in enumerate(self.layers):
                mixed = layer.out(self._attended(number, x.to(self.dtype), caches))
                x = layer.attention_norm(x + mixed)
                fed = F.relu(layer.up(x.to(self.dtype))).to(self.dtype)
                x = layer.feed_norm(x + layer.down(fed))
            for cache in caches:
                cache.length += 1
            logits = self.output(x.to(self.dtype))
            return logits[:used].view(takes, rows, -1).float().cpu()

    def _attended(self, number: int, x: Tensor, caches: Sequence[PublishedCache]) -> Tensor:
        """What attention brings to every row, (ROWS, width); rows that nobody uses get nothing."""
        layer, c = self.layers[number], self.configuration
        qkv = layer.qkv(x).to(self.dtype).view(ROWS, 3, c.heads, c.head_width)
        mixed = torch.zeros_like(qkv[:, 0])
        place = 0
        for cache in caches:
            own = slice(place, place + cache.rows)
            mixed[own] = cache.attend_relative(number, layer.distances, qkv[own].unbind(dim=1))
            place += cache.rows
        return mixed.view(ROWS, -1)
