import numpy as np
import pytest

from emsync_engine.evaluation.va_grid import (
    LEVELS,
    NO_CONTROL,
    grid_lines,
    grid_report,
    measure_va_grid,
    reading_of,
)
from emsync_engine.project.notes import Music
from tests.unit.engine.evaluation.toys import ObedientWriter, PerfectJudge


def measured(**options):
    return measure_va_grid(ObedientWriter(**options), PerfectJudge(), seeds=2, seconds=24.0)


def test_a_composer_that_obeys_has_no_error():
    report = measured()
    for axis in (report.valence, report.arousal):
        assert axis.error < 0.05
        assert axis.is_monotonic
        assert axis.cross_talk < 0.1
        assert axis.correlation > 0.99
        assert axis.permuted > NO_CONTROL
        np.testing.assert_allclose(axis.alone, LEVELS, atol=0.05)
    assert report.readings[4][0] == pytest.approx((0.8, -0.8), abs=0.05)
    assert "yes" in "\n".join(grid_lines(report))


def test_a_composer_that_does_not_listen_scores_no_control():
    report = measured(gain=0.0)
    assert report.valence.error == pytest.approx(NO_CONTROL, abs=0.02)
    assert report.valence.permuted == pytest.approx(NO_CONTROL, abs=0.02)
    assert report.valence.correlation < 0.5


def test_errors_are_not_halved():
    assert measured(gain=0.5).valence.error == pytest.approx(0.24, abs=0.02)


def test_cross_talk_is_the_other_axis_over_the_own():
    report = measured(cross=0.6)
    assert report.valence.cross_talk == pytest.approx(0.6, abs=0.08)
    assert report.arousal.cross_talk < 0.1


def test_a_step_back_is_not_monotonic():
    found = np.zeros((5, 5, 1, 2))
    found[..., 0] = np.array([-0.5, -0.2, -0.25, 0.3, 0.6])[:, None, None]
    found[..., 1] = np.array(LEVELS)[None, :, None]
    report = grid_report(found, seconds=10)
    assert not report.valence.is_monotonic
    assert report.arousal.is_monotonic
    assert report.arousal.error == 0


def test_pieces_without_a_reading_are_counted_and_left_out():
    found = np.zeros((5, 5, 2, 2))
    found[0, 0, 0] = np.nan
    report = grid_report(found, seconds=10)
    assert report.unreadable == 1
    assert report.valence.error == pytest.approx((24 * 2 * NO_CONTROL + 2 * NO_CONTROL - 0.8) / 49)
    assert np.isnan(reading_of(PerfectJudge(), Music(20.0, ()))).all()
