"""The engine process from inside: one thread does the jobs in order, the main thread listens.

The process ends with whoever started it: when it is told to, when it is asked by a signal, and
when the other end of its pipe is gone, however that came about.
"""

from __future__ import annotations

import faulthandler
import io
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections import deque
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any, NoReturn

from emsync_engine.errors import EmsyncError
from emsync_engine.jobs.memory import engine_facts
from emsync_engine.jobs.messages import (
    Advanced,
    CancelAsked,
    CloseAsked,
    Facts,
    FactsAsked,
    Failed,
    Job,
    JobId,
    Message,
    Ready,
    Shown,
    Submitted,
    Succeeded,
    WasCancelled,
)
from emsync_engine.jobs.politeness import stand_apart
from emsync_engine.jobs.session import Session
from emsync_engine.monitor import Cancelled
from emsync_engine.offline import cut_off_for_good, go_offline_if_told

FAULT_EXIT_CODE = 70  # EX_SOFTWARE of sysexits.h
_STOP_WITHIN_S = 1.0
_REPORT_S = 0.05
_LARGEST_LOG_BYTES = 1 << 20

logger = logging.getLogger(__name__)


def serve(requests: Connection, replies: Connection, folder: Path, log: Path) -> NoReturn:
    """Do the jobs that come through one pipe and answer through the other, until it closes.

    ``folder`` is the session's and goes at the end; ``log`` takes what would be printed.
    """
    _settle_in(log)
    go_offline_if_told()
    cut_off_for_good()
    session = Session(folder)
    outlet = Outlet(replies)
    worker = Worker(session, outlet)
    worker.start()
    outlet.send(Ready(os.getpid()))
    try:
        while not isinstance(request := requests.recv(), CloseAsked):
            if isinstance(request, Submitted):
                worker.add(request)
            elif isinstance(request, CancelAsked):
                worker.cancel(request.job_id)
            elif isinstance(request, FactsAsked):
                outlet.send(Facts(engine_facts()))
    except (EOFError, OSError):
        logger.info("the window is gone")
    has_stopped = worker.stop(_STOP_WITHIN_S)
    session.remove()
    if not has_stopped and sys.platform != "win32":
        os.killpg(0, signal.SIGKILL)  # a job that does not stop takes its programs with it
    os._exit(0)


def _settle_in(log: Path) -> None:
    """Be a group of one's own, polite, deaf to Ctrl-C, and silent but for the log."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    stand_apart()
    _print_into(log)
    faulthandler.enable(file=2)
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=os.fdopen(2, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False),
        force=True,
    )


def _leave(number: int, frame: Any) -> NoReturn:
    raise EOFError(f"signal {number}")


def _print_into(log: Path) -> None:
    """Lead both outputs, those of C libraries too, into the log; the input is empty."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > _LARGEST_LOG_BYTES:
            log.replace(log.with_suffix(".old"))
        written = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError:
        written = os.open(os.devnull, os.O_WRONLY)
    empty = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((empty, 0), (written, 1), (written, 2)):
        os.dup2(source, target)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # there is none in a program without a console
            stream.reconfigure(line_buffering=True, errors="replace")
    for opened in {empty, written} - {0, 1, 2}:
        os.close(opened)


class Outlet:
    """The way back to the window, shared by both threads; who is gone is told nothing."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def send(self, message: Message) -> None:
        """Send a message; whatever pickle raises if it cannot be sent at all."""
        packed = ForkingPickler.dumps(message)
        try:
            with self._lock:
                self._connection.send_bytes(packed)
        except OSError:  # the main thread hears of it too, and ends the process
            logger.debug("nobody reads the answers any more")


@dataclass(slots=True)
class _Task:
    """A job under way or waiting, and the word to stop it."""

    request: Submitted
    stop: threading.Event = field(default_factory=threading.Event)


class JobMonitor:
    """Sends a job's progress, at most twenty times a second and at every new stage."""

    def __init__(self, job_id: JobId, outlet: Outlet, stop: threading.Event) -> None:
        self._job_id, self._outlet, self._stop = job_id, outlet, stop
        self._stage = ""
        self._sent_at = 0.0
        self._was_complete = False

    def advance(self, stage: str, done: float, total: float | None = None) -> None:
        if self._stop.is_set():
            raise Cancelled
        now = time.monotonic()
        is_complete = total is not None and done >= total
        is_news = stage != self._stage or (is_complete and not self._was_complete)
        if not is_news and now - self._sent_at < _REPORT_S:
            return
        self._stage, self._sent_at, self._was_complete = stage, now, is_complete
        self._outlet.send(Advanced(self._job_id, stage, done, total))

    def show(self, part: object) -> None:
        """Send what there is already of the result; Cancelled if asked to stop."""
        if self._stop.is_set():
            raise Cancelled
        self._outlet.send(Shown(self._job_id, part))


class Worker:
    """The thread that does the jobs, one after the other."""

    def __init__(self, session: Session, outlet: Outlet) -> None:
        self._session, self._outlet = session, outlet
        self._waiting: deque[_Task] = deque()
        self._current: _Task | None = None
        self._changed = threading.Condition()
        self._is_stopping = False
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def add(self, request: Submitted) -> None:
        """Put a job at the end of the queue."""
        with self._changed:
            self._waiting.append(_Task(request))
            self._changed.notify()

    def cancel(self, job_id: JobId) -> None:
        """Ask the current job to stop, or take a waiting one from the queue; else nothing."""
        with self._changed:
            if self._current is not None and self._current.request.job_id == job_id:
                self._current.stop.set()
                return
            waiting = [task for task in self._waiting if task.request.job_id == job_id]
            for task in waiting:
                self._waiting.remove(task)
        for task in waiting:
            self._outlet.send(WasCancelled(task.request.job_id))

    def stop(self, within_s: float) -> bool:
        """Cancel everything; whether the current job has tidied up and stopped within the time."""
        with self._changed:
            self._is_stopping = True
            self._waiting.clear()
            if self._current is not None:
                self._current.stop.set()
            self._changed.notify()
        self._thread.join(within_s)
        return not self._thread.is_alive()

    def _work(self) -> None:
        try:
            self._session.remove_left_behind()
            _prepare()
            while (task := self._next()) is not None:
                outcome = _done(task, self._session, self._outlet)
                with self._changed:
                    self._current = None
                _send_outcome(outcome, self._outlet)
        except BaseException:  # a fault here would leave jobs waiting for ever
            logger.exception("the thread that does the jobs has failed")
            os._exit(FAULT_EXIT_CODE)

    def _next(self) -> _Task | None:
        with self._changed:
            while not self._waiting and not self._is_stopping:
                self._changed.wait()
            self._current = self._waiting.popleft() if self._waiting else None
            return self._current


def _prepare() -> None:
    """Load what the first job of a session begins with, while nobody waits for it."""
    import emsync_engine.video.decode  # noqa: F401 - loading it is all


def _done(task: _Task, session: Session, outlet: Outlet) -> Succeeded | Failed | WasCancelled:
    """Do one job, whatever becomes of it."""
    job_id = task.request.job_id
    started = time.perf_counter()
    try:
        job: Job = ForkingPickler.loads(task.request.job)
        result = job.run(session, JobMonitor(job_id, outlet, task.stop))
    except Cancelled:
        return WasCancelled(job_id)
    except BaseException as error:
        return failure(job_id, error)
    logger.info("%s took %.2f s", type(job).__name__, time.perf_counter() - started)
    return Succeeded(job_id, result)


def _send_outcome(outcome: Succeeded | Failed | WasCancelled, outlet: Outlet) -> None:
    try:
        outlet.send(outcome)
    except Exception as error:  # pickle raises what it likes
        outlet.send(failure(outcome.job_id, error))


def failure(job_id: JobId, error: BaseException) -> Failed:
    """What is said of an error: its own sentence, or for a bug what it was and its traceback."""
    if isinstance(error, EmsyncError):
        logger.info("job %d: %s", job_id, error)
        return Failed(job_id, str(error))
    text = "".join(traceback.format_exception(error))
    logger.error("job %d\n%s", job_id, text)
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":  # torch's own
        return Failed(
            job_id,
            "There was not enough memory for this; close other programs or shorten the film.",
            traceback=text,
        )
    return Failed(
        job_id,
        f"A fault in EMSYNC Desktop stopped this ({type(error).__name__}); "
        "your project is unharmed, and the log holds the details.",
        is_bug=True,
        traceback=text,
    )
