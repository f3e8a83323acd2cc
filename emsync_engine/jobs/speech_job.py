"""The job that finds out where somebody speaks, done by the engine process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emsync_engine.features.speech import SpeechSpan
from emsync_engine.monitor import Monitor

if TYPE_CHECKING:
    from emsync_engine.jobs.session import Session


@dataclass(frozen=True, slots=True)
class Spoken:
    """Stretches of a film in which somebody speaks, in seconds from its first picture."""

    path: Path
    spans: tuple[SpeechSpan, ...]


@dataclass(frozen=True, slots=True)
class SpeechJob:
    """Listen to a film's own sound; gives ``Spoken``."""

    path: Path

    def run(self, session: Session, monitor: Monitor) -> Spoken:
        from emsync_engine.video.probe import probe
        from emsync_engine.video.spoken import spoken_in_film

        return Spoken(self.path, spoken_in_film(probe(self.path), monitor=monitor))
