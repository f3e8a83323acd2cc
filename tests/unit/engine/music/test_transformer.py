import math

import pytest
import torch
from torch.nn import functional as F

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.conditioning import Conditions
from emsync_engine.music.transformer import ModelConfiguration, MusicTransformer
from tests.toy import conditions_for, toy_model


def test_cached_decoding_equals_the_full_forward_pass():
    model = toy_model()
    tokens = torch.randint(0, v.SIZE, (2, 40), generator=torch.Generator().manual_seed(1))
    told = conditions_for(tokens)
    full = model(tokens, told)
    caches = model.new_caches(2)
    pieces = [(0, 7), (7, 8), (8, 20), *((place, place + 1) for place in range(20, 40))]
    cached = torch.cat([model(tokens[:, a:b], told.at(a, b), caches) for a, b in pieces], dim=1)
    torch.testing.assert_close(cached, full, atol=2e-5, rtol=1e-4)


def test_attention_equals_a_plain_reference():
    """Softmax of rotated, normalised queries and keys over the past, written out."""
    model = toy_model()
    attention, rotary = model.blocks[0].attention, model.rotary
    x = torch.randn(1, 9, model.configuration.width, generator=torch.Generator().manual_seed(2))
    heads, width = model.configuration.heads, model.configuration.head_width
    rates = 10_000.0 ** (-torch.arange(0, width, 2) / width)

    def rotated(vector, place):
        half = width // 2
        angle = place * rates
        first, second = vector[:half], vector[half:]
        return torch.cat(
            [
                first * angle.cos() - second * angle.sin(),
                second * angle.cos() + first * angle.sin(),
            ]
        )

    qkv = (x[0] @ attention.qkv.weight.T).view(9, 3, heads, width)
    rows = []
    for query_place in range(9):
        mixed = []
        for head in range(heads):
            query = rotated(attention.query_norm(qkv[query_place, 0, head]), query_place)
            scores = torch.stack(
                [
                    query @ rotated(attention.key_norm(qkv[place, 1, head]), place)
                    for place in range(query_place + 1)
                ]
            )
            shares = F.softmax(scores / math.sqrt(width), dim=0)
            mixed.append(shares @ qkv[: query_place + 1, 2, head])
        rows.append(torch.cat(mixed))
    expected = torch.stack(rows) @ attention.out.weight.T
    torch.testing.assert_close(attention(x, rotary, None)[0], expected, atol=1e-5, rtol=1e-4)


def test_no_token_sees_the_future():
    model = toy_model()
    tokens = torch.randint(0, v.SIZE, (1, 20), generator=torch.Generator().manual_seed(3))
    changed = tokens.clone()
    changed[0, 12:] = v.PAD
    told = conditions_for(tokens)
    torch.testing.assert_close(model(tokens, told)[:, :12], model(changed, told)[:, :12])


def test_every_condition_reaches_the_logits_and_missing_ones_are_learned():
    model = toy_model()
    tokens = torch.randint(0, v.SIZE, (1, 6), generator=torch.Generator().manual_seed(4))
    told = conditions_for(tokens)
    plain = model(tokens, told)
    assert torch.isfinite(plain).all()
    for name in ("va", "offset_s", "countdown_s", "families"):
        changed = Conditions(told.va, told.offset_s, told.countdown_s, told.families)
        setattr(changed, name, torch.full_like(getattr(told, name), math.nan))
        logits = model(tokens, changed)
        assert torch.isfinite(logits).all()
        assert not torch.allclose(logits, plain), name


def test_a_configuration_that_contradicts_itself_is_refused():
    with pytest.raises(ValueError, match="multiple of the heads"):
        ModelConfiguration(width=100, heads=3)


def test_a_new_model_is_the_identity_in_its_blocks():
    torch.manual_seed(0)
    model = MusicTransformer(ModelConfiguration(layers=2, width=32, heads=2, feed_forward=48))
    x = torch.randn(1, 5, 32)
    torch.testing.assert_close(model.blocks[0](x, model.rotary, None), x)
