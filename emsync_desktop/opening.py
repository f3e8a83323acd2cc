"""Opening projects and finding their films; files are read off the GUI thread."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from emsync_desktop.jobs import JobRunner
from emsync_engine.project.file import PROJECT_SUFFIX, load_project
from emsync_engine.project.model import Project
from emsync_engine.weights import RESOURCES

DEMO_FILM = RESOURCES / "demo.mp4"
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


def looked_at(path: Path) -> Project | None:
    """The project in a file, or None for a film; EmsyncError if it is neither."""
    if is_project(path):
        return opened_project(path)
    from emsync_engine.video.probe import probe

    probe(path)
    return None


class Opener(QObject):
    """Looks into files before anything is closed for them; of two in a row the later one counts."""

    opened = Signal(object, object)
    """A project, and the path of its file."""
    film_found = Signal(object)
    """The path of a film that can be read, as far as its start tells."""
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = JobRunner(self)
        self._runner.succeeded.connect(self._on_read)
        self._runner.failed.connect(self._on_failed)
        self._path: Path | None = None
        self._next: Path | None = None

    def open(self, path: Path) -> None:
        if self._runner.is_busy:
            self._next = path
            return
        self._path = path
        self._runner.start(lambda monitor: looked_at(path))

    def close(self) -> None:
        self._runner.close()

    def _on_read(self, project: object) -> None:
        if self._goes_on():
            return
        if project is None:
            self.film_found.emit(self._path)
        else:
            self.opened.emit(project, self._path)

    def _on_failed(self, sentence: str) -> None:
        if not self._goes_on():
            self.failed.emit(sentence)

    def _goes_on(self) -> bool:
        """Whether something else was asked for meanwhile, which is then looked at."""
        if self._next is None:
            return False
        path, self._next = self._next, None
        self.open(path)
        return True
