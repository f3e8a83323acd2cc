"""Edits of the list of takes, each as one undo step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from emsync_desktop.commands import AddTake, AddTakes, ChooseTake, EditTakes
from emsync_desktop.document import ProjectDocument
from emsync_engine.errors import EmsyncError
from emsync_engine.project.model import Project, Take
from emsync_engine.project.notes import Family
from emsync_engine.project.take_list import with_star, with_take_renamed, without_take


class TakeEditor(QObject):
    """Adds, chooses, stars, names and deletes takes of a document."""

    refused = Signal(str)
    """An edit that cannot be made, in one sentence."""

    def __init__(self, document: ProjectDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._other: str | None = None
        document.opened.connect(self._on_opened)

    def _on_opened(self) -> None:
        self._other = None

    @property
    def project(self) -> Project | None:
        return self._document.project

    def add(self, take: Take) -> None:
        """Put a take that was made just now at the end, and hear it."""
        self._remember()
        command = AddTake(self._document, take, self.tr("New take"))
        self._document.undo_stack.push(command)

    def add_all(self, takes: tuple[Take, ...]) -> None:
        """Put several takes at the end, the best first, and hear that one: one step."""
        self._remember()
        text = self.tr("{count} new takes").format(count=len(takes))
        self._document.undo_stack.push(AddTakes(self._document, takes, text))

    def set_programs(self, take_id: str, programs: Mapping[Family, int]) -> None:
        """Let families of a take be played by other General MIDI programs (0 to 127)."""

        def changed(project: Project) -> Project:
            takes = tuple(
                replace(take, music=replace(take.music, programs=dict(programs)))
                if take.id == take_id
                else take
                for take in project.takes
            )
            return replace(project, takes=takes)

        self._change(changed, self.tr("Change instrument"))

    def choose(self, take_id: str) -> None:
        """Hear another take."""
        project = self.project
        if project is not None and project.chosen_take != take_id:
            self._remember()
            command = ChooseTake(self._document, take_id, self.tr("Choose take"))
            self._document.undo_stack.push(command)

    def swap(self) -> None:
        """Hear the take that was heard before, and that one after it: A, B, A."""
        project = self.project
        if project is None or len(project.takes) < 2:
            return
        ids = [take.id for take in project.takes]
        if self._other not in ids or self._other == project.chosen_take:
            others = [one for one in ids if one != project.chosen_take]
            self._other = others[-1]
        self.choose(self._other)

    def star(self, take_id: str, is_starred: bool) -> None:
        """Mark a take as liked, or no longer."""
        text = self.tr("Star take") if is_starred else self.tr("Remove star")
        self._change(lambda project: with_star(project, take_id, is_starred), text)

    def rename(self, take_id: str, name: str) -> None:
        """Give a take a name; an empty one takes it away."""
        self._change(
            lambda project: with_take_renamed(project, take_id, name), self.tr("Name take")
        )

    def delete(self, take_id: str) -> None:
        """Take one away; if it is heard, its neighbour is."""
        self._change(lambda project: without_take(project, take_id), self.tr("Delete take"))

    def _remember(self) -> None:
        if self.project is not None:
            self._other = self.project.chosen_take

    def _change(self, change: Callable[[Project], Project], text: str) -> None:
        project = self.project
        if project is None:
            return
        try:
            after = change(project)
        except EmsyncError as error:
            self.refused.emit(str(error))
            self._document.takes_changed.emit()  # the list shows again what is so
            return
        if after != project:
            self._document.undo_stack.push(EditTakes(self._document, after, text))
