"""A host on this machine, and a folder of models of the test's own."""

import pytest

from emsync_engine.models import installing
from tests.model_server import QUICK, host


@pytest.fixture
def at():
    with host() as told:
        yield told


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("EMSYNC_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.delenv("EMSYNC_OFFLINE", raising=False)
    monkeypatch.setattr(installing, "RULES", QUICK)
    return tmp_path / "models"
