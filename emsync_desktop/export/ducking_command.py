"""Another way for music to make room for speech, as one step of undo."""

from __future__ import annotations

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
        self._document.apply_ducking(self._after)

    def undo(self) -> None:
        self._document.apply_ducking(self._before)
