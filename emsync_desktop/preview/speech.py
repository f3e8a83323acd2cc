"""Where somebody speaks in the film that is open, asked of the engine when it has nothing to do."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from emsync_desktop.document import ProjectDocument
    from emsync_desktop.scoring import Scoring

_PAUSE_MS = 500  # one task often follows another

logger = logging.getLogger(__name__)


class SpeechFinder(QObject):
    """Asks once for each film, gives way to every task of the window, and asks again after it."""

    found = Signal(object)
    """Spans of speech in the film that is open, in seconds; None while it is not listened to."""

    def __init__(self, scoring: Scoring, document: ProjectDocument) -> None:
        super().__init__(document)
        self._scoring, self._document = scoring, document
        self._engine: QObject | None = None
        self._film: Path | None = None
        self._job: object = None
        self._is_known = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        scoring.idle.connect(self._pause.start)
        scoring.started.connect(lambda _: self._give_way())
        for changed in (document.opened, document.source_changed):
            changed.connect(self._on_film)

    def close(self) -> None:
        """Ask for nothing more: the window closes."""
        self._pause.stop()
        self._scoring.idle.disconnect(self._pause.start)

    def _on_film(self) -> None:
        project = self._document.project
        film = Path(project.video.path) if project is not None else None
        if film != self._film:
            self._give_way()
            self._film, self._is_known = film, False
            self.found.emit(None)
        self._pause.start()

    def _ask(self) -> None:
        """Put the question, if it is open still and the engine has nothing to do."""
        film = self._film
        is_waiting = self._job is not None or self._scoring.task is not None
        if film is None or self._is_known or is_waiting or not film.is_file():
            return
        from emsync_engine.jobs.speech_job import SpeechJob

        engine = self._scoring.awake_engine()
        if engine is not self._engine:
            self._engine = engine
            engine.succeeded.connect(self._on_succeeded)
            engine.failed.connect(self._on_ended)
            engine.cancelled.connect(self._on_ended)
        self._job = engine.submit(SpeechJob(film))

    def _give_way(self) -> None:
        """Somebody waits for the engine: stop, and ask again when it is idle."""
        self._pause.stop()
        if self._job is not None and self._engine is not None:
            job, self._job = self._job, None
            self._engine.cancel(job)  # type: ignore[attr-defined]

    def _on_succeeded(self, job_id: object, result: object) -> None:
        from emsync_engine.jobs.speech_job import Spoken

        if job_id != self._job or not isinstance(result, Spoken):
            return
        self._job, self._is_known = None, True
        if result.path == self._film:
            self.found.emit(result.spans)

    def _on_ended(self, job_id: object, sentence: str = "") -> None:
        if job_id == self._job:
            logger.info("nobody knows who speaks in %s: %s", self._film, sentence)
            self._job, self._is_known = None, True
