import math

import pytest
import torch

from emsync_engine.music.decoding import Decoder
from emsync_engine.music.generation import Brief, TokenWriter
from emsync_engine.music.tilt import EmotionTilt
from emsync_engine.music.transformer import ModelConfiguration, MusicTransformer
from emsync_engine.project.model import GenerationSettings, VAPoint

SMALL = ModelConfiguration(layers=2, width=64, heads=2, feed_forward=96, context=64, tilt=8)


@pytest.fixture(scope="module")
def tilting_model():
    torch.manual_seed(0)
    model = MusicTransformer(SMALL).eval()
    torch.nn.init.normal_(model.tilt.say.weight, std=0.5)
    return model


def test_a_new_tilt_says_nothing():
    tilt = EmotionTilt(16, 20, 4)
    assert not tilt(torch.randn(1, 3, 16), torch.full((1, 3, 2), 0.5)).any()


def test_unknown_emotion_tilts_nothing(tilting_model):
    hidden = torch.randn(1, 1, 64)

    def said(valence, arousal):
        return tilting_model.tilt(hidden, torch.tensor([[[valence, arousal]]]))

    assert not said(math.nan, math.nan).any()
    assert said(0.5, math.nan).any()
    both = said(0.5, math.nan) + said(math.nan, -0.3)
    assert torch.allclose(said(0.5, -0.3), both, atol=1e-5)


@pytest.mark.parametrize(("compiled", "off_by"), [(False, 1e-4), (True, 0.1)])
def test_a_step_is_tilted_as_the_whole_pass_is(tilting_model, compiled, off_by):
    """The compiled step holds weights in bfloat16; the logits' deviation is about 1."""
    dtype = None if compiled else torch.float32
    decoder = Decoder(tilting_model, dtype=dtype, compiled=compiled)
    brief = Brief(
        3.0,
        lambda time_s: VAPoint(0.8 if time_s < 1 else -0.8, -0.3),
        (),
        ("drums", "bass", "strings"),
        GenerationSettings(),
    )
    writer = TokenWriter(decoder, brief, seed=1)
    writer.begin()
    for _ in range(40):
        if writer.must_read_anew:
            logits = writer.read_anew()
        else:
            logits = decoder.step([writer.tokens[-1]], [writer.told()], [writer.cache])[0]
        places = range(len(writer.tokens))
        read = torch.tensor([writer.tokens]).expand(writer.rows, -1)
        with torch.inference_mode():
            whole = tilting_model(read, writer._conditions(places))[:, -1]
        assert (logits - whole).abs().max() < off_by
        writer.draw(torch.log_softmax(logits, dim=-1).numpy())
