import math

import numpy as np
import pytest

from emsync_engine.music.layouts import NucleusDrawing, PublishedDrawing, drawing_for, settings_for
from emsync_engine.music.published.presets import PRESETS, preset_of, with_preset
from emsync_engine.music.published.sampling import RepetitionRule, published_draw
from emsync_engine.project.model import GenerationSettings
from tests.toy import toy_model
from tests.unit.engine.music.published.test_decoding import toy

SHARES = np.log(np.array([0.4, 0.25, 0.2, 0.1, 0.05], dtype=np.float32))


def draws(top_p, temperature=1.0, scores=SHARES):
    rng = np.random.default_rng(0)
    return [
        published_draw(scores, temperature=temperature, top_p=top_p, rng=rng) for _ in range(400)
    ]


@pytest.mark.parametrize(
    ("top_p", "drawn"),
    [(0.3, {0}), (0.5, {0}), (0.7, {0, 1}), (0.9, {0, 1, 2}), (1.0, set(range(5)))],
)
def test_the_token_that_crosses_the_limit_is_left_out(top_p, drawn):
    found = draws(top_p)
    assert {token for token, _ in found} == drawn
    assert {size for _, size in found} == {len(drawn)}


def test_shares_within_the_nucleus_are_kept_and_forbidden_tokens_are_not_drawn():
    tokens = np.array([token for token, _ in draws(0.7)])
    assert (tokens == 0).mean() == pytest.approx(0.4 / 0.65, abs=0.07)
    masked = SHARES.copy()
    masked[[0, 3]] = -np.inf
    assert {token for token, _ in draws(1.0, scores=masked)} == {1, 2, 4}


def test_the_rule_against_repetition_is_the_published_one():
    rule = RepetitionRule(0.5)
    for _ in range(3):
        rule.after(1)
    assert rule.raised(1.2) == 1.2  # log(4 / 4)
    for _ in range(4):
        rule.after(2)
    assert rule.raised(1.2) == pytest.approx(1.2 * (1 + 0.5 * math.log(8 / 4)))
    rule.after(3)  # 7 // 2
    assert rule.raised(1.2) == 1.2


def test_presets_are_those_of_the_thesis():
    assert all(0.6 <= preset.top_p <= 0.7 for preset in PRESETS.values())
    assert all(1.2 <= preset.temperature <= 1.35 for preset in PRESETS.values())
    settings = with_preset(GenerationSettings(ensemble="chamber"), "thesis")
    assert (settings.temperature, settings.top_p, settings.va_guidance) == (1.2, 0.7, 1.0)
    assert settings.ensemble == "chamber"
    assert preset_of(settings) == "thesis"
    assert preset_of(GenerationSettings()) is None


def test_a_published_model_is_sampled_as_published_unless_told_otherwise():
    ours = GenerationSettings()
    assert preset_of(settings_for(toy(), ours)) == "emsync"
    assert preset_of(settings_for(toy(boundary_offsets=False), ours)) == "thesis"
    chosen = GenerationSettings(temperature=0.9, top_p=0.8)
    assert settings_for(toy(), chosen) == chosen
    assert settings_for(toy_model(), ours) == ours


def test_the_preset_alone_decides_how_our_own_model_is_drawn():
    model = toy_model()
    assert isinstance(drawing_for(model, GenerationSettings()), NucleusDrawing)
    assert isinstance(
        drawing_for(model, with_preset(GenerationSettings(), "emsync")), PublishedDrawing
    )
