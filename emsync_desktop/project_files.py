"""Open and save dialogs, and the question about unsaved changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from emsync_desktop.asking import ask
from emsync_desktop.document import ProjectDocument
from emsync_desktop.opening import VIDEO_SUFFIXES
from emsync_engine.errors import EmsyncError
from emsync_engine.project.file import PROJECT_SUFFIX, save_project


class ProjectFiles(QObject):
    """Writes the document's project where it belongs."""

    chosen = Signal(object)
    """A path to open."""
    saved = Signal(object)
    """The path that the project was saved to."""
    failed = Signal(str)

    def __init__(self, document: ProjectDocument, window: QWidget) -> None:
        super().__init__(window)
        self._document = document
        self._window = window
        self.may_overwrite: Callable[[Path], bool] = lambda path: True
        """Asked before a file is replaced."""

    def ask_for_one(self) -> None:
        """The dialog that opens films and projects."""
        films = " ".join(f"*.{suffix}" for suffix in VIDEO_SUFFIXES)
        video = self._document.video
        name, _ = QFileDialog.getOpenFileName(
            self._window,
            self.tr("Open a video or project"),
            str(video.parent) if video else "",
            self.tr("Videos and projects")
            + f" ({films} *{PROJECT_SUFFIX});;"
            + self.tr("All files")
            + " (*)",
        )
        if name:
            self.chosen.emit(Path(name))

    def save(self) -> bool:
        """Save where the project came from, else ask; whether it is saved now."""
        if self._document.path is None:
            return self.save_as()
        return self.write(self._document.path)

    def save_as(self) -> bool:
        """Ask where to, and save there; whether it is saved now."""
        document = self._document
        if document.video is None:
            return False
        suggestion = document.path or document.video.with_suffix(PROJECT_SUFFIX)
        name, _ = QFileDialog.getSaveFileName(
            self._window,
            self.tr("Save project"),
            str(suggestion),
            self.tr("EMSYNC project") + f" (*{PROJECT_SUFFIX})",
        )
        if not name:
            return False
        path = Path(name)
        return self.write(path if path.suffix else path.with_suffix(PROJECT_SUFFIX))

    def write(self, path: Path) -> bool:
        """Write the project; a failure is said in one sentence and changes nothing."""
        if self._document.project is None or not self.may_overwrite(path):
            return False
        try:
            save_project(self._document.project, path, overwrite=True)
        except EmsyncError as error:
            self.failed.emit(str(error))
            return False
        self._document.saved_as(path)
        self.saved.emit(path)
        return True

    def may_leave(self) -> bool:
        """Whether what is open may be closed: nothing changed, saved now, or thrown away."""
        if self._document.project is None or self._document.undo_stack.isClean():
            return True
        path = self._document.path
        name = path.name if path else Path(self._document.project.video.path).name
        answer = ask(
            self._window,
            self.tr("Save the changes to this project?"),
            self.tr("{name} has changes that would be lost otherwise.").format(name=name),
            {
                "save": self.tr("Save"),
                "discard": self.tr("Don't save"),
                "cancel": self.tr("Cancel"),
            },
            usual="save",
            cancel="cancel",
        )
        return answer == "discard" or (answer == "save" and self.save())
