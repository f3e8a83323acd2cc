"""Another way for music to make room for speech, as one step of undo."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtGui import QUndoCommand

from emsync_desktop.document import ProjectDocument
from emsync_engine.project.ducking import Ducking


class ChangeDucking(QUndoCommand):
    """Ducking before and after."""

    def __init__(self, document: ProjectDocument, after: Ducking, text: str) -> None:
        super().__init__(text)
        assert document.project is not None
        self._document = document
        self._before = document.project.ducking
        self._after = after

    def redo(self) -> None:
        self._put(self._after)

    def undo(self) -> None:
        self._put(self._before)

    def _put(self, ducking: Ducking) -> None:
        project = self._document.project
        assert project is not None
        self._document.apply_project(replace(project, ducking=ducking))
