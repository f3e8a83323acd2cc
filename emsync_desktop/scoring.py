"""The window's conversation with the engine process: one task at a time, as a person sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from PySide6.QtCore import QObject, Signal

from emsync_engine.project.model import GenerationSettings, Project, Take, Timeline

if TYPE_CHECKING:
    from emsync_engine.jobs.messages import Job

TaskKind = Literal["analyse", "film", "compose", "parts", "render", "conform"]

# Share of a task that lies behind when a stage begins and ends, from runs on two cores.
_STAGES: dict[TaskKind, dict[str, tuple[float, float]]] = {
    "analyse": {
        "decode": (0.0, 0.6),
        "scene cuts": (0.6, 0.75),
        "cuts": (0.6, 0.75),
        "motion": (0.75, 0.8),
        "picture": (0.8, 0.9),
        "sound": (0.9, 0.95),
        "emotion": (0.95, 1.0),
    },
    "film": {"decode": (0.0, 1.0)},
    "conform": {
        "decode": (0.0, 0.5),
        "scene cuts": (0.5, 0.6),
        "picture": (0.6, 0.75),
        "sound": (0.75, 0.8),
        "compare": (0.8, 1.0),
    },
    "compose": {
        "load": (0.0, 0.03),
        "compose": (0.03, 0.8),
        "render": (0.8, 0.92),
        "mix": (0.92, 0.98),
        "write": (0.98, 1.0),
    },
    "parts": {
        "load": (0.0, 0.03),
        "comp": (0.03, 0.1),
        "compose": (0.03, 0.8),
        "render": (0.8, 0.92),
        "mix": (0.92, 0.98),
        "write": (0.98, 1.0),
    },
    "render": {"render": (0.0, 0.7), "mix": (0.7, 0.95), "write": (0.95, 1.0)},
}


_LEAST_STEP = 0.004  # of a task, that is worth showing
LONGEST_WITH_STEMS_S = 20 * 60  # stems of longer films would push each other off the disk
_FELL_BACK = 0.2  # of a task: so much less than before is a new attempt


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
    rounds: int = 1  # stretches that are written one after the other, each from 0 to 100 %


class Scoring(QObject):
    """Starts tasks, follows the current one, and says how it ended."""

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
    conformed = Signal(object, object)
    """``Project``, and the ``ConformPlan`` for it."""
    rendered = Signal(object, object)
    """Take id and ``Rendered``."""
    failed = Signal(str, str)
    """Kind of task, and one sentence."""
    cancelled = Signal(str)
    idle = Signal()

    def __init__(self, make_engine: Callable[[], Engine], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._make_engine = make_engine
        self._engine: Engine | None = None
        self._task: Task | None = None
        self._last: Task | None = None
        self._share = 0.0
        self._stage = ""
        self._is_again = False
        self._told = ""
        self._round, self._part = 0, 0.0
        self.device = "auto"
        """Where the composer works: auto, cpu, cuda or mps."""

    @property
    def task(self) -> Task | None:
        """What is under way; None when idle."""
        return self._task

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

    def awake_engine(self) -> Engine:
        """The engine's client, for work that is no task of this window's own."""
        self.wake()
        assert self._engine is not None
        return self._engine

    def close(self) -> None:
        self._task = None
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    # -- tasks

    def analyse(self, path: Path) -> None:
        """Find cuts and emotions of a film."""
        from emsync_engine.jobs.messages import AnalyseJob

        self._begin("analyse", AnalyseJob(path), path)

    def read_film(self, path: Path) -> None:
        """Pictures and waveform of a film whose timeline is known."""
        from emsync_engine.jobs.messages import ThumbnailsJob

        self._begin("film", ThumbnailsJob(path), path)

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
        if self._last is not None and self._task is None:
            last = self._last
            self._begin(last.kind, last.job, last.subject, rounds=last.rounds)

    def cancel(self) -> None:
        """Ask for the current task to stop; ``cancelled`` follows."""
        if self._task is not None and self._engine is not None:
            self._engine.cancel(self._task.job_id)

    def drop(self) -> None:
        """Stop the current task and hear no more of it: another film was opened."""
        self.cancel()
        if self._task is not None:
            self._task = None
            self.idle.emit()

    def _begin(self, kind: TaskKind, job: Job, subject: object, *, rounds: int = 1) -> None:
        self.drop()
        self.wake()
        assert self._engine is not None
        self._share, self._stage, self._is_again = 0.0, "", False
        self._round, self._part = 0, 0.0
        job_id = self._engine.submit(job)
        self._task = self._last = Task(kind, job, job_id, subject, rounds)
        self.started.emit(kind)

    # -- the engine's news

    def _on_advanced(self, job_id: object, stage: str, done: float, total: object) -> None:
        if self._task is None or job_id != self._task.job_id:
            return
        begin, end = _STAGES[self._task.kind].get(stage, (self._share, self._share))
        part = done / total if isinstance(total, int | float) and total > 0 else 0.0
        part = self._of_rounds(stage, min(part, 1.0))
        share = begin + (end - begin) * part
        fell_back = stage == self._stage and share < self._share - _FELL_BACK
        if fell_back and self._task.kind == "compose":
            self._is_again = True  # a take that was not sound is written anew
            self._share = share
            self.progressed.emit(f"{stage} again", share)
        if stage != self._stage or share >= self._share + _LEAST_STEP:  # tokens come by thousands
            is_again = self._is_again and stage == self._stage
            self._stage, self._share = stage, max(self._share, share)
            self.progressed.emit(f"{stage} again" if is_again else stage, self._share)

    def _of_rounds(self, stage: str, part: float) -> float:
        """How much of all rounds is done, when a stretch has come so far; a new one starts at 0."""
        assert self._task is not None
        if self._task.kind != "parts" or stage != "compose":
            return part
        if part < self._part - _FELL_BACK:
            self._round = min(self._round + 1, self._task.rounds - 1)
        self._part = part
        return (self._round + part) / self._task.rounds

    def _ended(self, job_id: object) -> Task | None:
        """The current task, if it is the one that ended; the window is then idle."""
        task = self._task
        if task is None or job_id != task.job_id:
            return None
        self._task = None
        self.idle.emit()
        return task

    def _on_succeeded(self, job_id: object, result: object) -> None:
        task = self._ended(job_id)
        if task is None:
            return
        if task.kind in ("compose", "parts"):
            self.composed.emit(result)
        else:
            signals = {
                "analyse": self.analysed,
                "film": self.film_read,
                "render": self.rendered,
                "conform": self.conformed,
            }
            signals[task.kind].emit(task.subject, result)

    def _on_failed(self, job_id: object, sentence: str) -> None:
        task = self._ended(job_id)
        if task is not None:
            self._told = sentence
            self.failed.emit(task.kind, sentence)

    def _on_cancelled(self, job_id: object) -> None:
        task = self._ended(job_id)
        if task is not None:
            self.cancelled.emit(task.kind)

    def _on_crashed(self, sentence: str) -> None:
        """The engine ended by itself; a task that was under way has failed with these words."""
        if sentence != self._told:
            self.failed.emit("", sentence)
