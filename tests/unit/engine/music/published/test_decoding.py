import math

import pytest
import torch

from emsync_engine.midi import vocabulary as v
from emsync_engine.midi.tokenizer import decode
from emsync_engine.music.brief import Brief
from emsync_engine.music.generation import next_rows, write_takes, write_tokens
from emsync_engine.music.layouts import decoder_for
from emsync_engine.music.published.conditions import CONDITIONING_KINDS
from emsync_engine.music.published.decoding import PublishedDecoder
from emsync_engine.music.published.importing import published_model
from emsync_engine.music.published.layout import PublishedConfiguration, PublishedTransformer
from emsync_engine.music.published.presets import with_preset
from emsync_engine.music.published.vocabulary_order import midi_emotion_order
from emsync_engine.music.token_writer import TokenWriter
from emsync_engine.project.model import GenerationSettings, VAPoint
from emsync_engine.project.notes import FAMILIES
from tests.unit.engine.music.published.reference import published_state

SETTINGS = with_preset(GenerationSettings(), "emsync")


def toy(kind="continuous-token", *, boundary_offsets=True, context=64):
    """A model whose every parameter matters."""
    configuration = PublishedConfiguration(
        layers=2,
        width=32,
        heads=2,
        feed_forward=48,
        context=context,
        reach=context,
        conditioning=kind,
        boundary_offsets=boundary_offsets,
    )
    model = PublishedTransformer(configuration)
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(0, 0.3, generator=generator)
            if "norm.weight" in name:
                parameter.add_(1.0)
    return model.eval()


def brief(duration_s=3.0, hits_s=(1.5,), va_at=lambda _: VAPoint(0.3, -0.2), settings=SETTINGS):
    return Brief(duration_s, va_at, hits_s, FAMILIES, settings)


def step_up(time_s):
    return VAPoint(-0.6, 0.1) if time_s < 1.0 else VAPoint(0.7, 0.1)


@pytest.mark.parametrize("kind", CONDITIONING_KINDS)
@pytest.mark.parametrize("boundary_offsets", [False, True])
@pytest.mark.parametrize("guidance", [1.0, 2.0])
def test_steps_give_the_scores_of_a_whole_reading(kind, boundary_offsets, guidance):
    model = toy(kind, boundary_offsets=boundary_offsets)
    decoder = PublishedDecoder(model, dtype=torch.float32)
    settings = GenerationSettings(va_guidance=guidance, boundary_guidance=guidance, branches=1)
    writer = TokenWriter(decoder, brief(30.0, settings=settings))
    writer.begin()
    for token in (40, v.CHORD, 300, 304, 307, v.shift_token(60), 600, v.shift_token(90), 41):
        next_rows(decoder, [writer])
        writer.append(token)
    stepped = next_rows(decoder, [writer])[0]
    fresh = TokenWriter(decoder, brief(30.0, settings=settings))
    for token in writer.tokens:
        fresh.append(token)
    whole = next_rows(decoder, [fresh])[0]
    assert stepped.shape == (4 if guidance > 1 else 1, v.SIZE)
    torch.testing.assert_close(
        torch.from_numpy(stepped), torch.from_numpy(whole), atol=2e-4, rtol=1e-4
    )


@pytest.mark.parametrize("kind", CONDITIONING_KINDS)
def test_a_full_context_is_read_anew_by_half(kind):
    model = toy(kind)
    decoder = PublishedDecoder(model, dtype=torch.float32)
    writer = TokenWriter(decoder, brief(60.0, ()))
    longest = 0
    tokens = [v.MORE_INSTRUMENTS, v.START, v.BAR]
    for k in range(49):
        tokens += [v.FIRST_ON + k, v.shift_token(10 + k), v.FIRST_OFF + k]
    assert len(tokens) == 150
    for token in tokens:
        writer.append(token)
        rows = next_rows(decoder, [writer])
        longest = max(longest, writer.cache.length)
    assert longest == 64
    room = 64 - model.prefix_length
    expected = TokenWriter(decoder, brief(60.0, ()))
    for token in tokens:
        expected.append(token)
    first = 150 - (writer.cache.length - model.prefix_length - 1)
    assert first >= 150 - room
    logits = expected.read([0, *range(first, 150)])
    torch.testing.assert_close(
        torch.from_numpy(rows[0]), torch.log_softmax(logits, -1), atol=2e-4, rtol=1e-4
    )


@pytest.mark.parametrize("kind", CONDITIONING_KINDS)
def test_a_take_has_the_films_length_and_the_same_seed_gives_the_same(kind):
    model = toy(kind)
    first = list(write_tokens(model, brief(), seed=3))
    assert first == list(write_tokens(model, brief(), seed=3))
    assert first != list(write_tokens(model, brief(), seed=4))
    music = decode(first, duration_s=3.0)
    assert music.notes
    assert max(note.end_s for note in music.notes) <= 3.0


def test_a_take_does_not_depend_on_those_beside_it():
    model = toy()
    takes = write_takes(model, brief(va_at=step_up), seeds=[1, 2, 3])
    alone = [tuple(write_tokens(model, brief(va_at=step_up), seed=seed)) for seed in (1, 2, 3)]
    assert takes == alone


@pytest.mark.parametrize(
    ("kind", "reads_again"),
    [("continuous-token", True), ("continuous-concatenated", True), ("per-token", False)],
)
def test_a_turn_of_emotion_is_told_to_the_past_only_where_it_must_be(kind, reads_again):
    decoder = decoder_for(toy(kind))
    writer = TokenWriter(decoder, brief(30.0, va_at=step_up))
    writer.begin()
    next_rows(decoder, [writer])
    writer.append(v.shift_token(100))  # 0.8 s
    assert not writer.must_read_anew
    next_rows(decoder, [writer])
    writer.append(v.shift_token(50))  # 1.2 s
    assert writer.must_read_anew == reads_again
    next_rows(decoder, [writer])
    writer.append(40)
    assert not writer.must_read_anew


def test_a_small_turn_is_let_pass():
    decoder = decoder_for(toy())
    writer = TokenWriter(decoder, brief(30.0, va_at=lambda time_s: VAPoint(0.05 * time_s, 0.0)))
    writer.begin()
    next_rows(decoder, [writer])
    for _ in range(2):
        writer.append(v.shift_token(100))
        assert not writer.must_read_anew
        next_rows(decoder, [writer])
    writer.append(v.shift_token(125))
    assert writer.must_read_anew


def test_a_midi_emotion_model_begins_and_writes_with_the_tokens_it_has():
    state = published_state(
        kind="midi-emotion", conditioning="continuous-concatenated", tokens=1007
    )
    model = published_model(state, midi_emotion_order(), kind="midi-emotion")
    tokens = list(write_tokens(model, brief(4.0), seed=1))
    assert tokens[0] == v.START
    assert not {v.BAR, v.CHORD, v.MORE_INSTRUMENTS, v.FEWER_INSTRUMENTS} & set(tokens)
    assert decode(tokens).notes


def test_not_told_is_not_the_same_as_neutral():
    decoder = decoder_for(toy())
    settings = GenerationSettings(va_guidance=2.0, branches=1)
    writer = TokenWriter(decoder, brief(30.0, va_at=lambda _: VAPoint(0.0, 0.0), settings=settings))
    writer.begin()
    told, *untold = next_rows(decoder, [writer])[0]
    assert len(untold) == 2
    for row in untold:  # without valence, without arousal
        assert abs(told - row).max() > 1e-3
        assert not math.isnan(row.sum())
