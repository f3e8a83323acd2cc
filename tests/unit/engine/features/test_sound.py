import numpy as np
import pytest

from emsync_engine.features.extraction import extract_features
from tests.unit.engine.features.films import chords, film, plain, tone

C_MAJOR = [[60, 64, 67], [65, 69, 72], [67, 71, 74], [60, 64, 67]]
A_MINOR = [[57, 60, 64], [62, 65, 69], [64, 68, 71], [57, 60, 64]]


def sound_of(audio):
    seconds = len(audio) / 16000
    return extract_features(film(plain(seconds, (50, 50, 50)), audio=audio), [], names=["sound"])


def test_loudness_is_the_root_mean_square():
    loudness = sound_of(np.concatenate([tone(3, 440, 0.1), tone(3, 440, 0.01)]))["loudness_db"]
    assert loudness[1] == pytest.approx(20 * np.log10(0.1) - 3.01, abs=0.1)
    assert loudness[4] == pytest.approx(20 * np.log10(0.01) - 3.01, abs=0.1)


def test_brightness_follows_the_pitch_of_a_tone():
    low, high = sound_of(tone(2, 300)), sound_of(tone(2, 3000))
    assert low["brightness_hz"][1] == pytest.approx(300, rel=0.15)
    assert high["brightness_hz"][1] == pytest.approx(3000, rel=0.1)


@pytest.mark.parametrize("per_second", [1, 2, 4])
def test_clicks_are_counted_as_onsets(per_second):
    rng = np.random.default_rng(2)
    audio = rng.normal(0, 1e-4, 10 * 16000)
    for start in np.arange(0.1, 10, 1 / per_second):
        at = int(start * 16000)
        audio[at : at + 1600] += rng.normal(0, 0.2, 1600) * np.exp(-np.arange(1600) / 300)
    assert sound_of(audio)["onset_rate"][2:8].mean() == pytest.approx(per_second, rel=0.25)


def test_steady_noise_and_a_held_tone_have_few_onsets():
    noise = np.random.default_rng(1).normal(0, 0.1, 10 * 16000)
    assert sound_of(noise)["onset_rate"].mean() < 0.5
    assert sound_of(tone(10, 440))["onset_rate"].mean() < 0.5


@pytest.mark.parametrize("transposed", [0, 3, 7, 10])
def test_mode_tells_major_from_minor_in_any_key(transposed):
    major = [[pitch + transposed for pitch in chord] for chord in C_MAJOR] * 3
    minor = [[pitch + transposed for pitch in chord] for chord in A_MINOR] * 3
    assert sound_of(chords(major, 1.0))["mode"].mean() > 0.1
    assert sound_of(chords(minor, 1.0))["mode"].mean() < -0.1


def test_noise_has_hardly_a_mode():
    noise = np.random.default_rng(5).normal(0, 0.1, 12 * 16000)
    assert abs(sound_of(noise)["mode"]).mean() < 0.2


def test_silence_is_measured_and_sound_that_ends_early_leaves_silence():
    gap = np.concatenate([tone(2, 440), np.zeros(32000), tone(2, 440)])
    np.testing.assert_allclose(sound_of(gap)["silence_share"], [0, 0, 1, 1, 0, 0], atol=0.07)
    early = extract_features(film(plain(4, (5, 5, 5)), audio=tone(2, 440)), [], names=["sound"])
    assert early["silence_share"][3] == 1
    assert early["loudness_db"][3] == -90


def test_long_sound_is_analysed_without_seams():
    audio = tone(65, 500, 0.1)
    features = sound_of(audio)
    assert np.ptp(features["loudness_db"][1:-1]) < 0.1
    assert features["onset_rate"][1:-1].max() < 0.5
    assert np.ptp(features["brightness_hz"][1:-1]) < 5
