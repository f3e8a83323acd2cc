"""Comparing a new version of the edit with a project, as a job of the engine process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emsync_engine.monitor import Monitor
from emsync_engine.project.model import Project

if TYPE_CHECKING:
    from emsync_engine.conform.plan import ConformPlan
    from emsync_engine.jobs.session import Session


@dataclass(frozen=True, slots=True)
class ConformJob:
    """What becomes of a project's segments in a new film or list; gives ``ConformPlan``."""

    project: Project
    path: Path

    def run(self, session: Session, monitor: Monitor) -> ConformPlan:
        from emsync_engine.conform.conforming import plan_conform

        return plan_conform(self.project, self.path, monitor=monitor)
