"""What is done with models, one thing after the other, whether or not a dialog shows it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from emsync_desktop.jobs import JobRunner, Work
from emsync_desktop.models.words import Activity, Under
from emsync_engine.models.catalogue import CATALOGUE
from emsync_engine.models.store import ModelState, State, state_of
from emsync_engine.monitor import Cancelled, Monitor

_SPEED_OVER_S = 4.0
_LEAST_SPEED_S = 1.0


@dataclass
class _Task:
    name: str
    work: Work
    begins: Activity
    done: str  # what is said when it is done


class ModelManager(QObject):
    """Lives in the GUI thread; downloads, copies, checks and removes on a thread of its own.

    The state of every model is known here; ``changed`` tells whose it is that is another now.
    """

    changed = Signal(str)
    said = Signal(str)
    """One sentence on what was done."""
    installed = Signal(str)
    """A model that can be used from now on."""
    failed = Signal(str, str)
    """The model, and one sentence on why something could not be done."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner: JobRunner | None = None
        self._waiting: deque[_Task] = deque()
        self._task: _Task | None = None
        self._under = Under()
        self._discards = threading.Event()
        self._pace: deque[tuple[float, float]] = deque()
        self._failures: dict[str, str] = {}
        self._states: dict[str, ModelState] = {}
        self.refresh()

    # -- what is known

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(CATALOGUE)

    def state(self, name: str) -> ModelState:
        return self._states[name]

    def under(self, name: str) -> Under:
        """What is being done with a model now."""
        if self._task is not None and self._task.name == name:
            return self._under
        if any(task.name == name for task in self._waiting):
            return Under(Activity.WAITING)
        return Under()

    def failure(self, name: str) -> str:
        """Why the last thing that was to be done with it could not be done."""
        return self._failures.get(name, "")

    @property
    def busy(self) -> str | None:
        """The model with which something is being done."""
        return self._task.name if self._task is not None else None

    @property
    def is_pausing(self) -> bool:
        return self._under.activity is Activity.STOPPING

    def refresh(self) -> None:
        """Look anew at what is there."""
        for name in CATALOGUE:
            self._look(name)

    def _look(self, name: str) -> None:
        self._states[name] = state_of(name)
        self.changed.emit(name)

    # -- what is asked

    def download(self, name: str) -> None:
        """Download what is missing of a model."""
        from emsync_engine.models.installing import download_model
        from emsync_engine.models.store import discard_parts

        def work(monitor: Monitor) -> None:
            try:
                download_model(name, monitor=monitor)
            except Cancelled:
                if self._discards.is_set():
                    discard_parts(name)
                raise

        title = CATALOGUE[name].title
        self._add(
            name, work, Activity.DOWNLOADING, self.tr("{model} is installed.").format(model=title)
        )

    def use(self, name: str, paths: Sequence[Path]) -> None:
        """Copy files that the user has."""
        from emsync_engine.models.bringing import use_files

        def work(monitor: Monitor) -> None:
            use_files(name, paths, monitor=monitor)

        title = CATALOGUE[name].title
        self._add(
            name,
            work,
            Activity.COPYING,
            self.tr("Your files of {model} are used.").format(model=title),
        )

    def verify(self, name: str) -> None:
        """Read every file of a model and compare its SHA-256."""
        from emsync_engine.models.bringing import verify_model

        def work(monitor: Monitor) -> None:
            verify_model(name, monitor=monitor)

        title = CATALOGUE[name].title
        self._add(
            name, work, Activity.CHECKING, self.tr("{model} was checked.").format(model=title)
        )

    def remove(self, name: str) -> None:
        """Remove a model and what has come of it."""
        from emsync_engine.models.store import remove_model

        def work(monitor: Monitor) -> None:
            remove_model(name)

        title = CATALOGUE[name].title
        self._add(
            name, work, Activity.REMOVING, self.tr("{model} was removed.").format(model=title)
        )

    def pause(self, name: str) -> None:
        """Stop what is being done with a model, and keep what has come."""
        self._stop(name, discards=False)

    def cancel(self, name: str) -> None:
        """Stop what is being done with a model, and throw away what has come."""
        from emsync_engine.models.store import discard_parts

        if self.under(name).activity is Activity.NONE:
            self._failures.pop(name, None)
            self._add(name, lambda _monitor: discard_parts(name), Activity.REMOVING, "")
            return
        self._stop(name, discards=True)

    def pause_all(self) -> None:
        """Stop everything, and keep what has come: the user goes offline, or elsewhere."""
        waiting = [task.name for task in self._waiting]
        self._waiting.clear()
        for name in waiting:
            self.changed.emit(name)
        if self._task is not None:
            self.pause(self._task.name)

    def close(self) -> None:
        """Stop, keep what has come, and wait."""
        self._waiting.clear()
        if self._runner is not None:
            self._runner.close()
            self._runner = None

    # -- one after the other

    def _add(self, name: str, work: Work, begins: Activity, done: str) -> None:
        if self.under(name).activity is not Activity.NONE:
            return
        self._failures.pop(name, None)
        self._waiting.append(_Task(name, work, begins, done))
        self.changed.emit(name)
        self._go_on()

    def _go_on(self) -> None:
        if self._task is not None or not self._waiting:
            return
        task = self._task = self._waiting.popleft()
        self._discards.clear()
        self._pace.clear()
        self._under = Under(task.begins)
        self._ready_runner().start(task.work)
        self.changed.emit(task.name)

    def _ready_runner(self) -> JobRunner:
        """The thread, which is started when it is first needed."""
        if self._runner is None:
            self._runner = JobRunner(self)
            self._runner.advanced.connect(self._on_advanced)
            self._runner.succeeded.connect(self._on_succeeded)
            self._runner.failed.connect(self._on_failed)
            self._runner.cancelled.connect(self._on_cancelled)
        return self._runner

    def _stop(self, name: str, *, discards: bool) -> None:
        if self._task is None or self._task.name != name:
            self._waiting = deque(task for task in self._waiting if task.name != name)
            self.changed.emit(name)
            return
        if discards:
            self._discards.set()
        self._under = Under(Activity.STOPPING)
        if self._runner is not None:
            self._runner.cancel()
        self.changed.emit(name)

    # -- how it goes

    def _on_advanced(self, stage: str, done: float, total: object) -> None:
        if self._task is None or self._under.activity is Activity.STOPPING:
            return
        whole = float(total) if isinstance(total, int | float) and total else 0.0
        share = done / whole if whole else -1.0
        activity = Activity(stage) if stage in _STAGES else self._task.begins
        if activity is not Activity.DOWNLOADING:
            self._pace.clear()
            self._under = Under(activity, share)
        else:
            speed = self._speed(done)
            left = (whole - done) / speed if whole and speed else None
            self._under = Under(activity, share, speed, left)
        self.changed.emit(self._task.name)

    def _speed(self, done: float) -> float:
        """Bytes a second over the last few seconds; 0 as long as there is little to tell it by."""
        now = time.monotonic()
        if self._pace and done < self._pace[-1][1]:
            self._pace.clear()  # it began anew
        self._pace.append((now, done))
        while now - self._pace[0][0] > _SPEED_OVER_S:
            self._pace.popleft()
        since, before = self._pace[0]
        return (done - before) / (now - since) if now - since >= _LEAST_SPEED_S else 0.0

    def _on_succeeded(self, _result: object) -> None:
        task = self._end()
        if task is None:
            return
        state = self.state(task.name).state
        if task.begins is Activity.CHECKING and state is State.DAMAGED:
            self._fail(task.name, self._damaged_words(task.name))
        elif task.done:
            self.said.emit(task.done)
        if task.begins in _BRINGING and state is State.INSTALLED:
            self.installed.emit(task.name)
        self._go_on()

    def _damaged_words(self, name: str) -> str:
        return self.tr("{files} is not as it was when it was installed; download it again.").format(
            files=", ".join(self.state(name).damaged)
        )

    def _on_failed(self, sentence: str) -> None:
        task = self._end()
        if task is not None:
            self._fail(task.name, sentence)
        self._go_on()

    def _fail(self, name: str, sentence: str) -> None:
        self._failures[name] = sentence
        self.changed.emit(name)
        self.failed.emit(name, sentence)

    def _on_cancelled(self) -> None:
        self._end()
        self._go_on()

    def _end(self) -> _Task | None:
        task, self._task = self._task, None
        self._under = Under()
        if task is not None:
            self._look(task.name)
        return task


_STAGES = {one.value for one in Activity}
_BRINGING = (Activity.DOWNLOADING, Activity.COPYING)
