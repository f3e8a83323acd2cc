"""The one mutable place: the open project, its undo stack and what belongs to its takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from emsync_engine.project.ducking import Ducking
from emsync_engine.project.model import Project, Take, Timeline, VideoSource
from emsync_engine.timing import FrameRate


@dataclass(frozen=True, slots=True)
class Sounding:
    """What a take needs to be heard, kept beside the project: it can be rendered again."""

    mix: Path
    timeline: Timeline  # the one that the take was composed for
    sound: object = None  # what ``sound_of`` said when it was played
    stems: Mapping[str, Path] = field(default_factory=dict)  # none of films that are too long


def sound_of(take: Take, timeline: Timeline) -> object:
    """What the sound of a take depends on beside its notes: its instruments, and the levels."""
    levels: tuple[object, ...] = ()
    if any(timeline.levels_db):
        levels = (timeline.levels_db, tuple(one.time for one in timeline.boundaries))
    return (tuple(sorted(take.music.programs.items())), levels)


class ProjectDocument(QObject):
    """Holds the project. Every change goes through a command on ``undo_stack``."""

    opened = Signal()
    """Another project, or none, is in the document now."""
    timeline_changed = Signal()
    takes_changed = Signal()
    source_changed = Signal()
    """The film lies in another file now."""
    ducking_changed = Signal()
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

    @property
    def stems(self) -> Mapping[str, Path]:
        """WAVs of the families of the chosen take, where they have been rendered."""
        sounding = self._sounding.get(self.take.id) if self.take else None
        return sounding.stems if sounding else {}

    @property
    def is_sound_old(self) -> bool:
        """Whether the take that is heard was played with other instruments or levels."""
        take, timeline = self.take, self.timeline
        sounding = self._sounding.get(take.id) if take else None
        if take is None or timeline is None or sounding is None:
            return False
        return sounding.sound is not None and sounding.sound != sound_of(take, timeline)

    def open(
        self, project: Project | None, path: Path | None = None, *, is_changed: bool = False
    ) -> None:
        """Put another project in; its history starts empty.

        ``is_changed`` ones are not as in their file: they were recovered.
        """
        self.undo_stack.clear()
        if is_changed:
            self.undo_stack.resetClean()
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

    def apply_source(self, video: VideoSource, timeline: Timeline) -> None:
        """For commands only: another file is the film, with the timeline that fits it."""
        assert self._project is not None
        self._project = replace(self._project, video=video, timeline=timeline)
        self.source_changed.emit()
        self.timeline_changed.emit()

    def apply_edit(self, project: Project) -> None:
        """For commands only: film, timeline and takes of another version of the edit at once."""
        self._project = project
        self.source_changed.emit()
        self.timeline_changed.emit()
        self.takes_changed.emit()

    def apply_ducking(self, ducking: Ducking) -> None:
        """For commands only: let music make room for speech in another way."""
        assert self._project is not None
        self._project = replace(self._project, ducking=ducking)
        self.ducking_changed.emit()

    def apply_takes(self, takes: tuple[Take, ...], chosen: str | None) -> None:
        """For commands only: put takes in, and say which one is heard."""
        assert self._project is not None
        self._project = replace(self._project, takes=takes, chosen_take=chosen)
        self.takes_changed.emit()
