import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emsync_engine.errors import BoundaryOrderError
from emsync_engine.midi.boundaries import MAX_OFFSET_S, BoundaryCursor, token_offsets


def test_offset_is_the_time_to_the_next_boundary_capped():
    cursor = BoundaryCursor(np.array([3.0, 20.0]))
    assert cursor.offsets(np.array([0.0, 2.5, 3.0, 3.5, 15.0, 21.0])).tolist() == [
        3.0,
        0.5,
        0.0,
        MAX_OFFSET_S,
        5.0,
        MAX_OFFSET_S,
    ]


def test_a_reached_boundary_is_gone_before_the_chords_own_offset():
    times = np.array([1.0, 2.0, 2.0, 2.0, 2.5])
    is_chord = np.array([False, False, True, False, False])
    offsets = token_offsets(times, is_chord, BoundaryCursor(np.array([2.0, 5.0])))
    assert offsets.tolist() == [1.0, 0.0, 3.0, 3.0, 2.5]


def test_a_chord_reaches_only_what_is_within_its_sensitivity():
    cursor = BoundaryCursor(np.array([2.0, 4.0]), sensitivity_s=np.array([1.0, 0.25]))
    assert cursor.reach(3.5).tolist() == []
    assert cursor.reach(2.9).tolist() == [0]
    assert cursor.reach(3.9).tolist() == [1]


def test_unsorted_boundaries_are_refused():
    with pytest.raises(BoundaryOrderError):
        BoundaryCursor(np.array([2.0, 1.0]))


@given(
    st.lists(st.integers(1, 4000), min_size=1, max_size=12, unique=True),
    st.lists(st.tuples(st.integers(0, 200), st.booleans()), min_size=1, max_size=60),
)
def test_token_by_token_equals_all_at_once(boundaries, moves):
    """Training takes whole sequences, sampling one token at a time: both say the same."""
    boundaries_s = np.array(sorted(boundaries)) / 100
    times = np.cumsum([steps for steps, _ in moves]) / 100.0
    is_chord = np.array([chord for _, chord in moves])
    together = token_offsets(times, is_chord, BoundaryCursor(boundaries_s))
    cursor = BoundaryCursor(boundaries_s)
    for time, chord, expected in zip(times, is_chord, together, strict=True):
        if chord:
            cursor.reach(time)
        assert cursor.offsets(np.array([time]))[0] == expected
