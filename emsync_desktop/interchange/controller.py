"""File, Import cuts … and File, New version of the edit …: from a file to an edit to be undone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from emsync_desktop.commands import EditTimeline
from emsync_desktop.interchange.commands import ConformEdit
from emsync_desktop.interchange.conform_dialog import ConformDialog
from emsync_desktop.interchange.cuts_dialog import CutsDialog
from emsync_desktop.jobs import JobRunner
from emsync_desktop.opening import VIDEO_SUFFIXES
from emsync_engine.project.model import Timeline
from emsync_engine.scenes.cutlists import Footage, ImportedCuts, read_cut_list

if TYPE_CHECKING:
    from emsync_desktop.main_window import MainWindow

LIST_SUFFIXES = ("edl", "fcpxml", "otio", "csv", "txt")


class Interchange(QObject):
    """Brings lists of cuts and new versions of the edit into the window's document."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._path: Path | None = None
        self._timeline: Timeline | None = None
        self.dialog: CutsDialog | ConformDialog | None = None
        self._runner = JobRunner(self)
        self._runner.succeeded.connect(self._on_read)
        self._runner.failed.connect(self._on_unreadable)
        window.scoring.conformed.connect(self._on_conformed)

    def close(self) -> None:
        """The window closes."""
        self._runner.close()

    # -- lists of cuts

    def ask_for_cuts(self) -> None:
        """The dialog that chooses a list."""
        lists = " ".join(f"*.{suffix}" for suffix in LIST_SUFFIXES)
        path = self._asked(self.tr("Import cuts"), self.tr("Cut lists") + f" ({lists})")
        if path is not None:
            self.import_cuts(path)

    def import_cuts(self, path: Path, *, start: str = "") -> None:
        """Read a list, off the GUI thread; the dialog follows."""
        project = self._window.document.project
        if project is None or self._runner.is_busy:
            return
        film = Footage.of_source(project.video)
        self._path = path
        self._runner.start(lambda monitor: read_cut_list(path, film, start=start or None))

    def _on_read(self, imported: object) -> None:
        document, path = self._window.document, self._path
        if not isinstance(imported, ImportedCuts) or path is None or document.timeline is None:
            return
        dialog = self.dialog
        if not isinstance(dialog, CutsDialog) or not dialog.isVisible():
            dialog = CutsDialog(document.timeline, document.rate, path.name, self._window)
            dialog.start_typed.connect(lambda text: self.import_cuts(path, start=text))
            dialog.accepted_timeline.connect(self._take_cuts)
            self.dialog, self._timeline = dialog, document.timeline
            dialog.open()
        dialog.show_import(imported)

    def _on_unreadable(self, sentence: str) -> None:
        if isinstance(self.dialog, CutsDialog) and self.dialog.isVisible():
            self.dialog.show_failure(sentence)
        else:
            self._window.banner.say(sentence)

    def _take_cuts(self, timeline: Timeline) -> None:
        document = self._window.document
        if document.timeline is not self._timeline or timeline == self._timeline:
            return  # another film, or an edit that came between
        document.undo_stack.push(EditTimeline(document, timeline, self.tr("import cuts")))

    # -- new versions of the edit

    def ask_for_edit(self) -> None:
        """The dialog that chooses a new film, or a list of its cuts."""
        films = " ".join(f"*.{suffix}" for suffix in (*VIDEO_SUFFIXES, *LIST_SUFFIXES))
        path = self._asked(
            self.tr("New version of the edit"), self.tr("Films and cut lists") + f" ({films})"
        )
        if path is not None:
            self.conform(path)

    def conform(self, path: Path) -> None:
        """Compare a new version with the open project, in the engine; the dialog follows."""
        scoring, document = self._window.scoring, self._window.document

        def begin() -> None:
            if document.project is not None:
                scoring.conform(document.project, path)

        scoring.ask("conform", begin, self.tr("Compare with {name}").format(name=path.name))

    def _on_conformed(self, project: object, plan: object) -> None:
        from emsync_engine.conform.plan import ConformPlan

        document = self._window.document
        if project is not document.project or not isinstance(plan, ConformPlan):
            return
        dialog = self.dialog = ConformDialog(plan, self._window.page.clock, self._window)
        dialog.accepted_plan.connect(self._take_edit)
        dialog.open()

    def _take_edit(self, plan: object) -> None:
        from emsync_engine.conform.conforming import conformed
        from emsync_engine.conform.plan import ConformPlan

        document = self._window.document
        if document.project is None or not isinstance(plan, ConformPlan):
            return
        after = conformed(document.project, plan)
        document.undo_stack.push(ConformEdit(document, after, self.tr("new version of the edit")))

    def _asked(self, title: str, kinds: str) -> Path | None:
        video = self._window.document.video
        folder = str(video.parent) if video is not None and video.parent.is_dir() else ""
        name, _ = QFileDialog.getOpenFileName(
            self._window, title, folder, kinds + ";;" + self.tr("All files") + " (*)"
        )
        return Path(name) if name else None
