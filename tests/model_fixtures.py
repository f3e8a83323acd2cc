"""Fixtures of whoever downloads models: a host on this machine, and a folder of the test's own.

A ``conftest.py`` takes them by importing them.
"""

import pytest

from emsync_engine.models import installing
from tests.model_server import QUICK, host


@pytest.fixture
def at():
    """A host that serves what the test gives it, and remembers what it was asked for."""
    with host() as told:
        yield told


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of models, not there yet; downloads lose no time."""
    monkeypatch.setenv("EMSYNC_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.delenv("EMSYNC_OFFLINE", raising=False)
    monkeypatch.setattr(installing, "RULES", QUICK)
    return tmp_path / "models"
