import json

import pytest
import torch

from emsync_engine import weights
from emsync_engine.errors import WeightsCorruptError, WeightsMissingError
from tests.toy import conditions_for, toy_model


@pytest.fixture
def resources(tmp_path, monkeypatch):
    """A resources folder with a toy composer named ``toy``."""
    monkeypatch.setattr(weights, "RESOURCES", tmp_path)
    weights.load_composer.cache_clear()
    path = tmp_path / "toy.safetensors"
    sha256 = weights.save_composer(toy_model(), path)
    facts = {
        "file": path.name,
        "sha256": sha256,
        "licence": "Apache-2.0",
        "card": "docs/models/toy.md",
        "description": "for tests",
    }
    (tmp_path / "weights.json").write_text(json.dumps({"toy": facts}), encoding="utf-8")
    yield tmp_path
    weights.load_composer.cache_clear()


def test_a_saved_composer_says_the_same(resources):
    model, entry = weights.load_composer("toy")
    tokens = torch.tensor([[5, 1, 2, 40, 900]])
    expected = toy_model()(tokens, conditions_for(tokens))
    torch.testing.assert_close(
        model(tokens, conditions_for(tokens)), expected, atol=0.15, rtol=0.05
    )
    assert model.configuration == toy_model().configuration
    assert entry.sha256 == weights.sha256_of(entry.path)


def test_unknown_and_missing_weights(resources):
    with pytest.raises(WeightsMissingError, match="there are: toy"):
        weights.load_composer("opera")
    (resources / "toy.safetensors").unlink()
    with pytest.raises(WeightsMissingError, match=r"toy\.safetensors is missing"):
        weights.load_composer("toy")


@pytest.mark.parametrize("damage", ["truncated", "flipped"])
def test_damaged_weights_are_refused(resources, damage):
    path = resources / "toy.safetensors"
    content = bytearray(path.read_bytes())
    if damage == "truncated":
        content = content[: len(content) // 2]
    else:
        content[-10] ^= 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises(WeightsCorruptError):
        weights.load_composer("toy")


def test_a_truncated_file_is_refused_even_without_a_hash(resources):
    path = resources / "toy.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(WeightsCorruptError):
        weights.read_composer(path)


def test_weights_of_another_vocabulary_are_refused(resources, monkeypatch):
    monkeypatch.setattr(weights, "_vocabulary_hash", lambda: "another")
    with pytest.raises(WeightsCorruptError, match="another vocabulary"):
        weights.read_composer(resources / "toy.safetensors")


@pytest.mark.weights
def test_shipped_weights_are_whole():
    weights.load_composer.cache_clear()
    for name, entry in weights.shipped_weights().items():
        assert weights.sha256_of(entry.path) == entry.sha256
        assert (weights.RESOURCES.parent / entry.card).is_file()
        if entry.kind != "composer":
            continue
        model, _ = weights.load_composer(name)
        assert model.parameter_count > 1_000_000


def test_only_composers_are_offered_as_composers(resources):
    listed = json.loads((resources / "weights.json").read_text(encoding="utf-8"))
    listed["reader"] = {**listed["toy"], "kind": "regressor"}
    (resources / "weights.json").write_text(json.dumps(listed), encoding="utf-8")
    with pytest.raises(WeightsMissingError, match="there are: toy"):
        weights.load_composer("reader")
    assert weights.weights_entry("reader", kind="regressor").file == "toy.safetensors"
