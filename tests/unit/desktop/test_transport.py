"""Shuttle, loop and typed timecode, by a clock that the test moves."""

from fractions import Fraction

import pytest

from emsync_desktop.film_clock import FilmClock, frame_typed
from emsync_desktop.preview import clocks, transport
from emsync_desktop.preview.clocks import MonotonicClock
from emsync_desktop.preview.shuttle import next_speed
from emsync_engine.timing import FrameRate

RATE = FrameRate.parse("24")


class HandClock:
    """Stands in for the audio device: time passes when the test says so."""

    underruns = 0

    def __init__(self):
        self.at_s = 0.0
        self.is_lost = False
        self.scrubs = []

    def scrub(self, read):
        self.scrubs.append(read)

    def start(self, at_s):
        self.at_s = at_s

    def stop(self):
        pass

    def now_s(self):
        return self.at_s

    def close(self):
        self.is_lost = False


@pytest.fixture
def played(qapp, monkeypatch):
    """A transport on ten seconds without sound, and its clock."""
    clock = HandClock()
    monkeypatch.setattr(transport, "best_clock", lambda mix, parent: (clock, ""))
    one = transport.Transport()
    one.wake()
    one.open(None, RATE, Fraction(10))
    yield one, clock
    one.close()


def tick(one, clock, at_s):
    clock.at_s = at_s
    one._on_tick()


@pytest.mark.gui
def test_l_and_j_double_the_speed_and_turn(played, monkeypatch):
    one, _ = played
    now = [0.0]
    monkeypatch.setattr(clocks.time, "monotonic", lambda: now[0])
    speeds = []
    one.speed_changed.connect(speeds.append)
    one.shuttle(1)
    assert (one.is_playing, one.speed) == (True, 1)
    one.shuttle(1)
    one.shuttle(1)
    now[0] = 1.0
    one._on_tick()
    assert one.time == 4  # four seconds of the film in one
    one.shuttle(-1)
    now[0] = 1.5
    one._on_tick()
    assert float(one.time) == pytest.approx(3.5)
    one.stop()
    assert not one.is_playing
    assert speeds == [2, 4, -1, 1]


@pytest.mark.gui
def test_backwards_it_stops_at_the_start(played, monkeypatch):
    one, _ = played
    now = [0.0]
    monkeypatch.setattr(clocks.time, "monotonic", lambda: now[0])
    one.go_to(Fraction(1))
    one.shuttle(-1)
    now[0] = 2.0
    one._on_tick()
    assert one.time == 0
    assert not one.is_playing


def test_the_speed_has_a_limit():
    speed = 1
    for _ in range(9):
        speed = next_speed(speed, 1)
    assert speed == 8
    assert next_speed(8, -1) == -1


@pytest.mark.gui
def test_a_loop_starts_over_at_the_ranges_start(played):
    one, clock = played
    one.is_looping = True
    one.set_span((Fraction(2), Fraction(4)))
    one.play()
    assert one.time == 2  # outside the range, it begins there
    tick(one, clock, 4.0)
    assert one.is_playing
    assert clock.at_s == 2.0
    one.is_looping = False
    tick(one, clock, 4.5)
    assert one.time == Fraction(9, 2)


@pytest.mark.gui
def test_without_a_range_the_film_is_looped_over(played):
    one, clock = played
    one.is_looping = True
    one.play()
    tick(one, clock, 10.0)
    assert one.is_playing
    assert clock.at_s == 0.0


@pytest.mark.gui
def test_a_stretch_that_is_played_repeats_while_looping(played):
    one, clock = played
    one.is_looping = True
    one.play_between(Fraction(5), Fraction(6))
    tick(one, clock, 6.1)
    assert one.is_playing
    assert clock.at_s == 5.0


@pytest.mark.parametrize(
    ("typed", "frame"),
    [
        ("12:04", 12 * 24 + 4),
        ("1204", 12 * 24 + 4),
        ("1:00:00", 60 * 24),
        ("00:00:12:04", 12 * 24 + 4),
        ("100", 24),
        ("+10", 110),
        ("-1:00", 76),
        ("30", 30),  # more frames than a second has
        ("", None),
        ("abc", None),
        ("1:2:3:4:5", None),
        ("９", 9),  # digits are digits in every script
        ("+", None),
    ],
)
def test_a_typed_time_is_understood(typed, frame):
    assert frame_typed(typed, FilmClock(RATE), 100) == frame


def test_a_whole_timecode_is_the_sources_own():
    clock = FilmClock.of(RATE, "10:00:00:00")
    assert frame_typed("10:00:01:00", clock, 0) == 24
    assert frame_typed("1:00", clock, 0) == 24


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("01:00:00;00", "01:00:00;00"),  # every tenth minute leaves nothing out
        ("01:00:59:29", "01:00:59;29"),
        ("01:01:00;00", "01:01:00;02"),  # left out: the next number there is
        ("01:01:00:01", "01:01:00;02"),
        ("01:00:60:00", "01:01:00;02"),
    ],
)
def test_a_number_that_drop_frame_leaves_out_means_the_next(typed, shown):
    for rate, first in (("30000/1001", "00:59:50;00"), ("60000/1001", "00:59:50;00")):
        clock = FilmClock.of(FrameRate.parse(rate), first)
        frame = frame_typed(typed, clock, 0)
        wanted = shown.replace(";02", ";04") if rate.startswith("6") else shown
        assert clock.name(frame) == wanted


@pytest.mark.gui
def test_when_the_device_goes_the_film_plays_on_in_silence_and_says_so(played):
    one, clock = played
    one.device = "Headphones"
    lost, heard = [], []
    one.device_lost.connect(lost.append)
    one.device_changed.connect(heard.append)
    one.play()
    tick(one, clock, 3.0)
    clock.is_lost = True
    one._on_tick()
    assert one.is_playing
    assert lost == ["Headphones"]
    assert heard == [""]
    assert one.time >= 3
    assert isinstance(one.clock, MonotonicClock)
    before = one.now_s
    while one.now_s == before:
        pass
    one.stop()


@pytest.mark.gui
def test_another_device_is_chosen_while_it_plays(played, monkeypatch):
    one, clock = played
    other = HandClock()
    asked = []
    monkeypatch.setattr(
        transport, "best_clock", lambda mix, parent, name: asked.append(name) or (other, "Desk")
    )
    monkeypatch.setattr(transport, "look_again", lambda: None)
    one.play()
    tick(one, clock, 3.25)
    one.choose_device("Desk, ALSA")
    assert one.is_playing
    assert other.at_s == 3.25  # it goes on where it was heard
    assert (one.device, asked) == ("Desk", ["Desk, ALSA"])


@pytest.mark.gui
def test_a_playhead_that_is_moved_by_hand_is_heard_until_it_rests(played, qtbot):
    one, clock = played
    one.go_to(3)
    assert not any(clock.scrubs)
    clock.scrubs.clear()
    for at in (3, 3.1, 3.2):
        one.scrub_to(at)
    assert len(clock.scrubs) == 1
    assert clock.scrubs[0](0, 1024).shape == (1024, 2)
    qtbot.waitUntil(lambda: clock.scrubs[-1] is None)
    clock.scrubs.clear()
    one.step(1)
    assert len(clock.scrubs) == 1
    one.play()
    assert clock.scrubs[-1] is None
    clock.scrubs.clear()
    one.scrub_to(5)
    assert not any(clock.scrubs)
    one.stop()
    one.has_scrub_sound = False
    one.scrub_to(6)
    assert not any(clock.scrubs)
