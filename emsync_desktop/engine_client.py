"""The window's side of the engine process: jobs in, signals out, all in the GUI thread.

A thread waits at the pipe and only passes on; whoever connects here is called in the GUI thread.
"""

from __future__ import annotations

import logging
import threading

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal

from emsync_engine.jobs.messages import (
    Advanced,
    Facts,
    Failed,
    Job,
    JobId,
    Message,
    Ready,
    Shown,
    Succeeded,
    WasCancelled,
)
from emsync_engine.jobs.process import EngineProcess, EngineStoppedError

logger = logging.getLogger(__name__)


class EngineClient(QObject):
    """Owns the engine process of a window.

    Every job that was submitted ends in exactly one of ``succeeded``, ``failed`` and ``cancelled``,
    until the client is closed; then nothing more is emitted.

    Parameters
    ----------
    process : one that nobody listens to yet, in the place of a new one
    """

    advanced = Signal(object, str, float, object)
    """Job id, stage, how much is done, of how much (None if not known)."""
    shown = Signal(object, object)
    """Job id, part of what it will give, such as pictures of a film that is being read."""
    succeeded = Signal(object, object)
    """Job id, result."""
    failed = Signal(object, str)
    """Job id, one sentence."""
    cancelled = Signal(object)
    """Job id."""
    crashed = Signal(str)
    """One sentence. Unfinished jobs have failed, and the process has been started again; one that
    ended before it was even up is started with the next job."""
    jobs_changed = Signal()
    """A job was submitted, or one has ended."""
    facts = Signal(object)
    """``EngineFacts``, the answer to ``ask_facts``."""

    def __init__(
        self, parent: QObject | None = None, *, process: EngineProcess | None = None
    ) -> None:
        super().__init__(parent)
        self._process = process if process is not None else EngineProcess()
        self._unfinished: dict[JobId, Job] = {}
        self._is_closed = False
        self._listen()
        if (application := QCoreApplication.instance()) is not None:
            application.aboutToQuit.connect(self.close)

    @property
    def is_busy(self) -> bool:
        """Whether a job is under way or waiting."""
        return bool(self._unfinished)

    @property
    def jobs(self) -> tuple[tuple[JobId, Job], ...]:
        """The jobs in the order in which they are done; the first is under way."""
        return tuple(self._unfinished.items())

    @property
    def process(self) -> EngineProcess:
        """The process, to show its number or its log; only the client speaks with it."""
        return self._process

    def submit(self, job: Job) -> JobId:
        """Put a job at the end of the queue; returns at once, before its outcome is emitted."""
        if self._is_down:
            self._start_again()
        job_id = self._process.submit(job)
        self._unfinished[job_id] = job
        self.jobs_changed.emit()
        return job_id

    def cancel(self, job_id: JobId) -> None:
        """Ask a job to stop; ``cancelled`` follows, unless it is done before that."""
        if job_id in self._unfinished:
            self._process.cancel(job_id)

    def ask_facts(self) -> None:
        """Ask what the process uses; ``facts`` follow unless it is down."""
        if not self._is_closed and not self._is_down:
            self._process.ask_facts()

    def close(self) -> None:
        """Cancel what is under way and end the process, within two seconds."""
        if self._is_closed:
            return
        self._is_closed = True
        self._unfinished.clear()
        self._process.close()
        self._listener.wait()

    def _listen(self) -> None:
        self._is_ready = self._is_down = False
        self._listener = _Listener(self._process)
        self._listener.received.connect(self._on_received, Qt.ConnectionType.QueuedConnection)
        self._listener.ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)
        self._listener.start()

    def _start_again(self) -> None:
        self._listener.wait()
        self._process.restart()
        self._listen()

    def _on_received(self, message: Message) -> None:
        if self._is_closed:
            return
        if isinstance(message, Ready):
            self._is_ready = True
        elif isinstance(message, Advanced):
            if message.job_id in self._unfinished:
                self.advanced.emit(message.job_id, message.stage, message.done, message.total)
        elif isinstance(message, Shown):
            if message.job_id in self._unfinished:
                self.shown.emit(message.job_id, message.part)
        elif isinstance(message, Facts):
            self.facts.emit(message.facts)
        elif self._unfinished.pop(message.job_id, None) is not None:
            self._emit_outcome(message)
            self.jobs_changed.emit()

    def _emit_outcome(self, message: Succeeded | Failed | WasCancelled) -> None:
        if isinstance(message, Succeeded):
            self.succeeded.emit(message.job_id, message.result)
        elif isinstance(message, WasCancelled):
            self.cancelled.emit(message.job_id)
        else:
            if message.traceback:
                logger.error("job %d in the engine\n%s", message.job_id, message.traceback)
            self.failed.emit(message.job_id, message.message)

    def _on_ended(self, error: EngineStoppedError) -> None:
        """Start again, then say so; one that did not even start is tried at the next job."""
        if self._is_closed:
            return
        logger.error("%s Exit code: %s.", error, error.exit_code)
        self._is_down = True
        how_ended = str(error).removesuffix(".")
        sentence = f"{how_ended}; its log is {self._process.log}."
        if self._is_ready:
            self._start_again()
            sentence = f"{how_ended}; it has been started again, and your project is unharmed."
        lost, self._unfinished = list(self._unfinished), {}
        for job_id in lost:
            self.failed.emit(job_id, sentence)
        self.jobs_changed.emit()
        self.crashed.emit(sentence)


class _Listener(QObject):
    """Waits at the pipe in a thread of its own until the process ends."""

    received = Signal(object)
    ended = Signal(object)

    def __init__(self, process: EngineProcess) -> None:
        super().__init__()
        self._process = process
        self._thread = threading.Thread(target=self._pass_on, name="engine-inbox", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wait(self) -> None:
        """Wait for the thread; the process has ended, so it is about to."""
        self._thread.join()

    def _pass_on(self) -> None:
        try:
            while True:
                self.received.emit(self._process.receive())
        except EngineStoppedError as error:
            self.ended.emit(error)
        except Exception:
            logger.exception("the engine process says what nobody understands")
            self._process.kill()
            self.ended.emit(EngineStoppedError(None))
