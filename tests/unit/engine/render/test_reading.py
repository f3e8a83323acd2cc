"""What is read of a mix by place is what a meter reads of the whole."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emsync_engine.render.limiter import Limiting, limiting
from emsync_engine.render.loudness import SPAN, block_peaks, measured, true_peak_dbtp
from emsync_engine.render.mastering import AtLevel, mastered
from emsync_engine.render.reading import Reading

RATE = 48_000
NOISE = np.random.default_rng(7).standard_normal((6 * RATE + 1234, 2)).astype(np.float32)
SOUND = 0.05 * NOISE * (1 + 6 * (np.arange(len(NOISE)) % RATE < 900))[:, None].astype(np.float32)


def everything_of(reading):
    loudness = reading.loudness
    peaks = reading.peaks_db(floor_db=-60.0)
    curve = limiting(peaks, -9.0)
    after = reading.limited_loudness(curve, 2.0)
    return loudness, peaks, after, reading.limited_peak_dbtp(curve, 2.0)


def assert_alike(one, other):
    for found, wanted in zip(one, other, strict=True):
        if isinstance(found, float | np.ndarray):
            np.testing.assert_allclose(found, wanted, atol=1e-4)
        else:
            for name in ("integrated_lufs", "range_lu", "momentary_lufs", "short_term_lufs"):
                assert getattr(found, name) == pytest.approx(getattr(wanted, name), abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(SOUND)), st.integers(1, RATE)), min_size=1, max_size=3),
    st.floats(0, 2),
)
def test_what_changed_is_all_that_need_be_read_again(changed, factor):
    samples = SOUND.copy()
    reading = Reading.of(samples)
    everything_of(reading)
    spans = [(start, min(start + count, len(samples))) for start, count in changed]
    for start, end in spans:
        samples[start:end] *= np.float32(factor)
    reading.read_again(spans)
    assert_alike(everything_of(reading), everything_of(Reading.of(samples)))


def test_a_limiter_is_read_where_it_works_as_if_all_were_heard():
    reading = Reading.of(SOUND)
    curve = limiting(reading.peaks_db(floor_db=-12.0), -9.0)
    assert 0 < curve.share < 0.9
    heard = np.concatenate(list(curve.applied(SOUND, 10 ** (2 / 20))))
    found, wanted = reading.limited_loudness(curve, 2.0), measured(heard)
    assert found.integrated_lufs == pytest.approx(wanted.integrated_lufs, abs=1e-6)
    assert found.range_lu == pytest.approx(wanted.range_lu, abs=1e-6)
    peak = reading.limited_peak_dbtp(curve, 2.0)
    assert peak == pytest.approx(true_peak_dbtp(heard), abs=1e-4)


def test_without_a_limiter_the_peak_is_the_true_one():
    # between the samples of this tone lies 3 dB more than on any of them
    time = np.arange(2 * SPAN)
    tone = 0.5 * np.sin(np.pi / 2 * time + np.pi / 4)
    samples = np.stack([tone, 0 * tone], axis=1).astype(np.float32)
    idle = Limiting(np.zeros(-(-len(samples) // 32)))
    found = Reading.of(samples).limited_peak_dbtp(idle, -6.0)
    assert found == pytest.approx(true_peak_dbtp(samples) - 6.0, abs=1e-4)
    assert found > 20 * np.log10(0.5 * 0.72) - 6.0


def test_where_a_curve_works_is_where_its_gains_are_less_than_one():
    reduction = np.zeros(600)
    reduction[100:120] = 2.0
    reduction[400] = 1.0
    curve = Limiting(reduction)
    gains = curve.gains(0, 600 * 32)[:, 0]
    inside = np.zeros(600 * 32, np.bool_)
    for start, end in curve.working:
        inside[start:end] = True
    assert np.all(gains[~inside] == 1)
    assert [start // 32 for start, _ in curve.working] == [99, 399]
    piece = curve.piece(SOUND, 3000, 4000, 0.5)
    np.testing.assert_allclose(piece, 0.5 * SOUND[3000:4000] * gains[3000:4000, None], atol=1e-7)


@pytest.mark.parametrize("count", [0, 1, 31, 4800, 19_199])
def test_short_sounds_are_read_too(count):
    samples = SOUND[:count]
    reading = Reading.of(samples)
    assert reading.loudness == measured(samples)
    peaks = reading.peaks_db(floor_db=-200.0)
    with np.errstate(divide="ignore"):
        wanted = 20 * np.log10(block_peaks(samples, 32, floor=0.0))
    np.testing.assert_allclose(peaks, wanted, atol=1e-4)


def test_a_sound_at_its_level_is_made_in_pieces():
    mastering = mastered(SOUND, target_lufs=-12.0)
    assert mastering.limiting.largest_db > 0
    whole = np.concatenate(list(mastering.applied(SOUND)))
    there = AtLevel(SOUND, mastering)
    assert (len(there), there.shape) == (len(SOUND), SOUND.shape)
    pieces = [there[start : start + 7001] for start in range(0, len(SOUND), 7001)]
    np.testing.assert_allclose(np.concatenate(pieces), whole, atol=1e-7)
