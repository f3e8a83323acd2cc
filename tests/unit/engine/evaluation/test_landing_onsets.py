import ctypes.util
import shutil

import numpy as np
import pytest

from emsync_engine.evaluation.landing_onsets import heard_onset_s, measure_hearing

RATE = 48_000
PITCHES_HZ = (220.0, 277.2, 329.6, 440.0)


def tones(rise_s=0.002, *, at_s=1.0, seconds=3.0, hz=PITCHES_HZ, decay_s=1.5, gain=0.1):
    """Held tones that swell evenly for so long and die away slowly, (N, 2)."""
    time_s = np.arange(round(seconds * RATE)) / RATE
    since = time_s - at_s
    level = np.clip(since / rise_s, 0, 1) * np.exp(-np.maximum(since, 0) / decay_s)
    sound = sum(np.sin(2 * np.pi * one * time_s) for one in hz) * level * gain
    return np.repeat(sound[:, None], 2, axis=1).astype(np.float32)


def drum(at_s, *, seconds=3.0, gain=0.5):
    noise = np.random.default_rng(0).normal(0, gain, round(seconds * RATE))
    since = np.arange(len(noise)) / RATE - at_s
    level = np.where(since >= 0, np.exp(-np.maximum(since, 0) / 0.02), 0.0)
    return np.repeat((noise * level)[:, None], 2, axis=1).astype(np.float32)


@pytest.mark.parametrize("error_s", [-0.08, -0.01, 0.0, 0.0133, 0.07])
def test_a_plucked_chord_is_heard_where_it_starts(error_s):
    heard = heard_onset_s(tones(at_s=1.0 + error_s), 1.0)
    assert heard == pytest.approx(1.0 + error_s, abs=0.005)


def test_a_chord_that_swells_is_heard_half_way_up():
    heard = heard_onset_s(tones(0.14, at_s=0.93, decay_s=100.0), 1.0)
    assert heard == pytest.approx(1.0, abs=0.012), "not at the first sound, 70 ms before"


def test_a_drum_just_before_does_not_hide_the_chord():
    mixed = tones(at_s=1.02) + drum(0.96)
    assert heard_onset_s(mixed, 1.0) == pytest.approx(1.02, abs=0.004)


def test_a_drum_alone_is_heard_too():
    assert heard_onset_s(drum(1.03), 1.0) == pytest.approx(1.03, abs=0.012)


def test_where_nothing_starts_nothing_is_heard():
    held = tones(at_s=0.2, decay_s=100.0)
    assert heard_onset_s(held, 1.5) is None
    assert heard_onset_s(np.zeros((RATE, 2), np.float32), 0.5) is None
    assert heard_onset_s(tones(at_s=1.0), 1.3) is None, "0.3 s away is another onset"


def test_a_time_at_the_edges_of_the_film_can_be_listened_to():
    assert heard_onset_s(tones(at_s=0.02), 0.03) == pytest.approx(0.02, abs=0.003)
    assert heard_onset_s(tones(at_s=2.95), 2.99) is not None


@pytest.mark.skipif(
    ctypes.util.find_library("fluidsynth") is None and shutil.which("fluidsynth") is None,
    reason="FluidSynth is not installed",
)
def test_known_chords_of_a_piano_are_heard_within_a_few_milliseconds():
    hearing = measure_hearing("piano", 0)
    assert None not in hearing.errors_ms
    assert np.max(np.abs(hearing.errors_ms)) < 8
    assert np.median(np.abs(hearing.errors_ms)) < 4
