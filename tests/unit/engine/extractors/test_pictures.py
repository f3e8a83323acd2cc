"""Large pictures at known times, kept in the cache."""

from fractions import Fraction

import numpy as np
import pytest

from emsync_engine.extractors.material import film_material
from emsync_engine.extractors.pictures import film_pictures, picture_step_s
from emsync_engine.video.cache import Cache
from emsync_engine.video.decode import decode
from emsync_engine.video.probe import probe
from tests.data.make_media import write_film

pytest.importorskip("cv2")


@pytest.fixture
def film(tmp_path):
    """Three seconds at 10 pictures a second, brighter with every second."""
    shown = [np.full((96, 128, 3), 40 + 60 * (n // 10), np.uint8) for n in range(30)]
    return write_film(tmp_path / "film.mp4", shown, Fraction(10))


def test_one_picture_every_half_second(film, tmp_path):
    info = probe(film)
    found = film_pictures(info, duration_s=3.0, cache=Cache(tmp_path / "cache"))
    assert np.allclose(found.times_s, [0, 0.5, 1, 1.5, 2, 2.5])
    assert found[0].shape == (96, 128, 3)
    means = [found[number].mean() for number in range(len(found))]
    assert np.allclose(means, [40, 40, 100, 100, 160, 160], atol=6)


def test_the_second_time_nothing_is_decoded(film, tmp_path, monkeypatch):
    info = probe(film)
    cache = Cache(tmp_path / "cache")
    first = film_pictures(info, duration_s=3.0, cache=cache)
    film.unlink()
    again = film_pictures(info, duration_s=3.0, cache=cache)
    assert np.array_equal(first[3], again[3])


def test_times_count_from_the_first_picture_whatever_the_file_says(tmp_path):
    shown = [np.full((48, 64, 3), 8 * n, np.uint8) for n in range(20)]
    late = write_film(
        tmp_path / "late.mkv",
        shown,
        Fraction(10),
        ticks=[500 + 10 * n for n in range(20)],
        time_base=Fraction(1, 100),
    )
    info = probe(late)
    assert info.first_picture > 4
    found = film_pictures(info, duration_s=2.0, cache=None)
    assert np.allclose(found.times_s, [0, 0.5, 1, 1.5], atol=0.02)
    assert [round(found[n].mean() / 8) for n in range(4)] == [0, 5, 10, 15]


def test_a_cancelled_pass_leaves_nothing_behind(film, tmp_path, recording_monitor):
    from emsync_engine.monitor import Cancelled

    cache = Cache(tmp_path / "cache")
    with pytest.raises(Cancelled):
        film_pictures(probe(film), duration_s=3.0, cache=cache, monitor=recording_monitor(3))
    assert list((tmp_path / "cache").iterdir()) == []


def test_without_a_cache_pictures_are_in_memory(film):
    video = decode(probe(film), cache=None)
    material = film_material(video, cache=None)
    assert len(material.pictures()) == 6
    assert material.pictures() is material.pictures()
    assert len(material.audio) == 48_000


def test_a_cache_that_is_a_file_is_gone_without(film, tmp_path):
    (tmp_path / "cache").write_text("in the way")
    found = film_pictures(probe(film), duration_s=3.0, cache=Cache(tmp_path / "cache"))
    assert len(found) == 6


def test_long_films_have_fewer_pictures_a_second():
    assert picture_step_s(60) == 0.5
    assert picture_step_s(301) == 1.0
    assert picture_step_s(7200) == 2.0
