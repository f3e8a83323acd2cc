import cv2
import numpy as np
import pytest

from emsync_engine.features.cells import learn_words, picture_cells
from emsync_engine.features.descriptor import describe_picture
from emsync_engine.features.extraction import extract_features
from emsync_engine.features.picture import picture_area, sampled_pictures
from emsync_engine.features.sequences import StepGrid
from tests.unit.engine.features.films import film, moving_bars, plain


def features_of(colour):
    return extract_features(film(plain(1, colour)), [], names=["picture"])


def test_light_and_colour_read_as_they_look():
    white, black = features_of((255, 255, 255)), features_of((0, 0, 0))
    red, blue, grey = (
        features_of((220, 40, 20)),
        features_of((20, 60, 220)),
        features_of((119,) * 3),
    )
    assert white["lightness"][0] == pytest.approx(1, abs=1e-3)
    assert white["bright_share"][0] == 1
    assert black["dark_share"][0] == 1
    assert grey["lightness"][0] == pytest.approx(0.5, abs=0.01)  # sRGB 119 is L* 50
    assert grey["saturation"][0] == pytest.approx(0, abs=1e-6)
    assert red["warmth"][0] > 0.3
    assert blue["warmth"][0] < 0
    assert red["colourfulness"][0] > 5 * (grey["colourfulness"][0] + 0.01)


def test_hue_spread_tells_one_colour_from_many():
    rainbow = plain(1, (0, 0, 0))
    for k, colour in enumerate(
        [(255, 0, 0), (255, 255, 0), (0, 255, 0), (0, 255, 255), (0, 0, 255)]
    ):
        rainbow[:, :, k * 19 : (k + 1) * 19] = colour
    many = extract_features(film(rainbow), [], names=["picture"])
    assert many["hue_spread"][0] > 0.6
    assert features_of((200, 30, 30))["hue_spread"][0] < 0.05


def test_sharp_detail_has_edge_energy():
    bars = extract_features(film(moving_bars(1, 0)), [], names=["picture"])
    assert bars["edge_energy"][0] > 0.02
    assert bars["contrast"][0] > 0.2
    assert features_of((90, 90, 90))["edge_energy"][0] == pytest.approx(0, abs=1e-6)


def test_each_second_has_its_own_pictures():
    two = np.concatenate([plain(2, (255, 255, 255)), plain(2, (0, 0, 0))])
    lightness = extract_features(film(two), [], names=["picture"])["lightness"]
    np.testing.assert_allclose(lightness, [1, 1, 0, 0], atol=1e-3)


def test_letterbox_bars_are_left_out():
    frames = plain(2, (200, 180, 160))
    frames[:, :8] = 17
    frames[:, -8:] = 17
    assert picture_area(film(frames)) == (slice(8, 46), slice(0, 96))
    lightness = extract_features(film(frames), [], names=["picture"])["lightness"]
    bare = extract_features(film(plain(2, (200, 180, 160))), [], names=["picture"])["lightness"]
    np.testing.assert_allclose(lightness, bare, atol=1e-6)


def test_a_black_film_and_a_small_title_keep_the_whole_picture():
    black = plain(1, (0, 0, 0))
    assert picture_area(film(black)) == (slice(0, 54), slice(0, 96))
    black[:, 25:28, 40:50] = 255
    assert picture_area(film(black)) == (slice(0, 54), slice(0, 96))


def test_every_step_has_a_picture_even_at_one_frame_per_three_seconds():
    slow = film(plain(0, (1, 2, 3)).repeat(3, axis=0), rate=1)
    steps = [sample.step for sample in sampled_pictures(slow, StepGrid(9.0))]
    assert sorted(set(steps)) == list(range(9))


def test_a_mirrored_picture_has_the_same_description():
    rng = np.random.default_rng(3)
    picture = cv2.GaussianBlur(rng.integers(0, 255, (108, 192, 3), dtype=np.uint8), (0, 0), 2)
    one, other = describe_picture(picture), describe_picture(picture[:, ::-1].copy())
    ours, mirrored = one.groups, other.groups
    for name in ("palette", "layout", "scales"):
        np.testing.assert_allclose(ours[name], mirrored[name], atol=1e-2)
    np.testing.assert_allclose(ours["orientation"], mirrored["orientation"], atol=0.03)
    np.testing.assert_allclose(ours["outlines"], mirrored["outlines"], atol=0.15)
    np.testing.assert_allclose(ours["marks"], mirrored["marks"], atol=0.35)


def test_mirrored_cells_are_those_of_the_mirrored_picture():
    rng = np.random.default_rng(4)
    picture = cv2.GaussianBlur(rng.integers(0, 255, (96, 192, 3), dtype=np.uint8), (0, 0), 1.5)
    down, across = np.mgrid[:96, :192]
    picture[:, :96][(down + 2 * across)[:, :96] % 16 < 8] = 20  # slanted stripes
    plain, theirs = picture_cells(picture), picture_cells(picture[:, ::-1].copy())
    ours = plain.mirrored()
    grid = 16, 32, -1
    flipped = theirs.colours[: 16 * 32].reshape(grid)[:, ::-1]
    apart, unmirrored = (
        abs(one.colours[: 16 * 32].reshape(grid) - flipped)[2:-2, 2:-2].mean()
        for one in (ours, plain)
    )
    assert apart < 0.1 * unmirrored
    wanted = theirs.shapes.mean(axis=0)
    np.testing.assert_allclose(ours.shapes.mean(axis=0), wanted, atol=2e-3)
    assert abs(plain.shapes.mean(axis=0) - wanted).max() > 0.02


def test_words_say_what_sets_a_picture_apart():
    rng = np.random.default_rng(5)
    cells = np.concatenate([rng.normal(k % 3 * 4, 1, (400, 5)) for k in range(3)])
    words = learn_words(cells.astype(np.float32), 3, components=2)
    some, likewise, others = (words.describe(cells[k : k + 200]) for k in (0, 200, 800))
    assert some.shape == (3 * 2,)
    assert np.linalg.norm(some) == pytest.approx(1)
    assert some @ likewise > 0.8
    assert some @ others < 0.3
    assert not words.describe(np.zeros((0, 5), np.float32)).any()


@pytest.mark.parametrize("shape", [(54, 96), (96, 54), (1, 1), (2, 300), (270, 480)])
def test_any_shape_of_picture_gets_a_description_of_the_same_size(shape):
    described = describe_picture(np.full((*shape, 3), 77, np.uint8))
    assert described.cells.colours.shape[1] == 20
    assert described.cells.shapes.shape[1] == 72
    assert len(described.cells.colours) > 0
    assert np.isfinite(described.cells.colours).all()
    assert all(np.isfinite(values).all() for values in described.groups.values())
    assert {name: len(values) for name, values in described.groups.items()} == {
        "palette": 144,
        "layout": 128,
        "marks": 86,
        "orientation": 64,
        "outlines": 162,
        "texture": 36,
        "scales": 5,
    }
