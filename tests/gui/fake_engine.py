"""An engine client that keeps the jobs it is given; the test says how they end."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from emsync_engine.jobs.messages import (
    Analysed,
    AnalyseJob,
    CompJob,
    Composed,
    ComposeJob,
    FixHitJob,
    GlanceJob,
    RegenerateJob,
)
from emsync_engine.jobs.speech_job import SpeechJob
from emsync_engine.music.parts import with_provenance
from emsync_engine.pipeline import Analysis
from emsync_engine.project.model import GenerationSettings, Timeline
from emsync_engine.render.wav import write_wav
from emsync_engine.video.probe import probe
from tests.unit.desktop.films import JOYFUL, PLAIN, SAD, take

FIRST_GLANCE = -1000


class FakeEngine(QObject):
    """Signals and methods of ``EngineClient``, without a process."""

    advanced = Signal(object, str, float, object)
    shown = Signal(object, object)
    facts = Signal(object)
    jobs_changed = Signal()
    succeeded = Signal(object, object)
    failed = Signal(object, str)
    cancelled = Signal(object)
    crashed = Signal(str)

    def __init__(self):
        super().__init__()
        self.submitted = []
        self.listened = []
        """Films whose speech was asked for: by the preview, and by no task of the window."""
        self.glanced = []
        """Films that were looked at before anything else; numbered down from ``FIRST_GLANCE``."""
        self.asked_to_cancel = []
        self.given_way = []
        """Those of ``listened`` that were stopped, because a task of the window began."""
        self.is_closed = False
        self.times_asked_for_facts = 0
        self._unfinished = {}
        for outcome in (self.succeeded, self.failed, self.cancelled):
            outcome.connect(lambda job_id, *_: self._forget(job_id))

    @property
    def jobs(self):
        return tuple(self._unfinished.items())

    def submit(self, job):
        if isinstance(job, SpeechJob):
            self.listened.append(job)
            return -len(self.listened)
        if isinstance(job, GlanceJob):
            self.glanced.append(job)
            return FIRST_GLANCE - len(self.glanced)
        self.submitted.append(job)
        self._unfinished[len(self.submitted)] = job
        self.jobs_changed.emit()
        return len(self.submitted)

    def _forget(self, job_id):
        if self._unfinished.pop(job_id, None) is not None:
            self.jobs_changed.emit()

    def ask_facts(self):
        self.times_asked_for_facts += 1

    def cancel(self, job_id):
        (self.asked_to_cancel if job_id > 0 else self.given_way).append(job_id)

    def close(self):
        self.is_closed = True

    def last(self, kind):
        """Id and job of the last submitted job of a kind."""
        jobs = enumerate(self.submitted, start=1)
        return [(number, job) for number, job in jobs if isinstance(job, kind)][-1]

    def find_cuts(self):
        """Answer the analysis: cuts at 1 s (a hit), 50/24 s and 71/24 s (a hit)."""
        job_id, job = self.last(AnalyseJob)
        self.succeeded.emit(job_id, analysed(job.path))

    def compose(self, folder: Path, name: str = "first"):
        """Answer the composition with a take that lands on 1 s and is late at the other hit."""
        job_id, job = self.last((ComposeJob, RegenerateJob, FixHitJob, CompJob))
        mix = folder / f"{name}.wav"
        samples = round(float(job.timeline.duration) * 48000)
        write_wav(np.zeros((samples, 2), np.float32), mix)
        self.succeeded.emit(
            job_id, Composed(made_take(job, name), job.timeline, mix, {}, "The music is silent.")
        )


def made_take(job, name: str):
    from dataclasses import replace

    from emsync_engine.project.model import Hit

    hits = tuple(
        Hit(float(one.time), float(one.time) + late, late * 1000, late * 24, "chord", status)
        for one, late, status in zip(
            job.timeline.hits, (0.0, 2 / 24), ("exact", "near"), strict=False
        )
    )
    settings = getattr(job, "settings", None) or GenerationSettings()
    made = replace(take(name, getattr(job, "seed", 1)), hits=hits, settings=settings)
    return with_provenance(made, job.timeline)


def analysed(path: Path) -> Analysed:
    """What the engine would find in the made film."""
    from emsync_engine.project.model import Boundary, BoundaryId

    info = probe(path)
    boundaries = tuple(
        Boundary(BoundaryId(f"cut-{frame}"), Fraction(frame, 24), is_hit=frame != 50)
        for frame in (24, 50, 71)
    )
    timeline = Timeline(info.duration, boundaries, (JOYFUL, SAD, PLAIN, SAD))
    pictures = np.full((4, 48, 64, 3), 90, np.uint8)
    peaks = np.tile(np.array([[-0.5, 0.5]], np.float32), (400, 1))
    return Analysed(Analysis(info, (), timeline, (), {}), pictures, np.arange(4.0), peaks, 100)
