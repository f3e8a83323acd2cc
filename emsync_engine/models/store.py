"""The folder of models: what is installed there, and how each file came.

Each model has a folder of its own, under its name. ``installed.json`` in it records every file that
was checked: size, SHA-256, origin. A file without a record, or touched since, is not used before it
has been checked again. Downloads under way lie beside their target as ``NAME.part``.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from dataclasses import asdict, dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any, Literal

import platformdirs

from emsync_engine.errors import OutputUnwritableError
from emsync_engine.models.catalogue import CATALOGUE, CatalogueModel, ModelFile, catalogue_model
from emsync_engine.models.checks import sha256_of
from emsync_engine.models.faults import FolderUnwritableError
from emsync_engine.models.locking import only_one
from emsync_engine.output import output_reason, written_whole

logger = logging.getLogger(__name__)

RECORD = "installed.json"
PART = ".part"
_UNFINISHED = (PART, f"{PART}.json", ".unpacked", ".link")

Known = Literal["catalogue", "host", "first"]
"""Who said what the SHA-256 must be: the catalogue, the host, or nobody before it came."""


class State(Enum):
    """How much of a model is there."""

    NOT_INSTALLED = "not installed"
    PARTLY = "partly"
    UNCHECKED = "not checked"
    DAMAGED = "damaged"
    INSTALLED = "installed"


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file as it was when it was checked. ``origin`` is an address or the user's path."""

    size_bytes: int
    sha256: str
    mtime_ns: int
    origin: str
    known: Known
    revision: str | None = None
    is_damaged: bool = False


@dataclass(frozen=True, slots=True)
class ModelState:
    """What is there of one model; ``bytes_there`` counts finished and half-loaded files."""

    model: CatalogueModel
    state: State
    folder: Path
    bytes_there: int
    missing: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """How much of it is there, 0 to 1."""
        total = self.model.disk_bytes
        return min(self.bytes_there / total, 1.0) if total else 0.0


def models_folder() -> Path:
    """``EMSYNC_MODELS_DIR`` if set, else the place for a user's data on this system."""
    chosen = os.environ.get("EMSYNC_MODELS_DIR")
    if chosen:
        return Path(chosen).expanduser()
    return Path(platformdirs.user_data_path("emsync", appauthor=False)) / "models"


def folder_of(name: str) -> Path:
    """The folder of one model, which may not be there yet; UnknownModelError for no model."""
    return models_folder() / catalogue_model(name).name


def installed_path(name: str) -> Path | None:
    """The folder that holds every file of a model, each checked; None if it is not installed.

    Cheap: sizes and times are compared with the record, and a file is read again only if somebody
    touched it since. KeyError for a name that the catalogue does not have.
    """
    model = CATALOGUE[name]
    folder = folder_of(name)
    records = read_records(folder)
    if any(not _is_whole(folder / file.name, records.get(file.name)) for file in model.files):
        return None
    return folder


def any_installed() -> bool:
    """Whether there is any model at all, by the records alone; nothing is read to check it."""
    return any(read_records(folder_of(name)) for name in CATALOGUE)


def _is_whole(path: Path, record: FileRecord | None) -> bool:
    """Whether a file is the one that was recorded; one that was touched is read to tell."""
    if record is None or record.is_damaged:
        return False
    try:
        found = path.stat()
        if found.st_size != record.size_bytes:
            return False
        if found.st_mtime_ns == record.mtime_ns:
            return True
        is_same = sha256_of(path) == record.sha256
    except OSError:
        return False
    if not is_same:
        logger.warning("%s is not as it was when it was installed, so it is not used", path)
        return False
    try:
        record_file(path.parent, path.name, replace(record, mtime_ns=found.st_mtime_ns))
    except (OutputUnwritableError, FolderUnwritableError):
        logger.info("%s cannot be recorded as checked again", path)
    return True


def state_of(name: str) -> ModelState:
    """What is there of a model, without reading its files."""
    model = catalogue_model(name)
    folder = folder_of(name)
    records = read_records(folder)
    missing, unchecked, damaged = [], [], []
    there = 0
    for file in model.files:
        path, record = folder / file.name, records.get(file.name)
        size = _size(path)
        if size is None:
            missing.append(file.name)
            there += _part_bytes(path, file)
            continue
        there += size
        if record is not None and (record.is_damaged or record.size_bytes != size):
            damaged.append(file.name)
        elif record is None or record.mtime_ns != path.stat().st_mtime_ns:
            unchecked.append(file.name)
    return ModelState(
        model,
        _state(there, missing, unchecked, damaged),
        folder,
        there,
        tuple(missing),
        tuple(unchecked),
        tuple(damaged),
    )


def _state(there: int, missing: list[str], unchecked: list[str], damaged: list[str]) -> State:
    if damaged:
        return State.DAMAGED
    if missing:
        return State.PARTLY if there else State.NOT_INSTALLED
    return State.UNCHECKED if unchecked else State.INSTALLED


def _part_bytes(path: Path, file: ModelFile) -> int:
    """How much of a file has come, in bytes of the file itself even if it comes in an archive."""
    come = _size(path.with_name(path.name + PART)) or 0
    if file.zipped is None or not come:
        return come
    return round(come / file.zipped.size_bytes * file.expected_bytes)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None


def states() -> list[ModelState]:
    """What is there of every model of the catalogue."""
    return [state_of(name) for name in CATALOGUE]


# -- records


def read_records(folder: Path) -> dict[str, FileRecord]:
    """What is known of the files in a model's folder; nothing if the record is damaged."""
    try:
        held: dict[str, Any] = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return {str(name): FileRecord(**facts) for name, facts in held["files"].items()}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        logger.warning("%s cannot be read, so its files are checked anew: %s", folder, error)
        return {}


def record_file(folder: Path, name: str, record: FileRecord | None) -> None:
    """Keep what is known of one file; None forgets it."""
    records: dict[str, FileRecord | None] = {**read_records(folder), name: record}
    facts = {key: asdict(value) for key, value in records.items() if value is not None}
    with written_whole(folder / RECORD) as partial:
        partial.write_text(json.dumps({"files": facts}, indent=1) + "\n", encoding="utf-8")


def make_folder(folder: Path) -> None:
    """The folder of a model, made if need be; FolderUnwritableError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        raise FolderUnwritableError(folder, output_reason(error)) from error


def remove_model(name: str) -> bool:
    """Remove a model with all that has come of it; whether there was anything."""
    folder = folder_of(name)
    if not folder.is_dir():
        return False
    with only_one(name, folder):
        was_there = any(one.name != only_one.FILE for one in folder.iterdir())
        for one in folder.iterdir():
            if one.name != only_one.FILE:
                _remove(one)
    shutil.rmtree(folder, ignore_errors=True)
    return was_there


def _remove(path: Path) -> None:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise FolderUnwritableError(path, output_reason(error)) from error


def discard_parts(name: str) -> None:
    """Throw away what has come of a model and is not a whole file yet."""
    folder = folder_of(name)
    if not folder.is_dir():
        return
    with only_one(name, folder):
        for one in folder.iterdir():
            if one.name.endswith(_UNFINISHED):
                _remove(one)
    if not any(one.name != only_one.FILE for one in folder.iterdir()):
        shutil.rmtree(folder, ignore_errors=True)
