"""Pictures decoded ahead: which one is due, how many are wanted, and that none is missed."""

from fractions import Fraction

import numpy as np
import pytest

from emsync_desktop.preview.pictures import PictureReader
from emsync_desktop.preview.upcoming import MOST_BYTES, Upcoming
from tests.data import make_media as media
from tests.unit.desktop.picture_films import FILMS, ROOM


def filled(*starts_s, size=100):
    upcoming = Upcoming()
    for start_s in starts_s:
        upcoming.put(start_s, f"at {start_s}", size)
    return upcoming


def test_the_picture_that_started_last_is_due_once():
    upcoming = filled(1.0, 1.5, 2.0)
    assert upcoming.due(0.9) is None
    assert upcoming.due(1.0) == (1.0, "at 1.0")
    assert upcoming.due(1.2) is None
    assert upcoming.next_s == 1.5


def test_pictures_that_nobody_will_see_are_dropped():
    upcoming = filled(1.0, 1.5, 2.0, 2.5)
    assert upcoming.due(2.2) == (2.0, "at 2.0")
    assert len(upcoming) == 1


def test_so_many_are_wanted_and_large_ones_fewer():
    assert filled(1.0, 2.0).has_room(3)
    assert not filled(1.0, 2.0, 3.0).has_room(3)
    assert not filled(1.0, 2.0, 3.0, size=MOST_BYTES // 3).has_room(15)
    assert filled(1.0, size=MOST_BYTES).has_room(15)


def test_at_the_end_nothing_more_is_wanted_until_it_starts_over():
    upcoming = filled(1.0)
    upcoming.is_at_end = True
    assert not upcoming.has_room(15)
    upcoming.clear()
    assert upcoming.has_room(15)
    assert upcoming.next_s is None


@pytest.mark.parametrize("name", FILMS)
def test_one_after_the_other_every_picture_comes_once(folder, name):
    clip = FILMS[name](folder)
    reader = PictureReader(clip.path)
    reader.picture(0.0, ROOM)
    starts_s = [reader.time_of_shown()]
    while reader.next_picture(ROOM) is not None:
        starts_s.append(reader.time_of_shown())
    reader.close()
    assert starts_s == pytest.approx([float(time) for time in clip.times], abs=0.0025)


def test_the_next_picture_is_that_of_its_time_after_a_jump_back_too(folder):
    clip = media.make_hard_cuts(folder)
    reader, other = PictureReader(clip.path), PictureReader(clip.path)
    for start in (20, 47, 45, 90, 3, 94):  # 45 is remembered, 3 is sought anew
        reader.picture(float(clip.times[start]), ROOM)
        found = reader.next_picture(ROOM)
        assert (found == other.picture(float(clip.times[start + 1]), ROOM)).all(), start
    assert reader.next_picture(ROOM) is None
    reader.close()
    other.close()


def test_who_is_late_passes_over_pictures(folder):
    clip = media.make_hard_cuts(folder)
    reader = PictureReader(clip.path)
    reader.picture(0.0, ROOM)
    for frame in (7, 80):  # a few pictures on, and farther than is decoded on
        reader.next_picture(ROOM, not_before_s=float(clip.times[frame]) + 0.01)
        assert reader.time_of_shown() == pytest.approx(float(clip.times[frame]), abs=0.0025)
    reader.close()


def test_pictures_fit_into_the_room_and_are_never_enlarged(folder):
    clip = media.make_rotated(folder)
    reader = PictureReader(clip.path)
    shape = Fraction(reader.info.width, reader.info.height)
    for room in ((40, 90), (90, 40), (4000, 4000)):
        height, width = reader.picture(0.0, room).shape[:2]
        assert width <= room[0]
        assert height <= room[1]
        assert width / height == pytest.approx(float(shape), rel=0.1)
        assert reader.picture(0.0, room).shape[2] == 4
    assert (width, height) == (reader.info.width, reader.info.height)
    reader.close()


def test_blue_comes_first_as_a_screen_wants_it(folder):
    from av import open as opened

    clip = media.make_hard_cuts(folder)
    reader = PictureReader(clip.path)
    blue, green, red = reader.picture(0.0, (4000, 4000))[:, :, :3].reshape(-1, 3).mean(axis=0)
    reader.close()
    with opened(str(clip.path)) as container:
        frame = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert np.allclose((red, green, blue), frame.reshape(-1, 3).mean(axis=0), atol=4)
