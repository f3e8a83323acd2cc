"""Keeps unsaved work while it is made, off the GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from emsync_desktop.document import ProjectDocument
from emsync_desktop.jobs import JobRunner
from emsync_desktop.recovery.versions import Keeper
from emsync_desktop.settings.store import Settings


class Autosave(QObject):
    """A version is kept some seconds after the first change that is not in one yet.

    Further changes do not put it off; what is saved, thrown away or closed is forgotten.
    """

    kept = Signal()
    """A version lies on disk."""
    failed = Signal(str)
    """Work cannot be kept, in one sentence; said once until it works again."""

    def __init__(
        self,
        document: ProjectDocument,
        settings: Settings,
        keeper: Keeper | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._settings = document, settings
        self._keeper = keeper or Keeper()
        self._runner = JobRunner(self)
        self._runner.succeeded.connect(self._on_kept)
        self._runner.failed.connect(self._on_failed)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_time)
        self._has_failed = False
        self._is_forgotten = False
        document.undo_stack.indexChanged.connect(self._on_changed)
        document.undo_stack.cleanChanged.connect(self._on_clean)
        document.opened.connect(self._on_opened)

    def close(self) -> None:
        """The window closes in order: nothing is left behind."""
        self._timer.stop()
        self._runner.close()
        self._keeper.forget()

    def _on_changed(self) -> None:
        is_changed = not self._document.undo_stack.isClean()
        if is_changed and self._settings.is_on("autosave") and not self._timer.isActive():
            self._timer.start(self._settings.number("autosave_s") * 1000)

    def _on_clean(self, is_clean: bool) -> None:
        if is_clean:
            self._forget()

    def _on_opened(self) -> None:
        self._forget()
        self._on_changed()

    def _forget(self) -> None:
        self._timer.stop()
        self._is_forgotten = self._runner.is_busy  # what is being written goes when it is written
        if not self._is_forgotten:
            self._keeper.forget()

    def _on_time(self) -> None:
        project, path = self._document.project, self._document.path
        if project is None or self._document.undo_stack.isClean():
            return
        if self._runner.is_busy:
            self._timer.start(200)
            return
        self._is_forgotten = False
        self._runner.start(lambda monitor: self._keeper.keep(project, path))

    def _on_kept(self) -> None:
        self._has_failed = False
        if self._is_forgotten:
            self._is_forgotten = False
            self._keeper.forget()
        self.kept.emit()

    def _on_failed(self, sentence: str) -> None:
        if not self._has_failed:
            self._has_failed = True
            self.failed.emit(
                self.tr("Unsaved work cannot be kept aside: {why}").format(why=sentence)
            )
