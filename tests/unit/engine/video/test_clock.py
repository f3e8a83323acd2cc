from fractions import Fraction

import pytest

from emsync_engine.video.clock import picture_times, standard_rate, usable_rate

MS = Fraction(1, 1000)
NTSC = Fraction(30000, 1001)


def rounded_ms(rate: Fraction, frames: list[int]) -> list[int]:
    return [round(frame / rate * 1000) + 23 for frame in frames]


@pytest.mark.parametrize("rate", [Fraction(24000, 1001), Fraction(24), Fraction(25), NTSC])
def test_times_rounded_to_milliseconds_become_exact(rate):
    times = picture_times(rounded_ms(rate, list(range(2000))), MS, rate)

    assert not times.is_vfr
    assert int(times.pts[1999]) * times.time_base == 1999 / rate
    assert times.duration == 2000 / rate


def test_exact_times_stay_as_they_are():
    times = picture_times([90_000 + 3003 * n for n in range(10)], Fraction(1, 90_000), NTSC)

    assert times.pts.tolist() == list(range(10))
    assert times.duration == 10 / NTSC


def test_missing_pictures_are_a_variable_rate_on_the_grid():
    times = picture_times([0, 40, 120, 160], MS, Fraction(25), last_duration=40)

    assert times.is_vfr
    assert times.pts.tolist() == [0, 1, 3, 4]
    assert times.duration == Fraction(1, 5)


def test_a_last_picture_that_is_held_counts():
    times = picture_times([0, 40, 80], MS, Fraction(25), last_duration=400)

    assert times.duration == Fraction(12, 25)


def test_times_off_any_grid_are_kept():
    times = picture_times([5, 105, 290, 300], MS, Fraction(10), last_duration=50)

    assert times.is_vfr
    assert [int(tick) * times.time_base for tick in times.pts] == [0, MS * 100, MS * 285, MS * 295]
    assert times.duration == MS * 345


def test_a_wrong_claimed_rate_is_measured_instead():
    times = picture_times([n * 40 for n in range(100)], MS, Fraction(30))

    assert times.rate == 25
    assert not times.is_vfr


def test_one_picture_lasts_one_frame():
    assert picture_times([77], MS, Fraction(25)).duration == Fraction(1, 25)


def test_near_standard_rates_are_meant_as_standard():
    assert standard_rate(Fraction(2997, 100)) == NTSC
    assert standard_rate(Fraction(23976, 1000)) == Fraction(24000, 1001)
    assert standard_rate(Fraction(2402, 100)) == Fraction(2402, 100)


def test_an_absurd_rate_gives_way():
    assert usable_rate(Fraction(57600), Fraction(25)) == 25
    assert usable_rate(None, None) == 25
