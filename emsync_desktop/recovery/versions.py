"""Unsaved work on disk: a folder for each window, in it the last few versions. No GUI.

A folder belongs to a window as long as its lock is held; the lock of a window that was killed is
free, and what lies there can be recovered.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import platformdirs
from PySide6.QtCore import QLockFile

from emsync_engine.errors import EmsyncError
from emsync_engine.output import written_whole
from emsync_engine.project.file import PROJECT_SUFFIX, load_project
from emsync_engine.project.model import Project
from emsync_engine.project.schema import project_data

KEPT = 12
"""Versions of a window that are kept, the latest ones."""
_LOCK = "window.lock"
_FEW = 256  # objects that are taken one by one
_AT_ONCE = 5000  # values of a list
_LONG = 4096
_VERSION = re.compile(r"version-(\d{6})\.emsync")


def recovery_root() -> Path:
    """Where unsaved work lies on this system."""
    return Path(platformdirs.user_state_path("emsync", appauthor=False)) / "recovery"


@dataclass(frozen=True, slots=True)
class Version:
    """A state of a project that was kept, and what it holds."""

    file: Path
    kept_at: datetime
    film: str
    project: Path | None  # the file that it would be saved to
    segments: int
    takes: int

    @property
    def folder(self) -> Path:
        return self.file.parent

    def load(self) -> Project:
        """The project itself; ProjectUnreadableError if the file is damaged."""
        return load_project(self.file)


class Keeper:
    """Keeps versions for one window; the folder is made with the first of them."""

    def __init__(self, root: Path | None = None) -> None:
        self._root = root or recovery_root()
        self._folder: Path | None = None
        self._lock: QLockFile | None = None
        self._number = 0

    @property
    def folder(self) -> Path | None:
        return self._folder

    def keep(self, project: Project, path: Path | None) -> Path:
        """Write a version; OutputUnwritableError if the disk refuses."""
        folder = self._own_folder()
        self._number += 1
        file = folder / f"version-{self._number:06d}{PROJECT_SUFFIX}"
        _write(file, pieces_of(project_data(project)))
        facts = {
            "film": project.video.path,
            "project": str(path) if path is not None else None,
            "segments": len(project.timeline.emotions),
            "takes": len(project.takes),
        }
        _write(file.with_suffix(".json"), [json.dumps(facts)])
        for old in _version_files(folder)[:-KEPT]:
            old.unlink(missing_ok=True)
            old.with_suffix(".json").unlink(missing_ok=True)
        return file

    def forget(self) -> None:
        """What was kept is saved elsewhere, or not wanted."""
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _own_folder(self) -> Path:
        if self._folder is None or not self._folder.is_dir():
            name = f"{datetime.now():%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:6]}"
            folder = self._root / name
            folder.mkdir(parents=True, exist_ok=True)
            lock = QLockFile(str(folder / _LOCK))
            lock.setStaleLockTime(0)  # held until the process ends, however long it lives
            lock.tryLock(0)
            self._folder, self._lock = folder, lock
        return self._folder


def left_behind(root: Path | None = None) -> list[list[Version]]:
    """Versions of windows that ended without saving: one list each, all the latest first."""
    root = root or recovery_root()
    if not root.is_dir():
        return []
    found = [versions_in(folder) for folder in root.iterdir() if _is_left(folder)]
    return sorted((one for one in found if one), key=lambda one: one[0].kept_at, reverse=True)


def versions_in(folder: Path) -> list[Version]:
    """What a folder holds, the latest first; files without facts beside them are looked into."""
    versions = [_version(file) for file in reversed(_version_files(folder))]
    return [one for one in versions if one is not None]


def throw_away(folder: Path) -> None:
    """Delete what a window left behind."""
    shutil.rmtree(folder, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    lock = QLockFile(str(folder / _LOCK))
    lock.setStaleLockTime(0)
    if not lock.tryLock(0):
        return False
    lock.unlock()
    return True


def _version(file: Path) -> Version | None:
    try:
        kept_at = datetime.fromtimestamp(file.stat().st_mtime)
        facts = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
        project = Path(facts["project"]) if facts["project"] else None
        return Version(
            *(file, kept_at, str(facts["film"]), project),
            segments=int(facts["segments"]),
            takes=int(facts["takes"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return _looked_into(file)


def _looked_into(file: Path) -> Version | None:
    """A version whose facts were not written any more; None if it cannot be read."""
    try:
        project = load_project(file)
        kept_at = datetime.fromtimestamp(file.stat().st_mtime)
    except (EmsyncError, OSError):
        return None
    segments, takes = len(project.timeline.emotions), len(project.takes)
    return Version(file, kept_at, project.video.path, None, segments, takes)


def _version_files(folder: Path) -> list[Path]:
    try:
        return sorted(one for one in folder.iterdir() if _VERSION.fullmatch(one.name))
    except OSError:
        return []


def pieces_of(value: object) -> Iterator[str]:
    """The JSON of a value, as dense as it can be, in pieces that each take a few milliseconds.

    Fifteen times as quick as the text that people read; and the window's thread has its turn
    between two pieces, which it would not have within one.
    """
    if isinstance(value, dict) and value:
        for number, (key, item) in enumerate(value.items()):
            yield ("," if number else "{") + json.dumps(key) + ":"
            yield from pieces_of(item)
        yield "}"
    elif isinstance(value, list) and value and isinstance(value[0], dict) and len(value) < _FEW:
        for number, item in enumerate(value):
            yield "," if number else "["
            yield from pieces_of(item)
        yield "]"
    elif isinstance(value, list) and value:
        for start in range(0, len(value), _AT_ONCE):
            yield ("," if start else "[") + json.dumps(value[start : start + _AT_ONCE])[1:-1]
        yield "]"
    else:
        yield json.dumps(value)


def _write(file: Path, pieces: Iterable[str]) -> None:
    with written_whole(file) as partial, partial.open("w", encoding="utf-8") as out:
        for piece in pieces:
            out.write(piece)
            if len(piece) > _LONG:
                time.sleep(0)  # let others have their turn
        out.flush()
        os.fsync(out.fileno())
