from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emsync_desktop.film_clock import FilmClock, seconds_text
from emsync_desktop.timeline.geometry import (
    TimeScale,
    nearest_index,
    row_at,
    rows,
    ruler_ticks,
    snapped,
    unsnapped,
)
from emsync_engine.timing import FrameRate

FILM = FrameRate.parse("24")
NTSC = FrameRate.parse("30000/1001")
zooms = st.floats(0.2, 5.0)


@given(start=st.floats(0, 50), zoom=st.floats(1, 200), x=st.floats(100, 900))
def test_pixels_to_time_to_pixels_is_the_identity(start, zoom, x):
    scale = TimeScale(100.0, 800.0, 8.0 * zoom, 100.0).scrolled_to(start)
    assert scale.x_of(scale.time_at(x)) == pytest.approx(x, abs=1e-6)


@given(factors=st.lists(zooms, min_size=1, max_size=6), x=st.floats(110, 890))
def test_zoom_never_leaves_the_film_and_holds_the_time_under_the_pointer(factors, x):
    scale = TimeScale.fitted(60.0, 800.0, 100.0)
    for factor in factors:
        before = scale.time_at(x)
        scale = scale.zoomed(factor, x, FILM)
        assert scale.start_s >= 0
        assert scale.end_s <= 60.0 + 1e-9
        at_an_edge = scale.start_s == 0 or scale.end_s >= 60.0 - 1e-9
        assert at_an_edge or scale.time_at(x) == pytest.approx(before, abs=1e-9)


def test_zoom_stops_where_frames_are_wide_and_where_the_film_fits():
    scale = TimeScale.fitted(60.0, 800.0)
    assert scale.zoomed(0.1, 400, FILM) == scale
    assert scale.zoomed(1e9, 400, FILM).px_per_s == pytest.approx(24 * 24)


def test_a_fitted_view_stays_fitted_when_the_window_grows():
    assert TimeScale.fitted(60.0, 800.0).resized(1000.0) == TimeScale.fitted(60.0, 1000.0)


def test_showing_scrolls_only_when_the_time_is_out_of_view():
    scale = TimeScale(100.0, 800.0, 80.0)
    assert scale.showing(5.0) == scale
    assert scale.showing(50.0).start_s < 50.0 < scale.showing(50.0).end_s


@pytest.mark.parametrize("rate", [FILM, NTSC])
@pytest.mark.parametrize("px_per_s", [0.2, 5.0, 80.0, 700.0])
def test_ruler_labels_are_dense_but_never_collide(rate, px_per_s):
    clock = FilmClock.of(rate, None)
    scale = TimeScale(7200.0, 1200.0, px_per_s).scrolled_to(1000.0)
    ticks = ruler_ticks(scale, clock)
    labelled = [tick.x for tick in ticks if tick.label]
    assert len(labelled) >= 3
    assert min(b - a for a, b in pairwise(labelled)) >= 110
    assert len(ticks) < 200


def test_timecode_starts_where_the_source_says():
    assert FilmClock.of(FILM, "01:00:00:00").text(Fraction(1, 24)) == "01:00:00:01"
    assert FilmClock.of(NTSC, "00:00:59;29").text(1001 / 30000) == "00:01:00;02"
    assert FilmClock.of(FILM, "nonsense").text(Fraction(2)) == "00:00:02:00"


def test_a_float_on_a_frame_names_that_frame():
    clock = FilmClock.of(NTSC, None)
    for frame in range(2000):
        assert clock.text(float(NTSC.time_of(frame))) == clock.text(NTSC.time_of(frame))


def test_lengths_are_told_as_people_say_them():
    assert (seconds_text(4.13), seconds_text(125.4)) == ("4.1 s", "2:05")


@given(st.lists(st.floats(0, 100), max_size=30).map(sorted), st.floats(0, 100), st.floats(0, 3))
def test_the_nearest_boundary_is_found_as_by_looking_at_all(times, time, reach):
    found = nearest_index(times, time, reach)
    least = min((abs(one - time) for one in times), default=float("inf"))
    if least > reach:
        assert found is None
    else:
        assert abs(times[found] - time) == least


@given(time=st.floats(-5, 30), low=st.integers(0, 200), length=st.integers(2, 200))
def test_a_dragged_boundary_lies_on_a_frame_inside_its_room(time, low, length):
    room = (NTSC.time_of(low), NTSC.time_of(low + length))
    found = snapped(time, NTSC, room)
    assert room[0] < found < room[1]
    assert NTSC.time_of(NTSC.nearest_frame(found)) == found


def test_a_room_off_the_frame_grid_is_never_left():
    assert snapped(9.0, FILM, (Fraction(1), Fraction(25, 24) + Fraction(1, 100))) == Fraction(
        25, 24
    )
    assert snapped(9.0, FILM, (Fraction(1), Fraction(26, 25))) == Fraction(51, 50)


def test_magnets_pull_within_reach_and_only_inside_the_room():
    room = (Fraction(1), Fraction(5))
    playhead = Fraction(3)
    assert snapped(3.09, FILM, room, magnets=[playhead], reach_s=0.1) == playhead
    assert snapped(3.09, FILM, room, magnets=[playhead], reach_s=0.05) != playhead
    assert snapped(5.02, FILM, room, magnets=[Fraction(5)], reach_s=0.5) == Fraction(119, 24)


@pytest.mark.parametrize("height", [180, 320, 380, 900])
def test_rows_follow_each_other_without_overlap(height):
    lanes = rows(["strings", "piano", "bass", "drums"], height)
    assert all(a.bottom <= b.top for a, b in pairwise(lanes))
    assert [lane.name for lane in lanes][:2] == ["ruler", "picture"]
    assert row_at(lanes, lanes[2].top + 1) == "segments"
    assert row_at(lanes, lanes[0].bottom + 1) is None


@pytest.mark.parametrize("height", [290, 330, 380])
def test_all_five_families_fit_into_the_usual_window_and_under_a_banner(height):
    lanes = rows(["strings", "piano", "guitar", "bass", "drums"], height)
    assert lanes[-1].bottom <= height


def test_lanes_lie_on_whole_pixels():
    for height in (333, 371, 500):
        for lane in rows(["strings", "bass"], height):
            assert lane.top == int(lane.top)
            assert lane.height == int(lane.height)


@given(start=st.floats(0, 90), zoom=st.floats(1, 400), ratio=st.sampled_from([1.0, 1.25, 1.5, 2.0]))
def test_an_aligned_scale_starts_on_a_device_pixel_less_than_one_away(start, zoom, ratio):
    scale = TimeScale(100.0, 800.0, 8.0 * zoom, 118.0).scrolled_to(start)
    aligned = scale.aligned(ratio)
    columns = aligned.columns(ratio)
    assert abs(aligned.start_s - scale.start_s) * scale.px_per_s * ratio <= 0.5 + 1e-6
    assert columns.x_of(aligned.start_s) == pytest.approx(0.0, abs=1e-6)
    assert columns.width >= scale.width_px


def test_a_span_fills_the_view_with_a_little_room():
    scale = TimeScale.fitted(60.0, 800.0, 118.0).spanning(20.0, 30.0, FILM)
    assert 18.0 < scale.start_s < 20.0
    assert 30.0 < scale.end_s < 32.0
    assert TimeScale.fitted(60.0, 800.0).spanning(0.0, 60.0, FILM).is_fitted


@given(time_s=st.floats(-1, 12), end=st.integers(1, 240))
def test_what_nothing_pulls_lies_where_the_hand_is_and_a_frame_inside_its_room(time_s, end):
    room = (Fraction(0), Fraction(end, 24))
    found = unsnapped(time_s, FILM, room)
    assert room[0] < found < room[1]
    if room[0] + Fraction(1, 24) <= time_s <= room[1] - Fraction(1, 24):
        assert abs(found - Fraction(time_s)) <= Fraction(1, 2000)
