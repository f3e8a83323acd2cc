"""What every layout of a composer promises the rest of the engine."""

from dataclasses import asdict

import pytest
import torch

from emsync_engine.midi import vocabulary as v
from emsync_engine.midi.tokenizer import decode
from emsync_engine.music.brief import Brief
from emsync_engine.music.generation import write_takes, write_tokens
from emsync_engine.music.layouts import (
    LAYOUTS,
    configuration_from,
    decoder_for,
    layout_of,
    manner_of,
    new_composer,
    settings_for,
)
from emsync_engine.project.model import GenerationSettings, VAPoint
from emsync_engine.project.notes import FAMILIES
from emsync_engine.weights import read_composer, save_composer
from tests.toy import conditions_for

SIZES = {"layers": 2, "width": 32, "heads": 2, "feed_forward": 48, "context": 96}
MORE = {"rotary": {}, "published": {"reach": 96}}


@pytest.fixture(params=LAYOUTS)
def layout(request):
    return request.param


@pytest.fixture
def model(layout):
    torch.manual_seed(2)
    made = new_composer(configuration_from(layout, {**SIZES, **MORE[layout]})).eval()
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for name, parameter in made.named_parameters():
            parameter.normal_(0, 0.25, generator=generator)
            if "norm.weight" in name:
                parameter.add_(1.0)
    return made


def brief(seconds=2.0):
    return Brief(seconds, lambda _: VAPoint(0.2, 0.4), (1.0,), FAMILIES)


def test_weights_keep_their_layout(model, layout, tmp_path):
    save_composer(model, tmp_path / "made.safetensors", dtype=torch.float32)
    read = read_composer(tmp_path / "made.safetensors")
    assert type(read) is type(model)
    assert layout_of(read.configuration) == layout
    assert read.configuration == model.configuration
    tokens = torch.tensor([[v.MORE_INSTRUMENTS, v.START, v.BAR, 40, 900]])
    with torch.no_grad():
        assert torch.equal(
            read(tokens, conditions_for(tokens)), model(tokens, conditions_for(tokens))
        )


def test_a_configuration_survives_its_header(model, layout):
    facts = {
        name: list(value) if isinstance(value, tuple) else value  # as JSON keeps it
        for name, value in asdict(model.configuration).items()
    }
    assert configuration_from(layout, facts) == model.configuration


def test_a_take_fills_the_film_and_repeats_with_its_seed(model):
    takes = write_takes(model, brief(), seeds=[5, 6])
    assert takes[0] == tuple(write_tokens(model, brief(), seed=5))
    assert takes[0] != takes[1]
    assert decode(takes[0], duration_s=2.0).duration_s == 2.0
    assert list(takes[0][:3]) == manner_of(model).lead_in(many=True)


def test_a_decoder_never_holds_more_than_the_context(model):
    decoder = decoder_for(model)
    cache = decoder.new_cache(1)
    room = SIZES["context"] - manner_of(model).prefix_length
    tokens = torch.full((1, room), 40)
    logits = decoder.read(tokens[0].tolist(), conditions_for(tokens), cache)
    assert logits.shape == (1, v.SIZE)
    assert cache.length == SIZES["context"]


def test_settings_that_were_chosen_are_left_alone(model):
    chosen = GenerationSettings(temperature=0.8, top_p=0.5)
    assert settings_for(model, chosen) == chosen


def test_unknown_layouts_and_sizes_are_refused():
    with pytest.raises(ValueError, match="no layout"):
        configuration_from("spiral", SIZES)
    with pytest.raises(TypeError):
        configuration_from("published", {"colour": "blue"})
