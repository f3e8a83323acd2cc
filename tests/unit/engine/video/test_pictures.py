import av
import cv2
import numpy as np
import pytest

from emsync_engine.video import frames
from emsync_engine.video.frames import PictureScaler, fitted_size
from emsync_engine.video.thumbnails import MOST, ThumbnailStrip


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


def strip(seconds: float, per_s: float) -> ThumbnailStrip:
    thumbnails = ThumbnailStrip(PictureScaler((16, 9), 0, long_side=16))
    frame = stored_picture()
    for number in range(round(seconds * per_s)):
        thumbnails.offer(frame, number / per_s)
    return thumbnails


def test_one_thumbnail_a_second():
    thumbnails = strip(4.5, 10)

    assert thumbnails.times_s.tolist() == [0, 1, 2, 3, 4]
    assert thumbnails.pictures.shape == (5, 9, 16, 3)


def test_a_long_film_has_evenly_spaced_ones():
    thumbnails = strip(3000, 1)

    assert MOST / 2 <= len(thumbnails.times_s) <= MOST
    assert np.unique(np.diff(thumbnails.times_s)).size == 1
    assert thumbnails.times_s[-1] > 2980
