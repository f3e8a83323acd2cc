"""Which segments are stale, fresh, locked or tacet, kept in step with the document."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from emsync_desktop.document import ProjectDocument
from emsync_desktop.plans import LONG_FILM, states_of
from emsync_engine.project.model import GenerationSettings

if TYPE_CHECKING:
    from emsync_engine.music.parts import PartState

_LATER_MS = 150


class PartStates(QObject):
    """The states of a document's segments under the wishes for the next take.

    In a long film they are worked out a moment after the last edit, so that a drag stays smooth;
    until then those segments count as stale that were, if there still are as many.
    """

    changed = Signal()

    def __init__(
        self,
        document: ProjectDocument,
        settings: Callable[[], GenerationSettings],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._settings = settings
        self._states: tuple[PartState, ...] = ()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_LATER_MS)
        self._timer.timeout.connect(self._on_time)

    @property
    def states(self) -> tuple[PartState, ...]:
        """One for each segment; those of a moment ago while a long film is edited."""
        timeline = self._document.timeline
        if timeline is None or len(self._states) != len(timeline.emotions):
            return ()
        return self._states

    @property
    def now(self) -> tuple[PartState, ...]:
        """One for each segment, worked out now if it has not been."""
        self._timer.stop()
        self._work_out()
        return self._states

    @property
    def stale(self) -> frozenset[int]:
        """Segments that have changed since the take that is heard was written for them.

        None where the take does not say what it was written for.
        """
        take = self._document.take
        if take is None or not take.parts:
            return frozenset()
        return frozenset(n for n, state in enumerate(self.states) if state == "stale")

    def refresh(self) -> None:
        """Something has changed: work the states out, at once or soon."""
        timeline = self._document.timeline
        if timeline is not None and len(timeline.emotions) > LONG_FILM:
            self._timer.start()
        else:
            self._work_out()

    def stop(self) -> None:
        self._timer.stop()

    def _work_out(self) -> None:
        self._states = states_of(self._document.timeline, self._document.take, self._settings())

    def _on_time(self) -> None:
        self._work_out()
        self.changed.emit()
