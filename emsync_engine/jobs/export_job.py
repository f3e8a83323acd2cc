"""The job that exports a project, done by the engine process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emsync_engine.export import Exported, ExportRequest
from emsync_engine.monitor import Monitor
from emsync_engine.project.model import Project

if TYPE_CHECKING:
    from emsync_engine.jobs.session import Session


@dataclass(frozen=True, slots=True)
class ExportJob:
    """Write the chosen take of a project; gives ``Exported``.

    ``place`` is the project file that the results are named after; it need not be there.
    """

    place: Path
    project: Project
    request: ExportRequest

    def run(self, session: Session, monitor: Monitor) -> Exported:
        from emsync_engine.export import export_project

        return export_project(self.place, self.project, self.request, monitor=monitor)
