"""Tiny models in the real formats, a film of a few pictures, and a network that is not there."""

import os
import socket
from pathlib import Path

import numpy as np
import pytest

from emsync_engine.extractors.material import FilmMaterial
from emsync_engine.extractors.pictures import FilmPictures
from tests.data import make_models

RATE = 16_000


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch):
    """Whoever asks another machine for anything fails the test, even if it copes."""
    asked: list[object] = []

    def refuse(*arguments: object, **_: object) -> None:
        asked.append(arguments)
        raise OSError("there is no network in this test")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    yield
    assert asked == []


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every model but that for on-screen text, which is large."""
    return make_models.tiny_models(
        tmp_path_factory.mktemp,
        *("clip", "audio-events", "face-detector", "face-expression", "text-sentiment", "speech"),
    )


@pytest.fixture
def find(models: Path):
    """Where a model lies, as ``installed_path`` says it."""

    def found(name: str) -> Path | None:
        return models / name if (models / name).is_dir() else None

    return found


def pictures(*shown: np.ndarray, step_s: float = 0.5) -> FilmPictures:
    """Pictures as a film would hold them, without loss."""
    import cv2

    coded = [
        np.frombuffer(cv2.imencode(".png", one[..., ::-1])[1].tobytes(), np.uint8) for one in shown
    ]
    ends = np.cumsum([len(one) for one in coded])
    return FilmPictures(np.arange(len(shown)) * step_s, ends, np.concatenate(coded))


def plain(grey: int) -> np.ndarray:
    return np.full((96, 128, 3), grey, np.uint8)


def with_face(left: int = 32) -> np.ndarray:
    """What the tiny detector takes for a face: a white square."""
    picture = plain(60)
    picture[16:80, left : left + 64] = 255
    return picture


def film_of(shown: FilmPictures, *, duration_s: float = 6.0, seed: int = 0) -> FilmMaterial:
    rng = np.random.default_rng(seed)
    sound = 0.1 * rng.standard_normal(round(duration_s * RATE))
    return FilmMaterial(
        f"film{seed}", duration_s, sound.astype(np.float32), RATE, True, lambda: shown
    )


@pytest.fixture
def film() -> FilmMaterial:
    """Six pictures, every other one with a face, and noise."""
    return film_of(pictures(*(with_face() if n % 2 else plain(20 + 30 * n) for n in range(6))))


os.environ.setdefault("HF_HUB_OFFLINE", "1")
