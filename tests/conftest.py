"""Fixtures for every test: the corpus where it is there, and a home of one's own."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

from emsync_engine.monitor import Cancelled

REPOSITORY = Path(__file__).resolve().parents[1]
CORPUS = REPOSITORY.parent / "shared" / "data"

# Chosen by the machine rather than by the user; a temporary home must not lose them.
_KEPT_IN_HOME = {"UV_CACHE_DIR": ".cache/uv", "PIP_CACHE_DIR": ".cache/pip"}


# An example may take as long as a busy machine needs; the usual 200 ms failed on one.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real clips and MIDI beside the repository; skips where it is not there."""
    if not CORPUS.is_dir():
        pytest.skip("there is no ../shared/data beside the repository")
    return CORPUS


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary home, so that no test reads or writes the user's settings or cache."""
    folder = tmp_path_factory.mktemp("home")
    for variable, place in _KEPT_IN_HOME.items():
        monkeypatch.setenv(variable, os.environ.get(variable, str(Path.home() / place)))
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    monkeypatch.setenv("LOCALAPPDATA", str(folder / "local"))
    monkeypatch.setenv("APPDATA", str(folder / "roaming"))
    for variable, place in (
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_STATE_HOME", "state"),
    ):
        monkeypatch.setenv(variable, str(folder / place))
    return folder


class RecordingMonitor:
    """Remembers every report, and cancels at the report whose number it is given."""

    def __init__(self, cancel_at: int | None = None) -> None:
        self.reports: list[tuple[str, float, float | None]] = []
        self.cancel_at = cancel_at

    def advance(self, stage: str, done: float, total: float | None = None) -> None:
        self.reports.append((stage, done, total))
        if self.cancel_at is not None and len(self.reports) >= self.cancel_at:
            raise Cancelled


@pytest.fixture
def recording_monitor() -> type[RecordingMonitor]:
    """The class itself: a test makes one, with or without a report to cancel at."""
    return RecordingMonitor
