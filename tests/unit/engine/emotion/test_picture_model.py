import csv
from pathlib import Path

import numpy as np
import pytest

from emsync_engine.emotion.picture_model import (
    SHIPPED,
    describe_pictures,
    load_picture_model,
    save_picture_model,
)
from emsync_engine.emotion.picture_training import (
    AROUSAL,
    VALENCE,
    fit_picture_model,
    predict_unseen_themes,
    theme_folds,
)
from emsync_engine.errors import WeightsCorruptError, WeightsMissingError

OASIS = Path(__file__).resolve().parents[5] / "shared" / "data" / "affect" / "oasis"


@pytest.fixture(scope="module")
def rated():
    """Noisy pictures whose warmth is their valence and whose roughness is their arousal."""
    rng = np.random.default_rng(4)
    ratings = rng.uniform(-0.8, 0.8, (90, 2))
    pictures = []
    for valence, arousal in ratings:
        colour = np.array([128 + 100 * valence, 110, 128 - 100 * valence])
        noise = rng.normal(0, 4 + 25 * (arousal + 1), (40, 64, 1))
        pictures.append(np.clip(colour + noise, 0, 255).astype(np.uint8))
    themes = [f"theme {i // 3}" for i in range(90)]
    return describe_pictures(pictures), ratings, themes


@pytest.fixture(scope="module")
def model(rated):
    return fit_picture_model(*rated)


def test_what_pictures_show_is_learned_on_themes_not_seen(rated):
    descriptors, ratings, themes = rated
    for column, recipe in enumerate((VALENCE, AROUSAL)):
        predicted = predict_unseen_themes(descriptors, ratings[:, column], themes, recipe)
        assert np.corrcoef(predicted, ratings[:, column])[0, 1] > 0.9


def test_ratings_that_pictures_do_not_show_cannot_be_learned(rated):
    descriptors, _, themes = rated
    by_theme = np.random.default_rng(0).normal(size=30).repeat(3)
    predicted = predict_unseen_themes(descriptors, by_theme, themes, VALENCE)
    assert np.corrcoef(predicted, by_theme)[0, 1] < 0.4


def test_a_theme_stays_in_one_fold():
    themes = [f"{i % 37}" for i in range(300)]
    folds = theme_folds(themes, 10, seed=1)
    assert set(folds) == set(range(10))
    assert all(len(set(folds[np.array(themes) == theme])) == 1 for theme in set(themes))
    with pytest.raises(ValueError, match="themes cannot make"):
        theme_folds(["a", "b"], 10, seed=1)


def test_a_saved_model_predicts_the_same(model, rated, tmp_path):
    save_picture_model(model, tmp_path / "model.safetensors", {"trained_on": "a test"})
    again = load_picture_model(tmp_path / "model.safetensors")
    for name, axis in model.axes.items():
        reread = again.axes[name]
        np.testing.assert_allclose(reread.predict(rated[0]), axis.predict(rated[0]), atol=0.02)
        assert reread.reference_std == axis.reference_std


def test_standardised_predictions_are_offsets_in_reference_deviations(model, rated):
    axis = model.valence
    back = axis.standardised(rated[0]) * axis.reference_std + axis.reference_mean
    np.testing.assert_allclose(back, axis.predict(rated[0]))


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


def test_the_shipped_model_is_small_and_tells_pictures_apart():
    assert SHIPPED.stat().st_size < 1_000_000
    grey = np.full((54, 96, 3), 128, np.uint8)
    sunset = np.linspace((120, 180, 240), (240, 220, 160), 54).astype(np.uint8)[:, None]
    described = describe_pictures([grey, sunset.repeat(96, axis=1)])
    shipped = load_picture_model()
    for axis in shipped.axes.values():
        assert np.abs(axis.predict(described)).max() <= 1
    assert np.diff(shipped.valence.standardised(described))[0] > 1


@pytest.mark.corpus
@pytest.mark.slow
@pytest.mark.skipif(not OASIS.is_dir(), reason="the OASIS pictures are not beside the repository")
def test_unseen_themes_of_oasis_correlate_as_the_card_says():
    from tests.benchmarks.picture_va import read_oasis

    pictures, ratings, themes = read_oasis(OASIS)
    assert len(pictures) == len(list(csv.DictReader((OASIS / "labels.csv").open())))
    descriptors = describe_pictures(pictures)
    for column, recipe, least in ((0, VALENCE, 0.15), (1, AROUSAL, 0.35)):
        predicted = predict_unseen_themes(descriptors, ratings[:, column], themes, recipe)
        assert np.corrcoef(predicted, ratings[:, column])[0, 1] > least
