"""All extractors by name, and which of them can run on this machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from emsync_engine.extractors.audio_events import AudioEvents
from emsync_engine.extractors.clip import Clip
from emsync_engine.extractors.faces import Faces
from emsync_engine.extractors.interface import EXTRA, Extractor, missing_library
from emsync_engine.extractors.screen_text import ScreenText
from emsync_engine.extractors.speech import Speech
from emsync_engine.extractors.text_sentiment import TextSentiment
from emsync_engine.models.store import installed_path

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


def why_off(part: Needing, find: FindModel = installed_path) -> str | None:
    """Why an extractor cannot run here, in one sentence; None if it can. Nothing is imported."""
    absent = missing_library(part.libraries)
    if absent is not None:
        return f"The library {absent} is not installed; {EXTRA}."
    for model in part.models:
        if find(model) is None:
            how = f"run emsync models install {model}"
            if os.environ.get("EMSYNC_OFFLINE") == "1":
                how = "EMSYNC is offline by your choice, so bring the files yourself"
            return f"The model {model!r} is not installed; {how}."
    return None


def folders_of(part: Needing, find: FindModel = installed_path) -> dict[str, Path]:
    """Where the models of an extractor that can run lie."""
    found = {model: find(model) for model in part.models}
    return {model: path for model, path in found.items() if path is not None}
