"""All extractors by name, and which of them can run on this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Protocol

from emsync_engine.extractors.audio_events import AudioEvents
from emsync_engine.extractors.clip import Clip
from emsync_engine.extractors.faces import Faces
from emsync_engine.extractors.interface import EXTRA, Extractor, missing_library
from emsync_engine.extractors.screen_text import ScreenText
from emsync_engine.extractors.speech import Speech
from emsync_engine.extractors.text_sentiment import TextSentiment
from emsync_engine.models.store import State, installed_path, state_of
from emsync_engine.offline import is_offline

FindModel = Callable[[str], Path | None]

EXTRACTORS: Mapping[str, Extractor] = MappingProxyType(
    {one.name: one for one in (Clip(), AudioEvents(), Faces(), Speech(), ScreenText())}
)
SENTIMENT = TextSentiment()
NAMES = (*EXTRACTORS, SENTIMENT.name)


class Needing(Protocol):
    """Whatever needs models and libraries."""

    @property
    def name(self) -> str: ...
    @property
    def models(self) -> tuple[str, ...]: ...
    @property
    def libraries(self) -> tuple[str, ...]: ...


def needing(name: str) -> Needing:
    """An extractor by its name, whatever it looks at; KeyError for another name."""
    return SENTIMENT if name == SENTIMENT.name else EXTRACTORS[name]


@dataclass(frozen=True, slots=True)
class Lack:
    """What keeps an extractor from running here: a library, or a model and how it stands."""

    kind: Literal["library", "model"]
    name: str
    state: State = State.NOT_INSTALLED


def lacking(part: Needing, find: FindModel = installed_path) -> Lack | None:
    """What an extractor lacks to run here; None if it can. Nothing is imported."""
    absent = missing_library(part.libraries)
    if absent is not None:
        return Lack("library", absent)
    for model in part.models:
        if find(model) is None:
            state = state_of(model).state
            # whole by its record, and yet not found: somebody touched it
            return Lack("model", model, State.UNCHECKED if state is State.INSTALLED else state)
    return None


def why_off(part: Needing, find: FindModel = installed_path) -> str | None:
    """Why an extractor cannot run here and what to do, in one sentence; None if it can."""
    lack = lacking(part, find)
    return None if lack is None else _lack_sentence(lack)


def _lack_sentence(lack: Lack) -> str:
    if lack.kind == "library":
        return f"The library {lack.name} is not installed; {EXTRA}."
    what = f"The model {lack.name!r} {_STANDING[lack.state]}"
    if lack.state is State.UNCHECKED:
        return f"{what}; verify it: Edit, Models in the app, or emsync models verify {lack.name}."
    if is_offline():
        return (
            f"{what}, and EMSYNC is offline by your choice; bring its files: Edit, Models, Use a "
            f"file I have in the app, or emsync models use {lack.name} FILE."
        )
    return f"{what}; get it: Edit, Models in the app, or emsync models install {lack.name}."


_STANDING = {
    State.NOT_INSTALLED: "is not installed",
    State.PARTLY: "is only partly here",
    State.UNCHECKED: "has not been checked",
    State.DAMAGED: "is damaged",
}


def folders_of(part: Needing, find: FindModel = installed_path) -> dict[str, Path]:
    """Where the models of an extractor that can run lie."""
    found = {model: find(model) for model in part.models}
    return {model: path for model, path in found.items() if path is not None}
