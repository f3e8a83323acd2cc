import shutil

import numpy as np
import pytest

from emsync_engine.affect import regressor
from emsync_engine.music.conditioning import LABEL_KINDS
from emsync_engine.training.features import FEATURES
from emsync_engine.training.labels import (
    label_source,
    labels_of_ratings,
    weighted_ranks,
)
from emsync_engine.training.relabel import rate_tokens, relabel, rows_by_group, second_weights
from emsync_engine.training.store import open_store


def features_of(count: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(count, len(FEATURES))).astype(np.float32)


def test_labels_follow_the_regressor_and_the_rule_stands_in_for_it():
    ruled = label_source(features_of(40))
    ruled[30:, 0] = np.nan  # drums alone
    rated = np.random.default_rng(1).normal(size=(40, 2)).astype(np.float32)
    rated[25:] = np.nan
    labels, kinds = labels_of_ratings(rated, ruled, np.ones(40))
    order = np.argsort(rated[:25, 0])
    assert (np.diff(labels[:25, 0][order]) > 0).all()
    np.testing.assert_array_equal(labels[25:], ruled[25:])
    assert np.isfinite(labels[:, 1]).all()
    names = np.array(LABEL_KINDS)[kinds]
    assert (names[:25] == "regressor").all()
    assert (names[25:30] == "rule").all()
    assert (names[30:, 0] == "none").all()
    assert (names[30:, 1] == "rule").all()


def test_music_fills_the_range_evenly_by_its_weight():
    values = np.array([3, 1, np.nan, 2], dtype=np.float32)
    np.testing.assert_allclose(
        weighted_ranks(values, np.array([1.0, 2.0, 9.0, 1.0])), [0.75, -0.5, np.nan, 0.25]
    )
    assert np.isnan(weighted_ranks(values[2:3], np.ones(1))).all()


def test_a_store_is_labelled_in_place_and_its_labels_fill_the_range(prepared, tmp_path):
    shutil.copytree(prepared[1] / "store", tmp_path / "store")
    store = open_store(tmp_path / "store")
    before = np.array(store.labels)
    features = np.load(tmp_path / "store" / "features.npy")
    np.save(tmp_path / "store" / "labels.npy", label_source(features))
    done = relabel(tmp_path / "store", workers=1)
    again = open_store(tmp_path / "store")
    np.testing.assert_array_equal(again.labels, before)  # prepare has labelled it so
    assert done.seconds == len(before)
    assert set(done.agreement) == {entry.group for entry in store.entries}
    assert not list((tmp_path / "store").glob("*.partial"))
    rated = again.kinds[:, 1] == LABEL_KINDS.index("regressor")
    assert np.average(again.labels[rated, 1], weights=second_weights(again)[rated]) == (
        pytest.approx(0, abs=0.01)
    )
    for group, rows in rows_by_group(again):
        arousal = again.labels[rows, 1]
        if group == "groove-drums":
            assert np.isnan(again.labels[rows, 0]).all()
            assert arousal.min() < -0.9 < 0.9 < arousal.max()
            assert (again.kinds[rows, 1] == LABEL_KINDS.index("rule")).all()
        else:
            assert (again.kinds[rows] == LABEL_KINDS.index("regressor")).mean() > 0.9


def test_labels_can_go_elsewhere_and_leave_the_store_alone(prepared, tmp_path):
    folder = prepared[1] / "store"
    before = (folder / "labels.npy").read_bytes()
    relabel(folder, out=tmp_path / "labels_new.npy", workers=1)
    assert (folder / "labels.npy").read_bytes() == before
    assert np.load(tmp_path / "labels_new.npy").shape == np.load(tmp_path / "kinds_new.npy").shape


def test_every_second_is_read_from_its_own_surroundings(prepared, monkeypatch, fitted_by_rule):
    """A drawing that is played slower is read as it is played."""
    monkeypatch.setattr(regressor, "shipped_regressor", lambda: fitted_by_rule)
    store = prepared[0].store
    entry = max(store.entries, key=lambda entry: entry.seconds)
    rated = rate_tokens(store.tokens_of(entry), entry.seconds)
    assert rated.shape == (entry.seconds, 2)
    assert np.isfinite(rated).all()
    odd = rated[1:-1:2]
    between = (rated[:-2:2] + rated[2::2])[: len(odd)] / 2
    np.testing.assert_allclose(odd, between, atol=1e-5)  # from windows every 2 s


def test_the_command_tells_how_far_new_and_old_labels_agree(prepared, tmp_path, capsys):
    from emsync_engine.cli import main

    out = tmp_path / "labels_new.npy"
    assert main(["train", "va-labels", str(prepared[1]), "-o", str(out)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{len(np.load(out))} seconds labelled")
    assert any(line.startswith("freedoom") and "1.00" in line for line in lines)
