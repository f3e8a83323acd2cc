"""How the jobs on takes and their parts are done: each writes or joins, and plays what it made."""

from __future__ import annotations

from emsync_engine.jobs.messages import (
    CompJob,
    Composed,
    ComposedTakes,
    FixHitJob,
    RegenerateJob,
    TakesJob,
)
from emsync_engine.jobs.session import Session
from emsync_engine.jobs.work import played
from emsync_engine.monitor import Monitor


def takes_composed(job: TakesJob, session: Session, monitor: Monitor) -> ComposedTakes:
    """Write takes, the best first, and play that one."""
    from emsync_engine.music.devices import chosen_device
    from emsync_engine.music.takes import compose_takes_for

    monitor.advance("load", 0)
    takes = compose_takes_for(
        job.timeline,
        settings=job.settings,
        seed=job.seed,
        count=job.count,
        frame_rate=job.frame_rate,
        device=chosen_device(job.device),
        monitor=monitor,
    )
    best = played(takes[0], job.timeline, job.stems, job.target_lufs, session, monitor)
    return ComposedTakes(takes, best)


def regenerated(job: RegenerateJob, session: Session, monitor: Monitor) -> Composed:
    """Write parts of a take anew, and play it."""
    from emsync_engine.music.devices import chosen_device
    from emsync_engine.music.regeneration import CANDIDATES, regenerate

    monitor.advance("load", 0)
    take = regenerate(
        job.take,
        job.timeline,
        frame_rate=job.frame_rate,
        seed=job.seed,
        segments=job.segments,
        settings=job.settings,
        candidates=job.candidates or CANDIDATES,
        device=chosen_device(job.device),
        monitor=monitor,
    )
    return played(take, job.timeline, job.stems, job.target_lufs, session, monitor)


def hit_fixed(job: FixHitJob, session: Session, monitor: Monitor) -> Composed:
    """Write what leads to a hit anew, and play the take; PartsError if that is of no use."""
    from emsync_engine.music.devices import chosen_device
    from emsync_engine.music.hit_repair import repaired

    monitor.advance("load", 0)
    take = repaired(
        job.take,
        job.timeline,
        job.hit,
        frame_rate=job.frame_rate,
        seed=job.seed,
        device=chosen_device(job.device),
        monitor=monitor,
    )
    return played(take, job.timeline, job.stems, job.target_lufs, session, monitor)


def comped_job(job: CompJob, session: Session, monitor: Monitor) -> Composed:
    """Join two takes by segment, and play what comes of it."""
    from emsync_engine.music.comping import comped

    monitor.advance("comp", 0)
    take = comped(job.take, job.other, job.timeline, job.segments, frame_rate=job.frame_rate)
    return played(take, job.timeline, job.stems, job.target_lufs, session, monitor)
