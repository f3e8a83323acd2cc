"""Follows the engine: what is under way and what waits, where it works, and what it holds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSettings, QTimer, Signal
from PySide6.QtWidgets import QWidget

from emsync_desktop.background.panel import WorkPanel
from emsync_desktop.background.work import (
    Pace,
    WorkRow,
    bytes_text,
    is_asked,
    job_words,
    pace_kind,
    time_left,
)
from emsync_desktop.scoring import Engine, Wish

if TYPE_CHECKING:
    from emsync_desktop.main_window import MainWindow
    from emsync_engine.jobs.memory import EngineFacts

_LOOK_MS = 4000
_LOOK_CLOSELY_MS = 1000  # while somebody reads the figures
_PACE = "work/pace"


class Background(QObject):
    """Belongs to a window; shows itself in its bottom bar and in a panel above it."""

    changed = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._engine: Engine | None = None
        self.facts: EngineFacts | None = None
        self.own_bytes = 0
        self.said = ""
        """What the last release of memory gave."""
        self.pace = Pace(_kept_paces())
        self._begun: dict[object, tuple[object, float]] = {}
        """Jobs that have begun, and when."""
        self._shares: dict[object, float] = {}
        self.panel: WorkPanel | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        scoring = window.scoring
        scoring.woken.connect(self._listen)
        for changed in (scoring.queue_changed, scoring.idle):
            changed.connect(self._refresh)
        scoring.started.connect(lambda _kind: self._refresh())
        scoring.progressed.connect(lambda *_: self._refresh())
        scoring.released.connect(self._on_released)
        for button in (window.bottom_bar.waiting, window.bottom_bar.usage):
            button.clicked.connect(lambda _=False, at=button: self.show(at))

    def close(self) -> None:
        """The window closes."""
        self._timer.stop()
        if self.panel is not None:
            self.panel.close()
        for kind, pace in self.pace.known.items():
            QSettings().setValue(f"{_PACE}/{kind}", pace)

    # -- what there is to do

    @property
    def rows(self) -> tuple[WorkRow, ...]:
        """What is under way, and what waits, in the order in which it is done."""
        scoring = self._window.scoring
        jobs = self._engine.jobs if self._engine is scoring.engine and self._engine else ()
        found = [self._job_row(number, *pair) for number, pair in enumerate(jobs)]
        return (*found, *(self._wish_row(wish) for wish in scoring.queue))

    @property
    def waiting(self) -> int:
        """How many pieces of work that somebody asked for wait behind the one in the bar."""
        task = self._window.scoring.task
        shown = task.job_id if task is not None else None
        return sum(row.is_asked and not row.is_running and row.key != shown for row in self.rows)

    def _job_row(self, number: int, job_id: object, job: object) -> WorkRow:
        guess = self.pace.guess(pace_kind(job), self._film_s)
        if number:
            return WorkRow(job_id, job_words(job), False, None, guess, is_asked(job))
        task, share = self._window.scoring.task, self._shares.get(job_id)
        if task is not None and task.job_id == job_id:
            share = self._window.scoring.share
        passed = time.monotonic() - self._begun[job_id][1] if job_id in self._begun else 0.0
        left = time_left(share or 0.0, passed)
        if task is not None and task.job_id == job_id:
            left = self._window.bottom_bar.left_s
        if left is None and guess is not None and guess > passed:
            left = guess - passed
        return WorkRow(job_id, job_words(job), True, share, left, is_asked(job))

    def _wish_row(self, wish: Wish) -> WorkRow:
        guess = self.pace.guess(wish.kind, self._film_s, count=wish.count)
        return WorkRow(wish, wish.words, False, None, guess)

    @property
    def _film_s(self) -> float:
        timeline = self._window.document.timeline
        return float(timeline.duration) if timeline is not None else 0.0

    def cancel(self, key: object) -> None:
        """Stop a piece of work, or take it from those that wait."""
        scoring = self._window.scoring
        if isinstance(key, Wish):
            scoring.withdraw(key)
        elif scoring.task is not None and scoring.task.job_id == key:
            self._window.cancel()
        elif self._engine is not None:
            self._engine.cancel(key)

    # -- the engine's news

    def _listen(self, engine: Any) -> None:
        self._engine, self.facts = engine, None
        engine.jobs_changed.connect(self._on_jobs)
        engine.advanced.connect(self._on_advanced)
        engine.succeeded.connect(self._on_succeeded)
        engine.failed.connect(self._on_ended)
        engine.cancelled.connect(self._on_ended)
        engine.facts.connect(self._on_facts)

    def _on_jobs(self) -> None:
        jobs = self._engine.jobs if self._engine is not None else ()
        if jobs and jobs[0][0] not in self._begun:
            self._begun[jobs[0][0]] = (jobs[0][1], time.monotonic())
        self._refresh()

    def _on_advanced(self, job_id: object, _stage: str, done: float, total: object) -> None:
        if isinstance(total, int | float) and total > 0:
            self._shares[job_id] = min(done / total, 1.0)

    def _on_ended(self, job_id: object, _outcome: object = None) -> None:
        self._begun.pop(job_id, None)
        self._shares.pop(job_id, None)

    def _on_succeeded(self, job_id: object, _result: object) -> None:
        """Learn how long it took."""
        if job_id in self._begun:
            job, begun = self._begun[job_id]
            self.pace.took(pace_kind(job), time.monotonic() - begun, self._film_s)
        self._on_ended(job_id)

    # -- memory

    def look(self) -> None:
        """Ask how much memory there is in use; the answer comes in a moment."""
        if self._engine is not None and self._engine is self._window.scoring.engine:
            self._engine.ask_facts()
        else:
            self.facts = None
        self.own_bytes = _own_memory()
        self._show_usage()

    def _on_facts(self, facts: EngineFacts) -> None:
        self.facts = facts
        self._show_usage()

    def _show_usage(self) -> None:
        """Device and memory, in the corner of the bar."""
        engine = self.facts.memory_bytes if self.facts is not None else 0
        words = [self.device_name, bytes_text(self.own_bytes + engine)]
        if self.facts is not None and self.facts.graphics_bytes is not None:
            words.append(self.tr("card {used}").format(used=bytes_text(self.facts.graphics_bytes)))
        self._window.bottom_bar.show_usage(" · ".join(words))
        self.changed.emit()

    @property
    def device_name(self) -> str:
        """Where the composer works: CPU, CUDA or MPS."""
        return self._window.chips.device.text()

    @property
    def can_release(self) -> bool:
        """Whether there is an engine, and nobody waits for it."""
        scoring = self._window.scoring
        return scoring.engine is not None and not scoring.is_busy

    def release(self) -> None:
        """Unload the engine's models, on the graphics card too."""
        if self.can_release:
            self._window.scoring.release()

    def _on_released(self, released: object) -> None:
        from emsync_engine.jobs.memory import Released

        if not isinstance(released, Released):
            return
        before, after = released.before, released.after
        self.facts = after
        freed = max(before.memory_bytes - after.memory_bytes, 0)
        card = (before.graphics_bytes or 0) - (after.graphics_bytes or 0)
        words = self.tr("{freed} of memory released.").format(freed=bytes_text(freed))
        if card > 0:
            words = self.tr("{freed} of memory and {card} on the graphics card released.").format(
                freed=bytes_text(freed), card=bytes_text(card)
            )
        self.said = words
        self._window.bottom_bar.rest(words)
        self._show_usage()

    # -- showing

    def _refresh(self) -> None:
        self._window.bottom_bar.show_waiting(self.waiting)
        self.changed.emit()

    def show(self, at: QWidget | None = None) -> None:
        """Show the panel above the bar."""
        if self.panel is None:
            self.panel = WorkPanel(self, self._window)
            self.panel.closed.connect(self._on_closed)
        self._timer.setInterval(_LOOK_CLOSELY_MS)
        self.look()
        self.panel.show_above(at or self._window.bottom_bar.usage)

    def _on_closed(self) -> None:
        self._timer.setInterval(_LOOK_MS)


def _own_memory() -> int:
    """Bytes in memory of the window's own process."""
    import psutil

    return int(psutil.Process().memory_info().rss)


def _kept_paces() -> dict[str, float]:
    """What was learned in earlier sessions."""
    settings = QSettings()
    settings.beginGroup(_PACE)
    found: dict[str, float] = {}
    for kind in settings.childKeys():
        try:
            found[kind] = float(str(settings.value(kind)))
        except ValueError:
            continue
    return found
