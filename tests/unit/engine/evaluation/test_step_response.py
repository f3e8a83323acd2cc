import numpy as np
import pytest

from emsync_engine.evaluation.step_response import (
    centres_s,
    measure_step_response,
    response_of,
    step_lines,
    stepping,
)
from tests.unit.engine.evaluation.toys import ObedientWriter, PerfectJudge


def measured(**options):
    return measure_step_response(ObedientWriter(**options), PerfectJudge(), seeds=2)


def test_the_emotion_steps_in_the_middle():
    wish = stepping(1, -1.0, None)
    assert (wish.point_at(19.9).arousal, wish.point_at(20.0).arousal) == (0.8, -0.8)
    assert wish.point_at(30.0).valence == 0


def test_music_that_follows_at_once_has_gone_all_the_way():
    report = measured()
    for axis in (report.valence, report.arousal):
        assert axis.before == pytest.approx(-0.8, abs=0.05)
        assert axis.after == pytest.approx(0.8, abs=0.05)
        assert axis.at_4_s == pytest.approx(1.0, abs=0.05)
        assert axis.first_4_s == pytest.approx(1.0, abs=0.05)
        assert axis.low <= axis.at_4_s <= axis.high
        assert axis.is_reached
    assert "100%" in step_lines(report)[2]


@pytest.mark.parametrize(("lag_s", "share"), [(2.0, 1.0), (3.0, 0.75), (4.0, 0.5), (6.0, 0.0)])
def test_music_that_follows_late_has_gone_part_of_the_way(lag_s, share):
    assert measured(lag_s=lag_s).arousal.at_4_s == pytest.approx(share, abs=0.06)


def test_what_all_pieces_do_anyway_cancels_out():
    times = centres_s()
    step = np.where(times < 20, -0.5, 0.5)
    assert response_of("valence", np.stack([step, step])).at_4_s == pytest.approx(1.0)


def test_without_a_steady_shift_there_is_no_share():
    response = measured(gain=0.0).valence
    assert abs(response.shift) < 0.05
    assert not response.is_reached
    faint = response_of("valence", np.where(centres_s() < 20, 0.0, 0.05)[None])
    assert faint.at_4_s == pytest.approx(1.0)
    assert not faint.is_reached
    flat = response_of("valence", np.zeros((3, len(centres_s()))))
    assert np.isnan(flat.at_4_s)
    assert np.isnan(flat.low)
