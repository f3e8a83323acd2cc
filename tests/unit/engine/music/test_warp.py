import pytest
from hypothesis import given
from hypothesis import strategies as st

from emsync_engine.music.warp import Warp, warped
from emsync_engine.project.notes import Music, Note


@st.composite
def warps(draw):
    steps = st.lists(st.tuples(st.floats(0.01, 20), st.floats(0.5, 1.5)), min_size=1, max_size=8)
    sources, targets = [0.0], [0.0]
    for length, rate in draw(steps):
        sources.append(sources[-1] + length)
        targets.append(targets[-1] + length * rate)
    return Warp(tuple(sources), tuple(targets))


@given(warps(), st.lists(st.floats(-5, 200), min_size=2, max_size=20))
def test_order_is_kept(warp, times):
    moved = [warp.at(time) for time in sorted(times)]
    assert moved == sorted(moved)


@given(warps())
def test_knots_go_where_they_are_said_to_go(warp):
    for source, target in zip(warp.sources_s, warp.targets_s, strict=True):
        assert warp.at(source) == pytest.approx(target, abs=1e-9)


def test_a_piece_that_does_not_move_keeps_every_bit():
    warp = Warp((0.0, 3.0, 7.1, 12.0), (0.0, 3.1, 7.1, 12.0))
    for time in (7.1, 7.300000000000001, 11.99, 12.0, 14.3):
        assert warp.at(time) == time


def test_a_warp_that_contradicts_itself_is_refused():
    for sources, targets in (((0, 1), (0,)), ((0,), (0,)), ((0, 0), (0, 1)), ((0, 1), (1, 0))):
        with pytest.raises(ValueError, match="warp"):
            Warp(sources, targets)


def test_notes_bars_and_chords_move_together_and_the_rest_stays():
    warp = Warp((0.0, 4.0, 10.0), (0.0, 5.0, 10.0))
    music = Music(
        10.0,
        (Note(2.0, 4.0, "piano", 60, 90), Note(4.0, 7.0, "strings", 62)),
        bar_onsets_s=(0.0, 2.0, 4.0),
        chord_onsets_s=(4.0,),
        programs={"piano": 4},
    )
    moved = warped(music, warp)
    assert moved.bar_onsets_s == (0.0, 2.5, 5.0)
    assert moved.chord_onsets_s == (5.0,)
    assert moved.notes == (Note(2.5, 5.0, "piano", 60, 90), Note(5.0, 7.5, "strings", 62))
    assert (moved.duration_s, moved.programs) == (10.0, {"piano": 4})
    assert warped(music, Warp.identity(10.0)) is music


def test_a_note_of_a_locked_span_keeps_both_its_times():
    warp = Warp((0.0, 4.0, 8.0), (0.0, 4.0, 8.5))
    music = Music(8.5, (Note(3.5, 6.0, "piano", 60), Note(4.0, 6.0, "piano", 62)))
    kept, moved = warped(music, warp, locked=((0.0, 4.0),)).notes
    assert kept == music.notes[0]
    assert moved.end_s == pytest.approx(6.25)
