import math

import numpy as np
import pytest
import torch

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.conditioning import Conditions
from emsync_engine.music.published.conditions import CONDITIONING_KINDS
from emsync_engine.music.published.importing import NEVER, published_model
from emsync_engine.music.published.layout import (
    PublishedConfiguration,
    PublishedTransformer,
    skewed,
)
from emsync_engine.music.published.vocabulary_order import (
    VocabularyOrder,
    midi_emotion_order,
)
from emsync_engine.project.notes import FAMILIES
from tests.unit.engine.music.published.reference import (
    Reference,
    midi_emotion_names,
    published_state,
)

OURS = VocabularyOrder(tuple(reversed(v.NAMES)))
TOKENS = [v.MORE_INSTRUMENTS, v.START, v.BAR, 40, v.CHORD, 500, 470, v.shift_token(30), 700]
PLAIN = [v.START, 40, 500, 470, v.shift_token(30), 700, v.shift_token(125), 41]


def told(count, va=(0.3, -0.5), offsets_s=None, batch=1):
    """Conditions of ``count`` tokens with one emotion."""
    offset = torch.full((batch, count), 8.0) if offsets_s is None else torch.tensor([offsets_s])
    return Conditions(
        torch.tensor(va, dtype=torch.float32).expand(batch, count, 2).clone(),
        offset.float(),
        torch.full((batch, count), 5.0),
        torch.ones(batch, len(FAMILIES)),
    )


@pytest.mark.parametrize("va", [(0.3, -0.5), (math.nan, 0.7), (math.nan, math.nan)])
def test_an_emsync_checkpoint_gives_the_logits_of_the_published_equations(va):
    state = published_state()
    model = published_model(state, OURS, kind="emsync")
    offsets_s = [6.5, 6.5, 6.5, 6.5, 8.0, 8.0, 8.0, 7.76, 7.76]
    theirs = [v.SIZE - 1 - token for token in TOKENS]  # the order is ours reversed
    expected = Reference(state).emsync(theirs, va, np.array(offsets_s))[:, ::-1].copy()
    with torch.no_grad():
        logits = model(torch.tensor([TOKENS]), told(len(TOKENS), va, offsets_s))[0]
    assert np.abs(logits.numpy() - expected).max() < 1e-4


@pytest.mark.parametrize(
    ("conditioning", "equations"),
    [
        ("continuous-token", "continuous_token"),
        ("continuous-concatenated", "continuous_concat"),
        ("discrete-token", "discrete_token"),
        ("none", "vanilla"),
    ],
)
@pytest.mark.parametrize("va", [(0.3, -0.5), (-0.8, 0.79)])
def test_midi_emotion_checkpoints_give_the_logits_of_their_equations(conditioning, equations, va):
    is_discrete = conditioning == "discrete-token"
    names = midi_emotion_names(is_discrete)
    state = published_state(kind="midi-emotion", conditioning=conditioning, tokens=len(names))
    order = midi_emotion_order(with_emotion_tokens=is_discrete)
    model = published_model(state, order, kind="midi-emotion")
    assert model.configuration.conditioning == conditioning
    theirs = [names.index(v.NAMES[token]) for token in PLAIN]
    expected = getattr(Reference(state), equations)(theirs, va)
    with torch.no_grad():
        logits = model(torch.tensor([PLAIN]), told(len(PLAIN), va))[0].numpy()
    for number, name in enumerate(v.NAMES):
        if name in names:
            assert np.abs(logits[:, number] - expected[:, names.index(name)]).max() < 1e-4
        else:
            assert (logits[:, number] == NEVER).all(), name


def test_the_default_size_is_that_of_the_thesis():
    with torch.device("meta"):
        model = PublishedTransformer(PublishedConfiguration())
    assert 36.5e6 < model.parameter_count < 37.5e6
    assert model.configuration.vocabulary == 1011


def toy(kind="continuous-token", *, boundary_offsets=True, seed=0, **sizes):
    torch.manual_seed(seed)
    configuration = PublishedConfiguration(
        layers=2,
        width=32,
        heads=2,
        feed_forward=48,
        context=40,
        reach=40,
        conditioning=kind,
        boundary_offsets=boundary_offsets,
        **sizes,
    )
    return PublishedTransformer(configuration).eval()


@pytest.mark.parametrize("kind", CONDITIONING_KINDS)
@pytest.mark.parametrize("boundary_offsets", [False, True])
def test_cached_decoding_equals_the_whole_pass(kind, boundary_offsets):
    model = toy(kind, boundary_offsets=boundary_offsets)
    tokens = torch.tensor([TOKENS, TOKENS[::-1]])
    offsets_s = [6.5, 6.5, 6.5, 6.5, 8.0, 8.0, 8.0, 7.76, 7.76]
    conditions = told(len(TOKENS), batch=2)
    conditions.offset_s = torch.tensor([offsets_s, offsets_s])
    with torch.no_grad():
        whole = model(tokens, conditions)
        caches = model.new_caches(2)
        parts = [
            model(tokens[:, start:end], conditions.at(start, end), caches)
            for start, end in ((0, 4), (4, 6), (6, 7), (7, 8), (8, 9))
        ]
    torch.testing.assert_close(torch.cat(parts, dim=1), whole, atol=1e-5, rtol=1e-5)
    assert caches[0].length == len(TOKENS) + model.prefix_length


@pytest.mark.parametrize("kind", CONDITIONING_KINDS)
@pytest.mark.parametrize("boundary_offsets", [False, True])
def test_what_is_told_is_heard_and_nothing_else(kind, boundary_offsets):
    model = toy(kind, boundary_offsets=boundary_offsets)
    tokens = torch.tensor([TOKENS])

    def logits(**changes):
        with torch.no_grad():
            return model(tokens, told(len(TOKENS), **changes))

    plain = logits()
    hears_emotion = kind != "none"
    assert torch.equal(plain, logits(va=(-0.9, 0.9))) != hears_emotion
    assert torch.equal(plain, logits(va=(math.nan, -0.5))) != hears_emotion
    near = [3.0] * len(TOKENS)
    assert torch.equal(plain, logits(offsets_s=near)) != boundary_offsets
    assert torch.equal(plain, logits(offsets_s=[math.nan] * len(TOKENS))) != boundary_offsets
    assert torch.isfinite(logits(va=(math.nan, math.nan))).all()


@pytest.mark.parametrize("kind", CONDITIONING_KINDS)
def test_nothing_looks_ahead(kind):
    model = toy(kind)
    first, second = torch.tensor([TOKENS]), torch.tensor([[*TOKENS[:6], 9, 10, 11]])
    with torch.no_grad():
        one, other = (model(tokens, told(len(TOKENS))) for tokens in (first, second))
    torch.testing.assert_close(one[:, :6], other[:, :6])
    assert not torch.allclose(one[:, 6:], other[:, 6:])


def test_a_piece_has_the_mean_of_its_labels_and_missing_ones_do_not_count():
    model = toy("continuous-token")
    tokens = torch.tensor([TOKENS])
    conditions = told(len(TOKENS), va=(0.2, 0.1))
    mixed = told(len(TOKENS), va=(0.2, 0.1))
    mixed.va[0, ::2, 0] = torch.linspace(0.0, 0.4, 5)
    mixed.va[0, 3:5] = math.nan
    with torch.no_grad():
        expected = model(tokens, conditions)
        # 0.0, 0.2, 0.1, 0.2 (3), nan, 0.2, 0.3, 0.2, 0.4 without those of places 3 and 4
        mean = float(torch.nanmean(mixed.va[0, :, 0]))
        mixed.va[0, :, 0] += 0.2 - mean
        torch.testing.assert_close(model(tokens, mixed), expected, atol=1e-5, rtol=1e-5)


def test_while_writing_the_emotion_is_that_of_the_last_token():
    model = toy("continuous-concatenated")
    tokens = torch.tensor([TOKENS])
    turning = told(len(TOKENS), va=(0.2, 0.1))
    turning.va[0, :4] = -0.7
    with torch.no_grad():
        expected = model(tokens, told(len(TOKENS), va=(0.2, 0.1)), model.new_caches(1))
        assert torch.equal(model(tokens, turning, model.new_caches(1)), expected)


def test_emotion_stays_within_what_the_model_was_asked_for():
    model = toy("continuous-token", va_limit=0.8)
    tokens = torch.tensor([TOKENS])
    with torch.no_grad():
        far = model(tokens, told(len(TOKENS), va=(1.0, -0.9)))
        near = model(tokens, told(len(TOKENS), va=(0.8, -0.8)))
        wide = toy("continuous-token")(tokens, told(len(TOKENS), va=(1.0, -0.9)))
    torch.testing.assert_close(far, near)
    assert not torch.allclose(far, wide)


def test_without_offsets_a_learned_position_is_repeated():
    model = toy(boundary_offsets=False)
    table = model.positions.at(0, 40)
    assert torch.equal(table[:, :16], table[:, 16:])
    assert not any("offset" in name for name, _ in model.named_parameters())


def test_skewing_puts_columns_where_the_keys_are():
    scores = torch.arange(12.0).view(1, 3, 4)  # T = 3 queries, L = 4 places
    aligned = skewed(scores)
    for t in range(3):
        for j in range(t + 2):  # keys up to the query's own place, start + t = 1 + t
            assert aligned[0, t, j] == scores[0, t, 3 - 1 - t + j]


@pytest.mark.parametrize(
    "wrong",
    [
        {"heads": 3},
        {"layers": 0},
        {"reach": 8},
        {"conditioning": "telepathy"},
        {"positions": "sinusoidal"},
        {"va_limit": 2.0},
    ],
    ids=str,
)
def test_contradictions_are_refused_at_birth(wrong):
    with pytest.raises(ValueError, match=r"must|there is no|beside|lie in"):
        PublishedConfiguration(**wrong)
