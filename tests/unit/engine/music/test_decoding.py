import math

import pytest
import torch

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.decoding import ROWS, Decoder, native_type, one_thread
from emsync_engine.music.telling import Strand, Telling
from emsync_engine.music.transformer import ModelConfiguration
from emsync_engine.project.model import VAPoint
from tests.toy import TOY, conditions_for, toy_model

# how far logits of some units may be from the full pass in float32
TOLERANCES = {torch.float32: 2e-4, torch.bfloat16: 0.15}
LAYOUTS = {
    "toy": TOY,
    "one head": ModelConfiguration(layers=1, width=32, heads=1, feed_forward=40, context=130),
    "many heads": ModelConfiguration(layers=3, width=48, heads=6, feed_forward=64, context=200),
}


def said(model, told):
    """(B, T, width) what the model adds for conditions."""
    with torch.inference_mode():
        return model.conditioning(told)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("dtype", TOLERANCES, ids=str)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_cached_steps_equal_the_full_pass(layout, dtype, compiled):
    configuration = LAYOUTS[layout]
    model = toy_model(configuration=configuration)
    length = configuration.context - 3
    tokens = torch.randint(0, v.SIZE, (1, length), generator=torch.Generator().manual_seed(1))
    tokens = tokens.expand(2, -1)
    told = conditions_for(tokens)
    with torch.inference_mode():
        full = model(tokens, told)
    decoder = Decoder(model, dtype=dtype, compiled=compiled)
    cache = decoder.new_cache(2)
    worst = [(decoder.read(tokens[0, :9].tolist(), told.at(0, 9), cache) - full[:, 8]).abs().max()]
    vectors = said(model, told)
    for place in range(9, length):
        logits = decoder.step([int(tokens[0, place])], [vectors[:, place]], [cache])
        worst.append((logits[0] - full[:, place]).abs().max())
    assert cache.length == length
    assert max(worst) < TOLERANCES[dtype] * float(full.std())


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("dtype", TOLERANCES, ids=str)
def test_a_take_does_not_depend_on_those_beside_it(dtype, compiled):
    """Bit by bit: alone, or in any place of a full pass, behind caches of another length."""
    model = toy_model()
    decoder = Decoder(model, dtype=dtype, compiled=compiled)
    tokens = [[v.START, 20, 900, 30 + take, 40, 50 + take, 60] for take in range(ROWS // 2)]
    vectors = said(model, conditions_for(torch.zeros(2, 7, dtype=torch.long)))

    def begun(take):
        cache = decoder.new_cache(2)
        lead = tokens[take][: 1 + take % 3]
        told = conditions_for(torch.zeros(2, 7, dtype=torch.long)).at(0, len(lead))
        decoder.read(lead, told, cache)
        return cache

    def stepped(takes):
        caches = [begun(take) for take in takes]
        return [
            decoder.step(
                [tokens[take][place] for take in takes], [vectors[:, place]] * len(takes), caches
            )
            for place in range(4, 7)
        ]

    together = stepped([2, 0, 3, 1])
    for place, take in enumerate([2, 0, 3, 1]):
        for all_logits, own in zip(together, stepped([take]), strict=True):
            assert torch.equal(all_logits[place], own[0])


def test_a_pass_holds_no_more_than_its_rows():
    decoder = Decoder(toy_model())
    told = torch.zeros(ROWS + 1, 32)
    with pytest.raises(ValueError, match=f"{ROWS} rows"):
        decoder.step([1], [told], [decoder.new_cache(ROWS + 1)])


def test_threads_are_as_they_were_after_a_step():
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before


def test_the_type_follows_from_the_processor_alone():
    assert native_type(torch.device("cpu")) == native_type(torch.device("cpu"))
    assert native_type(torch.device("cuda")) == torch.float32


def test_bytes_are_counted():
    decoder = Decoder(toy_model(), dtype=torch.bfloat16, compiled=False)
    per_layer = 32 * (3 * 32 + 32 + 2 * 48 + 48)
    assert decoder.weight_bytes == 2 * (2 * per_layer + v.SIZE * 32)
    cache = decoder.new_cache(2)
    assert decoder.cache_bytes(TOY.context, 2) == cache.nbytes
    compiled = Decoder(toy_model(), dtype=torch.bfloat16)  # whole blocks of 32 outputs
    assert compiled.weight_bytes == 2 * (2 * per_layer + 1024 * 32)
    # heads of 16 in as many lanes: the toy's values lie in blocks that are half empty
    assert compiled.new_cache(2).nbytes == 1.5 * cache.nbytes


@pytest.mark.parametrize("fills_in", [False, True])
def test_what_is_told_is_what_the_conditioners_say(fills_in):
    """Looked up in tables, or computed by the model: the same, told or not."""
    from emsync_engine.music.conditioning import Conditioning

    torch.manual_seed(3)
    conditioning = Conditioning(32, fills_in=fills_in)
    for parameter in conditioning.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    telling = Telling(
        conditioning,
        va_at=lambda time_s: VAPoint(math.sin(time_s), math.cos(3 * time_s)),
        duration_s=20.0,
        families=("piano", "bass"),
        strands=[Strand(), Strand(told_valence=False), Strand(told_boundaries=False)],
    )
    steps, offsets = [0, 7, 124, 125, 126, 900, 2500], [1000, 0, 3, 999, 2, 40, 1000]
    with torch.inference_mode():
        expected = conditioning(telling.conditions(steps, offsets))
    for place, (step, offset) in enumerate(zip(steps, offsets, strict=True)):
        torch.testing.assert_close(
            telling.vectors(step, offset), expected[:, place], atol=1e-5, rtol=1e-4
        )
