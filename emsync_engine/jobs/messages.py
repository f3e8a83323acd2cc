"""What a window and the engine process say to each other: jobs, results, and news on the way.

All are frozen values that can be pickled. A job knows how it is done (``run``), so that the process
needs no list of them; what does the work is imported when it runs, never here.
"""

from __future__ import annotations

import copyreg
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NewType, Protocol

from emsync_engine.monitor import Monitor
from emsync_engine.pipeline import Analysis, AnalysisRequest, Scored, ScoreRequest
from emsync_engine.project.model import GenerationSettings, Take, Timeline
from emsync_engine.project.notes import Family

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from emsync_engine.jobs.memory import EngineFacts
    from emsync_engine.jobs.session import Session
    from emsync_engine.video.probe import VideoInfo

JobId = NewType("JobId", int)

TARGET_LUFS = -14.0


class Job(Protocol):
    """A piece of work for the engine process; frozen, and small enough for a pipe."""

    def run(self, session: Session, monitor: Monitor) -> object:
        """Do the work in the engine process; what it returns is sent back."""


@dataclass(frozen=True, slots=True)
class AnalyseJob:
    """Find the cuts of a film and read the emotion of every segment; gives ``Analysed``."""

    path: Path
    request: AnalysisRequest = field(default_factory=AnalysisRequest)

    def run(self, session: Session, monitor: Monitor) -> Analysed:
        from emsync_engine.jobs.work import analysed

        return analysed(self, monitor)


@dataclass(frozen=True, slots=True, eq=False)
class Analysed:
    """An analysis with the pictures and the waveform that a timeline shows.

    Attributes
    ----------
    thumbnails : (K, h, w, 3) uint8 RGB, long side at most 192, K at most 600
    thumbnail_times_s : (K,) float64, seconds
    peaks : (P, 2) float32, minimum and maximum of the original sound, ``peaks_per_s`` a second
    """

    analysis: Analysis
    thumbnails: NDArray[np.uint8]
    thumbnail_times_s: NDArray[np.float64]
    peaks: NDArray[np.float32]
    peaks_per_s: int


@dataclass(frozen=True, slots=True)
class ThumbnailsJob:
    """Pictures and waveform of a film whose timeline is known already; gives ``FilmStrip``."""

    path: Path

    def run(self, session: Session, monitor: Monitor) -> FilmStrip:
        from emsync_engine.jobs.work import film_strip

        return film_strip(self.path, monitor)


@dataclass(frozen=True, slots=True)
class GlanceJob:
    """Show a few pictures from all over a film, in a second; gives None.

    Where an earlier pass was kept it shows, and gives, the whole ``FilmStrip``.
    """

    path: Path

    def run(self, session: Session, monitor: Monitor) -> FilmStrip | None:
        from emsync_engine.jobs.work import glanced

        return glanced(self.path, monitor)


@dataclass(frozen=True, slots=True, eq=False)
class FilmStrip:
    """What is shown of a film; arrays as in ``Analysed``."""

    info: VideoInfo
    thumbnails: NDArray[np.uint8]
    thumbnail_times_s: NDArray[np.float64]
    peaks: NDArray[np.float32]
    peaks_per_s: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ComposeJob:
    """Write one take for a timeline and play it to WAV files; gives ``Composed``.

    ``frame_rate`` (pictures per second) measures the hits in frames; None reads it from the film.
    ``device`` is ``auto``, ``cpu``, ``cuda`` or ``mps``. ``stems`` asks for one WAV per family too.
    """

    path: Path
    timeline: Timeline
    settings: GenerationSettings = field(default_factory=GenerationSettings)
    seed: int = 1
    frame_rate: Fraction | None = None
    stems: bool = True
    target_lufs: float = TARGET_LUFS
    device: str = "auto"

    def run(self, session: Session, monitor: Monitor) -> Composed:
        from emsync_engine.jobs.work import composed

        return composed(self, session, monitor)


@dataclass(frozen=True, slots=True)
class Rendered:
    """Where a take can be heard: 48 kHz, 32 bits, stereo, exactly as long as the film.

    The files lie in the session's folder, end with the engine process, and the oldest go when the
    folder grows beyond its limit: ``RenderJob`` makes them again. The stems add up to the mix;
    there are none where none were asked for. ``note`` is one sentence on the level reached.
    """

    mix_wav: Path
    stems: Mapping[Family, Path]
    note: str


@dataclass(frozen=True, slots=True)
class Composed:
    """A take, the timeline it was written for, and where it can be heard (see ``Rendered``)."""

    take: Take
    timeline: Timeline
    mix_wav: Path
    stems: Mapping[Family, Path]
    note: str


@dataclass(frozen=True, slots=True)
class TakesJob:
    """Write several takes for a timeline, rank them and play the best; gives ``ComposedTakes``."""

    timeline: Timeline
    frame_rate: Fraction
    count: int
    settings: GenerationSettings = field(default_factory=GenerationSettings)
    seed: int = 1
    stems: bool = True
    target_lufs: float = TARGET_LUFS
    device: str = "auto"

    def run(self, session: Session, monitor: Monitor) -> ComposedTakes:
        from emsync_engine.jobs.parts_work import takes_composed

        return takes_composed(self, session, monitor)


@dataclass(frozen=True, slots=True)
class ComposedTakes:
    """Takes by their score, the best first, and where that one can be heard."""

    takes: tuple[Take, ...]
    best: Composed


@dataclass(frozen=True, slots=True)
class RegenerateJob:
    """Write the stale parts of a take anew, or some ``segments`` (0, 1, ...); gives ``Composed``.

    Everything else keeps its notes. ``settings`` are other wishes for what is written; None keeps
    those of the take.
    """

    take: Take
    timeline: Timeline
    frame_rate: Fraction
    seed: int = 1
    segments: tuple[int, ...] | None = None
    settings: GenerationSettings | None = None
    candidates: int | None = None
    stems: bool = True
    target_lufs: float = TARGET_LUFS
    device: str = "auto"

    def run(self, session: Session, monitor: Monitor) -> Composed:
        from emsync_engine.jobs.parts_work import regenerated

        return regenerated(self, session, monitor)


@dataclass(frozen=True, slots=True)
class FixHitJob:
    """Write only what leads to a hit (0, 1, ... of the timeline's) anew; gives ``Composed``."""

    take: Take
    timeline: Timeline
    hit: int
    frame_rate: Fraction
    seed: int = 1
    stems: bool = True
    target_lufs: float = TARGET_LUFS
    device: str = "auto"

    def run(self, session: Session, monitor: Monitor) -> Composed:
        from emsync_engine.jobs.parts_work import hit_fixed

        return hit_fixed(self, session, monitor)


@dataclass(frozen=True, slots=True)
class CompJob:
    """Put segments (0, 1, ...) of another take into a take, as a new one; gives ``Composed``."""

    take: Take
    other: Take
    timeline: Timeline
    segments: tuple[int, ...]
    frame_rate: Fraction
    stems: bool = True
    target_lufs: float = TARGET_LUFS

    def run(self, session: Session, monitor: Monitor) -> Composed:
        from emsync_engine.jobs.parts_work import comped_job

        return comped_job(self, session, monitor)


@dataclass(frozen=True, slots=True)
class RenderJob:
    """Play a take that is written already, as one from a project; gives ``Rendered``.

    With ``timeline`` its levels are heard, and its silences, whatever the take was written for.
    """

    take: Take
    stems: bool = True
    target_lufs: float = TARGET_LUFS
    timeline: Timeline | None = None

    def run(self, session: Session, monitor: Monitor) -> Rendered:
        from emsync_engine.jobs.work import rendered

        return rendered(self, session, monitor)


@dataclass(frozen=True, slots=True)
class ScoreJob:
    """The whole way from a film to a scored film on disk, as on the command line."""

    path: Path
    request: ScoreRequest = field(default_factory=ScoreRequest)

    def run(self, session: Session, monitor: Monitor) -> Scored:
        from emsync_engine.jobs.work import scored

        return scored(self, monitor)


@dataclass(frozen=True, slots=True)
class WarmUpJob:
    """Load a composer before it is needed, so that the first take starts at once; gives None."""

    weights: str = "open"
    device: str = "auto"

    def run(self, session: Session, monitor: Monitor) -> None:
        from emsync_engine.jobs.work import warm_up

        warm_up(self, monitor)


@dataclass(frozen=True, slots=True)
class Submitted:
    """To the process: a job, pickled by itself so that only its own thread opens it."""

    job_id: JobId
    job: bytes


@dataclass(frozen=True, slots=True)
class CancelAsked:
    """To the process: stop this job, or do not begin it."""

    job_id: JobId


@dataclass(frozen=True, slots=True)
class FactsAsked:
    """To the process: say what it uses now; answered at once, whatever job is under way."""


@dataclass(frozen=True, slots=True)
class CloseAsked:
    """To the process: stop everything and end."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The process is up and listens."""

    pid: int


@dataclass(frozen=True, slots=True)
class Advanced:
    """A job has come this far; ``total`` is None where the end is not known."""

    job_id: JobId
    stage: str
    done: float
    total: float | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A part of what a job will give, such as ``FilmPart`` while a film is read."""

    job_id: JobId
    part: object


@dataclass(frozen=True, slots=True)
class Facts:
    """What the process uses."""

    facts: EngineFacts


@dataclass(frozen=True, slots=True)
class Succeeded:
    """A job is done; ``result`` is what its ``run`` returned."""

    job_id: JobId
    result: object


@dataclass(frozen=True, slots=True)
class Failed:
    """A job could not be done: one sentence; for a bug the traceback that belongs in the log."""

    job_id: JobId
    message: str
    is_bug: bool = False
    traceback: str = ""


@dataclass(frozen=True, slots=True)
class WasCancelled:
    """A job stopped because it was asked to; nothing half done is left behind."""

    job_id: JobId


Request = Submitted | CancelAsked | FactsAsked | CloseAsked
Message = Ready | Advanced | Shown | Facts | Succeeded | Failed | WasCancelled


def _view(entries: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(entries)


def _parts_of_view(view: MappingProxyType[Any, Any]) -> tuple[Any, tuple[dict[Any, Any]]]:
    return _view, (dict(view),)


# some values hold read-only views, such as the programs of an ensemble; Python cannot pickle them
copyreg.pickle(MappingProxyType, _parts_of_view)
