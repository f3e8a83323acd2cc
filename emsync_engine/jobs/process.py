"""The engine process from outside: start it, give it jobs, hear from it, end it.

    with EngineProcess() as engine:
        job_id = engine.submit(AnalyseJob(path))
        while not isinstance(message := engine.receive(), Succeeded | Failed | WasCancelled):
            ...

It is a spawned process, so that neither the interpreter lock nor a crash in there reaches the
window; it knows nothing of Qt, and this side loads nothing heavy.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import multiprocessing
import os
import queue
import shutil
import signal
import sys
import threading
import types
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from types import TracebackType
from typing import Self

import platformdirs

from emsync_engine.errors import EmsyncError
from emsync_engine.jobs.messages import (
    CancelAsked,
    CloseAsked,
    FactsAsked,
    Job,
    JobId,
    Message,
    Request,
    Submitted,
)
from emsync_engine.jobs.session import new_session_folder
from emsync_engine.jobs.worker import serve

_CLOSE_WITHIN_S = 1.5
_DIE_WITHIN_S = 1.0

logger = logging.getLogger(__name__)


class EngineStoppedError(EmsyncError):
    """The engine process has ended; ``exit_code`` is negative for a signal, None if unknown."""

    def __init__(self, exit_code: int | None) -> None:
        super().__init__(f"The engine process {_how_ended(exit_code)}.")
        self.exit_code = exit_code


def _how_ended(exit_code: int | None) -> str:
    if exit_code is None or exit_code >= 0:
        return "ended unexpectedly"
    if -exit_code == getattr(signal, "SIGKILL", None):
        return "was ended by the system, perhaps because memory ran out"
    return "crashed"


def default_log() -> Path:
    """Where the engine process writes its log."""
    return Path(platformdirs.user_log_path("emsync", appauthor=False)) / "engine.log"


class EngineProcess:
    """One engine process at a time, and the folder of its session, which outlives a restart.

    ``receive`` may wait in a thread of its own while another submits; ``restart`` and ``close`` may
    not run beside ``submit``.

    Parameters
    ----------
    folder : the session's folder, which must not hold anything else; None makes one
    log : file that takes the log and everything printed; None for the user's log folder
    """

    def __init__(self, *, folder: Path | None = None, log: Path | None = None) -> None:
        self.folder = folder or new_session_folder()
        self.log = log or default_log()
        self._numbers = itertools.count(1)
        self._is_closed = False
        self._reaping = threading.Lock()  # two threads may learn of the end at once
        self._reading = threading.Lock()  # a pipe is not closed while somebody reads from it
        self._start()

    def _start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        context = multiprocessing.get_context("spawn")
        theirs_in, self._requests = context.Pipe(duplex=False)
        self._replies, theirs_out = context.Pipe(duplex=False)
        self._process = context.Process(
            target=serve,
            args=(theirs_in, theirs_out, self.folder, self.log),
            name="emsync-engine",
            daemon=True,
        )
        with _without_main_module():
            self._process.start()
        theirs_in.close()
        theirs_out.close()
        self._outbox = _Outbox(self._requests)
        self._is_killed = False

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        with self._reaping:
            return not self._is_closed and self._process.is_alive()

    @property
    def connection(self) -> Connection:
        """The end that messages arrive at, for ``multiprocessing.connection.wait``."""
        return self._replies

    def submit(self, job: Job) -> JobId:
        """Put a job at the end of the queue; returns at once."""
        job_id = JobId(next(self._numbers))
        self._outbox.put(Submitted(job_id, bytes(ForkingPickler.dumps(job))))
        return job_id

    def cancel(self, job_id: JobId) -> None:
        """Ask a job to stop; its ``WasCancelled`` follows, unless it was done before."""
        self._outbox.put(CancelAsked(job_id))

    def ask_facts(self) -> None:
        """Ask what the process uses; ``Facts`` follow, while a job is under way too."""
        self._outbox.put(FactsAsked())

    def poll(self, timeout_s: float = 0.0) -> bool:
        """Whether ``receive`` has something to tell, waiting for it so long."""
        return self._replies.poll(timeout_s)

    def receive(self) -> Message:
        """The next message; waits for it. EngineStoppedError if the process has ended."""
        try:
            with self._reading:
                message: Message = self._replies.recv()
        except (EOFError, OSError) as error:
            self.kill()  # it may have closed the pipe and live on, or have left programs behind
            raise EngineStoppedError(self._process.exitcode) from error
        return message

    def kill(self) -> None:
        """End the process and the programs it started, now."""
        with self._reaping:
            if not self._is_killed:
                self._is_killed = True
                _kill_group(self._process.pid)
                self._process.kill()
            self._process.join(_DIE_WITHIN_S)

    def restart(self) -> None:
        """Start anew after a crash, or instead of one that hangs; jobs are not repeated."""
        self.kill()
        self._disconnect()
        self._is_closed = False
        self._start()
        logger.info("the engine process was started again")

    def close(self) -> None:
        """End the process within two seconds, and remove the session's folder."""
        if self._is_closed:
            return
        self._is_closed = True
        self._outbox.put(CloseAsked())
        with self._reaping:
            self._process.join(_CLOSE_WITHIN_S)
            has_ended = self._process.exitcode is not None
        if not has_ended:
            self.kill()
        self._disconnect()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _disconnect(self) -> None:
        self._outbox.end()
        self._requests.close()
        with self._reading:
            self._replies.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _Outbox:
    """Sends requests from a thread of its own: a window never waits for a full pipe."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._requests: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._send_all, name="engine-outbox", daemon=True)
        self._thread.start()

    def put(self, request: Request) -> None:
        self._requests.put(request)

    def end(self) -> None:
        """Wait for the thread; the process has ended, so nothing can hold it up."""
        self._requests.put(None)
        self._thread.join()

    def _send_all(self) -> None:
        while (request := self._requests.get()) is not None:
            try:
                self._connection.send(request)
            except OSError:  # whoever receives hears of the end
                return


def _kill_group(pid: int | None) -> None:
    """Kill all processes of a group: the engine's, and the ffmpeg that it may be running."""
    if sys.platform != "win32" and pid is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


@contextlib.contextmanager
def _without_main_module() -> Iterator[None]:
    """Hide the program's main module while a process is spawned.

    A spawned process imports its parent's main module, to find there what it is to run. Ours runs
    ``serve``; the main module is the desktop's, and would bring Qt into the engine.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
