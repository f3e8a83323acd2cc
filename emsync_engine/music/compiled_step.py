"""The composer's step as one call: weights and cache laid out for ``music.step_kernel``.

Numba is imported when the first decoder is made, and compiles when the first token is read; the
compiled code is kept for the next start (``docs/sampling-speed.md`` states the seconds).
"""

from __future__ import annotations

import copy
import logging
import math
import threading
import time
from collections.abc import Sequence
from functools import cache
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from emsync_engine.music.transformer import Block, LayerCache, ModelConfiguration, MusicTransformer
from emsync_engine.music.turns import others_turn

_log = logging.getLogger(__name__)

HELD_TYPES = (torch.bfloat16, torch.float32)
"""What weights and cache can be held in; sums are float32."""

Numbers: TypeAlias = NDArray[Any]


@cache
def kernel() -> ModuleType | None:
    """The compiled step, or None where numba or the processor's part in it is missing.

    Asked of the machine and never timed: it has to give the same take every day.
    """
    try:
        from emsync_engine.music import step_kernel
    except ImportError as error:
        _log.warning("music is written with the slower step: numba cannot be loaded (%s)", error)
        return None
    if not step_kernel.is_suitable():
        _log.info("music is written with the slower step: the processor has no AVX2 or NEON")
        return None
    return step_kernel


class CompiledCache:
    """Keys and values of one take, in all its rows and layers, as pages of the kernel.

    A page holds as many tokens as a block has lanes. Copies share the pages that are full, in
    memory and so in the processor's cache; one that others have too is never written.

    Parameters
    ----------
    lanes : of a block
    chains : a multiple of this is the depth of a block of keys
    """

    def __init__(
        self,
        rows: int,
        configuration: ModelConfiguration,
        *,
        dtype: torch.dtype,
        lanes: int,
        chains: int,
    ) -> None:
        c = configuration
        self.rows, self.length, self.dtype = rows, 0, dtype
        self._lanes, self._context, self._head_width = lanes, c.context, c.head_width
        self._depth = math.ceil(c.head_width / chains) * chains
        self._parts = math.ceil(c.head_width / lanes)
        self._page = (rows, c.layers, c.heads, self._depth + self._parts * lanes, lanes)
        self._pages: list[Tensor] = []
        self._shared = 0  # the first pages, which others have too
        self._addresses = np.zeros((rows, math.ceil(c.context / lanes)), dtype=np.int64)

    @property
    def nbytes(self) -> int:
        """Bytes of memory when the context is full and nothing is shared."""
        return self._addresses.shape[1] * math.prod(self._page) * self.dtype.itemsize

    def keep(self, length: int) -> None:
        """Forget all but the first tokens."""
        self.length = length
        del self._pages[math.ceil(length / self._lanes) :]
        self._shared = min(self._shared, len(self._pages))

    def copy(self) -> CompiledCache:
        """The same keys and values; what either takes up from here on is nothing to the other."""
        twin = copy.copy(self)
        twin._pages, twin._addresses = self._pages.copy(), self._addresses.copy()
        full = self.length // self._lanes
        for number in range(full, len(self._pages)):
            twin._put(number, self._pages[number].clone())
        twin._shared, self._shared = full, max(self._shared, full)
        return twin

    def fill(self, layers: Sequence[LayerCache]) -> None:
        """Hold what the model's own pass has left in its caches, in place of what was held."""
        self.keep(0)
        self.length = layers[0].length
        blocks = math.ceil(self.length / self._lanes)
        pages = _untouched((blocks, *self._page), self.dtype)
        for number, layer in enumerate(layers):
            keys = self._in_blocks(layer.keys, self._depth)  # (R, H, blocks, lanes, depth)
            pages[:, :, number, :, : self._depth] = keys.permute(2, 0, 1, 4, 3)
            values = self._in_blocks(layer.values, self._parts * self._lanes)
            values = values.reshape(*values.shape[:4], self._parts, self._lanes).transpose(3, 4)
            values = values.flatten(3, 4)
            pages[:, :, number, :, self._depth :] = values.permute(2, 0, 1, 3, 4)
        for number, page in enumerate(pages):
            self._put(number, page)

    def _in_blocks(self, held: Tensor, width: int) -> Tensor:
        """(R, H, T, D) as (R, H, blocks, lanes, width), 0 where nothing is held."""
        held = held[:, :, : self.length].to(self.dtype)
        held = F.pad(held, (0, width - held.shape[-1], 0, -self.length % self._lanes))
        return held.reshape(*held.shape[:2], -1, self._lanes, width)

    def addresses(self) -> Numbers:
        """(R, P) where the pages of each row lie; the one that the next token is put into is ours.

        Raises ValueError where the context is full.
        """
        number = self.length // self._lanes
        if self.length >= self._context:
            raise ValueError(f"the cache holds {self._context} tokens and is full")
        if number == len(self._pages):
            self._put(number, _untouched(self._page, self.dtype))
        elif number < self._shared:
            self._put(number, self._pages[number].clone())
            self._shared = number
        return self._addresses

    def rooms(self) -> list[Numbers]:
        """What the kernel computes in for one head: query, key, scores, and what is brought."""
        return [
            np.zeros(self._depth, dtype=np.float32),
            _empty(self._head_width),
            _empty(self._addresses.shape[1] * self._lanes),
            _empty(self._lanes),
            _empty(self._parts, self._lanes),
        ]

    def _put(self, number: int, page: Tensor) -> None:
        self._pages[number : number + 1] = [page]
        rows = np.arange(self.rows, dtype=np.int64)
        self._addresses[:, number] = page.data_ptr() + rows * (page.nbytes // self.rows)


class CompiledStep:
    """A model's weights in blocks, and the step over them.

    Parameters
    ----------
    module : what ``kernel`` gives
    dtype : of weights and cache, one of ``HELD_TYPES``
    """

    def __init__(self, module: ModuleType, model: MusicTransformer, *, dtype: torch.dtype) -> None:
        c = self._configuration = model.configuration
        self._module, self._dtype = module, dtype
        self._has_stepped = False  # the first step loads the compiled code, or compiles it
        self._embedding = _numbers(model.embedding.weight.detach().float() * math.sqrt(c.width))
        self._own = threading.local()  # of each thread: rooms by rows
        blocks = [block for block in model.blocks if isinstance(block, Block)]
        attentions = [block.attention for block in blocks]
        self._matrices = [
            self._packed([attention.qkv.weight for attention in attentions]),
            self._packed([attention.out.weight for attention in attentions]),
            self._packed([block.gate.weight for block in blocks]),
            self._packed([block.down.weight for block in blocks]),
            self._packed([model.head.weight]),
        ]
        norms = [
            n for block in blocks for n in (block.attention_norm.weight, block.feed_norm.weight)
        ]
        scale = c.head_width**-0.5
        head_norms = [
            norm
            for attention in attentions
            for norm in (attention.query_norm.weight * scale, attention.key_norm.weight)
        ]
        self._small = [
            _numbers(torch.stack([*norms, model.norm.weight])),
            _numbers(torch.stack(head_norms)),
            _numbers(torch.stack([model.rotary.cos, model.rotary.sin], dim=1)),
        ]

    def _packed(self, weights: Sequence[Tensor]) -> Numbers:
        """Matrices (out, in) as (number, blocks, in, LANES), 0 behind the last output."""
        lanes = self._module.LANES
        stacked = torch.stack([weight.detach() for weight in weights]).to(self._dtype)
        missing = -stacked.shape[1] % lanes
        blocks = F.pad(stacked, (0, 0, 0, missing)).reshape(
            len(weights), -1, lanes, stacked.shape[2]
        )
        return _numbers(blocks.transpose(2, 3))

    @property
    def weight_bytes(self) -> int:
        """Bytes of weights that one step reads."""
        return sum(matrix.nbytes for matrix in self._matrices)

    def new_cache(self, rows: int) -> CompiledCache:
        """An empty cache for the rows of one take."""
        return CompiledCache(
            rows,
            self._configuration,
            dtype=self._dtype,
            lanes=self._module.LANES,
            chains=self._module.CHAINS,
        )

    def _room(self, rows: int, matrix: Numbers) -> Numbers:
        """For what rows become through a packed matrix."""
        return _empty(rows, matrix.shape[1] * matrix.shape[3])

    def _rooms_for(self, rows: int, held: CompiledCache) -> list[Numbers]:
        """What this thread's kernel computes in; nothing stays in it from step to step."""
        rooms: dict[int, list[Numbers]] = self._own.__dict__.setdefault("rooms", {})
        if rows not in rooms:
            rooms[rows] = self._new_rooms(rows, held)
        return rooms[rows]

    def _new_rooms(self, rows: int, held: CompiledCache) -> list[Numbers]:
        c = self._configuration
        qkv, out, gate, _, _ = self._matrices
        return [
            _empty(rows, c.width),
            self._room(rows, qkv),
            _empty(rows, c.width),
            self._room(rows, out),
            self._room(rows, gate),
            _empty(rows, c.feed_forward),
            *held.rooms(),
        ]

    def step(
        self, tokens: Sequence[int], told: Sequence[Tensor], caches: Sequence[CompiledCache]
    ) -> Tensor:
        """Read one more token of every take; as ``Decoder.step``. Threads may call it at once."""
        rows = len(told[0])
        x = np.concatenate([vectors.numpy() for vectors in told])
        x += self._embedding[np.repeat(tokens, rows)]
        pages = np.concatenate([held.addresses() for held in caches])
        logits = self._room(len(x), self._matrices[-1])
        places = np.repeat([held.length for held in caches], rows)
        rooms = self._rooms_for(len(x), caches[0])
        started = time.perf_counter()
        with others_turn():
            self._module.step(x, places, pages, *self._small, *self._matrices, logits, *rooms)
        if not self._has_stepped:
            self._has_stepped = True
            _log.info("the first step took %.1f s", time.perf_counter() - started)
        for held in caches:
            held.length += 1
        said = logits[:, : self._configuration.vocabulary]
        return torch.from_numpy(said.reshape(len(told), rows, -1))


def _untouched(shape: Sequence[int], dtype: torch.dtype) -> Tensor:
    """Zeros that take no memory, and no time, before they are written over."""
    bits = np.zeros(shape, dtype={2: np.int16, 4: np.int32}[dtype.itemsize])
    return torch.from_numpy(bits).view(dtype)


def _empty(*shape: int) -> Numbers:
    return np.empty(shape, dtype=np.float32)


def _numbers(tensor: Tensor) -> Numbers:
    """As numpy; bfloat16 as its bits."""
    kept = tensor.detach().contiguous()
    if kept.dtype == torch.bfloat16:
        bits: Numbers = kept.view(torch.int16).numpy().view(np.uint16)
        return bits
    numbers: Numbers = kept.float().numpy()
    return numbers
