"""While a film plays, the picture on the screen is the one that is heard, by whatever clock."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage

from emsync_desktop.preview import transport as transport_module
from emsync_desktop.preview.clocks import MonotonicClock
from emsync_desktop.preview.picture_view import PictureView

pytestmark = pytest.mark.gui
FRAME_S = 1 / 24


class HandClock(MonotonicClock):
    """Time passes as the test says."""

    now = 0.0

    def start(self, at_s):
        self.now = at_s

    def stop(self):
        pass

    def now_s(self):
        return self.now


@pytest.fixture
def clock(window, monkeypatch):
    clock = HandClock()
    monkeypatch.setattr(transport_module, "best_clock", lambda mix, parent: (clock, ""))
    return clock


@pytest.fixture
def playing(clock, opened, qtbot):
    """The window, playing from the start; the times of the pictures painted since."""
    painted = []
    opened.page.preview.picture.painted.connect(painted.append)
    qtbot.waitUntil(lambda: painted == [0.0])
    opened.page.transport.play()
    yield opened, painted
    opened.page.transport.stop()


def starts_at(frame):
    return pytest.approx(frame * FRAME_S, abs=1e-6)


def test_every_picture_is_painted_when_it_is_heard_and_only_once(playing, clock, qtbot):
    _, painted = playing
    qtbot.waitUntil(lambda: bool(painted))
    for frame in range(1, 40):
        clock.now = (frame + 0.3) * FRAME_S
        qtbot.waitUntil(lambda at=frame: painted[-1] == starts_at(at))
    later = [time_s for time_s in painted if time_s > 0]
    assert later == sorted(set(later))
    assert len(later) == 39


def test_before_it_is_heard_no_picture_is_painted(playing, clock, qtbot):
    opened, painted = playing
    clock.now = 10.4 * FRAME_S
    qtbot.waitUntil(lambda: painted[-1] == starts_at(10))
    qtbot.wait(200)  # while the pictures behind it have been ready for long
    assert painted[-1] == starts_at(10)
    assert opened.page.transport.frame == 10


def test_a_picture_that_is_late_is_passed_over(playing, clock, qtbot):
    _, painted = playing
    clock.now = 70.4 * FRAME_S
    qtbot.waitUntil(lambda: painted[-1] == starts_at(70))
    assert len(painted) < 50


def test_a_jump_while_it_plays_goes_on_from_there(playing, clock, qtbot):
    opened, painted = playing
    clock.now = 50.4 * FRAME_S
    qtbot.waitUntil(lambda: painted[-1] == starts_at(50))
    opened.page.transport.go_to_frame(12)
    qtbot.waitUntil(lambda: painted[-1] == starts_at(12))
    clock.now = 13.4 * FRAME_S
    qtbot.waitUntil(lambda: painted[-1] == starts_at(13))


def test_in_a_loop_the_pictures_begin_again_too(playing, clock, qtbot):
    opened, painted = playing
    transport = opened.page.transport
    transport.is_looping = True
    for _ in range(2):
        clock.now = (transport.last_frame - 0.6) * FRAME_S
        qtbot.waitUntil(lambda: painted[-1] == starts_at(transport.last_frame - 1))
        clock.now = (transport.last_frame + 1.2) * FRAME_S
        qtbot.waitUntil(lambda: painted[-1] == 0.0)
        for frame in (1, 2):
            clock.now = (frame + 0.3) * FRAME_S
            qtbot.waitUntil(lambda at=frame: painted[-1] == starts_at(at))


def test_where_it_stops_the_frame_under_the_playhead_is_shown(playing, clock, qtbot):
    opened, painted = playing
    clock.now = 30.4 * FRAME_S
    qtbot.waitUntil(lambda: opened.page.transport.frame == 30)
    opened.page.transport.stop()
    qtbot.waitUntil(lambda: painted[-1] == starts_at(30))


def test_after_playing_faster_it_follows_the_sound_again(playing, clock, qtbot):
    opened, painted = playing
    transport = opened.page.transport
    transport.shuttle(1)
    qtbot.waitUntil(lambda: painted[-1] > 5 * FRAME_S)
    transport.shuttle(-1)
    assert transport.speed == -1
    transport.shuttle(1)
    assert transport.plays_on
    at = transport.frame
    clock.now = (at + 4.4) * FRAME_S
    qtbot.waitUntil(lambda: painted[-1] == starts_at(at + 4))


def test_what_is_ready_while_it_stands_is_shown_when_it_plays(opened, qtbot):
    pictures, picture = opened.page.pictures, opened.page.preview.picture
    opened.page.transport.go_to_frame(5)
    qtbot.waitUntil(lambda: pictures.next_s == starts_at(6))
    ready_before = pictures.next_s
    pictures.want(float(opened.page.transport.time), picture.room, is_playing=True)
    assert pictures.next_s == ready_before
    pictures.want(float(opened.page.transport.time), picture.room)
    assert pictures.next_s is None


def test_a_picture_made_for_the_room_is_painted_pixel_by_pixel(qapp):
    view = PictureView()
    view.resize(400, 240)
    image = QImage(400, 236, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    for x in range(0, 400, 2):
        for y in range(236):
            image.setPixelColor(x, y, QColor("#ffffff"))
    view.show_image(image, 0.0)
    seen = view.grab().toImage()
    row = [seen.pixelColor(x, 120).lightness() for x in range(100, 140)]
    assert row == [255 if x % 2 == 0 else 0 for x in range(100, 140)]
    small = QImage(40, 24, QImage.Format.Format_RGB32)
    small.fill(QColor("#ff0000"))
    view.show_image(small, 0.0)
    assert view.grab().toImage().pixelColor(30, 120).red() == 255
