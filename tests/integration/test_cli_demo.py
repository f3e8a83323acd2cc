"""The demo film: it is what its page says, and the committed script still draws it."""

import sys

import av
import numpy as np
import pytest

from emsync_engine.video.decode import decode
from emsync_engine.video.probe import probe
from tests.conftest import REPOSITORY

DEMO = REPOSITORY / "resources" / "demo.mp4"
HARD_CUTS = (144, 228, 324, 408, 744)
FADE, DISSOLVE = (480, 500), (624, 648)


@pytest.fixture(scope="module")
def script():
    """The modules that draw it, imported from their folder."""
    sys.path.insert(0, str(REPOSITORY / "resources" / "demo"))
    try:
        import film
        import sound

        yield film, sound
    finally:
        sys.path.pop(0)
        for name in ("brush", "scenery", "days", "nights", "storm", "film", "sound"):
            sys.modules.pop(name, None)


def test_length_size_and_rate():
    info = probe(DEMO)

    assert (info.width, info.height) == (1280, 720)
    assert (info.duration, info.frame_rate.ratio, info.frame_count) == (36, 24, 864)
    assert not info.is_vfr
    assert {stream.codec for stream in info.streams} == {"h264", "aac"}
    assert DEMO.stat().st_size <= 2_000_000


def test_hard_cuts_are_found_to_the_frame():
    from emsync_engine.scenes.detectors import detect_scene_cuts

    found = {cut.frame for cut in detect_scene_cuts(decode(probe(DEMO)))}
    assert set(HARD_CUTS) <= found
    assert any(FADE[0] <= frame <= FADE[1] for frame in found)


def test_its_sound_is_heard_and_does_not_clip():
    sound = decode(probe(DEMO)).audio

    assert 0.2 < np.abs(sound).max() < 0.9
    assert np.sqrt(np.mean(sound**2)) > 0.01


@pytest.mark.parametrize("frame", [30, 200, 300, 400, 480, 560, 636, 700, 800])
def test_the_script_draws_the_pictures_of_the_film(script, frame):
    film, _ = script
    drawn = film.picture_at(frame).astype(float)

    assert np.array_equal(drawn, film.picture_at(frame))
    shown = picture_of_film(frame).astype(float)
    assert np.abs(drawn - shown).mean() < 6  # of 255: what the coding loses
    assert np.corrcoef(drawn.ravel(), shown.ravel())[0, 1] > 0.97


def picture_of_film(frame: int) -> np.ndarray:
    with av.open(f"file:{DEMO}") as container:
        stream = container.streams.video[0]
        container.seek(round(frame / 24 / stream.time_base), stream=stream)
        for picture in container.decode(stream):
            if picture.pts * stream.time_base >= frame / 24 - 0.01:
                return picture.to_ndarray(format="rgb24")
    raise ValueError(f"there is no picture {frame}")


def test_the_sound_is_the_same_each_time_and_as_long_as_the_film(script):
    _, sound = script
    first = sound.film_sound()

    assert first.shape == (2, 36 * 48_000)
    assert np.abs(first).max() <= 0.7 + 1e-6
    assert np.array_equal(first, sound.film_sound())
