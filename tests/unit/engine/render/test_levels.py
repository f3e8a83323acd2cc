from fractions import Fraction

import numpy as np

from emsync_engine.project.model import Boundary, BoundaryId, SegmentEmotion, Timeline, VAPoint
from emsync_engine.render.levels import HIT_RAMP_S, PLAIN_RAMP_S, level_gains, levelled
from emsync_engine.render.synthesizer import SAMPLE_RATE

RATE = SAMPLE_RATE
EVEN = SegmentEmotion((1 / 6,) * 6, VAPoint(0, 0), 0.5)


def timeline(*levels, hit=True):
    boundaries = (
        Boundary(BoundaryId("a"), Fraction(2), is_hit=hit),
        Boundary(BoundaryId("b"), Fraction(4)),
    )
    return Timeline(Fraction(6), boundaries, (EVEN,) * 3, levels_db=levels)


def test_a_level_is_there_when_the_chord_of_a_hit_sounds():
    gains = level_gains(timeline(0.0, 6.0, -12.0), 6 * RATE)
    low, high = 10 ** (-12 / 20), 10 ** (6 / 20)
    np.testing.assert_allclose(gains[: round((2 - HIT_RAMP_S) * RATE)], 1.0, atol=1e-6)
    np.testing.assert_allclose(gains[2 * RATE : round((4 - PLAIN_RAMP_S) * RATE)], high, rtol=1e-6)
    np.testing.assert_allclose(gains[4 * RATE :], low, rtol=1e-6)
    assert np.all(np.diff(gains[3 * RATE :]) <= 0)


def test_levels_leave_the_length_and_families_alone():
    stems = {"piano": np.ones((6 * RATE, 2), np.float32)}
    assert levelled(stems, timeline(0.0, 0.0, 0.0)) is stems
    assert levelled(stems, None) is stems
    quieter = levelled(stems, timeline(0.0, -6.0, 0.0))["piano"]
    assert quieter.shape == stems["piano"].shape
    assert quieter.dtype == np.float32
    np.testing.assert_allclose(quieter[3 * RATE], 10 ** (-6 / 20), rtol=1e-6)
