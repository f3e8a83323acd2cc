"""How each job is done: the engine's own functions, joined for what a window shows and plays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from emsync_engine.jobs.messages import (
    Analysed,
    AnalyseJob,
    Composed,
    ComposeJob,
    FilmStrip,
    Rendered,
    RenderJob,
    ScoreJob,
    WarmUpJob,
)
from emsync_engine.jobs.session import Session
from emsync_engine.monitor import Monitor, Viewer
from emsync_engine.pipeline import Scored, analysed_film, score
from emsync_engine.project.model import Take, Timeline
from emsync_engine.project.notes import Family

if TYPE_CHECKING:
    from emsync_engine.video.arriving import Onlooker


def analysed(job: AnalyseJob, monitor: Monitor) -> Analysed:
    """Analyse a film, and keep what a timeline shows of it; that is shown on the way."""
    analysis, video = analysed_film(
        job.path, job.request, monitor=monitor, onlooker=_onlooker(monitor)
    )
    return Analysed(
        analysis, video.thumbnails, video.thumbnail_times_s, video.peaks, video.peaks_per_s
    )


def _onlooker(monitor: Monitor) -> Onlooker | None:
    """Whoever watches, if it wants to see the film while it is read."""
    return monitor.show if isinstance(monitor, Viewer) else None


def film_strip(path: Path, monitor: Monitor) -> FilmStrip:
    """Decode a film, or find what an earlier pass kept; it is shown on the way."""
    from emsync_engine.video.decode import decode
    from emsync_engine.video.probe import probe

    video = decode(probe(path), monitor=monitor, onlooker=_onlooker(monitor))
    return FilmStrip(
        video.info,
        video.thumbnails,
        video.thumbnail_times_s,
        video.peaks,
        video.peaks_per_s,
        video.warnings,
    )


def glanced(path: Path, monitor: Monitor) -> FilmStrip | None:
    """A few pictures, or everything where it is at hand."""
    from emsync_engine.video.arriving import glance
    from emsync_engine.video.decode import is_kept
    from emsync_engine.video.probe import probe

    info, onlooker = probe(path), _onlooker(monitor)
    if is_kept(info):
        return film_strip(path, monitor)
    if onlooker is not None:
        glance(info, onlooker, monitor=monitor)
    return None


def composed(job: ComposeJob, session: Session, monitor: Monitor) -> Composed:
    """Write one take and play it."""
    from emsync_engine.music.devices import chosen_device
    from emsync_engine.music.takes import compose_takes_for
    from emsync_engine.video.probe import probe

    frame_rate = job.frame_rate or probe(job.path).frame_rate.ratio
    monitor.advance("load", 0)
    [take] = compose_takes_for(
        job.timeline,
        settings=job.settings,
        seed=job.seed,
        count=1,
        frame_rate=frame_rate,
        device=chosen_device(job.device),
        monitor=monitor,
    )
    return played(take, job.timeline, job.stems, job.target_lufs, session, monitor)


def played(
    take: Take,
    timeline: Timeline,
    stems: bool,
    target_lufs: float,
    session: Session,
    monitor: Monitor,
) -> Composed:
    """A take for a timeline, played as that asks."""
    job = RenderJob(take, stems, target_lufs, timeline)
    heard = rendered(job, session, monitor)
    return Composed(take, timeline, heard.mix_wav, heard.stems, heard.note)


def rendered(job: RenderJob, session: Session, monitor: Monitor) -> Rendered:
    """Play a take into WAV files of the session; only what differs from the last one that was."""
    from emsync_engine.music.takes import take_as_heard
    from emsync_engine.render.mastering import AtLevel
    from emsync_engine.render.wav import write_wav

    take = take_as_heard(job.take, job.timeline)
    heard = session.kept_render.play(
        take, job.timeline, target_lufs=job.target_lufs, monitor=monitor
    )
    with session.render_folder(take.id) as folder:
        stems: dict[Family, Path] = {}
        parts = heard.stems if job.stems else {}
        for done, (family, samples) in enumerate(parts.items()):
            monitor.advance("write", done, len(parts) + 1)
            stems[family] = folder / f"{family}.wav"
            write_wav(AtLevel(samples, heard.mastering), stems[family], is_float=True)
        monitor.advance("write", len(parts), len(parts) + 1)
        write_wav(AtLevel(heard.total, heard.mastering), folder / "mix.wav", is_float=True)
    return Rendered(folder / "mix.wav", stems, heard.note)


def scored(job: ScoreJob, monitor: Monitor) -> Scored:
    """Score a film and write everything beside it."""
    from emsync_engine.music.devices import chosen_device

    device = chosen_device(job.request.device)
    return score(job.path, replace(job.request, device=device), monitor=monitor)


def warm_up(job: WarmUpJob, monitor: Monitor) -> None:
    """Load the composer into memory, where ``load_composer`` keeps it."""
    from emsync_engine.music.devices import chosen_device
    from emsync_engine.weights import load_composer

    monitor.advance("load", 0)
    load_composer(job.weights, chosen_device(job.device))
