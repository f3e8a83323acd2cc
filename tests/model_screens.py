"""Models in every state, for pictures: what lies in the folder is empty, and said to be whole."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from emsync_engine.models import connection, installing
from emsync_engine.models.catalogue import ModelFile
from emsync_engine.models.store import FileRecord, record_file
from tests.model_server import BY_NAME, QUICK, host, slow, status

_INSTALLED = ("clip", "face-detector")
_PAUSED = {"speech": 0.62}
MEGABYTE = 1_000_000


def _sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


def _install(folder: Path, file: ModelFile) -> None:
    """A file of the right size with nothing in it, recorded as if it had been checked."""
    _sparse(folder / file.name, file.expected_bytes)
    found = (folder / file.name).stat()
    record = FileRecord(found.st_size, "0" * 64, found.st_mtime_ns, file.address, "catalogue")
    record_file(folder, file.name, record)


@contextmanager
def models_in_every_state(until: Callable[[Callable[[], object]], None]) -> Iterator[None]:
    """Two are installed, one is paused, one comes, one waits, one failed, one is not there."""
    from PySide6.QtWidgets import QApplication

    with host() as at, tempfile.TemporaryDirectory(prefix="models-") as made:
        folder, one_piece = Path(made) / ".local/share/emsync/models", bytes(346_404_948)
        folder.mkdir(parents=True)
        coming = dataclasses.replace(
            BY_NAME["audio-events"].files[-1],
            address=at.serve("/sounds", slow(one_piece, MEGABYTE, 0.08, at.is_over)),
        )
        gone = dataclasses.replace(
            BY_NAME["face-expression"].files[-1], address=at.serve("/faces", status(503))
        )
        changed = {
            "audio-events": dataclasses.replace(BY_NAME["audio-events"], files=(coming,)),
            "face-expression": dataclasses.replace(BY_NAME["face-expression"], files=(gone,)),
        }
        with (
            mock.patch.dict(os.environ, {"HOME": made, "EMSYNC_MODELS_DIR": str(folder)}),
            mock.patch.dict(BY_NAME, changed),
            mock.patch.object(installing, "RULES", QUICK),
            mock.patch.object(connection, "host_of", return_value="huggingface.co"),
        ):
            for name in _INSTALLED:
                (folder / name).mkdir()
                for file in BY_NAME[name].files:
                    _install(folder / name, file)
            for name, share in _PAUSED.items():
                (folder / name).mkdir()
                file = BY_NAME[name].files[-1]
                _sparse(folder / name / f"{file.name}.part", round(file.expected_bytes * share))
            window = next(
                one for one in QApplication.topLevelWidgets() if hasattr(one, "menu_actions")
            )
            manager = window.models.manager
            manager.refresh()
            manager.download("face-expression")
            until(lambda: manager.busy is None)
            window.banner.hide()
            manager.download("audio-events")
            manager.download("text-sentiment")
            until(lambda: manager.under("audio-events").share > 0.2)
            yield
