"""``emsync evaluate landing`` from its options to its page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emsync_engine.errors import InputUnusableError
from emsync_engine.evaluation.landing import LandingReport, Trial, measure_landing
from emsync_engine.evaluation.landing_films import FILMS, Film, labelled_clips, seeded_films
from emsync_engine.evaluation.landing_pieces import TakeWriter
from emsync_engine.evaluation.landing_report import Shown, write_landing
from emsync_engine.evaluation.plots import new_figure
from emsync_engine.monitor import SILENT, Monitor

if TYPE_CHECKING:
    from emsync_engine.music.layouts import Composer

FOLDER = "landing"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be measured and where it goes.

    ``timelines`` of the seeded films, shortest first; ``clips`` is a folder of films with labelled
    cuts; ``work`` keeps takes, ``page`` gets the section with tables and pictures.
    """

    timelines: int = FILMS
    seeds: int = 5
    anew: int = 1
    clips: Path | None = None
    work: Path | None = None
    page: Path = Path("docs/landing.md")

    @property
    def films(self) -> tuple[Film, ...]:
        """Seeded films, then labelled clips; InputUnusableError for more than there are."""
        if self.timelines > FILMS:
            raise InputUnusableError(f"There are {FILMS} timelines, not {self.timelines}.")
        clips = labelled_clips(self.clips) if self.clips is not None else ()
        return (*seeded_films(self.timelines), *clips)

    @property
    def command(self) -> str:
        """What makes this again, without the names of this machine's folders."""
        clips = " --clips CLIPS" if self.clips is not None else ""
        return (
            f"emsync evaluate landing --timelines {self.timelines} --seeds {self.seeds} "
            f"--anew {self.anew}{clips}"
        )


def evaluate_landing(
    model: Composer,
    wanted: Wanted,
    *,
    weights: str,
    weights_sha256: str,
    monitor: Monitor = SILENT,
) -> LandingReport:
    """Measure, and write the page; ToolMissingError at once if nothing can be drawn."""
    new_figure(1, 1)
    films = wanted.films
    folder = wanted.work / FOLDER if wanted.work is not None else None
    writer = TakeWriter(model, weights_sha256=weights_sha256, folder=folder)
    trial = Trial(films, seeds=wanted.seeds, anew=wanted.anew)
    report = measure_landing(writer, trial, folder=folder, monitor=monitor)
    roll = writer.write(films[0], 0, settings=trial.settings, monitor=monitor)
    write_landing(report, Shown(weights, weights_sha256, films, roll, wanted.command), wanted.page)
    return report
