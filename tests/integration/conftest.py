"""What these tests share: a toy composer, a short film, small disks, make-believe machines."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from emsync_engine import weights
from tests.command_line import make_toy_resources
from tests.data import make_media
from tests.installer_machine import Machine
from tests.model_fixtures import at, folder

__all__ = ["at", "folder"]  # fixtures of those who download models


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A make-believe machine for the installer."""
    return Machine(tmp_path)


@pytest.fixture(scope="session")
def toy_resources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A resources folder with a toy model's weights."""
    return make_toy_resources(tmp_path_factory.mktemp("resources"))


@contextmanager
def toy_composing(toy_resources: Path) -> Iterator[None]:
    """Lets the toy model compose in the place of the shipped one, inside the block."""
    weights.load_composer.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weights, "RESOURCES", toy_resources)
        yield
    weights.load_composer.cache_clear()


@pytest.fixture
def toy_composer(toy_resources: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lets the toy model compose in the place of the shipped one.

    By the test's own patches: were they undone behind this, what they found here would stay.
    """
    weights.load_composer.cache_clear()
    monkeypatch.setattr(weights, "RESOURCES", toy_resources)
    yield
    weights.load_composer.cache_clear()


@pytest.fixture(scope="session")
def no_sound_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds at 25 pictures a second, without sound."""
    return make_media.make_no_sound(tmp_path_factory.mktemp("film")).path


@pytest.fixture
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Path]]:
    """Mounts a memory disk of some size (kB), where the system lets us."""
    mounted: list[Path] = []

    def mount(kilobytes: int, *options: str) -> Path:
        place = tmp_path_factory.mktemp("disk")
        choice = ",".join((f"size={kilobytes}k", *options))
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", choice, "tmpfs", place], capture_output=True, check=False
        )
        if done.returncode != 0:
            pytest.skip("this system does not let a test mount a disk")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "-l", place], check=True)
