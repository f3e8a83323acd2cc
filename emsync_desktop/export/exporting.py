"""An export under way in the engine process, as the dialog follows it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from emsync_desktop.wording import tr
from emsync_engine.export import ExportRequest
from emsync_engine.project.model import Project

# Share of an export that lies behind when a stage begins and ends: with a film, and without one.
_WITH_FILM = {
    "render": (0.0, 0.4),
    "mix": (0.4, 0.58),
    "find range": (0.58, 0.6),
    "read sound": (0.6, 0.68),
    "blend": (0.68, 0.7),
    "level": (0.7, 0.75),
    "mux": (0.75, 1.0),
}
_MUSIC_ONLY = {"render": (0.0, 0.7), "mix": (0.7, 0.97)}


def stage_words(stage: str) -> str:
    """What is being done, for the person who waits."""
    return {
        "render": tr("Playing the score"),
        "mix": tr("Mixing"),
        "level": tr("Setting the level"),
        "find range": tr("Finding the range"),
        "read sound": tr("Reading the film's sound"),
        "blend": tr("Making room for speech"),
        "mux": tr("Writing the film"),
        "write": tr("Writing the hand-off folder"),
    }.get(stage, tr("Preparing"))


class Exporting(QObject):
    """Gives one export to the engine and tells how it goes.

    Parameters
    ----------
    engine : called when an export begins: the engine's client, awake
    """

    progressed = Signal(str, float)
    """Words, and the share that is done (0 to 1)."""
    finished = Signal(object)
    """``Exported``."""
    failed = Signal(str)
    cancelled = Signal()

    def __init__(self, engine: Callable[[], Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wake = engine
        self._engine: Any = None
        self._job_id: Any = None
        self._stages = _WITH_FILM
        self._share = 0.0

    @property
    def is_busy(self) -> bool:
        return self._job_id is not None

    def begin(self, place: Path, project: Project, request: ExportRequest) -> None:
        """Start; one of ``finished``, ``failed`` and ``cancelled`` follows."""
        from emsync_engine.jobs.export_job import ExportJob

        if self.is_busy:
            return
        self._listen(self._wake())
        self._stages = _WITH_FILM if "film" in request.parts else _MUSIC_ONLY
        self._share = 0.0
        self._job_id = self._engine.submit(ExportJob(place, project, request))
        self.progressed.emit(stage_words(""), 0.0)

    def cancel(self) -> None:
        if self._job_id is not None:
            self._engine.cancel(self._job_id)

    def _listen(self, engine: Any) -> None:
        if engine is self._engine:
            return
        self._engine = engine
        engine.advanced.connect(self._on_advanced)
        engine.succeeded.connect(self._on_succeeded)
        engine.failed.connect(self._on_failed)
        engine.cancelled.connect(self._on_cancelled)

    def _on_advanced(self, job_id: object, stage: str, done: float, total: object) -> None:
        if self._job_id is None or job_id != self._job_id:
            return
        begin, end = self._stages.get(stage, (self._share, self._share))
        part = done / total if isinstance(total, int | float) and total > 0 else 0.0
        self._share = max(self._share, begin + (end - begin) * min(part, 1.0))
        self.progressed.emit(stage_words(stage), self._share)

    def _ended(self, job_id: object) -> bool:
        if self._job_id is None or job_id != self._job_id:
            return False
        self._job_id = None
        return True

    def _on_succeeded(self, job_id: object, result: object) -> None:
        if self._ended(job_id):
            self.finished.emit(result)

    def _on_failed(self, job_id: object, sentence: str) -> None:
        if self._ended(job_id):
            self.failed.emit(sentence)

    def _on_cancelled(self, job_id: object) -> None:
        if self._ended(job_id):
            self.cancelled.emit()
