"""The picture under the playhead, exactly, and the sound beside it."""

from fractions import Fraction

import numpy as np
import pytest

from emsync_desktop.preview.clocks import LONGEST_PERIOD_S, MonotonicClock, Played
from emsync_desktop.preview.pictures import PictureReader
from emsync_desktop.preview.sound import RATE, MusicSound, OriginalSound
from emsync_desktop.preview.strips import gain_of
from tests.data import make_media as media
from tests.unit.desktop.picture_films import FILMS, ROOM


@pytest.mark.parametrize("name", FILMS)
def test_each_time_shows_the_frame_that_started_last(folder, name):
    clip = FILMS[name](folder)
    reader = PictureReader(clip.path)
    last = len(clip.times) - 1
    wanted = [0, 1, 2, 3, last, last - 1, last - 2, 30, 29, 28, 40, 12]
    for frame in wanted:
        reader.picture(float(clip.times[frame]), ROOM)
        assert reader.time_of_shown() == pytest.approx(float(clip.times[frame]), abs=0.0025), frame
    half = (clip.times[20] + clip.times[21]) / 2
    reader.picture(float(half), ROOM)
    assert reader.time_of_shown() == pytest.approx(float(clip.times[20]), abs=0.0025)
    reader.close()


def test_a_cut_is_seen_on_its_first_frame_and_not_before(folder):
    clip = media.make_hard_cuts(folder)
    reader = PictureReader(clip.path)
    cut = clip.cuts[1]
    before = reader.picture(float(clip.times[cut - 1]), ROOM).astype(int)
    at = reader.picture(float(clip.times[cut]), ROOM).astype(int)
    after = reader.picture(float(clip.times[cut + 1]), ROOM).astype(int)
    again = reader.picture(float(clip.times[cut - 1]), ROOM).astype(int)
    reader.close()
    assert np.abs(at - before).mean() > 20
    assert np.abs(after - at).mean() < 5
    assert (again == before).all()


def test_after_the_end_the_last_picture_stays(folder):
    clip = media.make_hard_cuts(folder)
    reader = PictureReader(clip.path)
    last = reader.picture(float(clip.times[-1]), ROOM)
    assert (reader.picture(99.0, ROOM) == last).all()
    assert reader.picture(0.0, ROOM) is not None
    assert reader.time_of_shown() == 0.0
    reader.close()


def test_a_turned_film_stands_upright(folder):
    clip = media.make_rotated(folder)
    reader = PictureReader(clip.path)
    height, width = reader.picture(0.0, ROOM).shape[:2]
    reader.close()
    assert height > width


def wait_for(sound, start):
    sound.prepare(start)
    for _ in range(500):
        if sound.has(start):
            return
        with sound._wish:
            sound._wish.wait(0.02)
    pytest.fail("the sound was not decoded")


def test_the_original_sound_lies_where_the_picture_is(folder):
    clip = media.make_hard_cuts(folder)
    sound = OriginalSound(clip.path)
    try:
        wait_for(sound, 0)
        samples = np.abs(sound.read(0, 4 * RATE)).max(axis=1)
    finally:
        sound.close()
    for cut in clip.cuts:
        at = round(cut / 24 * RATE)
        assert samples[at : at + RATE // 50].max() > 0.2
        assert samples[at - RATE // 20 : at - RATE // 100].max() < 0.05


def test_a_film_without_sound_is_silent(folder):
    clip = media.make_no_sound(folder)
    sound = OriginalSound(clip.path)
    try:
        wait_for(sound, 0)
        assert not sound.read(-100, 1000).any()
    finally:
        sound.close()


def test_music_is_read_from_any_place(tmp_path):
    from emsync_engine.render.wav import write_wav

    ramp = np.repeat(np.linspace(-0.5, 0.5, RATE, dtype=np.float32)[:, None], 2, axis=1)
    write_wav(ramp, tmp_path / "mix.wav")
    music = MusicSound(tmp_path / "mix.wav")
    assert music.read(1000, 10) == pytest.approx(ramp[1000:1010], abs=1e-6)
    assert not music.read(-10, 10).any()
    assert music.read(RATE - 5, 10)[:5] == pytest.approx(ramp[-5:], abs=1e-6)
    assert not music.read(RATE + 5, 10).any()
    music.close()


def test_faders_are_in_decibels_with_silence_at_the_bottom():
    assert gain_of(0) == 1.0
    assert gain_of(-6) == pytest.approx(0.501, abs=1e-3)
    assert gain_of(-40) == 0.0


def test_the_silent_clock_runs_only_while_playing():
    clock = MonotonicClock()
    clock.start(Fraction(3))
    first = clock.now_s()
    while clock.now_s() == first:
        pass
    clock.stop()
    stood = clock.now_s()
    assert stood > 3
    assert clock.now_s() == stood


def test_the_playhead_waits_until_the_device_begins():
    played = Played()
    for moment in (0.0, 0.5, 1.9):
        played = played.reported(0.0, moment)
    assert played.shown_s == 0.0
    assert played.reported(0.02, 2.0).shown_s == 0.02


def test_between_the_reports_of_a_device_time_passes_evenly_and_never_back():
    played, shown = Played(), []
    for tick in range(1, 400):
        moment = tick * 0.004
        played = played.reported(moment // 0.03 * 0.03, moment)  # a device with a period of 30 ms
        shown.append(played.shown_s)
        assert abs(played.shown_s - moment) <= 0.03 + 1e-9
    steps = np.diff(shown[8:])
    assert steps.min() >= 0
    assert steps.max() <= 0.012


def test_a_device_that_stalls_stops_the_playhead():
    played = Played().reported(1.0, 10.0)
    for moment in (10.02, 11.0, 12.0):
        played = played.reported(1.0, moment)
    assert played.shown_s == 1.0 + LONGEST_PERIOD_S
