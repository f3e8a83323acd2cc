from fractions import Fraction

import pytest

from emsync_engine.music.emotion_path import emotion_path
from emsync_engine.project.model import (
    Boundary,
    BoundaryId,
    SegmentEmotion,
    Timeline,
    VAPoint,
)


def timeline(*, is_hit: bool, second_starts=Fraction(5)) -> Timeline:
    def emotion(valence, arousal):
        return SegmentEmotion((1 / 6,) * 6, VAPoint(valence, arousal), 0.5)

    boundary = Boundary(BoundaryId("b"), second_starts, is_hit=is_hit)
    return Timeline(Fraction(10), (boundary,), (emotion(-0.5, -0.5), emotion(0.5, 0.1)))


def test_it_steps_at_a_hit():
    at = emotion_path(timeline(is_hit=True))
    assert at(4.999) == VAPoint(-0.5, -0.5)
    assert at(5.0) == VAPoint(0.5, 0.1)


def test_it_eases_over_one_second_elsewhere():
    at = emotion_path(timeline(is_hit=False))
    assert at(4.4) == VAPoint(-0.5, -0.5)
    assert at(5.0).valence == pytest.approx(0.0)
    assert at(5.25).valence == pytest.approx(0.25)
    assert at(5.6) == VAPoint(0.5, 0.1)


def test_the_ease_is_no_longer_than_the_shorter_segment():
    at = emotion_path(timeline(is_hit=False, second_starts=Fraction(1, 2)))
    assert at(0.2) == VAPoint(-0.5, -0.5)
    assert at(0.5).valence == pytest.approx(0.0)
    assert at(0.8) == VAPoint(0.5, 0.1)


def test_the_chosen_point_counts_and_the_ends_are_defined():
    chosen = timeline(is_hit=True).with_point(0, VAPoint(0.9, 0.9))
    at = emotion_path(chosen)
    assert at(0.0) == VAPoint(0.9, 0.9)
    assert at(-1.0) == VAPoint(0.9, 0.9)
    assert at(11.0) == VAPoint(0.5, 0.1)
