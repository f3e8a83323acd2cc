"""The window's conversation with the engine process: one task at a time, as a person sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Signal

from emsync_desktop.task_share import TaskKind, TaskShare
from emsync_engine.models.store import any_installed
from emsync_engine.project.model import GenerationSettings, Project, Take, Timeline

if TYPE_CHECKING:
    from emsync_engine.jobs.messages import Job

LONGEST_WITH_STEMS_S = 20 * 60  # stems of longer films would push each other off the disk


def has_stems(timeline: Timeline | None) -> bool:
    """Whether each family of a take is heard by itself: in films that are not too long."""
    return timeline is not None and timeline.duration <= LONGEST_WITH_STEMS_S


class Engine(Protocol):
    """What the window asks of the engine's client; the signals are those of ``EngineClient``."""

    advanced: Any
    succeeded: Any
    failed: Any
    cancelled: Any
    crashed: Any
    shown: Any
    facts: Any
    jobs_changed: Any

    @property
    def jobs(self) -> tuple[tuple[Any, Job], ...]: ...

    def ask_facts(self) -> None: ...

    def submit(self, job: Job) -> Any: ...

    def cancel(self, job_id: Any) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Task:
    """What the engine is doing for the window."""

    kind: TaskKind
    job: Job
    job_id: Any
    subject: object  # the film's path, or the take's id
    rounds: int = 1  # see ``TaskShare``


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """A task that waits for its turn; it is made from the document as it is then.

    ``begin`` starts the task, or does nothing where there is nothing left to do.
    """

    kind: TaskKind
    words: str
    begin: Callable[[], object] = field(repr=False)
    count: int = 1  # takes


class Scoring(QObject):
    """Starts tasks, keeps those that wait, follows the current one, and says how it ended."""

    started = Signal(str)
    """A task of a kind has begun."""
    progressed = Signal(str, float)
    """Stage, and the share of the whole task that is done (0 to 1); ``compose again`` for another
    attempt, whose share starts anew."""
    analysed = Signal(object, object)
    """Path and ``Analysed``."""
    film_read = Signal(object, object)
    """Path and ``FilmStrip``."""
    composed = Signal(object)
    """``Composed``."""
    reread = Signal(object, object)
    """Path and ``ReadAgain``."""
    conformed = Signal(object, object)
    """``Project``, and the ``ConformPlan`` for it."""
    rendered = Signal(object, object)
    """Take id and ``Rendered``."""
    released = Signal(object)
    """``Released``."""
    film_arriving = Signal(object, object)
    """Path, and a ``FilmPart`` of the film that is being read."""
    queue_changed = Signal()
    failed = Signal(str, str)
    """Kind of task, and one sentence."""
    cancelled = Signal(str)
    idle = Signal()
    """Nothing is under way, and nothing waits."""
    woken = Signal(object)
    """There is an engine now: its client."""

    def __init__(self, make_engine: Callable[[], Engine], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._make_engine = make_engine
        self._engine: Engine | None = None
        self._task: Task | None = None
        self._last: Task | None = None
        self._queue: list[Wish] = []
        self._glance: tuple[Any, Path] | None = None
        self._progress = TaskShare("film")
        self._told = ""
        self.device = "auto"
        """Where the composer works: auto, cpu, cuda or mps."""

    @property
    def task(self) -> Task | None:
        """What is under way; None when idle."""
        return self._task

    @property
    def queue(self) -> tuple[Wish, ...]:
        """What waits until the current task is done, the next first."""
        return tuple(self._queue)

    @property
    def engine(self) -> Engine | None:
        """The engine's client, once it is awake."""
        return self._engine

    @property
    def share(self) -> float:
        """How much of the current task is done, 0 to 1."""
        return self._progress.share

    @property
    def is_busy(self) -> bool:
        """Whether something is under way that the next task has to wait for.

        Pictures and waveform of a film that is known already do not hold anybody up.
        """
        return self._task is not None and self._task.kind != "film"

    def wake(self) -> None:
        """Start the engine process now, so that the first task need not wait for it."""
        if self._engine is None:
            engine = self._engine = self._make_engine()
            engine.advanced.connect(self._on_advanced)
            engine.succeeded.connect(self._on_succeeded)
            engine.failed.connect(self._on_failed)
            engine.cancelled.connect(self._on_cancelled)
            engine.crashed.connect(self._on_crashed)
            engine.shown.connect(self._on_shown)
            self.woken.emit(engine)

    def awake_engine(self) -> Engine:
        """The engine's client, for work that is no task of this window's own."""
        self.wake()
        assert self._engine is not None
        return self._engine

    def close(self) -> None:
        self._task = None
        self._queue.clear()
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    # -- the queue

    def ask(
        self, kind: TaskKind, begin: Callable[[], object], words: str, *, count: int = 1
    ) -> None:
        """Begin a task now, or when those before it are done."""
        if not self.is_busy:
            begin()
            return
        self._queue.append(Wish(kind, words, begin, count))
        self.queue_changed.emit()

    def withdraw(self, wish: Wish) -> None:
        """Take something from the queue that has not begun."""
        if wish in self._queue:
            self._queue.remove(wish)
            self.queue_changed.emit()

    def _go_on(self) -> None:
        """Begin what waits; a wish that has nothing left to do lets the next one have its turn."""
        while self._queue and not self.is_busy:
            wish = self._queue.pop(0)
            self.queue_changed.emit()
            wish.begin()
        if self._task is None:
            self.idle.emit()

    # -- tasks

    def analyse(self, path: Path) -> None:
        """Find cuts and emotions of a film."""
        from emsync_engine.jobs.messages import AnalyseJob

        self._begin("analyse", AnalyseJob(path), path)

    def read_again(self, path: Path, timeline: Timeline) -> None:
        """The emotions of a timeline anew, with all models that are installed now."""
        from emsync_engine.jobs.reading_job import ReadAgainJob

        self._begin("reread", ReadAgainJob(path, timeline, self.device), path)

    def read_film(self, path: Path) -> None:
        """Pictures and waveform of a film whose timeline is known."""
        from emsync_engine.jobs.messages import ThumbnailsJob

        self._begin("film", ThumbnailsJob(path), path)

    def glance(self, path: Path) -> None:
        """A first look at a film, before anything that takes longer; no task to wait for."""
        from emsync_engine.jobs.messages import GlanceJob

        self._glance = (self.awake_engine().submit(GlanceJob(path)), path)

    def compose(
        self,
        path: Path,
        timeline: Timeline,
        settings: GenerationSettings,
        *,
        seed: int,
        frame_rate: Fraction,
        count: int = 1,
    ) -> None:
        """Write a take and play it, or several of which the best is played."""
        from emsync_engine.jobs.messages import ComposeJob, TakesJob

        job: Job
        if count > 1:
            job = TakesJob(
                timeline,
                frame_rate,
                count,
                settings,
                seed,
                stems=has_stems(timeline),
                device=self.device,
            )
        else:
            job = ComposeJob(
                path,
                timeline,
                settings,
                seed,
                frame_rate=frame_rate,
                stems=has_stems(timeline),
                device=self.device,
            )
        self._begin("compose", job, path)

    def regenerate(
        self,
        take: Take,
        timeline: Timeline,
        settings: GenerationSettings,
        *,
        seed: int,
        segments: tuple[int, ...],
        frame_rate: Fraction,
    ) -> None:
        """Write segments of a take anew; everything else keeps its notes."""
        from emsync_engine.jobs.messages import RegenerateJob

        job = RegenerateJob(
            take,
            timeline,
            frame_rate,
            seed=seed,
            segments=segments,
            settings=settings,
            stems=has_stems(timeline),
            device=self.device,
        )
        runs = sum(n - 1 not in segments for n in segments)
        self._begin("parts", job, take.id, rounds=runs)

    def fix_hit(
        self, take: Take, timeline: Timeline, hit: int, *, seed: int, frame_rate: Fraction
    ) -> None:
        """Write only what leads to a hit anew; hits are counted from 0."""
        from emsync_engine.jobs.messages import FixHitJob

        job = FixHitJob(
            take,
            timeline,
            hit,
            frame_rate,
            seed=seed,
            stems=has_stems(timeline),
            device=self.device,
        )
        self._begin("parts", job, take.id)

    def comp(
        self,
        take: Take,
        other: Take,
        timeline: Timeline,
        segments: tuple[int, ...],
        *,
        frame_rate: Fraction,
    ) -> None:
        """Put segments of another take into a take, as a new one."""
        from emsync_engine.jobs.messages import CompJob

        job = CompJob(take, other, timeline, segments, frame_rate, stems=has_stems(timeline))
        self._begin("parts", job, take.id)

    def conform(self, project: Project, path: Path) -> None:
        """Compare a new version of the edit with a project; nothing is changed yet."""
        from emsync_engine.jobs.conform_job import ConformJob

        self._begin("conform", ConformJob(project, path), project)

    def render(self, take: Take, timeline: Timeline | None = None) -> None:
        """Play a take that is written already, at the levels of a timeline."""
        from emsync_engine.jobs.messages import RenderJob

        self._begin(
            "render", RenderJob(take, stems=has_stems(timeline), timeline=timeline), take.id
        )

    def release(self) -> None:
        """Let the engine unload its models; the next task reads what it needs anew."""
        from emsync_engine.jobs.memory import ReleaseJob

        self._begin("release", ReleaseJob(), None)

    def rest(self) -> bool:
        """End the engine process, and with it let go of all its memory; the next task starts it.

        False while a task is under way.
        """
        if self._task is not None:
            return False
        if self._engine is not None:
            self._engine.close()
            self._engine = None
        return True

    def warm_up(self) -> None:
        """Load the composer in the background, so that the first take starts at once."""
        from emsync_engine.jobs.messages import WarmUpJob

        if self._engine is not None:
            self._engine.submit(WarmUpJob(device=self.device))

    def again(self) -> None:
        """Do once more what failed last."""
        last = self._last
        if last is not None:
            begin = partial(self._begin, last.kind, last.job, last.subject, rounds=last.rounds)
            self.ask(last.kind, begin, "")

    def cancel(self) -> None:
        """Ask for the current task to stop; ``cancelled`` follows."""
        if self._task is not None and self._engine is not None:
            self._engine.cancel(self._task.job_id)

    def drop(self) -> None:
        """Stop everything and hear no more of it: another film was opened."""
        if self._queue:
            self._queue.clear()
            self.queue_changed.emit()
        if self._glance is not None and self._engine is not None:
            self._engine.cancel(self._glance[0])
            self._glance = None
        self._leave()

    def _leave(self) -> None:
        """Stop the current task and hear no more of it."""
        self.cancel()
        if self._task is not None:
            self._task = None
            self.idle.emit()

    def _begin(self, kind: TaskKind, job: Job, subject: object, *, rounds: int = 1) -> None:
        self._leave()
        self.wake()
        assert self._engine is not None
        self._progress = TaskShare(kind, rounds, with_models=any_installed())
        job_id = self._engine.submit(job)
        self._task = self._last = Task(kind, job, job_id, subject, rounds)
        self.started.emit(kind)

    # -- the engine's news

    def _on_advanced(self, job_id: object, stage: str, done: float, total: object) -> None:
        if self._task is None or job_id != self._task.job_id:
            return
        for name, share in self._progress.advanced(stage, done, total):
            self.progressed.emit(name, share)

    def _on_shown(self, job_id: object, part: object) -> None:
        task, glance = self._task, self._glance
        if task is not None and job_id == task.job_id:
            self.film_arriving.emit(task.subject, part)
        elif glance is not None and job_id == glance[0]:
            self.film_arriving.emit(glance[1], part)

    def _ended(self, job_id: object) -> Task | None:
        """The current task, if it is the one that ended; the window is then free for the next."""
        task = self._task
        if task is None or job_id != task.job_id:
            return None
        self._task = None
        if not self._queue:
            self.idle.emit()
        return task

    def _on_succeeded(self, job_id: object, result: object) -> None:
        if self._glance is not None and job_id == self._glance[0]:
            if result is not None:
                self.film_read.emit(self._glance[1], result)
            self._glance = None
            return
        task = self._ended(job_id)
        if task is None:
            return
        if task.kind in ("compose", "parts"):
            self.composed.emit(result)
        elif task.kind == "release":
            self.released.emit(result)
        else:
            signals = {
                "analyse": self.analysed,
                "reread": self.reread,
                "film": self.film_read,
                "render": self.rendered,
                "conform": self.conformed,
            }
            signals[task.kind].emit(task.subject, result)
        self._follow()

    def _on_failed(self, job_id: object, sentence: str) -> None:
        task = self._ended(job_id)
        if task is not None:
            self._told = sentence
            self.failed.emit(task.kind, sentence)
            self._follow()

    def _on_cancelled(self, job_id: object) -> None:
        task = self._ended(job_id)
        if task is not None:
            self.cancelled.emit(task.kind)
            self._follow()

    def _follow(self) -> None:
        """What waits, if anything, has its turn now that the outcome has been told."""
        if self._queue:
            self._go_on()

    def _on_crashed(self, sentence: str) -> None:
        """The engine ended by itself; a task that was under way has failed with these words."""
        if sentence != self._told:
            self.failed.emit("", sentence)
