"""What is seen of a film while it is read, against what is known of it in the end."""

from fractions import Fraction

import numpy as np
import pytest

from emsync_engine.monitor import Cancelled
from emsync_engine.video import arriving
from emsync_engine.video.arriving import glance, parts_of_all, spread_shares
from emsync_engine.video.cache import Cache
from emsync_engine.video.decode import decode
from emsync_engine.video.probe import probe
from tests.data import make_media as media

RATE = Fraction(25)
SECONDS = 12


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """Twelve seconds in three shots with a key frame each second and a beep at 2 and 9 s."""
    path = tmp_path_factory.mktemp("film") / "three shots.mp4"
    pictures = media.shots(RATE.numerator * SECONDS, [100, 200])
    return media.write_film(path, pictures, RATE, sounds=[media.beeps(float(SECONDS), [2.0, 9.0])])


@pytest.fixture
def every_time(monkeypatch):
    """Everything that is found is told at once, however quick the machine is."""
    monkeypatch.setattr(arriving, "_TELL_EVERY_S", 0.0)


def joined(parts):
    """Pictures by time, and all peaks, as a window would put the parts together."""
    pictures = {}
    end = max(part.first_peak + len(part.peaks) for part in parts)
    peaks = np.full((end, 2), np.nan, np.float32)
    for part in parts:
        for picture, time_s in zip(part.pictures, part.times_s, strict=True):
            pictures[round(float(time_s), 3)] = picture
        peaks[part.first_peak : part.first_peak + len(part.peaks)] = part.peaks
    return pictures, peaks


def test_each_level_halves_what_was_left_open():
    levels = list(spread_shares(3))
    assert levels[0] == [0]
    assert levels[1] == [Fraction(1, 2)]
    assert levels[2] == [Fraction(1, 4), Fraction(3, 4)]
    every = sorted(share for level in levels for share in level)
    assert every == [Fraction(n, 8) for n in range(8)]


def test_the_parts_of_a_first_reading_add_up_to_the_whole(film, tmp_path, every_time):
    parts = []
    video = decode(probe(film), cache=Cache(tmp_path), onlooker=parts.append)
    pictures, peaks = joined(parts)
    assert np.array_equal(peaks, video.peaks[: len(peaks)])
    assert len(video.peaks) - len(peaks) <= 1  # the last hundredth may be less than whole
    for picture, time_s in zip(video.thumbnails, video.thumbnail_times_s, strict=True):
        assert np.array_equal(pictures[round(float(time_s), 3)], picture)
    assert len([part for part in parts if len(part.peaks)]) > 2, "the sound came in one piece"


def test_a_first_look_is_coarse_before_it_is_dense(film):
    parts = []
    glance(probe(film), parts.append)
    firsts = [float(part.times_s[0]) for part in parts]
    assert firsts[0] == 0.0
    assert firsts[1] == pytest.approx(SECONDS / 2, abs=1.1)
    sizes = [len(part.times_s) for part in parts]
    assert sizes == sorted(sizes)
    times = sorted(float(time) for part in parts for time in part.times_s)
    assert len(times) == len(set(times))
    assert max(np.diff([*times, SECONDS])) < SECONDS / 4


def test_what_was_read_before_is_there_at_once(film, tmp_path):
    cache = Cache(tmp_path)
    video = decode(probe(film), cache=cache)
    parts = []
    decode(probe(film), cache=cache, onlooker=parts.append)
    assert len(parts) == 1
    assert np.array_equal(parts[0].pictures, video.thumbnails)
    assert np.array_equal(parts[0].peaks, video.peaks)


def test_a_long_film_is_sent_in_pieces():
    info = type("Info", (), {"duration": Fraction(600), "start_timecode": None})()
    info.frame_rate = type("Rate", (), {"ratio": RATE})()
    pictures = np.zeros((150, 4, 6, 3), np.uint8)
    parts = list(parts_of_all(info, pictures, np.arange(150.0), np.zeros((60_000, 2), np.float32)))
    assert [len(part.pictures) for part in parts] == [64, 64, 22]
    assert [len(part.peaks) for part in parts] == [60_000, 0, 0]


def test_damage_found_on_the_way_lets_the_pass_tell_everything_anew(tmp_path, every_time):
    clip = media.make_damaged(tmp_path)
    parts = []
    video = decode(probe(clip.path), cache=Cache(tmp_path / "cache"), onlooker=parts.append)
    pictures, peaks = joined(parts)
    assert np.array_equal(peaks, video.peaks[: len(peaks)])
    assert {round(float(time), 3) for time in video.thumbnail_times_s} <= set(pictures)


def test_a_first_look_can_be_stopped(film):
    class Stops:
        def advance(self, stage, done, total=None):
            raise Cancelled

    with pytest.raises(Cancelled):
        glance(probe(film), lambda part: None, monitor=Stops())


def test_an_onlooker_changes_nothing_that_is_kept(film, tmp_path):
    seen = decode(probe(film), cache=Cache(tmp_path / "a"), onlooker=lambda part: None)
    unseen = decode(probe(film), cache=Cache(tmp_path / "b"))
    for name in ("pts", "frames", "audio", "thumbnails", "peaks"):
        assert np.array_equal(getattr(seen, name), getattr(unseen, name)), name
