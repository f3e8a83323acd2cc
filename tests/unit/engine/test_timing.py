from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emsync_engine.timing import FrameRate, frame_of_timecode, timecode

RATES = [
    FrameRate(Fraction(ratio))
    for ratio in (
        *("24000/1001", "24", "25", "30000/1001", "30", "48", "50", "60000/1001", "60"),
        *("12", "15", "120000/1001", "120", "2997/100", "1"),
    )
]
NTSC, DOUBLE_NTSC = FrameRate(Fraction(30000, 1001)), FrameRate(Fraction(60000, 1001))

rates = st.sampled_from(RATES)
any_rates = rates | st.fractions(Fraction(1, 10), 1000, max_denominator=2002).map(FrameRate)
frames = st.integers(0, 100 * 3600 * 60)


@given(frames, rates)
def test_timecode_names_one_frame(frame, rate):
    assert frame_of_timecode(timecode(frame, rate), rate) == frame


@given(frames, st.sampled_from([NTSC, DOUBLE_NTSC]))
def test_drop_frame_timecode_names_one_frame(frame, rate):
    text = timecode(frame, rate, drop_frame=True)
    assert frame_of_timecode(text, rate) == frame
    assert frame_of_timecode(text.replace(";", "."), rate) == frame


@given(st.integers(0, 24 * 3600 * 29), st.sampled_from([NTSC, DOUBLE_NTSC]))
def test_drop_frame_follows_the_clock_within_two_frames_a_minute(frame, rate):
    hours, minutes, seconds, rest = (
        int(field) for field in timecode(frame, rate, drop_frame=True).replace(";", ":").split(":")
    )
    shown = hours * 3600 + minutes * 60 + seconds + Fraction(rest, rate.nominal)
    drift_s = shown - rate.time_of(frame)
    # at most the numbers of one minute's drop, and 86 ms in 24 hours (SMPTE ST 12-1)
    assert abs(drift_s) <= Fraction(rate.nominal // 15 + 1, rate.nominal) + Fraction(87, 1000)


@given(frames, any_rates)
def test_a_frame_is_shown_from_its_start(frame, rate):
    start = rate.time_of(frame)
    assert rate.frame_at(start) == frame
    assert rate.nearest_frame(start) == frame
    assert rate.frame_at(rate.time_of(frame + 1) - Fraction(1, 10**9)) == frame


@given(st.fractions(0, 36000, max_denominator=10**6), any_rates)
def test_the_frame_at_a_time_contains_it(time, rate):
    frame = rate.frame_at(time)
    assert rate.time_of(frame) <= time < rate.time_of(frame + 1)
    nearest = rate.nearest_frame(time)
    assert abs(rate.time_of(nearest) - time) <= 1 / rate.ratio / 2


@given(any_rates)
def test_a_rate_is_written_and_read_exactly(rate):
    assert FrameRate.parse(str(rate)) == rate


def test_known_timecodes():
    assert timecode(0, NTSC, drop_frame=True) == "00:00:00;00"
    assert timecode(1799, NTSC, drop_frame=True) == "00:00:59;29"
    assert timecode(1800, NTSC, drop_frame=True) == "00:01:00;02"
    assert timecode(17982, NTSC, drop_frame=True) == "00:10:00;00"
    assert timecode(107892, NTSC, drop_frame=True) == "01:00:00;00"
    assert timecode(3600, DOUBLE_NTSC, drop_frame=True) == "00:01:00;04"
    assert timecode(1800, NTSC) == "00:01:00:00"
    assert timecode(86400, FrameRate(Fraction(24000, 1001))) == "01:00:00:00"


def test_frames_lie_where_they_lie_and_not_at_rounded_places():
    assert NTSC.time_of(30_000) == 1001
    assert FrameRate.parse("24000/1001").time_of(24) == Fraction(1001, 1000)
    assert str(FrameRate.parse("25")) == "25/1"
    assert FrameRate.parse("24000/1001").nominal == 24


@pytest.mark.parametrize(
    "text",
    ["", "1:2:3", "00:00:00:30", "00:60:00:00", "00:00:60:00", "aa:00:00:00", "-1:00:00:00"],
)
def test_what_is_no_timecode_is_refused(text):
    with pytest.raises(ValueError, match="timecode"):
        frame_of_timecode(text, NTSC)


def test_numbers_that_drop_frame_leaves_out_are_refused():
    with pytest.raises(ValueError, match="leaves out"):
        frame_of_timecode("00:01:00;01", NTSC)
    with pytest.raises(ValueError, match="leaves out"):
        frame_of_timecode("00:09:00;03", DOUBLE_NTSC)
    assert frame_of_timecode("00:10:00;00", NTSC) == 17982


def test_drop_frame_is_refused_where_it_is_not_defined():
    with pytest.raises(ValueError, match="drop-frame"):
        timecode(0, FrameRate(Fraction(25)), drop_frame=True)


@pytest.mark.parametrize("ratio", [0, -25])
def test_a_rate_that_is_not_positive_is_refused(ratio):
    with pytest.raises(ValueError, match="positive"):
        FrameRate(Fraction(ratio))
