from fractions import Fraction

import numpy as np
import pytest

from emsync_engine.features.extraction import extract_features
from emsync_engine.features.motion import cut_rate
from emsync_engine.features.sequences import StepGrid
from emsync_engine.project.model import SceneCut
from tests.unit.engine.features.films import film, moving_bars, plain


def cut_at(time: Fraction, kind="hard"):
    return SceneCut(time, int(time * 12), 1.0, kind)


def motion_of(frames, cuts=(), rate=12):
    return extract_features(film(frames, rate), cuts, names=["motion"])


def test_motion_grows_with_speed_and_a_still_picture_has_none():
    still, slow, fast = (motion_of(moving_bars(3, v))["motion"].mean() for v in (0, 10, 30))
    assert still == 0
    assert 2 < fast / slow < 3.5


def test_motion_hardly_depends_on_contrast_or_frame_rate():
    strong = motion_of(moving_bars(3, 20, contrast=100))["motion"].mean()
    faint = motion_of(moving_bars(3, 20, contrast=50))["motion"].mean()
    smooth = motion_of(moving_bars(3, 20, rate=48), rate=48)["motion"].mean()
    assert faint == pytest.approx(strong, rel=0.4)
    assert smooth == pytest.approx(strong, rel=0.15)


@pytest.mark.parametrize("frame", [24, 30, 36])
def test_a_cut_between_still_shots_is_no_motion(frame):
    frames = np.concatenate([moving_bars(4, 0)[:frame], plain(4, (9, 9, 9))[: 48 - frame]])
    frames[frame:, 20:30, 40:60] = 250
    assert motion_of(frames)["motion"].max() > 0.02
    cut = motion_of(frames, [cut_at(Fraction(frame, 12))])
    assert cut["motion"].max() == 0
    assert cut["flicker"].max() == 0


def test_a_brightness_change_is_flicker_not_motion():
    fade = plain(2, (0, 0, 0)) + np.linspace(0, 200, 24).astype(np.uint8)[:, None, None, None]
    features = motion_of(fade)
    assert features["motion"].max() < 1e-6
    assert features["flicker"].mean() == pytest.approx(200 / 255 / 2, rel=0.1)


def test_the_cut_rate_is_one_over_the_shot_length():
    rate = cut_rate((cut_at(Fraction(2)), cut_at(Fraction(3))), StepGrid(8.0))
    np.testing.assert_allclose(rate, [1 / 2, 1 / 2, 1, 1 / 5, 1 / 5, 1 / 5, 1 / 5, 1 / 5])


def test_cuts_outside_the_film_do_not_count():
    rate = cut_rate((cut_at(Fraction(0)), cut_at(Fraction(9))), StepGrid(4.0))
    np.testing.assert_allclose(rate, 1 / 4)
