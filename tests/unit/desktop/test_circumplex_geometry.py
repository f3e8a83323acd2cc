import pytest
from hypothesis import given
from hypothesis import strategies as st

from emsync_desktop.circumplex.geometry import Square, clipped, landmarks, moved
from emsync_engine.emotion.mapping import display_label
from emsync_engine.project.model import VAPoint

SQUARE = Square.inside(300, 260, 20)


def test_valence_goes_right_and_arousal_up():
    x, y = SQUARE.xy_of(VAPoint(0, 0))
    assert SQUARE.xy_of(VAPoint(1, 0)) == (x + SQUARE.half, y)
    assert SQUARE.xy_of(VAPoint(0, 1)) == (x, y - SQUARE.half)


@given(st.integers(-100, 100), st.integers(-100, 100))
def test_points_survive_the_way_through_pixels(valence, arousal):
    point = VAPoint(valence / 100, arousal / 100)
    assert SQUARE.point_at(*SQUARE.xy_of(point)) == point


@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
def test_a_point_dragged_outside_stays_on_the_edge(x, y):
    point = SQUARE.point_at(x, y)
    assert -1 <= point.valence <= 1
    assert -1 <= point.arousal <= 1


def test_steps_stop_at_the_edge():
    assert moved(VAPoint(0.99, -0.99), 0.05, -0.05) == VAPoint(1.0, -1.0)
    assert clipped(0.123456, -0.5) == VAPoint(0.12, -0.5)


@pytest.mark.parametrize("name", sorted(landmarks()))
def test_each_word_stands_where_the_display_would_say_it(name):
    assert display_label(landmarks()[name]) == name
