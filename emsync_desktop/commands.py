"""One undo command per edit."""

from __future__ import annotations

from PySide6.QtGui import QUndoCommand

from emsync_desktop.document import ProjectDocument
from emsync_engine.project.model import Project, Take, Timeline, VideoSource

EDIT_TIMELINE = 1
CHOOSE_TAKE = 2


class EditTimeline(QUndoCommand):
    """Two timelines and a text; commands of one gesture are one step."""

    def __init__(
        self,
        document: ProjectDocument,
        after: Timeline,
        text: str,
        gesture: object | None = None,
    ) -> None:
        super().__init__(text)
        assert document.timeline is not None
        self._document = document
        self._before = document.timeline
        self._after = after
        self._gesture = gesture

    def redo(self) -> None:
        self._document.apply(self._after)

    def undo(self) -> None:
        self._document.apply(self._before)

    def id(self) -> int:
        return EDIT_TIMELINE if self._gesture is not None else -1

    def mergeWith(self, later: QUndoCommand) -> bool:  # noqa: N802 - Qt override
        if not isinstance(later, EditTimeline) or later._gesture is not self._gesture:
            return False
        self._after = later._after
        self.setText(later.text())
        self.setObsolete(self._after == self._before)  # dragged back to its start: no step at all
        return True


class ReplaceFilm(QUndoCommand):
    """Another file is the film; the timeline is fitted to it."""

    def __init__(
        self, document: ProjectDocument, video: VideoSource, timeline: Timeline, text: str
    ) -> None:
        super().__init__(text)
        project = document.project
        assert project is not None
        self._document = document
        self._before = (project.video, project.timeline)
        self._after = (video, timeline)

    def redo(self) -> None:
        self._document.apply_source(*self._after)

    def undo(self) -> None:
        self._document.apply_source(*self._before)


class AddTakes(QUndoCommand):
    """New takes join the others, the first of them is the chosen one."""

    def __init__(self, document: ProjectDocument, takes: tuple[Take, ...], text: str) -> None:
        super().__init__(text)
        project = document.project
        assert project is not None
        self._document = document
        self._before = (project.takes, project.chosen_take)
        known = {take.id for take in project.takes}
        new = tuple(take for take in takes if take.id not in known)
        self._after = ((*project.takes, *new), takes[0].id)

    def redo(self) -> None:
        self._document.apply_takes(*self._after)

    def undo(self) -> None:
        self._document.apply_takes(*self._before)


class AddTake(QUndoCommand):
    """A new take joins the others and is the chosen one; the same take again is chosen only."""

    def __init__(self, document: ProjectDocument, take: Take, text: str) -> None:
        super().__init__(text)
        project = document.project
        assert project is not None
        self._document = document
        self._before = (project.takes, project.chosen_take)
        others = tuple(other for other in project.takes if other.id != take.id)
        is_new = len(others) == len(project.takes)
        self._after = ((*others, take) if is_new else project.takes, take.id)

    def redo(self) -> None:
        self._document.apply_takes(*self._after)

    def undo(self) -> None:
        self._document.apply_takes(*self._before)


class ChooseTake(QUndoCommand):
    """Another take is heard and shown; choosing on and on is one step."""

    def __init__(self, document: ProjectDocument, take_id: str, text: str) -> None:
        super().__init__(text)
        project = document.project
        assert project is not None
        self._document = document
        self._takes = project.takes
        self._before = project.chosen_take
        self._after = take_id

    def redo(self) -> None:
        self._document.apply_takes(self._takes, self._after)

    def undo(self) -> None:
        self._document.apply_takes(self._takes, self._before)

    def id(self) -> int:
        return CHOOSE_TAKE

    def mergeWith(self, later: QUndoCommand) -> bool:  # noqa: N802 - Qt override
        if not isinstance(later, ChooseTake) or later._takes is not self._takes:
            return False
        self._after = later._after
        self.setObsolete(self._after == self._before)
        return True


class EditTakes(QUndoCommand):
    """The list of takes before and after a star, a name or a deletion."""

    def __init__(self, document: ProjectDocument, after: Project, text: str) -> None:
        super().__init__(text)
        project = document.project
        assert project is not None
        self._document = document
        self._before = (project.takes, project.chosen_take)
        self._after = (after.takes, after.chosen_take)

    def redo(self) -> None:
        self._document.apply_takes(*self._after)

    def undo(self) -> None:
        self._document.apply_takes(*self._before)
