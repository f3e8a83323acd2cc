"""Two windows on one project notice each other, and so does a save over a file that has changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from PySide6.QtCore import QLockFile


def locks_root() -> Path:
    """Where windows of this user say what they have open."""
    return Path(platformdirs.user_state_path("emsync", appauthor=False)) / "open"


class ProjectLock:
    """Says that a project is open in this window, as long as it is."""

    def __init__(self, root: Path | None = None) -> None:
        self._root = root
        self._lock: QLockFile | None = None
        self._path: Path | None = None

    def hold(self, path: Path | None) -> bool:
        """Let go of what was held and hold another; False if another window holds it already."""
        path = path.resolve() if path is not None else None
        if path is not None and path == self._path and self._lock is not None:
            return True
        self.release()
        if path is None:
            return True
        root = self._root or locks_root()
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError:
            return True  # where nothing can be noted, nothing is claimed
        name = hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()[:24]
        lock = QLockFile(str(root / f"{name}.lock"))
        lock.setStaleLockTime(0)
        if not lock.tryLock(0):
            return lock.error() != QLockFile.LockError.LockFailedError
        self._lock, self._path = lock, path
        return True

    def release(self) -> None:
        if self._lock is not None:
            self._lock.unlock()
        self._lock = self._path = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells whether a file was written to: its size and time of change."""

    size: int
    changed_ns: int

    @classmethod
    def of(cls, path: Path | None) -> Stamp | None:
        """None where there is no file."""
        try:
            status = path.stat() if path is not None else None
        except OSError:
            return None
        return cls(status.st_size, status.st_mtime_ns) if status is not None else None
