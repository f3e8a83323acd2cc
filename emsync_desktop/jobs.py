"""Light work off the GUI thread: reading and writing files, waiting for ffmpeg.

Heavy work (decoding films, inference, rendering) goes to the engine process instead.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from emsync_engine.errors import EmsyncError
from emsync_engine.monitor import Cancelled, Monitor

logger = logging.getLogger(__name__)

Work = Callable[[Monitor], object]


class _Job(QObject):
    """One piece of work, and its Monitor."""

    advanced = Signal(str, float, object)
    succeeded = Signal(object)
    failed = Signal(str)
    cancelled = Signal()

    def __init__(self, work: Work) -> None:
        super().__init__()
        self._work = work
        self._stop = threading.Event()

    def advance(self, stage: str, done: float, total: float | None = None) -> None:
        if self._stop.is_set():
            raise Cancelled
        self.advanced.emit(stage, done, total)

    def cancel(self) -> None:
        self._stop.set()

    @Slot()
    def run(self) -> None:
        try:
            result = self._work(self)
        except Cancelled:
            self.cancelled.emit()
        except EmsyncError as error:
            self.failed.emit(str(error))
        except Exception as error:
            logger.exception("a job failed")
            self.failed.emit(f"Something went wrong in the program itself: {error}.")
        else:
            self.succeeded.emit(result)


class JobRunner(QObject):
    """Lives in the GUI thread; one job at a time on a thread of its own."""

    advanced = Signal(str, float, object)
    succeeded = Signal(object)
    failed = Signal(str)
    cancelled = Signal()
    _start_asked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = QThread(self)
        self._thread.setObjectName("jobs")
        self._thread.start()
        self._job: _Job | None = None

    @property
    def is_busy(self) -> bool:
        return self._job is not None

    def start(self, work: Work) -> None:
        """Do some work; RuntimeError while other work is under way."""
        if self._job is not None:
            raise RuntimeError("one job at a time")
        job = self._job = _Job(work)
        job.moveToThread(self._thread)
        for outcome in (job.succeeded, job.failed, job.cancelled):
            outcome.connect(self._release)  # first, so that a slot may start the next job
        job.advanced.connect(self.advanced)
        job.succeeded.connect(self.succeeded)
        job.failed.connect(self.failed)
        job.cancelled.connect(self.cancelled)
        self._start_asked.connect(job.run, Qt.ConnectionType.QueuedConnection)
        self._start_asked.emit()

    def cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def close(self) -> None:
        """Cancel what runs, and wait."""
        self.cancel()
        self._thread.quit()
        self._thread.wait()

    @Slot()
    def _release(self) -> None:
        if self._job is not None:
            self._start_asked.disconnect(self._job.run)
            self._job.deleteLater()
        self._job = None
