"""Near to single frames the timeline shows the frames that are there, not the strip's of before."""

import numpy as np
import pytest
from PySide6.QtGui import QImage

from emsync_desktop.timeline.closer import MOST_KEPT, Closer
from emsync_desktop.timeline.film_view import FilmView
from emsync_engine.timing import FrameRate
from tests.gui.gestures import place_of

pytestmark = pytest.mark.gui
FILM = FrameRate.parse("24")


def grey(shade=90):
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    image.fill(shade)
    return image


def all_known(view, closer):
    return all(closer.known.picture_at(one) is not None for one in view.close_times_s)


def test_pictures_are_found_by_the_frame_that_is_shown_at_a_time():
    closer = Closer(FrameRate.parse("30000/1001"), {10: grey()})
    assert closer.picture_at(10 * 1001 / 30000) is not None
    assert closer.picture_at(10.9 * 1001 / 30000) is not None
    assert closer.picture_at(11 * 1001 / 30000) is None


def test_no_more_pictures_are_kept_than_have_room():
    closer = Closer(FILM, {n: grey() for n in range(MOST_KEPT)})
    more = closer.joined({MOST_KEPT: grey(), MOST_KEPT + 1: grey()})
    assert len(more.pictures) == MOST_KEPT
    assert min(more.pictures) == 2
    assert len(closer.pictures) == MOST_KEPT, "what is painted now stays as it is"


def test_a_zoomed_timeline_shows_the_frames_of_the_film_itself(opened, qtbot):
    view, closer = opened.page.timeline, opened.page.closer
    view.zoom(4, view.scale.x_of(2.5))
    qtbot.waitUntil(lambda: all_known(view, closer))
    shot = view.viewport().grab().toImage()
    for time_s in (2.0, 2.9):  # before and after the cut at 50/24 s; the strip itself is grey
        at = place_of(view, time_s, "picture") * shot.devicePixelRatio()
        shown = shot.pixelColor(at)
        assert (shown.red(), shown.green(), shown.blue()) != (90, 90, 90)
    places = [place_of(view, time_s, "picture") * shot.devicePixelRatio() for time_s in (1.7, 2.9)]
    before, after = (np.array(shot.pixelColor(one).getRgb()[:3], int) for one in places)
    assert np.abs(before - after).max() > 20, "two shots of other colours"


def test_nothing_is_decoded_while_the_film_plays(opened, qtbot):
    view, closer = opened.page.timeline, opened.page.closer
    qtbot.waitUntil(lambda: all_known(view, closer))
    closer.open(opened.page.film, FILM)
    closer.hold(True)
    view.zoom(4, view.scale.x_of(2.5))
    qtbot.wait(300)
    assert not closer.known.pictures
    closer.hold(False)
    qtbot.waitUntil(lambda: bool(closer.known.pictures))


def test_a_film_of_which_nothing_is_wanted_is_let_go_of(opened, qtbot, monkeypatch):
    view, closer = opened.page.timeline, opened.page.closer
    monkeypatch.setattr("emsync_desktop.timeline.closer.IDLE_S", 0.05)
    qtbot.waitUntil(lambda: all_known(view, closer))
    view.zoom(4, view.scale.x_of(2.5))
    qtbot.waitUntil(lambda: all_known(view, closer))
    qtbot.waitUntil(lambda: closer._thread._reader is None)
    view.zoom(1.5, view.scale.x_of(2.5))
    qtbot.waitUntil(lambda: all_known(view, closer))


def test_pictures_of_a_film_that_was_left_are_dropped(opened, qtbot):
    closer = opened.page.closer
    qtbot.waitUntil(lambda: bool(closer.known.pictures))
    closer.open(None, FILM)
    closer._decoded.emit(opened.page.film, {1: grey()})
    qtbot.wait(50)
    assert not closer.known.pictures


def test_where_the_strip_is_dense_enough_nothing_is_asked_for(opened):
    view = opened.page.timeline
    assert view.close_times_s, "four seconds in the whole view"
    film = view.film
    times = np.arange(0, 4, 0.01)
    dense = FilmView(
        (film.pictures[0],) * len(times), tuple(times.tolist()), film.peaks, 100, apart_s=0.01
    )
    view.show_film(dense, view.clock)
    assert view.close_times_s == []
