"""The model one token at a time: the same sums as its forward pass, in few calls on few bytes.

A token of one take has to bring every weight and every cached key and value from memory once, and
that is what its time should go to (measured in ``docs/sampling-speed.md``). So weights, keys and
values are held in bfloat16, which is what the shipped weights are stored in, and a step is one
compiled function (``compiled_step``). Where it cannot be compiled, and on a GPU, a layer is some
twenty calls into torch, on matrices packed once for the processor's own kernels.

The rows of several takes are read in one pass, and the numbers of one take never depend on how
many others are written beside it.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional as F

from emsync_engine.music.compiled_step import CompiledCache, CompiledStep, kernel
from emsync_engine.music.conditioning import Conditions
from emsync_engine.music.transformer import (
    Block,
    LayerCache,
    ModelConfiguration,
    MusicTransformer,
    RotaryPositions,
)

ROWS = 8
"""Rows of one pass: two takes under guidance, for less than the price of two."""

_LENGTH_STEP = 64


def native_type(device: torch.device) -> torch.dtype:
    """bfloat16 on processors that multiply it natively, else float32.

    Asked of the processor and never timed: a machine has to give the same take every day.
    """
    if device.type == "cpu":
        is_native = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
        return torch.bfloat16 if is_native() else torch.float32
    return torch.float32


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread: these products are too small to share.

    Threads that wait for each other dozens of times a token lose more than they gain, and on a
    machine that does anything else they lose tenfold.
    """
    before = torch.get_num_threads()
    if before == 1:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class PackedMatrix:
    """A weight matrix laid out for products with ``ROWS`` rows."""

    def __init__(self, weight: Tensor, dtype: torch.dtype) -> None:
        self._weight = weight.detach().to(dtype).contiguous()
        self.bytes = self._weight.numel() * self._weight.element_size()
        self._kernel: Any = None
        has_packing: bool = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
        if weight.device.type == "cpu" and has_packing:
            self._kernel = torch.ops.mkldnn._linear_pointwise
            self._weight = torch.ops.mkldnn._reorder_linear_weight(self._weight, ROWS)

    def __call__(self, x: Tensor) -> Tensor:
        """(ROWS, in) to (ROWS, out)"""
        if self._kernel is None:
            return F.linear(x, self._weight)
        product: Tensor = self._kernel(x, self._weight, None, "none", [], "")
        return product


@dataclass(frozen=True, slots=True)
class _Layer:
    """One block's matrices, and the weights of its two norms times the root of the width."""

    attention_norm: Tensor
    qkv: PackedMatrix
    turns: Tensor  # (context, 2, 2, 1, D): the two factors of ``_rotations``
    out: PackedMatrix
    feed_norm: Tensor
    gate: PackedMatrix
    down: PackedMatrix

    @property
    def bytes(self) -> int:
        return sum(matrix.bytes for matrix in (self.qkv, self.out, self.gate, self.down))


def _layer(
    block: Block, rotary: RotaryPositions, configuration: ModelConfiguration, dtype: torch.dtype
) -> _Layer:
    attention = block.attention
    root = math.sqrt(configuration.width)
    norms = torch.stack([attention.query_norm.weight, attention.key_norm.weight]).detach()
    return _Layer(
        attention_norm=block.attention_norm.weight.detach() * root,
        qkv=PackedMatrix(attention.qkv.weight, dtype),
        turns=_rotations(norms, rotary),
        out=PackedMatrix(attention.out.weight, dtype),
        feed_norm=block.feed_norm.weight.detach() * root,
        gate=PackedMatrix(block.gate.weight, dtype),
        down=PackedMatrix(block.down.weight, dtype),
    )


def _rotations(norms: Tensor, rotary: RotaryPositions) -> Tensor:
    """Norm, rotation and the scale of attention for every place, as two factors.

    With u a head of unit length, ``u * first + halves_swapped(u) * second`` is what the model
    makes of it. RMSNorm divides by the length over the root of the head's width; for queries that
    root falls out against the scale of attention.

    Parameters
    ----------
    norms : (2, D) weights of the norms of queries and keys

    Returns
    -------
    (context, first or second, query or key, 1, D)
    """
    half = norms.shape[-1] // 2
    scale = norms.new_tensor([1.0, math.sqrt(2 * half)])[:, None]
    scaled = norms * scale
    cos = torch.cat([rotary.cos, rotary.cos], dim=-1)[:, None, :]
    sin = torch.cat([-rotary.sin, rotary.sin], dim=-1)[:, None, :]
    other = scaled.roll(half, dims=-1)
    return torch.stack([cos * scaled, sin * other], dim=1).unsqueeze(3)


class TakeCache:
    """Keys and values of one take, in all its rows and layers."""

    def __init__(self, layers: list[LayerCache]) -> None:
        self.layers = layers
        self.rows = len(layers[0].keys)
        self._flat = [(layer.keys.flatten(0, 1), layer.values.flatten(0, 1)) for layer in layers]

    @property
    def length(self) -> int:
        """Tokens that are held."""
        return self.layers[0].length

    @property
    def nbytes(self) -> int:
        """Bytes of memory, whatever is held."""
        return sum(layer.keys.nbytes + layer.values.nbytes for layer in self.layers)

    def keep(self, length: int) -> None:
        """Forget all but the first tokens."""
        for layer in self.layers:
            layer.length = length

    def copy(self) -> TakeCache:
        """The same keys and values, in memory of their own."""
        return TakeCache([layer.copy() for layer in self.layers])

    def attend(self, number: int, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """Attention of one more token in one layer, which is added.

        The length is rounded up behind a mask, since every new one costs a new kernel.

        Parameters
        ----------
        number : of the layer
        queries, keys, values : (R, H, D)

        Returns
        -------
        (R, H, D)
        """
        layer = self.layers[number]
        layer.keys[:, :, layer.length] = keys
        layer.values[:, :, layer.length] = values
        layer.length += 1
        all_keys, all_values = self._flat[number]  # (R H, context, D)
        padded = min(-(-layer.length // _LENGTH_STEP) * _LENGTH_STEP, all_keys.shape[1])
        scores = torch.bmm(all_keys[:, :padded], queries.reshape(len(all_keys), -1, 1)).squeeze(-1)
        scores[:, layer.length :] = -torch.inf
        shares = torch.softmax(scores, dim=-1).unsqueeze(1)
        return torch.bmm(shares, all_values[:, :padded]).view(queries.shape)


Cache: TypeAlias = CompiledCache | TakeCache


class CalledStep:
    """The step as some three hundred calls into torch, where it cannot be compiled, and on a GPU.

    Every pass has ``ROWS`` rows, used or not, and attention is computed for each take by itself,
    so that the numbers of one take never depend on how many others are written beside it.
    """

    def __init__(self, model: MusicTransformer, *, dtype: torch.dtype) -> None:
        self._model, self._dtype = model, dtype
        self._device = model.head.weight.device
        c = self._configuration = model.configuration
        blocks = [block for block in model.blocks if isinstance(block, Block)]
        self._layers = [_layer(block, model.rotary, c, dtype) for block in blocks]
        self._turns = torch.stack([layer.turns for layer in self._layers], dim=1)
        self._mix = torch.zeros(ROWS, c.heads, c.head_width, dtype=dtype, device=self._device)
        self._norm = model.norm.weight.detach() * math.sqrt(c.width)
        self._head = PackedMatrix(model.head.weight, dtype)
        self._embedding = model.embedding.weight.detach() * math.sqrt(c.width)

    @property
    def weight_bytes(self) -> int:
        """Bytes of weights that one step reads."""
        return sum(layer.bytes for layer in self._layers) + self._head.bytes

    def new_cache(self, rows: int) -> TakeCache:
        """An empty cache for the rows of one take."""
        return TakeCache(self._model.new_caches(rows, dtype=self._dtype))

    def step(
        self, tokens: Sequence[int], told: Sequence[Tensor], caches: Sequence[TakeCache]
    ) -> Tensor:
        """Read one more token of every take; as ``Decoder.step``."""
        takes, rows = len(told), len(told[0])
        used = takes * rows
        # rows that nobody uses repeat the first one
        takes_of = [row // rows if row < used else 0 for row in range(ROWS)]
        read = torch.tensor([tokens[take] for take in takes_of], device=self._device)
        x = self._embedding[read]
        x += torch.cat([*told, told[0][:1].expand(ROWS - used, -1)])
        places = torch.tensor([caches[take].length for take in takes_of], device=self._device)
        turns = self._turns[places].unbind(1)
        for number, layer in enumerate(self._layers):
            x += layer.out(self._mixed(number, x, turns[number], caches))
            x += layer.down(self._gated(layer, x))
        logits = self._head(self._normed(x, self._norm))
        return logits[:used].view(takes, rows, -1).float().cpu()

    def _normed(self, x: Tensor, weight: Tensor) -> Tensor:
        """RMSNorm; the root of the width is in the weight."""
        length = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
        return torch.mul(x, weight / length, out=torch.empty_like(x, dtype=self._dtype))

    def _gated(self, layer: _Layer, x: Tensor) -> Tensor:
        gate, value = layer.gate(self._normed(x, layer.feed_norm)).chunk(2, dim=-1)
        return F.silu(gate).mul_(value)

    def _mixed(self, number: int, x: Tensor, turns: Tensor, caches: Sequence[TakeCache]) -> Tensor:
        """What attention brings to every row, (ROWS, width)."""
        layer, c = self._layers[number], self._configuration
        qkv = layer.qkv(self._normed(x, layer.attention_norm))
        qkv = qkv.view(ROWS, 3, c.heads, c.head_width)
        heads = qkv[:, :2]
        unit = heads / torch.linalg.vector_norm(heads, dim=-1, keepdim=True, dtype=torch.float32)
        first, second = turns.unbind(1)
        turned = torch.empty_like(unit, dtype=self._dtype)
        swapped = unit.roll(c.head_width // 2, dims=-1)
        torch.addcmul(unit * first, swapped, second, out=turned)
        queries, keys = turned.unbind(1)
        values = qkv[:, 2]
        place = 0
        for cache in caches:
            own = slice(place, place + cache.rows)
            self._mix[own] = cache.attend(number, queries[own], keys[own], values[own])
            place += cache.rows
        return self._mix.view(ROWS, c.width)


class Decoder:
    """A model made ready to write: its weights packed, its steps for several takes at once.

    Changes of the model's weights after this are not seen.

    Parameters
    ----------
    dtype : of weights and cache; where not given, bfloat16 if the step is compiled, else as
        ``native_type`` says
    compiled : whether the step may be compiled; it is where it can be (``compiled_step.kernel``)
    """

    def __init__(
        self,
        model: MusicTransformer,
        *,
        dtype: torch.dtype | None = None,
        compiled: bool = True,
    ) -> None:
        self.model = model
        self.device = model.head.weight.device
        self.configuration = model.configuration
        module = kernel() if compiled and self.device.type == "cpu" else None
        self._reading_type = dtype or native_type(self.device)
        self._step: CompiledStep | CalledStep
        with one_thread():
            if module is None:
                self.dtype = self._reading_type
                self._step = CalledStep(model, dtype=self.dtype)
            else:
                self.dtype = dtype or torch.bfloat16
                self._step = CompiledStep(module, model, dtype=self.dtype)

    @property
    def is_compiled(self) -> bool:
        """Whether a step is one compiled function."""
        return isinstance(self._step, CompiledStep)

    @property
    def weight_bytes(self) -> int:
        """Bytes of weights that one step reads."""
        return self._step.weight_bytes

    def cache_bytes(self, tokens: int, rows: int) -> int:
        """Bytes of keys and values that one step reads behind so many tokens."""
        c = self.configuration
        return 2 * c.layers * c.width * tokens * rows * self.dtype.itemsize

    def new_cache(self, rows: int) -> Cache:
        """An empty cache for the rows of one take."""
        return self._step.new_cache(rows)

    @torch.inference_mode()
    def read(self, tokens: Sequence[int], conditions: Conditions, cache: Cache) -> Tensor:
        """Read many tokens of one take into an empty cache.

        Parameters
        ----------
        conditions : (R, T), for the R rows of the take

        Returns
        -------
        (R, vocabulary) float32 logits behind the last token, on the CPU
        """
        cache.keep(0)
        with one_thread():
            if isinstance(cache, TakeCache):
                return self._read(tokens, conditions, cache.layers)
            layers = self._layers_for(len(tokens), rows=cache.rows)
            last = self._read(tokens, conditions, layers)
            cache.fill(layers)
            return last

    def _layers_for(self, length: int, *, rows: int) -> list[LayerCache]:
        """Caches of the model's own pass, for one reading."""
        c = self.configuration
        shape = (rows, c.heads, length, c.head_width)
        kind = self._reading_type
        return [
            LayerCache(torch.empty(shape, dtype=kind), torch.empty(shape, dtype=kind))
            for _ in range(c.layers)
        ]

    def _read(
        self, tokens: Sequence[int], conditions: Conditions, layers: list[LayerCache]
    ) -> Tensor:
        batch = conditions.va.shape[0]
        told = conditions.to(self.device)
        read = torch.tensor([list(tokens)], device=self.device).expand(batch, -1)
        kind = self._reading_type
        with (
            warnings.catch_warnings(),
            torch.autocast(self.device.type, dtype=kind, enabled=kind != torch.float32),
        ):
            # norms keep float32 weights under autocast, as in training
            warnings.filterwarnings("ignore", message="Mismatch dtype between input and weight")
            logits = self.model(read, told, layers)
        last: Tensor = logits[:, -1].float().cpu()
        return last

    @torch.inference_mode()
    def step(self, tokens: Sequence[int], told: Sequence[Tensor], caches: Sequence[Any]) -> Tensor:
        """Read one more token of every take.

        Parameters
        ----------
        tokens : (N,) one for each take
        told : (N,) of (R, width) what its rows are told beside it; N R is at most ``ROWS``
        caches : (N,) of this decoder

        Returns
        -------
        (N, R, vocabulary) float32 logits, on the CPU
        """
        used = len(told) * len(told[0])
        if used > ROWS:
            raise ValueError(f"a pass has {ROWS} rows, not {used}")
        with one_thread():
            return self._step.step(tokens, told, caches)
