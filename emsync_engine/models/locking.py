"""One program at a time in a model's folder; the lock goes with the program that holds it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import ClassVar

from emsync_engine.models.faults import FolderUnwritableError, ModelBusyError
from emsync_engine.output import output_reason


class only_one:  # noqa: N801 - used as a verb: with only_one(name, folder)
    """Hold the folder of a model; ModelBusyError while another program does."""

    FILE: ClassVar[str] = ".lock"

    def __init__(self, name: str, folder: Path) -> None:
        self._name, self._path = name, folder / self.FILE
        self._file = -1

    def __enter__(self) -> None:
        try:
            file = locked_file(self._path)
        except OSError as error:
            raise FolderUnwritableError(self._path.parent, output_reason(error)) from error
        if file is None:
            raise ModelBusyError(self._name)
        self._file = file

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._file)  # which lets go of the lock


def locked_file(path: Path) -> int | None:
    """A file, made if need be, that this program alone holds until it closes it, or ends.

    None while another program holds it; OSError where it cannot be opened.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _lock(file)
    except OSError:
        os.close(file)
        return None
    return file


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
