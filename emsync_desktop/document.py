"""The one mutable place: the open project, its undo stack and what belongs to its takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from emsync_engine.project.model import Project, Take, Timeline
from emsync_engine.timing import FrameRate


@dataclass(frozen=True, slots=True)
class Sounding:
    """What a take needs to be heard, kept beside the project: it can be rendered again."""

    mix: Path
    timeline: Timeline  # the one that the take was composed for


class ProjectDocument(QObject):
    """Holds the project. Every change goes through a command on ``undo_stack``."""

    opened = Signal()
    """Another project, or none, is in the document now."""
    timeline_changed = Signal()
    takes_changed = Signal()
    modified_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self.undo_stack.cleanChanged.connect(self._on_clean_changed)
        self.path: Path | None = None
        self._project: Project | None = None
        self._sounding: dict[str, Sounding] = {}

    @property
    def project(self) -> Project | None:
        return self._project

    @property
    def timeline(self) -> Timeline | None:
        return self._project.timeline if self._project else None

    @property
    def video(self) -> Path | None:
        return Path(self._project.video.path) if self._project else None

    @property
    def rate(self) -> FrameRate:
        return FrameRate(self._project.video.frame_rate) if self._project else FrameRate.parse("25")

    @property
    def take(self) -> Take | None:
        return self._project.take if self._project else None

    def sounding_of(self, take_id: str) -> Sounding | None:
        """What is known of a take's sound, be its file there or not."""
        return self._sounding.get(take_id)

    @property
    def mix(self) -> Path | None:
        """WAV of the chosen take, if it has been rendered."""
        sounding = self._sounding.get(self.take.id) if self.take else None
        return sounding.mix if sounding and sounding.mix.is_file() else None

    def open(self, project: Project | None, path: Path | None = None) -> None:
        """Put another project in; its history starts empty."""
        self.undo_stack.clear()
        self._sounding.clear()
        self._project = project
        self.path = path
        self.opened.emit()
        self.timeline_changed.emit()
        self.takes_changed.emit()

    def saved_as(self, path: Path) -> None:
        """The project as it is now lies in a file."""
        self.path = path
        self.undo_stack.setClean()

    def keep_sounding(self, take_id: str, sounding: Sounding) -> None:
        """Remember where a take's sound is; no change of the project."""
        self._sounding[take_id] = sounding
        self.takes_changed.emit()

    def _on_clean_changed(self, is_clean: bool) -> None:
        self.modified_changed.emit(not is_clean)

    def apply(self, timeline: Timeline) -> None:
        """For commands only: put a timeline in."""
        assert self._project is not None
        self._project = replace(self._project, timeline=timeline)
        self.timeline_changed.emit()

    def apply_takes(self, takes: tuple[Take, ...], chosen: str | None) -> None:
        """For commands only: put takes in, and say which one is heard."""
        assert self._project is not None
        self._project = replace(self._project, takes=takes, chosen_take=chosen)
        self.takes_changed.emit()
