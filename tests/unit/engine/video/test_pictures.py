import av
import cv2
import numpy as np
import pytest

from emsync_engine.video import frames
from emsync_engine.video.frames import PictureScaler, fitted_size
from emsync_engine.video.thumbnails import MOST, StillStrip, thumbnail_step


def stored_picture() -> av.VideoFrame:
    """Red in the stored top left corner, grey elsewhere."""
    pixels = np.full((90, 160, 3), 128, np.uint8)
    pixels[:45, :80] = (250, 0, 0)
    return av.VideoFrame.from_ndarray(pixels, format="rgb24")


@pytest.mark.parametrize(
    ("rotation", "corner"), [(0, (0, 0)), (90, (0, -1)), (180, (-1, -1)), (270, (-1, 0))]
)
def test_pictures_are_turned_clockwise(rotation, corner):
    shown = (90, 160) if rotation in (90, 270) else (160, 90)

    picture = PictureScaler(shown, rotation, long_side=96).scale(stored_picture())

    assert max(picture.shape[:2]) == 96
    assert (picture.shape[1] > picture.shape[0]) == (rotation in (0, 180))
    corners = {(r, c): picture[r, c] for r in (0, -1) for c in (0, -1)}
    red = [place for place, colour in corners.items() if colour[0] > 200 and colour[1] < 60]
    assert red == [corner]


@pytest.mark.parametrize("size", [(1920, 1080), (1920, 816), (1283, 721)])
def test_large_pictures_are_averaged_as_they_are(size, monkeypatch):
    chance = np.random.default_rng(1)
    coarse = chance.integers(30, 220, (18, 32, 3)).astype(np.uint8)
    rgb = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
    noisy = np.clip(rgb + chance.normal(0, 12, rgb.shape), 0, 255).astype(np.uint8)
    whole = noisy[: size[1] // 2 * 2, : size[0] // 2 * 2]
    frame = av.VideoFrame.from_ndarray(whole, format="rgb24").reformat(format="yuv420p")
    scaler = PictureScaler(size, 0, long_side=96)

    ours = scaler.scale(frame)
    wanted = cv2.resize(whole, ours.shape[1::-1], interpolation=cv2.INTER_AREA)

    assert abs(ours.astype(int) - wanted).mean() < 2
    monkeypatch.setattr(frames, "_can_average", lambda: False)
    assert ours.shape == scaler.scale(frame).shape  # without a compiler the library scales


def test_shape_is_kept():
    assert fitted_size(1920, 1080, 96) == (96, 54)
    assert fitted_size(720, 1280, 96) == (54, 96)
    assert fitted_size(4000, 20, 96) == (96, 8)


@pytest.mark.parametrize("per_s", [10, 0.25])
def test_the_first_picture_of_every_second_is_kept(tmp_path, per_s):
    frame = stored_picture()
    with (tmp_path / "stills.rgb").open("wb") as file:
        stills = StillStrip(PictureScaler((16, 9), 0, long_side=16), file)
        for number in range(round(8 * per_s)):
            stills.offer(frame, number / per_s)

    assert stills.times_s.tolist() == list(np.arange(0, 8, max(1, 1 / per_s)))
    assert stills.shape == (len(stills.times_s), 9, 16, 3)
    assert (tmp_path / "stills.rgb").stat().st_size == np.prod(stills.shape)


def test_a_strip_goes_on_where_another_stopped(tmp_path):
    frame, path = stored_picture(), tmp_path / "stills.rgb"
    with path.open("w+b") as file:
        first = StillStrip(PictureScaler((16, 9), 0, long_side=16), file)
        for time_s in (0.0, 0.9, 1.8):
            first.offer(frame, time_s)
        file.flush()
        second = StillStrip(PictureScaler((16, 9), 0, long_side=16), file)

        known = second.go_on_from(first.times_s)
        assert known.shape == first.shape == (2, 9, 16, 3)
        assert second.offer(frame, 1.9) is None
        assert second.offer(frame, 2.0) is not None
        assert second.times_s.tolist() == [0, 1.8, 2]


@pytest.mark.parametrize("count", [1, 600, 601, 1201, 7200])
def test_thumbnails_are_never_too_many(count):
    shown = len(range(0, count, thumbnail_step(count)))

    assert shown <= MOST
    assert shown == count or shown >= MOST / 2
