import csv
import io
import tarfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from emsync_engine.emotion.picture_model import (
    AXES,
    SHIPPED,
    describe_pictures,
    hadamard,
    load_picture_model,
    save_picture_model,
    side_by_side,
)
from emsync_engine.emotion.picture_report import judge, plot_report, report_json, report_lines
from emsync_engine.emotion.picture_training import (
    PictureRecipe,
    fit_map,
    fit_picture_model,
    predict_unseen_themes,
    theme_folds,
)
from emsync_engine.emotion.rated_pictures import RatedPictures, read_rated_pictures
from emsync_engine.errors import InputUnusableError, WeightsCorruptError, WeightsMissingError

OASIS = Path(__file__).resolve().parents[5] / "shared" / "data" / "affect" / "oasis"
SMALL = PictureRecipe(blocks=1, colour_words=6, shape_words=4)


@pytest.fixture(scope="module")
def pictures():
    """Noisy pictures whose warmth is their valence and whose roughness is their arousal."""
    rng = np.random.default_rng(4)
    ratings = rng.uniform(-0.8, 0.8, (90, 2))
    made = []
    for valence, arousal in ratings:
        colour = np.array([128 + 100 * valence, 110, 128 - 100 * valence])
        noise = rng.normal(0, 4 + 25 * (arousal + 1), (40, 64, 1))
        made.append(np.clip(colour + noise, 0, 255).astype(np.uint8))
    return RatedPictures(tuple(made), ratings, tuple(f"theme {i // 3}" for i in range(90)))


@pytest.fixture(scope="module")
def described(pictures):
    return describe_pictures(pictures.pictures)


@pytest.fixture(scope="module")
def model(pictures, described):
    return fit_picture_model(described, pictures.ratings, pictures.themes, recipe=SMALL)


def test_what_pictures_show_is_learned_on_themes_not_seen(pictures, described):
    report = judge(pictures, described, recipe=SMALL, divisions=[10, 11])
    for one in report.axes.values():
        assert one.mean > 0.85
        assert len(one.correlations) == 2
        assert 0 < one.spread_of_r < 0.2
    assert "r = 0." in report_lines(report)[1]
    assert set(report_json(report)) == set(AXES)


def test_ratings_that_pictures_do_not_show_cannot_be_learned(pictures, described):
    by_theme = np.random.default_rng(0).normal(size=(30, 2)).repeat(3, axis=0)
    unseen = predict_unseen_themes(described, by_theme, pictures.themes, recipe=SMALL)
    assert np.corrcoef(unseen.ratings[:, 0], by_theme[:, 0])[0, 1] < 0.4


def test_errors_are_expected_where_ratings_are_noisy(described, pictures):
    """Half of the pictures, the rough ones, are rated by chance."""
    rough = pictures.ratings[:, 1] > 0
    ratings = np.zeros((90, 2))
    ratings[rough] = np.random.default_rng(2).normal(0, 1, (30, 2)).repeat(3, axis=0)[rough]
    unseen = predict_unseen_themes(described, ratings, pictures.themes, recipe=SMALL)
    assert unseen.errors[rough].mean() > unseen.errors[~rough].mean() + 0.2


def test_the_features_make_the_kernel(described, pictures):
    """Inner products are near exp(-rate d), d the mean over groups of |x - y|^2 / (2 D)."""
    mapping = fit_map(described, PictureRecipe(colour_words=6, shape_words=4))
    mapped = mapping(described)
    values = (side_by_side(mapping.words, described) - mapping.mean) / mapping.scale
    apart = ((values[:, None] - values[None]) ** 2).sum(axis=2)
    np.testing.assert_allclose(mapped @ mapped.T, np.exp(-apart / 2), atol=0.05)
    assert np.exp(-apart / 2).std() > 0.1


def test_a_hadamard_transform_is_its_own_inverse():
    values = np.random.default_rng(3).normal(size=(3, 16))
    np.testing.assert_allclose(hadamard(hadamard(values)), values)
    np.testing.assert_allclose(hadamard(np.eye(2)), np.array([[1, 1], [1, -1]]) / np.sqrt(2))


def test_a_theme_stays_in_one_fold():
    themes = [f"{i % 37}" for i in range(300)]
    folds = theme_folds(themes, 10, seed=1)
    assert set(folds) == set(range(10))
    assert all(len(set(folds[np.array(themes) == theme])) == 1 for theme in set(themes))
    with pytest.raises(ValueError, match="themes cannot make"):
        theme_folds(["a", "b"], 10, seed=1)


def test_a_saved_model_reads_the_same(model, pictures, tmp_path):
    save_picture_model(model, tmp_path / "model.safetensors", {"trained_on": "a test"})
    again = load_picture_model(tmp_path / "model.safetensors")
    np.testing.assert_allclose(
        again.predict(pictures.pictures), model.predict(pictures.pictures), atol=0.02
    )
    for axis in AXES:
        assert again.heads[axis].reference_std == model.heads[axis].reference_std


def test_readings_are_offsets_in_reference_deviations(model, pictures):
    read, predicted = model.read(pictures.pictures), model.predict(pictures.pictures)
    for column, axis in enumerate(AXES):
        head = model.heads[axis]
        back = read[:, column] * head.reference_std + head.reference_mean
        np.testing.assert_allclose(back, predicted[:, column])


def test_a_missing_or_damaged_model_is_named(model, tmp_path):
    path = tmp_path / "model.safetensors"
    with pytest.raises(WeightsMissingError, match="missing"):
        load_picture_model(path)
    save_picture_model(model, path, {})
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(WeightsCorruptError):
        load_picture_model(path)


def test_a_model_of_another_kind_is_refused(tmp_path):
    from safetensors.numpy import save_file

    save_file({"weights": np.zeros(3)}, tmp_path / "other.safetensors", metadata={"format": "x"})
    with pytest.raises(WeightsCorruptError, match="not a picture model"):
        load_picture_model(tmp_path / "other.safetensors")


def landscape(above, below, roughness, rng):
    """A sky over rough or smooth ground."""
    made = np.zeros((64, 96, 3))
    made[:32] = np.linspace(np.array(above) * 0.9, above, 32)[:, None]
    ground = cv2.GaussianBlur(rng.normal(0, 3 * roughness, (32, 96)), (0, 0), 1.0)
    made[32:] = np.array(below) + ground[..., None]
    return np.clip(made, 0, 255).astype(np.uint8)


def test_the_shipped_model_is_small_and_tells_pictures_apart():
    assert SHIPPED.stat().st_size < 5_000_000
    rng = np.random.default_rng(0)
    shipped = load_picture_model()
    pictures = [landscape((120, 115, 110), (90, 70, 50), 30, rng),
                landscape((150, 200, 250), (30, 110, 160), 6, rng)]  # fmt: skip
    assert np.abs(shipped.predict(pictures)).max() <= 1
    assert np.diff(shipped.read(pictures)[:, 0])[0] > 0.5
    mirrored = [picture[:, ::-1] for picture in pictures]
    # all but the spectrum's two slants is the same in a mirror; the pictures lie 2 apart
    np.testing.assert_allclose(shipped.read(mirrored), shipped.read(pictures), atol=0.2)


def rated_folder(folder, rows, pictures):
    with (folder / "labels.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "theme", "valence", "arousal"])
        writer.writerows(rows)
    with tarfile.open(folder / "images.tar", "w") as archive:
        for name, coded in pictures.items():
            member = tarfile.TarInfo(f"images/{name}")
            member.size = len(coded)
            archive.addfile(member, io.BytesIO(coded))


def test_rated_pictures_are_read_small_and_the_right_way_round(tmp_path):
    red = np.zeros((240, 480, 3), np.uint8)
    red[..., 2] = 250  # OpenCV writes blue first
    coded = cv2.imencode(".png", red)[1].tobytes()
    rated_folder(tmp_path, [["a.png", "Red", 0.5, -0.25]], {"a.png": coded})
    rated = read_rated_pictures(tmp_path)
    assert rated.pictures[0].shape == (96, 192, 3)
    assert rated.pictures[0][0, 0].tolist() == [250, 0, 0]
    assert rated.ratings.tolist() == [[0.5, -0.25]]
    assert rated.themes == ("Red",)


def test_what_is_wrong_with_rated_pictures_is_said(tmp_path):
    with pytest.raises(InputUnusableError, match=r"labels\.csv and images\.tar are needed"):
        read_rated_pictures(tmp_path)
    rated_folder(tmp_path, [["a.png", "Red", 0.5, 0]], {"a.png": b"no picture"})
    with pytest.raises(InputUnusableError, match=r"a\.png is no picture"):
        read_rated_pictures(tmp_path)


def test_the_scatter_plot_is_drawn(pictures, described, tmp_path):
    pytest.importorskip("matplotlib")
    report = judge(pictures, described, recipe=SMALL, divisions=[10])
    plot_report(report, tmp_path / "scatter.png")
    assert (tmp_path / "scatter.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.corpus
@pytest.mark.slow
@pytest.mark.skipif(not OASIS.is_dir(), reason="the OASIS pictures are not beside the repository")
def test_unseen_themes_of_oasis_correlate_as_the_card_says():
    rated = read_rated_pictures(OASIS)
    assert len(rated.pictures) == 661
    report = judge(rated, describe_pictures(rated.pictures), divisions=[10])
    assert report.axes["valence"].mean > 0.33
    assert report.axes["arousal"].mean > 0.42
    assert report.axes["valence"].equation == pytest.approx(0.186, abs=0.02)
