"""``emsync models``: list, import, verify, remove."""

import json

import pytest
import torch

from emsync_engine.cli.main import main
from emsync_engine.emotion.fusion_store import installed_fusion, load_fusion
from emsync_engine.weights import load_composer
from tests.unit.engine.emotion.test_fusion import published_checkpoint
from tests.unit.engine.music.published.reference import published_state


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("EMSYNC_WEIGHTS_DIR", str(tmp_path / "data"))
    load_composer.cache_clear()
    yield tmp_path
    load_composer.cache_clear()


@pytest.fixture
def checkpoint(folder):
    path = folder / "model.pt"
    state = published_state(
        kind="midi-emotion", conditioning="continuous-concatenated", tokens=1007
    )
    torch.save(state, path)
    return path


def test_shipped_weights_are_listed(folder, capsys):
    assert main(["models", "list"]) == 0
    assert "open" in capsys.readouterr().out
    assert main(["models", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["open"]["licence"] == "Apache-2.0"


def test_an_import_is_listed_verified_and_removed(checkpoint, capsys):
    assert main(["models", "import", "midi-emotion", str(checkpoint), "--name", "mine"]) == 0
    told = capsys.readouterr().out
    assert "continuous-concatenated, without boundary offsets" in told
    assert "--weights mine" in told
    assert main(["models", "list"]) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("mine"))
    assert "imported" in line
    assert main(["models", "verify", "mine"]) == 0
    assert capsys.readouterr().out == "mine: whole\n"
    assert main(["models", "remove", "mine"]) == 0
    assert main(["models", "verify", "mine"]) == 4
    assert "no weights named 'mine'" in capsys.readouterr().err


def test_refusals_are_one_sentence_with_exit_code_3(checkpoint, capsys):
    assert main(["models", "import", "emsync", str(checkpoint)]) == 3
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.strip().splitlines()) == 1
    assert main(["models", "import", "midi-emotion", str(checkpoint), "--name", "open"]) == 3
    assert main(["models", "remove", "open"]) == 3


def test_damaged_weights_fail_the_verification(checkpoint, capsys):
    assert main(["models", "import", "midi-emotion", str(checkpoint)]) == 0
    made = checkpoint.parent / "data" / "midi-emotion.safetensors"
    made.write_bytes(made.read_bytes()[:-1000])
    capsys.readouterr()
    assert main(["models", "verify", "midi-emotion"]) == 4
    told = capsys.readouterr()
    assert "import it again" in told.out
    assert told.err.strip() == "Not usable: midi-emotion."
    (checkpoint.parent / "data" / "weights.json").write_text("{broken")
    assert main(["models", "list"]) == 4
    assert "import again" in capsys.readouterr().err


def test_the_published_fusion_is_imported_listed_and_removed(folder, capsys):
    _, tensors, statistics = published_checkpoint()
    torch.save(tensors, folder / "model.pt")
    assert main(["models", "import", "vemoclap", str(folder / "model.pt")]) == 3
    assert "stats.pt" in capsys.readouterr().err
    torch.save(statistics, folder / "stats.pt")
    assert main(["models", "import", "vemoclap", str(folder / "model.pt")]) == 0
    assert "emsync models remove fusion" in capsys.readouterr().out
    assert installed_fusion() == folder / "data" / "emotion-fusion.safetensors"
    assert load_fusion(installed_fusion()).description == "model.pt"
    assert main(["models", "list"]) == 0
    assert any(line.startswith("fusion ") for line in capsys.readouterr().out.splitlines())
    assert main(["models", "remove", "fusion"]) == 0
    assert installed_fusion() is None
    assert main(["models", "remove", "fusion"]) == 4
    tensors.pop(next(iter(tensors)))
    torch.save(tensors, folder / "model.pt")
    capsys.readouterr()
    assert main(["models", "import", "vemoclap", str(folder / "model.pt")]) == 3
    assert capsys.readouterr().err.count("\n") == 1
