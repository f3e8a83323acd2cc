"""The confusion matrix as a picture."""

import pytest

from emsync_engine.evaluation.confusion import plot_confusion
from emsync_engine.project.model import EMOTIONS


def test_rows_are_shares_of_the_true_labels(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    from matplotlib.axes import Axes

    written = []
    original = Axes.text
    monkeypatch.setattr(
        Axes, "text", lambda self, x, y, s, **k: written.append(s) or original(self, x, y, s, **k)
    )
    confusion = [[0] * 6 for _ in EMOTIONS]
    confusion[0] = [3, 1, 0, 0, 0, 0]
    plot_confusion(confusion, tmp_path / "confusion.png")
    assert (tmp_path / "confusion.png").read_bytes().startswith(b"\x89PNG")
    assert written[:2] == ["0.75", "0.25"]
    assert len(written) == 36
