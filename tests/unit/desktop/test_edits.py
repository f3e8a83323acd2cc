from fractions import Fraction

import pytest

from emsync_desktop.edits import (
    boundary_of,
    neighbours,
    segment_index_at,
    with_boundary_added,
    without_boundary,
)
from emsync_engine.errors import BoundaryOrderError
from emsync_engine.project.model import BoundaryId
from tests.unit.desktop.films import JOYFUL, SAD, timeline


def test_splitting_keeps_the_emotion_on_both_sides():
    split = with_boundary_added(timeline(), Fraction(3))
    assert [one.time for one in split.boundaries] == [2, 3, 5, Fraction(15, 2)]
    assert split.emotions[1] == split.emotions[2] == SAD
    assert split.boundaries[1].origin == "user"
    assert split.boundaries[1].is_hit


@pytest.mark.parametrize("time", [Fraction(0), Fraction(5), Fraction(10), Fraction(11)])
def test_splitting_where_nothing_can_be_split_is_refused(time):
    with pytest.raises(BoundaryOrderError):
        with_boundary_added(timeline(), time)


def test_splitting_and_joining_again_restores_the_timeline():
    split = with_boundary_added(timeline(), Fraction(3), BoundaryId("new"))
    assert without_boundary(split, BoundaryId("new")) == timeline()


def test_joining_keeps_the_emotion_of_the_longer_segment():
    assert without_boundary(timeline(), BoundaryId("two")).emotions[0] == SAD
    assert without_boundary(timeline(), BoundaryId("seven")).emotions[-1] != SAD


def test_the_first_of_two_equal_segments_gives_its_emotion():
    even = timeline().with_boundary_at(BoundaryId("two"), Fraction(5, 2))
    assert without_boundary(even, BoundaryId("two")).emotions[0] == JOYFUL


def test_silence_is_kept_as_the_emotion_is():
    silent = timeline().with_tacet(1, True)
    split = with_boundary_added(silent, Fraction(3))
    assert split.tacet == (False, True, True, False, False)
    assert without_boundary(silent, BoundaryId("two")).tacet == (True, False, False)


def test_a_boundary_moves_between_its_neighbours():
    assert neighbours(timeline(), BoundaryId("two")) == (0, 5)
    assert neighbours(timeline(), BoundaryId("seven")) == (5, 10)


def test_segments_are_half_open():
    assert [segment_index_at(timeline(), Fraction(t)) for t in (0, 2, 4, 5, 10)] == [0, 1, 1, 2, 3]
    assert boundary_of(timeline(), BoundaryId("gone")) is None
