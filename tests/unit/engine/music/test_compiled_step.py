"""The compiled step against torch: its parts number by number, the whole beside the called one."""

import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from numba import njit

from emsync_engine.midi import vocabulary as v
from emsync_engine.music import compiled_step, decoding, step_kernel
from emsync_engine.music.brief import Brief
from emsync_engine.music.compiled_step import CompiledCache, CompiledStep
from emsync_engine.music.decoding import ROWS, CalledStep, Decoder
from emsync_engine.music.generation import write_tokens
from emsync_engine.music.transformer import LayerCache
from emsync_engine.project.model import VAPoint
from tests.toy import TOY, conditions_for, toy_model

TYPES = (torch.float32, torch.bfloat16)


@njit
def product(weights, x, out):
    step_kernel._product(weights, np.int64(0), x, out)


@njit
def exponentials(numbers, out):
    for place in range(len(numbers)):
        out[place] = step_kernel._exp(numbers[place])


@njit
def held(like, address, numbers):
    for place in range(len(numbers)):
        step_kernel._hold(like, address + place * like.itemsize, numbers[place])


@njit
def attention(like, pages, head_at, length, query, scores, brought, out):
    step_kernel._attend(like, pages, 0, head_at, length, query, scores, brought, out)


def packed(weight, dtype):
    return CompiledStep(step_kernel, toy_model(), dtype=dtype)._packed([weight])


@pytest.mark.parametrize("dtype", TYPES, ids=str)
@pytest.mark.parametrize("shape", [(96, 32), (1, 5), (70, 130)])
def test_a_product_is_torchs_and_each_row_its_own(dtype, shape):
    generator = torch.Generator().manual_seed(2)
    weight = torch.randn(shape, generator=generator)
    x = torch.randn(ROWS, shape[1], generator=generator)
    blocks = packed(weight, dtype)
    outputs = blocks.shape[1] * blocks.shape[3]
    expected = x.double() @ weight.to(dtype).double().T
    alone = np.zeros((1, outputs), dtype=np.float32)
    for rows in range(1, ROWS + 1):
        out = np.full((rows, outputs), np.nan, dtype=np.float32)
        product(blocks, x[:rows].numpy(), out)
        np.testing.assert_allclose(out[:, : shape[0]], expected[:rows], rtol=1e-4, atol=1e-4)
        for row in range(rows):
            product(blocks, x[row : row + 1].numpy(), alone)
            assert np.array_equal(alone[0], out[row])  # bit by bit


def test_exponentials_are_exact_to_two_units():
    numbers = np.linspace(-87, 88, 200_001, dtype=np.float32)
    out = np.empty_like(numbers)
    exponentials(numbers, out)
    exact = np.exp(numbers.astype(np.float64))
    assert np.max(np.abs(out / exact - 1)) < 2 * np.finfo(np.float32).eps
    far = np.array([-np.inf, -1e30, -200.0], dtype=np.float32)
    exponentials(far, out[:3])
    assert (out[:3] < 1e-37).all()


def test_bfloat16_is_rounded_as_torch_rounds():
    numbers = torch.randn(10_000, generator=torch.Generator().manual_seed(4)) * 1e3
    ties = torch.tensor([1.00390625, 1.01171875, -1.00390625, 0.0, 3e38])
    numbers = torch.cat([numbers, ties])
    out = np.empty(len(numbers), dtype=np.uint16)
    held(out, out.ctypes.data, numbers.numpy())
    expected = numbers.to(torch.bfloat16).view(torch.int16).numpy().view(np.uint16)
    assert np.array_equal(out, expected)


@pytest.mark.parametrize("dtype", TYPES, ids=str)
@pytest.mark.parametrize("length", [1, 31, 32, 33, 90])
def test_attention_is_torchs_and_sees_nothing_behind_its_length(dtype, length):
    generator = torch.Generator().manual_seed(length)
    heads, width = TOY.heads, TOY.head_width
    keys, values = torch.randn(2, 1, heads, 90, width, generator=generator).to(dtype)
    query = torch.randn(width, generator=generator)
    lanes = step_kernel.LANES
    cache = CompiledCache(1, TOY, dtype=dtype, lanes=lanes, chains=step_kernel.CHAINS)
    cache.fill([LayerCache(keys, values, 90), LayerCache(keys, values, 90)])
    like = np.empty(1, dtype=np.uint16 if dtype == torch.bfloat16 else np.float32)
    _, _, scores, brought, out = cache.rooms()
    second_of_second = (heads + 1) * (len(query) + out.size) * lanes * like.itemsize
    pages = cache.addresses()
    attention(like, pages, second_of_second, length, query.numpy(), scores, brought, out)
    shares = torch.softmax(keys[0, 1, :length].float() @ query, dim=0)
    expected = shares @ values[0, 1, :length].float()
    np.testing.assert_allclose(out.reshape(-1)[:width], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("dtype", TYPES, ids=str)
def test_the_compiled_step_says_what_the_called_one_says(dtype):
    model = toy_model()
    tokens = [v.START, 20, 900, 30, 40, 50, 60]
    told = conditions_for(torch.zeros(3, 7, dtype=torch.long))
    with torch.inference_mode():
        vectors = model.conditioning(told)
    said = []
    for compiled in (True, False):
        decoder = Decoder(model, dtype=dtype, compiled=compiled)
        assert decoder.is_compiled is compiled
        cache = decoder.new_cache(3)
        decoder.read(tokens[:3], told.at(0, 3), cache)
        steps = [decoder.step([tokens[k]], [vectors[:, k]], [cache]) for k in range(3, 7)]
        assert cache.length == 7
        said.append(torch.cat(steps))
    spread = float(said[1].std())
    difference = (said[0] - said[1]).abs().max() / spread
    assert difference < (2e-4 if dtype == torch.float32 else 0.15)


def test_a_processor_without_bfloat16_reads_in_float32_and_holds_bfloat16(monkeypatch):
    monkeypatch.setattr(decoding, "native_type", lambda device: torch.float32)
    model = toy_model()
    decoder = Decoder(model)
    tokens = torch.tensor([[v.START, 20, 900, 30, 40]])
    told = conditions_for(tokens)
    with torch.inference_mode():
        full, vectors = model(tokens, told), model.conditioning(told)
    cache = decoder.new_cache(1)
    assert cache.dtype == torch.bfloat16
    first = decoder.read(tokens[0, :4].tolist(), told.at(0, 4), cache)
    torch.testing.assert_close(first, full[:, 3], atol=1e-5, rtol=1e-5)
    then = decoder.step([int(tokens[0, 4])], [vectors[:, 4]], [cache])[0]
    assert (then - full[:, 4]).abs().max() < 0.15 * float(full.std())


def test_what_was_forgotten_is_not_seen():
    """Behind a full cache that was emptied as behind a new one, bit by bit."""
    model = toy_model()
    decoder = Decoder(model)
    told = torch.zeros(2, TOY.width)
    used, fresh = decoder.new_cache(2), decoder.new_cache(2)
    for place in range(TOY.context):
        decoder.step([place], [told], [used])
    used.keep(0)
    for token in (5, 900, 7):
        again, first = (decoder.step([token], [told], [cache]) for cache in (used, fresh))
        assert torch.equal(again, first)


def test_without_numba_music_is_written_by_torch(monkeypatch):
    monkeypatch.setitem(sys.modules, "emsync_engine.music.step_kernel", None)
    monkeypatch.delattr("emsync_engine.music.step_kernel", raising=False)
    compiled_step.kernel.cache_clear()
    try:
        model = toy_model()
        decoder = Decoder(model)
        assert isinstance(decoder._step, CalledStep)
        brief = Brief(1.0, lambda _: VAPoint(0.5, -0.5), (), ("piano",))
        assert list(write_tokens(model, brief, seed=1)) == list(write_tokens(model, brief, seed=1))
    finally:
        compiled_step.kernel.cache_clear()


FRESH = """
import hashlib, torch
from tests.toy import toy_model
from emsync_engine.music.decoding import Decoder
decoder = Decoder(toy_model())
cache = decoder.new_cache(3)
told = torch.randn(3, 32, generator=torch.Generator().manual_seed(1))
said = [decoder.step([token], [told], [cache]) for token in range(90)]
print(hashlib.sha256(torch.cat(said).numpy().tobytes()).hexdigest())
"""


@pytest.mark.slow
def test_compiled_anew_or_kept_it_says_the_same(tmp_path):
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    said = [
        subprocess.run(
            [sys.executable, "-c", FRESH], env=environment, capture_output=True, check=True
        ).stdout
        for _ in range(2)
    ]
    assert list(tmp_path.rglob("*.nbc"))
    assert said[0] == said[1]


def test_a_copy_goes_on_as_if_alone_and_changes_nothing_of_the_other():
    """Bit by bit, also where what both share was forgotten again and written anew."""
    decoder = Decoder(toy_model())
    told = torch.zeros(2, TOY.width)

    def said(cache, tokens):
        return [decoder.step([token], [told], [cache])[0] for token in tokens]

    def anew(tokens):
        return said(decoder.new_cache(2), tokens)

    start, one_way, other_way = list(range(20, 60)), list(range(70, 110)), list(range(130, 170))
    first = decoder.new_cache(2)
    said(first, start)
    second = first.copy()
    interleaved = [
        (said(first, [one])[0], said(second, [other])[0])
        for one, other in zip(one_way, other_way, strict=True)
    ]
    for number, tokens in enumerate((one_way, other_way)):
        alone = anew(start + tokens)[len(start) :]
        mine = [both[number] for both in interleaved]
        assert all(torch.equal(one, other) for one, other in zip(mine, alone, strict=True))
    third = second.copy()
    third.keep(10)
    after = said(third, one_way)
    alone = anew(start[:10] + one_way)[10:]
    assert all(torch.equal(one, other) for one, other in zip(after, alone, strict=True))
    assert torch.equal(said(second, [5])[0], anew([*start, *other_way, 5])[-1])


def test_a_full_cache_says_so():
    decoder = Decoder(toy_model())
    cache = decoder.new_cache(1)
    for place in range(TOY.context):
        decoder.step([place % 100], [torch.zeros(1, TOY.width)], [cache])
    with pytest.raises(ValueError, match="is full"):
        decoder.step([1], [torch.zeros(1, TOY.width)], [cache])
