"""How models come here: by download, or from a file that the user has."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path

from emsync_engine.models.answers import Stated
from emsync_engine.models.catalogue import CatalogueModel, ModelFile, catalogue_model
from emsync_engine.models.checks import git_blob_of, sha256_of
from emsync_engine.models.connection import Rules
from emsync_engine.models.faults import OfflineChoiceError, WrongBytesError
from emsync_engine.models.fetching import fetch
from emsync_engine.models.locking import only_one
from emsync_engine.models.parts import Wanted
from emsync_engine.models.space import require_space, unwritable
from emsync_engine.models.store import (
    PART,
    FileRecord,
    Known,
    folder_of,
    installed_path,
    make_folder,
    read_records,
    record_file,
)
from emsync_engine.models.unpacking import unpack
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.offline import is_offline

logger = logging.getLogger(__name__)

RULES = Rules()
"""What downloads may do; tests put others in its place."""


class _WholeModel:
    """Bytes of one file, told as bytes of the whole model."""

    def __init__(self, monitor: Monitor, model: CatalogueModel, before: int) -> None:
        self._monitor, self._model, self._before = monitor, model, before
        self._expected = 0

    def begin(self, file: ModelFile) -> None:
        self._expected = file.download_bytes

    def advance(self, stage: str, done: float, total: float | None = None) -> None:
        if stage not in ("download", "retry"):
            self._monitor.advance(stage, done, total)
            return
        more = (total or self._expected) - self._expected  # a size that was not known exactly
        self._monitor.advance(stage, self._before + done, self._model.download_bytes + more)

    def done(self, file: ModelFile) -> None:
        self._before += file.download_bytes


def download_model(name: str, *, monitor: Monitor = SILENT) -> Path:
    """Download what is missing of a model, check it, and give it its place.

    Reports bytes of the whole model as stage ``download`` (``retry`` between attempts), and of one
    file as ``check`` and ``unpack``. Cancelled keeps what has come, so that the same call goes on
    from there.

    Returns
    -------
    The folder that ``installed_path`` gives from now on.

    Raises
    ------
    UnknownModelError, ModelBusyError, FolderUnwritableError
    DownloadError
        One of its children, ``OfflineChoiceError`` among them.
    """
    model = catalogue_model(name)
    if is_offline():
        raise OfflineChoiceError
    folder = folder_of(name)
    make_folder(folder)
    with only_one(name, folder):
        there = [file for file in model.files if _is_there(folder, file)]
        missing = [file for file in model.files if file not in there]
        _require_room(folder, missing)
        whole = _WholeModel(monitor, model, sum(file.download_bytes for file in there))
        for file in missing:
            whole.begin(file)
            _download_file(folder, file, whole)
            whole.done(file)
    logger.info("%s is installed in %s", name, folder)
    found = installed_path(name)
    assert found is not None
    return found


def _is_there(folder: Path, file: ModelFile) -> bool:
    record, path = read_records(folder).get(file.name), folder / file.name
    if record is None or record.is_damaged or not path.is_file():
        return False
    found = path.stat()
    return (found.st_size, found.st_mtime_ns) == (record.size_bytes, record.mtime_ns)


def _require_room(folder: Path, missing: Sequence[ModelFile]) -> None:
    """NoSpaceError unless what is missing fits, archives beside what they hold."""
    needed = 0
    for file in missing:
        come = _part_of(folder, file)
        needed += file.download_bytes - (come.stat().st_size if come.is_file() else 0)
        needed += file.expected_bytes if file.zipped else 0
    require_space(folder, needed, RULES.reserve_bytes)


def _part_of(folder: Path, file: ModelFile) -> Path:
    return folder / f"{file.name}{PART}"


def _download_file(folder: Path, file: ModelFile, monitor: Monitor) -> None:
    """One file; if it was put together of two downloads and is wrong, once more from its start."""
    size = file.zipped.size_bytes if file.zipped else file.size_bytes
    sha256 = file.zipped.sha256 if file.zipped else file.sha256
    wanted, part = Wanted(file.name, file.address, size, sha256), _part_of(folder, file)
    was_resumed = part.is_file()
    stated = fetch(wanted, part, rules=RULES, monitor=monitor)
    try:
        found, known = _checked(part, wanted, stated, monitor)
    except WrongBytesError:
        if not was_resumed:
            raise
        logger.warning("%s was put together wrongly; it is downloaded from its start", file.name)
        stated = fetch(wanted, part, rules=RULES, monitor=monitor)
        found, known = _checked(part, wanted, stated, monitor)
    target, come = folder / file.name, part
    if file.zipped:
        try:
            come, found = unpack(part, file, beside=target, monitor=monitor)
        except WrongBytesError:
            part.unlink(missing_ok=True)
            raise
    place(come, target)
    part.unlink(missing_ok=True)
    record = recorded(target, found, origin=file.address, known=known, revision=stated.revision)
    record_file(folder, file.name, record)


def _checked(part: Path, wanted: Wanted, stated: Stated, monitor: Monitor) -> tuple[str, Known]:
    """SHA-256 of what has come, and who vouches for it; WrongBytesError throws it away."""
    found = sha256_of(part, monitor=monitor)
    known: Known = "catalogue" if wanted.sha256 else "first"
    is_wrong = found != (wanted.sha256 or stated.sha256 or found)
    if wanted.sha256 is None and (stated.sha256 or stated.git_blob):
        known = "host"
        if stated.sha256 is None:
            is_wrong = git_blob_of(part) != stated.git_blob
    if is_wrong:
        part.unlink(missing_ok=True)
        raise WrongBytesError(wanted.name)
    return found, known


def place(part: Path, target: Path) -> None:
    """Let a whole file take its name."""
    try:
        os.replace(part, target)  # noqa: PTH105 - the rename that is atomic on every system
    except OSError as error:
        raise unwritable(target, error) from error


def recorded(
    path: Path,
    sha256: str,
    *,
    origin: str,
    known: Known,
    revision: str | None = None,
    is_damaged: bool = False,
) -> FileRecord:
    """What is to be known of a file as it lies there now."""
    found = path.stat()
    return FileRecord(found.st_size, sha256, found.st_mtime_ns, origin, known, revision, is_damaged)
