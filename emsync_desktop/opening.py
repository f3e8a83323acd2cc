"""Opening projects and finding their films; the project file is read off the GUI thread."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from emsync_desktop.jobs import JobRunner
from emsync_engine.project.file import PROJECT_SUFFIX, load_project
from emsync_engine.project.model import Project

VIDEO_SUFFIXES = (
    *("mp4", "mov", "mkv", "webm", "avi", "m4v", "mts", "m2ts", "ts", "mpg", "mpeg"),
    *("mxf", "wmv", "flv", "ogv", "3gp"),
)


def is_project(path: Path) -> bool:
    """Whether a path is named like a project."""
    return path.suffix.lower() == PROJECT_SUFFIX


def opened_project(path: Path) -> Project:
    """A project whose film is where it says, or beside the project under the same name."""
    project = load_project(path)
    film = Path(project.video.path)
    beside = path.absolute().parent / film.name
    if not film.is_file() and beside.is_file():
        project = replace(project, video=replace(project.video, path=str(beside)))
    return project


class ProjectOpener(QObject):
    """Reads project files; of two asked for in a row the later one is opened."""

    opened = Signal(object, object)
    """The project, and the path of its file."""
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = JobRunner(self)
        self._runner.succeeded.connect(self._on_read)
        self._runner.failed.connect(self.failed)
        self._path: Path | None = None
        self._next: Path | None = None

    def open(self, path: Path) -> None:
        if self._runner.is_busy:
            self._next = path
            return
        self._path = path
        self._runner.start(lambda monitor: opened_project(path))

    def close(self) -> None:
        self._runner.close()

    def _on_read(self, project: object) -> None:
        if self._next is not None:
            path, self._next = self._next, None
            self.open(path)
            return
        self.opened.emit(project, self._path)
