"""What the window says of models: names, purposes, states."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QLocale

from emsync_desktop.bars import rough_time
from emsync_desktop.wording import tr
from emsync_engine.models.faults import size_text
from emsync_engine.models.store import ModelState, State

Tone = Literal["quiet", "text", "good", "attention", "bad"]


class Activity(Enum):
    """What is being done with a model."""

    NONE = "none"
    WAITING = "waiting"
    DOWNLOADING = "download"
    RETRYING = "retry"
    CHECKING = "check"
    UNPACKING = "unpack"
    COPYING = "copy"
    REMOVING = "remove"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class Under:
    """How far what is being done is. ``share`` below 0 is not known; speed in bytes a second."""

    activity: Activity = Activity.NONE
    share: float = -1.0
    speed: float = 0.0
    left_s: float | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """How a model stands, in words: one that says it, and one that says more."""

    words: str
    more: str = ""
    tone: Tone = "quiet"
    share: float | None = None  # of a bar; below 0 for one whose end is not known


def purpose_of(name: str) -> str:
    """What a model of the catalogue is for."""
    return {
        "clip": tr("What the picture shows"),
        "audio-events": tr("What can be heard: 527 kinds of sound"),
        "face-detector": tr("Where faces are in the picture"),
        "face-expression": tr("The expression of each face"),
        "speech": tr("What is said, put into English"),
        "screen-text": tr("Words that are seen in the picture"),
        "text-sentiment": tr("Whether words are glad or sad"),
    }.get(name, "")


def size_words(size_bytes: float) -> str:
    """A size with the decimal sign of the language."""
    return size_text(size_bytes).replace(".", QLocale().decimalPoint())


def place_words(path: Path) -> str:
    """A place on the disk, short where it lies in the user's home."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(path)


def told(state: ModelState, under: Under, failure: str) -> Told:
    """How a model stands, in words."""
    if under.activity is not Activity.NONE:
        return _told_of(under)
    if failure:
        return Told(tr("Failed"), failure, "bad")
    return {
        State.NOT_INSTALLED: Told(tr("Not installed")),
        State.PARTLY: Told(tr("Paused"), _kept_words(state), "attention", state.share),
        State.UNCHECKED: Told(tr("Not checked"), tr("Verify it to use it"), "attention"),
        State.DAMAGED: Told(tr("Damaged"), tr("Download it again"), "bad"),
        State.INSTALLED: Told(tr("Installed"), "", "good"),
    }[state.state]


def _kept_words(state: ModelState) -> str:
    if state.state is not State.PARTLY:
        return ""
    return tr("{share} there").format(share=f"{min(state.share, 0.99):.0%}")


def _told_of(under: Under) -> Told:
    words = {
        Activity.WAITING: tr("Waiting"),
        Activity.DOWNLOADING: tr("Downloading"),
        Activity.RETRYING: tr("Trying again"),
        Activity.CHECKING: tr("Checking"),
        Activity.UNPACKING: tr("Unpacking"),
        Activity.COPYING: tr("Copying"),
        Activity.REMOVING: tr("Removing"),
        Activity.STOPPING: tr("Stopping …"),
    }[under.activity]
    if under.activity in (Activity.WAITING, Activity.STOPPING):
        return Told(words, tone="text")
    if under.share >= 0:
        words += f" · {min(under.share, 1.0):.0%}"
    more = []
    if under.speed > 0:
        more.append(tr("{size}/s").format(size=size_words(under.speed)))
    if under.left_s is not None:
        more.append(tr("{time} left").format(time=rough_time(under.left_s)))
    return Told(words, " · ".join(more), "text", under.share)
