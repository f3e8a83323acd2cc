"""One step of the composer as one compiled function, which brings each weight from memory once.

A step of a few rows is a chain of small products, and hundreds of calls into a library cost more
than the bytes that they read. Here numba compiles the whole chain for the processor at hand. All
its weight goes into one loop, ``tile``: up to eight rows times a block of a matrix, the sums in
vector registers. Attention is the same loop, since keys and values are kept as such blocks.

The numbers of a row never depend on the rows beside it: each sum runs along its inputs for this
row alone, in an order that is fixed when this is compiled, and on one thread.

Everything compiled is in this one file: numba keeps the compiled code for the next start, and
looks whether this file has changed, not whether others have.
"""

# what is compiled gets its types from numba, when it is compiled
# mypy: ignore-errors

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import binding, ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from emsync_engine.compiling import compiled


def _features() -> dict[str, bool]:
    try:
        return dict(binding.get_host_cpu_features())
    except RuntimeError:  # LLVM cannot tell for some processors
        return {}


_IS_ARM = binding.get_process_triple().startswith(("aarch64", "arm64"))


def is_suitable() -> bool:
    """Whether the processor multiplies and adds vectors in one go, as all of ARM's 64 bits do."""
    return _IS_ARM or all(_features().get(name, False) for name in ("avx2", "fma"))


LANES = 32
"""Outputs of one block: two vectors of AVX-512, four of AVX, eight of NEON."""

_VECTOR = 16  # lanes of one value in the code below; narrower processors take it in parts
_AHEAD = 16384  # bytes between what is read and what is fetched from memory meanwhile
_EPSILON = np.float32(np.finfo(np.float32).eps)  # as torch's RMSNorm adds
CHAINS = 4  # sums that run side by side where there is one row: a sum waits for itself

_part = njit(nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
_sum_part = njit(  # sums in any order that the compiler likes, always the same one
    nogil=True,
    error_model="numpy",
    no_cpython_wrapper=True,
    no_cfunc_wrapper=True,
    fastmath={"reassoc", "nnan", "nsz"},
)

_FLOAT, _INT32, _INT64 = ir.FloatType(), ir.IntType(32), ir.IntType(64)
_FLOATS = ir.VectorType(_FLOAT, _VECTOR)
_INTS = ir.VectorType(_INT32, _VECTOR)
_HALVES = ir.VectorType(ir.IntType(16), _VECTOR)


def _widened(builder: Any, pointer: Any, index: Any, *, is_half: bool) -> Any:
    """Load a vector of weights, bfloat16 (as 16 bits) or float32, as float32."""
    loaded = builder.load(builder.gep(pointer, [index]))
    loaded.align = 2 if is_half else 4
    if not is_half:
        return loaded
    shift = ir.Constant(_INTS, [16] * _VECTOR)
    return builder.bitcast(builder.shl(builder.zext(loaded, _INTS), shift), _FLOATS)


def _everywhere(builder: Any, number: Any) -> Any:
    """A number in all lanes."""
    unknown = ir.Constant(_FLOATS, ir.Undefined)
    first = builder.insert_element(unknown, number, ir.Constant(_INT32, 0))
    return builder.shuffle_vector(first, unknown, ir.Constant(_INTS, [0] * _VECTOR))


def _tile(rows: int, chains: int) -> Any:
    """A loop in vector code: ``out[r, lane] = sum over k of x[r, k] * block[k, lane]``.

    Parameters
    ----------
    rows : of x and out
    chains : sums for every output, term k in number ``k % chains``; depth is a multiple of it

    Returns
    -------
    A function of (an array of the block's type, address of the block, bytes from there to what is
    to be fetched meanwhile, address of x, floats from one row of x to the next, address of out,
    floats from one row of out to the next, depth). The block is (depth, LANES), float32 or
    bfloat16 as uint16; x and out are float32.
    """

    @intrinsic
    def tile(
        _: Any,
        like: Any,
        block: Any,
        ahead: Any,
        x: Any,
        x_row: Any,
        out: Any,
        out_row: Any,
        depth: Any,
    ):
        is_half = like.dtype == types.uint16

        def build(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
            _emit_tile(builder, arguments[1:], rows=rows, chains=chains, is_half=is_half)
            return context.get_dummy_value()

        return types.void(like, *[types.int64] * 7), build

    return tile


def _number(number: int) -> Any:
    return ir.Constant(_INT64, number)


def _at_row(builder: Any, base: Any, stride: Any, *, row: int, kind: Any) -> Any:
    """A pointer to a row, with the floats from one to the next."""
    address = builder.add(base, builder.mul(stride, _number(4 * row)))
    return builder.inttoptr(address, kind.as_pointer())


def _emit_fetch(builder: Any, address: Any) -> None:
    """Ask for what will be read soon."""
    at_bytes = ir.IntType(8).as_pointer()
    kind = ir.FunctionType(ir.VoidType(), [at_bytes, _INT32, _INT32, _INT32])
    fetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
    for_reading, in_first_cache, of_data = (ir.Constant(_INT32, n) for n in (0, 3, 1))
    pointer = builder.inttoptr(address, at_bytes)
    builder.call(fetch, [pointer, for_reading, in_first_cache, of_data])


def _emit_tile(builder: Any, arguments: Any, *, rows: int, chains: int, is_half: bool) -> None:
    block, ahead, x, x_row, out, out_row, depth = arguments
    vectors = LANES // _VECTOR
    kind = ir.FunctionType(_FLOATS, [_FLOATS] * 3)
    fma = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fma.v{_VECTOR}f32")
    # LLVM keeps these in registers: chains x rows x vectors
    sums = [
        [[cgutils.alloca_once(builder, _FLOATS) for _ in range(vectors)] for _ in range(rows)]
        for _ in range(chains)
    ]
    for own in (own for chain in sums for row in chain for own in row):
        builder.store(ir.Constant(_FLOATS, [0.0] * _VECTOR), own)
    weights = builder.inttoptr(block, (_HALVES if is_half else _FLOATS).as_pointer())
    inputs = [_at_row(builder, x, x_row, row=row, kind=_FLOAT) for row in range(rows)]
    with cgutils.for_range(builder, builder.udiv(depth, _number(chains))) as loop:
        for chain in range(chains):
            place = builder.add(builder.mul(loop.index, _number(chains)), _number(chain))
            first = builder.mul(place, _number(vectors))
            here = builder.ptrtoint(builder.gep(weights, [first]), _INT64)
            _emit_fetch(builder, builder.add(here, ahead))
            loaded = [
                _widened(builder, weights, builder.add(first, _number(part)), is_half=is_half)
                for part in range(vectors)
            ]
            for row in range(rows):
                factor = _everywhere(builder, builder.load(builder.gep(inputs[row], [place])))
                for own, vector in zip(sums[chain][row], loaded, strict=True):
                    builder.store(builder.call(fma, [vector, factor, builder.load(own)]), own)
    for row in range(rows):
        target = _at_row(builder, out, out_row, row=row, kind=_FLOATS)
        for part in range(vectors):
            total = builder.load(sums[0][row][part])
            for chain in range(1, chains):
                total = builder.fadd(total, builder.load(sums[chain][row][part]))
            builder.store(total, builder.gep(target, [_number(part)])).align = 4


_ROW_1, _ROW_2, _ROW_3, _ROW_4, _ROW_6, _ROW_8 = (_tile(rows, 1) for rows in (1, 2, 3, 4, 6, 8))
_ALONE = _tile(1, CHAINS)


@intrinsic
def _float_of(_: Any, bits: Any):
    """The float32 with these 32 bits."""

    def build(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], _FLOAT)

    return types.float32(types.int32), build


@intrinsic
def _bits_of(_: Any, number: Any):
    """The 32 bits of a float32."""

    def build(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], _INT32)

    return types.int32(types.float32), build


@intrinsic
def _hold(_: Any, like: Any, address: Any, number: Any):
    """Store a float32 as an array of this type holds it: as it is, or as bfloat16, ties to even."""

    def build(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        _, address, number = arguments
        if like.dtype == types.uint16:
            half, one = ir.IntType(16), ir.Constant(_INT32, 1)
            bits = builder.bitcast(number, _INT32)
            odd = builder.and_(builder.lshr(bits, ir.Constant(_INT32, 16)), one)
            bits = builder.add(builder.add(bits, ir.Constant(_INT32, 0x7FFF)), odd)
            number = builder.trunc(builder.lshr(bits, ir.Constant(_INT32, 16)), half)
        builder.store(number, builder.inttoptr(address, number.type.as_pointer()))
        return context.get_dummy_value()

    return types.void(like, types.int64, types.float32), build


@_part
def _exp(number: Any) -> Any:
    """The exponential of a float32, to about 2 units in the last place; 0 far below.

    Plain arithmetic, so that a loop over it becomes vector code: e^x = 2^n e^r with |r| at most
    half of ln 2, and e^r by the polynomial of Cephes (Moshier 1989, ``expf``).
    """
    bounded = max(min(number, np.float32(88.0)), np.float32(-87.0))
    magic = np.float32(12582912.0)  # 1.5 * 2^23: adding it rounds to a whole number
    shifted = bounded * np.float32(1.44269504) + magic
    whole = shifted - magic
    rest = bounded - whole * np.float32(0.693359375)
    rest = rest + whole * np.float32(2.12194440e-4)
    p = np.float32(1.9875691500e-4) * rest + np.float32(1.3981999507e-3)
    p = p * rest + np.float32(8.3334519073e-3)
    p = p * rest + np.float32(4.1665795894e-2)
    p = p * rest + np.float32(1.6666665459e-1)
    p = p * rest + np.float32(5.0000001201e-1)
    p = p * rest * rest + rest + np.float32(1.0)
    power = (_bits_of(shifted) - _bits_of(magic)) << np.int32(23)
    return _float_of(_bits_of(p) + np.int32(power))


@_part
def _product(weights: Any, number: Any, x: Any, out: Any) -> None:
    """(rows, depth) times matrix ``number`` of (N, blocks, depth, LANES) to (rows, blocks LANES).

    The rows of a block follow each other while it lies in the first cache.
    """
    _, blocks, depth, _ = weights.shape
    size = depth * LANES * weights.itemsize
    from_x, to_out = x.shape[1], out.shape[1]
    for block in range(blocks):
        read = weights.ctypes.data + (number * blocks + block) * size
        row = 0
        while row < len(x):
            own = x.ctypes.data + row * from_x * 4
            target = out.ctypes.data + (row * to_out + block * LANES) * 4
            left = len(x) - row
            if left >= 8:
                _ROW_8(weights, read, _AHEAD, own, from_x, target, to_out, depth)
                row += 8
            elif left >= 6:
                _ROW_6(weights, read, _AHEAD, own, from_x, target, to_out, depth)
                row += 6
            elif left >= 4:
                _ROW_4(weights, read, _AHEAD, own, from_x, target, to_out, depth)
                row += 4
            elif left == 3:
                _ROW_3(weights, read, _AHEAD, own, from_x, target, to_out, depth)
                row += 3
            elif left == 2:
                _ROW_2(weights, read, _AHEAD, own, from_x, target, to_out, depth)
                row += 2
            else:
                _ROW_1(weights, read, _AHEAD, own, from_x, target, to_out, depth)
                row += 1


@_sum_part
def _squares(numbers: Any, row: Any, first: Any, length: Any) -> Any:
    total = np.float32(0.0)
    for place in range(first, first + length):
        total += numbers[row, place] * numbers[row, place]
    return total


@_sum_part
def _largest(numbers: Any, length: Any) -> Any:
    largest = numbers[0]
    for place in range(length):
        largest = numbers[place] if numbers[place] > largest else largest
    return largest


@_sum_part
def _total(numbers: Any, length: Any) -> Any:
    total = np.float32(0.0)
    for place in range(length):
        total += numbers[place]
    return total


@_part
def _scale(numbers: Any, row: Any, first: Any, length: Any) -> Any:
    """What RMSNorm multiplies by, as torch computes it."""
    mean = _squares(numbers, row, first, length) / np.float32(length)
    return np.float32(1.0) / np.sqrt(mean + _EPSILON)


@_part
def _normalise(x: Any, norms: Any, number: Any, out: Any) -> None:
    """RMSNorm of every row."""
    for row in range(len(x)):
        scale = _scale(x, row, np.int64(0), x.shape[1])
        for place in range(x.shape[1]):
            out[row, place] = x[row, place] * scale * norms[number, place]


@_part
def _turn(x: Any, row: Any, first: Any, norms: Any, number: Any, turns: Any, place: Any, out: Any):
    """RMSNorm and rotation of one head of a row, to ``out``.

    Parameters
    ----------
    norms : (N, D)
    turns : (context, 2, D / 2) cosine and sine
    """
    half = turns.shape[2]
    scale = _scale(x, row, first, 2 * half)
    for k in range(half):
        one = x[row, first + k] * scale * norms[number, k]
        other = x[row, first + half + k] * scale * norms[number, half + k]
        cos, sin = turns[place, 0, k], turns[place, 1, k]
        out[k] = one * cos - other * sin
        out[half + k] = other * cos + one * sin


@_part
def _softmax(scores: Any, length: Any, padded: Any) -> None:
    """Shares of the first ``length`` scores, in place; what stands behind gets none."""
    largest = _largest(scores, length)
    for place in range(length):
        scores[place] = _exp(scores[place] - largest)
    scale = np.float32(1.0) / _total(scores, length)
    for place in range(length):
        scores[place] *= scale
    for place in range(length, padded):
        scores[place] = np.float32(0.0)


@_part
def _attend(
    like: Any,
    pages: Any,
    row: Any,
    head_at: Any,
    length: Any,
    query: Any,
    scores: Any,
    brought: Any,
    out: Any,
) -> None:
    """What one head brings to a row from the first ``length`` tokens.

    What several rows share lies in the second cache when the next of them reads it.

    Parameters
    ----------
    like : an array of the type that keys and values have
    pages : (rows, P) addresses, each of so many tokens as there are LANES
    head_at : bytes from there to the head's (depth, LANES) keys, its (parts, LANES, LANES) values
        behind them
    query : (depth,), scaled, 0 behind the head's width
    scores : (capacity,), overwritten
    brought : (LANES,), overwritten
    out : (parts, LANES)
    """
    size = LANES * like.itemsize
    values_at = head_at + len(query) * size
    blocks = (length + LANES - 1) // LANES
    at_query, at_scores = query.ctypes.data, scores.ctypes.data
    next_head = (len(query) + out.size) * size  # what is fetched meanwhile
    for block in range(blocks):
        to = at_scores + block * LANES * 4
        _ALONE(like, pages[row, block] + head_at, next_head, at_query, 0, to, 0, len(query))
    _softmax(scores, length, blocks * LANES)
    for part in range(len(out)):
        for lane in range(LANES):
            out[part, lane] = np.float32(0.0)
        for block in range(blocks):
            read = pages[row, block] + values_at + part * LANES * size
            shares = at_scores + block * LANES * 4
            _ALONE(like, read, next_head, shares, 0, brought.ctypes.data, 0, LANES)
            for lane in range(LANES):
                out[part, lane] += brought[lane]


@_part
def _attention(
    like: Any,
    pages: Any,
    row: Any,
    head: Any,
    qkv: Any,
    norms: Any,
    layer: Any,
    turns: Any,
    place: Any,
    query: Any,
    key: Any,
    scores: Any,
    brought: Any,
    out: Any,
    mixed: Any,
) -> None:
    """One head of one row in one layer, whose new key and value are put into its page."""
    width, depth, parts = len(key), len(query), len(out)
    heads, size = mixed.shape[1] // width, like.itemsize
    head_at = (layer * heads + head) * (depth + parts * LANES) * LANES * size
    first = head * width
    _turn(qkv, row, first, norms, 2 * layer, turns, place, query)
    _turn(qkv, row, first + mixed.shape[1], norms, 2 * layer + 1, turns, place, key)
    lane = place % LANES
    own_keys = pages[row, place // LANES] + head_at
    own_values = own_keys + depth * LANES * size
    for k in range(width):
        _hold(like, own_keys + (k * LANES + lane) * size, key[k])
        value = qkv[row, first + 2 * mixed.shape[1] + k]
        part, within = k // LANES, k % LANES
        _hold(like, own_values + ((part * LANES + lane) * LANES + within) * size, value)
    _attend(like, pages, row, head_at, place + 1, query, scores, brought, out)
    for k in range(width):
        mixed[row, first + k] = out[k // LANES, k % LANES]


@_part
def _add(x: Any, more: Any) -> None:
    for row in range(len(x)):
        for place in range(x.shape[1]):
            x[row, place] += more[row, place]


@_part
def _gate(both: Any, out: Any) -> None:
    """SwiGLU: (rows, at least 2 hidden) to (rows, hidden)."""
    hidden = out.shape[1]
    for row in range(len(out)):
        for place in range(hidden):
            gate = both[row, place]
            share = np.float32(1.0) / (np.float32(1.0) + _exp(-gate))
            out[row, place] = gate * share * both[row, hidden + place]


@compiled(nogil=True, error_model="numpy")
def step(
    x: Any,
    places: Any,
    pages: Any,
    layer_norms: Any,
    head_norms: Any,
    turns: Any,
    qkv: Any,
    out: Any,
    gate: Any,
    down: Any,
    head: Any,
    logits: Any,
    normed: Any,
    threefold: Any,
    mixed: Any,
    brought: Any,
    both: Any,
    gated: Any,
    query: Any,
    key: Any,
    scores: Any,
    parted: Any,
    attended: Any,
) -> None:
    """Read one token in every row, and write its keys and values into the caches.

    Parameters
    ----------
    x : (rows, width) float32: embedding and what is told; overwritten
    places : (rows,) int64: of the token, which is how many are held before it
    pages : (rows, P) int64 addresses, each of so many tokens as there are LANES:
        (layers, H, depth + parts x LANES, LANES) of the weights' type, keys before values. P times
        LANES is the context, depth and parts x LANES are the head's width, each rounded up. Rows
        may share pages, but none that is written
    layer_norms : (2 layers + 1, width) float32
    head_norms : (2 layers, D) float32: of queries, times the scale of attention, and of keys
    turns : (context, 2, D / 2) float32, cosine and sine
    qkv, out, gate, down : (layers, blocks, depth, LANES), float32 or bfloat16 as uint16
    head : (1, blocks, depth, LANES)
    logits : (rows, blocks of head x LANES) float32, written
    normed, threefold, mixed, brought, both, gated : room for numbers of every row, float32, as
        wide as width, blocks of qkv x LANES, width, blocks of out x LANES, of gate x LANES, and
        the depth of down
    query, key, scores, parted, attended : room for those of one head: (depth,), 0 at first, (D,),
        (P x LANES,), (LANES,), (parts, LANES)
    """
    heads, first = x.shape[1] // len(key), np.int64(0)
    for layer in range(len(qkv)):
        _normalise(x, layer_norms, 2 * layer, normed)
        _product(qkv, layer, normed, threefold)
        for number in range(heads):
            for row in range(len(x)):
                _attention(
                    head,
                    pages,
                    row,
                    number,
                    threefold,
                    head_norms,
                    layer,
                    turns,
                    places[row],
                    query,
                    key,
                    scores,
                    parted,
                    attended,
                    mixed,
                )
        _product(out, layer, mixed, brought)
        _add(x, brought)
        _normalise(x, layer_norms, 2 * layer + 1, normed)
        _product(gate, layer, normed, both)
        _gate(both, gated)
        _product(down, layer, gated, brought)
        _add(x, brought)
    _normalise(x, layer_norms, 2 * len(qkv), normed)
    _product(head, first, normed, logits)
