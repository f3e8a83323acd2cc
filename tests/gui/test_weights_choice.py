"""The weights of the next take: shown where there is a choice."""

import pytest
import torch

from emsync_desktop.inspector.score import ScoreSettings
from emsync_engine.imported_weights import import_weights
from tests.unit.engine.music.published.reference import published_state

pytestmark = pytest.mark.gui


@pytest.fixture
def checkpoint(tmp_path, monkeypatch):
    monkeypatch.setenv("EMSYNC_WEIGHTS_DIR", str(tmp_path / "data"))
    path = tmp_path / "model.pt"
    state = published_state(
        kind="midi-emotion", conditioning="continuous-concatenated", tokens=1007
    )
    torch.save(state, path)
    return path


def test_without_imports_there_is_nothing_to_choose(qtbot, checkpoint):
    panel = ScoreSettings()
    qtbot.addWidget(panel)
    assert panel.weights.isHidden()
    assert panel.settings.weights == "open"


def test_imported_weights_can_be_chosen_for_the_next_take(qtbot, checkpoint):
    import_weights(checkpoint, "midi-emotion", name="mine")
    panel = ScoreSettings()
    qtbot.addWidget(panel)
    assert not panel.weights.isHidden()
    assert panel.settings.weights == "open"
    panel.weights.setCurrentIndex(panel.weights.findData("mine"))
    assert panel.settings.weights == "mine"
    assert "continuous-concatenated" in panel.weights.itemData(panel.weights.currentIndex(), role=3)


def test_a_damaged_list_leaves_the_shipped_weights(qtbot, checkpoint):
    folder = checkpoint.parent / "data"
    folder.mkdir()
    (folder / "weights.json").write_text("{broken", encoding="utf-8")
    panel = ScoreSettings()
    qtbot.addWidget(panel)
    assert panel.settings.weights == "open"
