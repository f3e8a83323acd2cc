"""A new version of the edit as one step of the undo history."""

from __future__ import annotations

from PySide6.QtGui import QUndoCommand

from emsync_desktop.document import ProjectDocument
from emsync_engine.project.model import Project


class ConformEdit(QUndoCommand):
    """Film, timeline and takes before and after."""

    def __init__(self, document: ProjectDocument, after: Project, text: str) -> None:
        super().__init__(text)
        assert document.project is not None
        self._document = document
        self._before = document.project
        self._after = after

    def redo(self) -> None:
        self._document.apply_edit(self._after)

    def undo(self) -> None:
        self._document.apply_edit(self._before)
