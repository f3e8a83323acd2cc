import dataclasses
from fractions import Fraction

import numpy as np
import pytest

from emsync_engine.errors import WeightsCorruptError, WeightsMissingError
from emsync_engine.features.sound_content import read_sound_content
from emsync_engine.features.sound_kinds import (
    SHIPPED,
    kinds_of,
    load_sound_kinds,
    save_sound_kinds,
    sound_kinds,
)
from emsync_engine.features.sound_texture import STEP_S, measure_names, sound_texture
from emsync_engine.features.sound_training import fit_sound_kinds
from emsync_engine.render.soundfont import find_soundfont
from emsync_engine.video.sound_choice import proposed_placement
from tests.data.make_music import song
from tests.data.make_sounds import NOISES, RATE, noise, voice
from tests.unit.engine.features.films import film, plain


@pytest.fixture(scope="module")
def music():
    """Twelve seconds of strings, piano, bass and drums, rendered as scores are."""
    pytest.importorskip("emsync_engine.render.fluidsynth")
    from emsync_engine.render.fluidsynth import render_stems

    made = song(seed=3, bars=6, families=("piano", "strings", "bass", "drums"))
    stems = render_stems(made, find_soundfont())
    mixed = np.sum([stem.mean(axis=1) for stem in stems.values()], axis=0)[::3]
    return (0.3 * mixed / np.abs(mixed).max()).astype(np.float32)


def shares(sound):
    found = sound_kinds(np.asarray(sound, np.float32), RATE)
    return (found.speech >= 0.5).mean(), (found.music >= 0.5).mean()


@pytest.mark.parametrize("seed", [1, 5])
def test_a_voice_is_speech_and_no_music(seed):
    speech, melody = shares(voice(10, seed=seed, pitch_hz=110 + 20 * seed))
    assert speech > 0.6
    assert melody < 0.4


def test_rendered_music_is_music_and_no_speech(music):
    speech, melody = shares(music)
    assert melody > 0.8
    assert speech < 0.2


def test_a_voice_over_music_is_both(music):
    spoken = voice(len(music) / RATE, seed=2)
    speech, melody = shares(spoken[: len(music)] + 0.2 * music[: len(spoken)])
    assert speech > 0.5
    assert melody > 0.4


@pytest.mark.parametrize("kind", ["white", "brown", "wind", "rain", "blows"])
def test_noises_are_neither(kind):
    speech, melody = shares(noise(10, kind, seed=4))
    assert speech < 0.2
    assert melody < 0.3


def test_silence_is_neither_and_loudness_does_not_matter():
    assert shares(np.zeros(5 * RATE)) == (0, 0)
    spoken = voice(8, seed=5)
    loud, soft = (sound_kinds((spoken * gain).astype(np.float32), RATE) for gain in (1.0, 0.1))
    assert np.abs(loud.speech - soft.speech).mean() < 0.05


def test_other_rates_and_pieces_of_half_a_minute_change_nothing():
    from scipy.signal import resample_poly

    spoken = np.concatenate([voice(35, seed=6), noise(5, "wind")])
    texture = sound_texture(spoken.astype(np.float32), RATE)
    assert texture.measures.shape == (200, len(measure_names()))
    assert np.isfinite(texture.measures).all()
    wide = resample_poly(spoken, 3, 1).astype(np.float32)
    again = sound_kinds(wide, 3 * RATE)
    ours = sound_kinds(spoken.astype(np.float32), RATE)
    assert np.abs(again.speech - ours.speech).mean() < 0.06


@pytest.mark.parametrize("length", [1, 300, 5000])
def test_a_very_short_sound_is_measured_too(length):
    texture = sound_texture(np.full(length, 0.1, np.float32), RATE)
    assert np.isfinite(texture.measures).all()
    assert len(texture.times_s) == -(-length // (RATE * STEP_S))


def test_the_network_learns_what_measures_show_and_is_kept(tmp_path):
    rng = np.random.default_rng(0)
    measures = rng.normal(size=(600, len(measure_names()))).astype(np.float32)
    shown = measures[:, [measure_names().index(name) for name in ("voicing", "beat")]] > 0
    truths = shown.astype(float)
    truths[::7, 0] = np.nan
    model = fit_sound_kinds(measures, truths, hidden=8, rounds=250)
    right = (kinds_of(measures, model) > 0.5) == shown
    assert right.mean() > 0.9
    save_sound_kinds(model, tmp_path / "model.safetensors")
    again = load_sound_kinds(tmp_path / "model.safetensors")
    np.testing.assert_allclose(kinds_of(measures, again), kinds_of(measures, model), atol=1e-4)
    for field in dataclasses.fields(model):
        assert getattr(again, field.name).shape == getattr(model, field.name).shape


def test_a_missing_or_foreign_model_is_named(tmp_path):
    with pytest.raises(WeightsMissingError, match="missing"):
        load_sound_kinds(tmp_path / "none.safetensors")
    (tmp_path / "other.safetensors").write_bytes(b"nothing of the kind")
    with pytest.raises(WeightsCorruptError):
        load_sound_kinds(tmp_path / "other.safetensors")
    assert SHIPPED.stat().st_size < 100_000


def made_film(sound):
    return film(plain(len(sound) / RATE, (60, 60, 60)), audio=sound)


def test_what_a_film_carries_by_segment_and_where_the_score_should_go(music):
    both = np.concatenate([music[: 8 * RATE], voice(8, seed=1)])
    content = read_sound_content(made_film(both), [Fraction(0), Fraction(8), Fraction(16)])
    first, second = content.segments
    assert first.music.share > second.music.share + 0.4
    assert second.speech.share > first.speech.share + 0.4
    assert content.speech[0].start_s > 6
    assert proposed_placement(content).placement == "instead"
    assert "Speech would go with it" in proposed_placement(content).reason


def test_speech_alone_keeps_the_score_under_it():
    content = read_sound_content(made_film(voice(8, seed=1)), [Fraction(0), Fraction(8)])
    proposed = proposed_placement(content)
    assert proposed.placement == "under"
    assert "makes room for speech" in proposed.reason
    assert proposed_placement(None).placement == "under"


def test_every_noise_can_be_made():
    for kind in NOISES:
        assert np.isfinite(noise(1, kind)).all()
        assert np.abs(noise(1, kind)).max() <= 0.26
