"""The limiter on sounds whose peaks are known, and music brought to a level by it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emsync_engine.render.limiter import BLOCK, RELEASE_DB_PER_S, limiting
from emsync_engine.render.loudness import integrated_loudness, true_peak_dbtp
from emsync_engine.render.mastering import mastered
from emsync_engine.render.reading import Reading

RATE = 48_000


def chords(seconds=8.0, crest=4.0, seed=1):
    """Soft sustained tones with chords struck every second, ``crest`` times as high."""
    random = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    pitches = 220 * 2 ** (random.integers(0, 24, 5) / 12)
    bed = sum(np.sin(2 * np.pi * hz * time + phase) for phase, hz in enumerate(pitches))
    struck = sum(np.sin(2 * np.pi * hz * 2 * (time % 1.0)) for hz in pitches)
    sound = 0.02 * (bed + crest * struck * np.exp(-12 * (time % 1.0)))
    return np.stack([sound, np.roll(sound, 17)], axis=1).astype(np.float32)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-60, 12), min_size=1, max_size=300), st.floats(-12, 0))
def test_no_point_of_the_curve_lies_above_what_its_peak_needs(peaks, ceiling):
    peaks = np.array(peaks)
    curve = limiting(peaks, ceiling).reduction_db
    assert curve.shape == peaks.shape
    assert np.all(curve >= 0)
    assert np.all(curve >= peaks - ceiling - 1e-9)
    between = np.minimum(curve[1:], curve[:-1])  # a line between two points lies above the lower
    assert np.all(between >= np.maximum(peaks[1:], peaks[:-1]) - ceiling - 1e-9)


def test_one_peak_is_turned_down_around_it_alone():
    peaks = np.full(3000, -20.0)
    peaks[1000] = 3.0
    curve = limiting(peaks, -1.0)
    assert curve.largest_db == pytest.approx(4.0)
    assert not np.any(curve.reduction_db[:990])
    back = round(4.0 / RELEASE_DB_PER_S * RATE / BLOCK)
    assert not np.any(curve.reduction_db[1000 + back + 20 :])
    assert np.all(np.diff(curve.reduction_db[1006:]) <= 1e-12)
    assert np.max(np.abs(np.diff(curve.reduction_db))) < 1.5  # nothing clicks


def test_gains_are_the_same_in_pieces():
    samples = chords(3.0)
    curve = limiting(Reading.of(samples).peaks_db(floor_db=-20), -12.0)
    assert curve.largest_db > 1
    whole = curve.gains(0, len(samples))
    pieces = [curve.gains(start, 4800) for start in range(0, len(samples), 4800)]
    np.testing.assert_allclose(np.concatenate(pieces), whole, atol=1e-6)
    assert np.all(whole <= 1)


@pytest.mark.parametrize("target", [-14.0, -16.0, -23.0])
@pytest.mark.parametrize("crest", [0.5, 3.0])
def test_loudness_and_true_peak_hold_together(target, crest):
    samples = chords(crest=crest)
    mastering = mastered(samples, target_lufs=target)
    heard = np.concatenate(list(mastering.applied(samples)))
    assert integrated_loudness(heard) == pytest.approx(target, abs=0.3)
    assert true_peak_dbtp(heard) <= -1.0
    assert true_peak_dbtp(heard) == pytest.approx(mastering.true_peak_dbtp, abs=0.01)
    assert mastering.is_met
    assert f"{target:.1f} LUFS" in mastering.sentence("The music")


def test_what_needs_no_limiting_gets_one_gain():
    samples = chords(crest=0.5)
    mastering = mastered(samples, target_lufs=-23.0)
    heard = np.concatenate(list(mastering.applied(samples)))
    assert mastering.limiting.largest_db == 0
    np.testing.assert_allclose(heard, samples * 10 ** (mastering.gain_db / 20), atol=1e-7)
    assert "limited" not in mastering.sentence("The music")


def test_how_much_and_how_often_is_said():
    mastering = mastered(chords(crest=3.0), target_lufs=-14.0)
    limiter = mastering.limiting
    assert limiter.largest_db > 0.5
    assert 0 < limiter.share < 0.5
    said = mastering.sentence("The music")
    assert f"limited by {limiter.largest_db:.1f} dB at most" in said


def test_where_it_would_work_too_hard_the_level_stays_lower():
    samples = np.zeros((10 * RATE, 2), np.float32)
    samples[::6000] = 0.9
    mastering = mastered(samples, target_lufs=-14.0)
    assert mastering.limiting.is_bearable
    assert np.mean(mastering.limiting.reduction_db > 6) <= 0.01
    assert not mastering.is_met
    assert mastering.true_peak_dbtp <= -1.0
    said = mastering.sentence("The music")
    assert "instead of -14.0" in said
    assert "6 dB" in said


def test_without_a_target_only_the_peaks_are_kept_down():
    soft, loud = chords(crest=0.5), chords() * 4
    assert mastered(soft, target_lufs=None).gain_db == 0
    assert mastered(soft, target_lufs=None).limiting.largest_db == 0
    mastering = mastered(loud, target_lufs=None)
    assert mastering.gain_db == 0
    assert mastering.true_peak_dbtp <= -1.0


def test_a_sum_of_stems_stays_a_sum():
    parts = [chords(seed=seed) for seed in range(3)]
    mastering = mastered(sum(parts), target_lufs=-12.0)
    assert mastering.limiting.largest_db > 0.5
    mixed = np.concatenate(list(mastering.applied(sum(parts))))
    stems = sum(np.concatenate(list(mastering.applied(part))) for part in parts)
    difference = np.sqrt(np.mean((mixed - stems) ** 2))
    assert 20 * np.log10(difference + 1e-12) < -90


def test_silence_and_nothing_have_no_curve():
    for samples in (np.zeros((0, 2), np.float32), np.zeros((RATE, 2), np.float32)):
        mastering = mastered(samples)
        assert mastering.gain_db == 0
        assert mastering.sentence("The music") == "The music is silent."
        assert sum(len(chunk) for chunk in mastering.applied(samples)) == len(samples)
