import numpy as np
import pytest

from emsync_engine.monitor import Cancelled
from emsync_engine.render.loudness import integrated_loudness, true_peak_dbtp
from emsync_engine.render.mixing import ENDING_FADES_S, fade_gains, mix_stems
from emsync_engine.render.reverb import RESPONSE_S, hall_response, reverberated

RATE = 48_000


def tone(seconds, hz=440.0, level=0.1):
    wave = level * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)
    return np.stack([wave, wave], axis=1).astype(np.float32)


def clicks(seconds, level=0.9):
    stem = np.zeros((round(seconds * RATE), 2), np.float32)
    stem[:: RATE // 2] = level
    return stem


def test_the_mix_has_the_length_of_the_film_and_its_stems_add_up():
    stems = {"strings": tone(5), "bass": tone(5, 80, 0.05)}
    mix = mix_stems(stems, 5.0)
    assert mix.samples.shape == (5 * RATE, 2)
    assert mix.samples.dtype == np.float32
    np.testing.assert_allclose(sum(mix.stems.values()), mix.samples, atol=1e-6)


@pytest.mark.parametrize("target", [-14.0, -16.0, -23.0])
def test_the_loudness_asked_for_is_met_and_measured(target):
    mix = mix_stems({"strings": tone(6)}, 6.0, target_lufs=target)
    assert integrated_loudness(mix.samples) == pytest.approx(target, abs=0.05)
    assert mix.loudness_lufs == pytest.approx(target, abs=0.05)


def test_where_both_cannot_hold_the_level_gives_way_and_the_note_says_so():
    mix = mix_stems({"drums": clicks(6)}, 6.0)
    assert true_peak_dbtp(mix.samples) <= -1.0
    assert true_peak_dbtp(mix.samples) == pytest.approx(mix.true_peak_dbtp, abs=0.01)
    assert mix.loudness_lufs < -14.5
    assert "instead of -14.0" in mix.note
    assert np.max(np.abs(mix.samples)) < 1


def test_silence_stays_silent():
    for stems in ({}, {"piano": np.zeros((RATE, 2), np.float32)}):
        mix = mix_stems(stems, 1.0)
        assert mix.samples.shape == (RATE, 2)
        assert not np.any(mix.samples)
        assert mix.gain_db == 0
        assert "silent" in mix.note


@pytest.mark.parametrize("seconds", [0.0, 1 / RATE, 0.04, 0.5])
def test_very_short_films_are_mixed(seconds):
    mix = mix_stems({"piano": tone(seconds)}, seconds)
    assert len(mix.samples) == round(seconds * RATE)
    assert np.all(np.isfinite(mix.samples))
    if seconds == 0.5:
        assert mix.loudness_lufs == pytest.approx(-14, abs=1)


def test_in_a_loop_the_hall_of_the_end_sounds_over_the_start():
    stem = np.zeros((4 * RATE, 2), np.float32)
    stem[-RATE // 10 :] = tone(0.1)  # sounds at the very end only
    once = mix_stems({"strings": stem}, 4.0, fade_s=0.0)
    loop = mix_stems({"strings": stem}, 4.0, fade_s=0.0, is_loop=True)
    assert np.max(np.abs(once.samples[: RATE // 2])) < 1e-4
    assert np.max(np.abs(loop.samples[: RATE // 2])) > 0.01 * np.max(np.abs(loop.samples))
    for seconds in (0.0, 0.04, 0.5):
        short = mix_stems({"piano": tone(seconds)}, seconds, fade_s=0.0, is_loop=True)
        assert len(short.samples) == round(seconds * RATE)
        assert np.all(np.isfinite(short.samples))


def test_a_loop_does_not_click_where_it_begins_again():
    """The hall goes on over the seam; before it was cut to silence there and came back at once."""
    stem = tone(2.0)
    stem[:2400] *= np.linspace(0, 1, 2400, dtype=np.float32)[:, None]
    loop = mix_stems({"strings": stem}, 2.0, fade_s=ENDING_FADES_S["loop"], is_loop=True).samples
    twice = np.concatenate([loop[-4800:], loop[:4800]]).mean(axis=1)
    curves = np.abs(np.diff(twice, 2))  # a click is a corner
    assert np.abs(loop[-1]).max() > 1e-3 * np.abs(loop).max()
    assert curves[4790:4810].max() < 3 * np.median(curves[:4000])


def test_stems_of_another_length_are_refused():
    with pytest.raises(ValueError, match="shape"):
        mix_stems({"piano": tone(1)}, 2.0)


def test_the_fade_takes_three_seconds_and_ends_in_silence():
    gains = fade_gains(10 * RATE, 3.0)
    assert np.all(gains[: 7 * RATE] == 1)
    assert gains[-1] == pytest.approx(0, abs=1e-6)
    assert np.all(np.diff(gains) <= 0)


def test_a_short_film_fades_over_a_third():
    gains = fade_gains(3 * RATE, 3.0)
    assert np.all(gains[: 2 * RATE] == 1)
    assert gains[2 * RATE + RATE // 2] == pytest.approx(0.5, abs=0.01)


def test_no_fade_for_a_loop():
    assert np.all(fade_gains(RATE, 0.0) == 1)


def test_the_hall_is_always_the_same_and_dies_away():
    response = hall_response()
    assert len(response) == round(RESPONSE_S * RATE)
    energy = np.sum(response.astype(np.float64) ** 2, axis=0)
    assert energy == pytest.approx([1, 1], rel=1e-4)
    early = np.sum(response[: RATE // 2] ** 2)
    late = np.sum(response[-RATE // 2 :] ** 2)
    assert late < 0.05 * early
    # its two sides differ, or it would sound like a tunnel
    assert abs(np.corrcoef(response.T)[0, 1]) < 0.2


def test_the_hall_answers_by_convolution_across_blocks():
    dry = np.zeros((8 * RATE, 2), np.float32)
    for place in (0, 175_744, 300_000):
        dry[place] = (1.0, -0.5)
    wet = reverberated(dry)
    expected = np.zeros((len(dry) + len(hall_response()), 2), np.float32)
    for place in (0, 175_744, 300_000):
        expected[place : place + len(hall_response())] += hall_response() * (1.0, -0.5)
    np.testing.assert_allclose(wet, expected[: len(dry)], atol=1e-6)


def test_a_peak_between_samples_is_found():
    # a quarter of the rate, sampled 45 degrees off its crests: samples 3 dB below the wave
    phase = np.pi / 2 * np.arange(RATE) + np.pi / 4
    samples = np.stack([0.5 * np.sin(phase)] * 2, axis=1).astype(np.float32)
    samples *= np.hanning(RATE)[:, None].astype(np.float32)
    assert 20 * np.log10(np.max(np.abs(samples))) == pytest.approx(-9.03, abs=0.1)
    assert true_peak_dbtp(samples) == pytest.approx(-6.02, abs=0.2)


def test_cancelling_ends_the_mix():
    class Impatient:
        def advance(self, stage, done, total=None):
            raise Cancelled

    with pytest.raises(Cancelled):
        mix_stems({"piano": tone(1)}, 1.0, monitor=Impatient())
