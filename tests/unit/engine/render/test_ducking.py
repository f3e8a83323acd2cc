"""The curve by which music makes room for speech."""

from dataclasses import dataclass

import numpy as np
import pytest

from emsync_engine.project.ducking import Ducking
from emsync_engine.render.ducking import ducking_curve

RATE = 48_000


@dataclass
class Span:
    start_s: float
    end_s: float


def level_db(curve, at_s):
    return 20 * np.log10(float(curve.gains(round(at_s * RATE), 1)[0, 0]))


def test_it_is_down_when_the_first_word_begins_and_up_after_the_release():
    curve = ducking_curve([Span(4.0, 6.0)], Ducking(True, 12.0, 0.5, 1.0), 10.0)
    heard = {at: level_db(curve, at) for at in (3.4, 3.75, 4.0, 5.0, 6.0, 6.5, 7.1)}
    assert heard[3.4] == 0
    assert heard[3.75] == pytest.approx(-6, abs=0.1)  # half way down, half way through
    assert heard[4.0] == heard[5.0] == heard[6.0] == pytest.approx(-12, abs=0.05)
    assert heard[6.5] == pytest.approx(-6, abs=0.1)
    assert heard[7.1] == 0


def test_it_does_not_come_up_between_two_sentences():
    curve = ducking_curve([Span(1.0, 2.0), Span(2.4, 3.0)], Ducking(True, 10.0, 0.3, 0.8), 5.0)
    assert max(level_db(curve, at) for at in np.arange(1.0, 3.0, 0.05)) < -5
    assert np.max(np.abs(np.diff(curve.reduction_db))) < 0.6  # nothing jumps


def test_pieces_are_the_whole_and_off_is_flat():
    spans = [Span(-0.5, 0.5), Span(9.0, 30.0)]
    curve = ducking_curve(spans, Ducking(), 10.0)
    whole = curve.gains(0, 10 * RATE)
    pieces = [curve.gains(start, 12_345) for start in range(0, 10 * RATE, 12_345)]
    np.testing.assert_array_equal(np.concatenate(pieces)[: 10 * RATE], whole)
    assert whole[0] < 0.5
    assert whole[-1] < 0.5
    assert 0.1 < curve.share < 0.4
    for off in (Ducking(is_on=False), Ducking(depth_db=0.0)):
        assert np.all(ducking_curve(spans, off, 10.0).gains(0, RATE) == 1)


@pytest.mark.parametrize("wrong", [{"depth_db": 31}, {"attack_s": 0}, {"release_s": 6}])
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match="lies in"):
        Ducking(**wrong)
