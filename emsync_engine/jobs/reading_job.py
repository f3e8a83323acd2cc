"""The job that reads the emotions of a timeline anew, done by the engine process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emsync_engine.monitor import Monitor
from emsync_engine.project.model import Timeline

if TYPE_CHECKING:
    from emsync_engine.jobs.session import Session
    from emsync_engine.rereading import ReadAgain


@dataclass(frozen=True, slots=True)
class ReadAgainJob:
    """Read a film again with all that is installed now; gives ``ReadAgain``.

    ``device`` is ``auto``, ``cpu``, ``cuda`` or ``mps``.
    """

    path: Path
    timeline: Timeline
    device: str = "auto"

    def run(self, session: Session, monitor: Monitor) -> ReadAgain:
        from emsync_engine.rereading import read_again

        return read_again(self.path, self.timeline, device=self.device, monitor=monitor)
