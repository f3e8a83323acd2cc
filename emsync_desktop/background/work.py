"""Background work in words and figures: what is under way, what waits, how long. No Qt widgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emsync_desktop.wording import tr

LEAST_SHARE, LEAST_PASSED_S = 0.08, 1.5  # from which on a guess at the time left is worth telling
_KINDS = {
    "AnalyseJob": "analyse",
    "ReadAgainJob": "reread",
    "ThumbnailsJob": "film",
    "ComposeJob": "compose",
    "RenderJob": "render",
    "SpeechJob": "speech",
}
"""Jobs that take about as long for each second of any film."""
_UNASKED = ("WarmUpJob", "SpeechJob", "GlanceJob")


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One piece of work, under way or waiting.

    ``share`` is None where nobody knows how much is done; ``left_s`` is how long it takes still,
    or will take, None where there is nothing to tell it by. ``key`` names it to whoever cancels it.
    """

    key: object
    words: str
    is_running: bool
    share: float | None = None
    left_s: float | None = None
    is_asked: bool = True
    """Whether a person asked for it; some work the program does of its own accord."""

    @property
    def state(self) -> str:
        """How far it is, in a few words."""
        if not self.is_running:
            if self.left_s is None:
                return tr("waits")
            return tr("waits · takes about {time}").format(time=rough_time(self.left_s))
        parts = [f"{self.share:.0%}"] if self.share else []
        if self.left_s is not None:
            parts.append(tr("about {time} left").format(time=rough_time(self.left_s)))
        return " · ".join(parts) or tr("under way")


def rough_time(seconds: float) -> str:
    """A guess at a time, no finer than it is: ``4 s``, ``25 s``, ``3 min``."""
    if seconds < 10:
        return f"{max(1, round(seconds))} s"
    if seconds < 100:
        return f"{5 * round(seconds / 5)} s"
    return f"{round(seconds / 60)} min"


def time_left(share: float, passed_s: float) -> float | None:
    """Seconds that are left of something, None while there is too little to tell them by."""
    if share < LEAST_SHARE or passed_s < LEAST_PASSED_S:
        return None
    return passed_s * (1 - share) / share


def bytes_text(count: int) -> str:
    """An amount of memory: ``412 MB``, ``1.2 GB``."""
    megabytes = count / (1 << 20)
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1024:.1f} GB"


def job_words(job: object) -> str:
    """What a job of the engine is called."""
    count = getattr(job, "count", 1)
    names = {
        "AnalyseJob": tr("Read the film"),
        "ReadAgainJob": tr("Read the film again"),
        "ThumbnailsJob": tr("Pictures and waveform"),
        "GlanceJob": tr("A first look at the film"),
        "ComposeJob": tr("A take"),
        "TakesJob": tr("{count} takes").format(count=count),
        "RegenerateJob": tr("Parts of the take"),
        "FixHitJob": tr("A hit"),
        "CompJob": tr("Parts of another take"),
        "RenderJob": tr("Play the take"),
        "ExportJob": tr("Export"),
        "ConformJob": tr("Compare the edits"),
        "SpeechJob": tr("Find out where somebody speaks"),
        "WarmUpJob": tr("Wake the composer"),
        "ReleaseJob": tr("Release memory"),
    }
    return names.get(type(job).__name__, tr("Something else"))


def is_asked(job: object) -> bool:
    """Whether somebody asked for a job, rather than the program for itself."""
    return type(job).__name__ not in _UNASKED


def pace_kind(job: object) -> str:
    """By what the pace of a job is kept; empty for one whose length the film does not tell."""
    return _KINDS.get(type(job).__name__, "")


class Pace:
    """How long kinds of work take for each second of film, from what they took before."""

    def __init__(self, known: Mapping[str, float] | None = None) -> None:
        self.known = dict(known or {})

    def took(self, kind: str, seconds: float, film_s: float) -> None:
        """Learn from one that was done; the latest counts as much as all before it."""
        if kind and film_s > 0:
            pace = seconds / film_s
            before = self.known.get(kind, pace)
            self.known[kind] = (before + pace) / 2

    def guess(self, kind: str, film_s: float, *, count: int = 1) -> float | None:
        """Seconds that a piece of work will take; None for one that was never done."""
        pace = self.known.get(kind)
        return None if pace is None or film_s <= 0 else pace * film_s * count
