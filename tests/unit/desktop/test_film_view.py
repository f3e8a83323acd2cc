"""A film in miniature while it arrives: what is shown where, and where nothing is yet."""

from fractions import Fraction

import numpy as np
import pytest

from emsync_desktop.timeline.film_view import ARRIVING_FILM_VIEW, film_view_of
from emsync_engine.video.arriving import FilmPart


def part(times_s, shade=0, *, first_peak=0, peaks=(), interval_s=1.0):
    pictures = np.full((len(times_s), 9, 16, 3), shade, np.uint8)
    sound = np.array([[-one, one] for one in peaks], np.float32).reshape(-1, 2)
    return FilmPart(
        Fraction(60),
        Fraction(24),
        None,
        interval_s,
        pictures,
        np.array(times_s, np.float64),
        sound,
        first_peak,
    )


def shade_of(film, number):
    return film.pictures[number].pixelColor(3, 3).red()


def test_parts_join_in_order_of_time_whatever_order_they_come_in():
    film = ARRIVING_FILM_VIEW.with_part(part([0.0], 1)).with_part(part([30.0], 2))
    film = film.with_part(part([15.0, 45.0], 3))
    assert film.times_s == (0.0, 15.0, 30.0, 45.0)
    assert [shade_of(film, n) for n in range(4)] == [1, 3, 2, 3]


def test_a_picture_that_comes_again_takes_the_place_of_the_first():
    film = ARRIVING_FILM_VIEW.with_part(part([0.0, 1.0], 1)).with_part(part([1.0], 9))
    assert film.times_s == (0.0, 1.0)
    assert shade_of(film, 1) == 9


@pytest.mark.parametrize(
    ("stretch", "shown"),
    [((0.0, 4.0), 0), ((4.0, 8.0), None), ((28.0, 32.0), 1), ((30.5, 31.0), 1), ((32.0, 36), None)],
)
def test_each_coarse_picture_lies_where_it_belongs(stretch, shown):
    film = ARRIVING_FILM_VIEW.with_part(part([0.0, 30.0]))
    assert film.number_in(*stretch) == shown


def test_pictures_far_apart_in_a_long_film_stand_for_as_much():
    film = ARRIVING_FILM_VIEW.with_part(part([0.0, 16.0], interval_s=16.0))
    assert film.number_in(12.0, 12.1) == 0
    assert film.number_in(40.0, 40.1) == 1
    assert film.number_in(48.0, 48.1) is None


def test_once_all_is_there_every_stretch_has_a_picture():
    film = ARRIVING_FILM_VIEW.with_part(part([0.0, 30.0])).arrived()
    assert film.number_in(20.0, 21.0) == 0
    whole = film_view_of(np.zeros((0, 9, 16, 3), np.uint8), [], np.zeros((0, 2), np.float32), 100)
    assert whole.number_in(0.0, 1.0) is None


def test_sound_that_comes_again_is_written_over():
    film = ARRIVING_FILM_VIEW.with_part(part([], peaks=[1, 2, 3]))
    film = film.with_part(part([], peaks=[9, 9], first_peak=2))
    assert film.peaks[:, 1].tolist() == [1, 2, 9, 9]
    assert film.sound_end_s == 0.04


def test_scaled_pictures_are_kept_from_part_to_part():
    film = ARRIVING_FILM_VIEW.with_part(part([0.0]))
    film.scaled[(1, 2, 3)] = film.pictures[0]
    assert film.with_part(part([1.0])).scaled is film.scaled
