"""Older project files, brought up to the present schema one version at a time."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping

from emsync_engine.errors import ProjectTooNewError, ProjectUnreadableError
from emsync_engine.project.model import SCHEMA_VERSION

Document = dict[str, object]


def _with_wishes_and_sync(document: Document) -> Document:
    """1 to 2: the user's word on each hit, none so far, and takes written without a tempo fit."""
    upgraded_document = copy.deepcopy(document)
    for boundary in _objects(upgraded_document.get("timeline"), "boundaries"):
        boundary.setdefault("wanted", None)
        boundary.setdefault("strength", None)
    for take in _objects(upgraded_document, "takes"):
        settings = take.get("settings")
        if isinstance(settings, dict):
            settings.setdefault("sync_percent", 0.0)
    return upgraded_document


def _with_key_tempo_and_tacet(document: Document) -> Document:
    """2 to 3: nobody named a key or a tempo, and no segment was silent."""
    upgraded_document = copy.deepcopy(document)
    timeline = upgraded_document.get("timeline")
    if isinstance(timeline, dict):
        emotions = timeline.get("emotions")
        timeline.setdefault("tacet", [False] * len(emotions if isinstance(emotions, list) else []))
    for take in _objects(upgraded_document, "takes"):
        take.setdefault("tacet_s", [])
        settings = take.get("settings")
        if isinstance(settings, dict):
            settings.setdefault("key", None)
            settings.setdefault("tempo_bpm", None)
    return upgraded_document


def _objects(parent: object, key: str) -> list[Document]:
    """The objects of a list, as far as the file has them: what is wrong is found when reading."""
    children = parent.get(key) if isinstance(parent, dict) else None
    if not isinstance(children, list):
        return []
    return [child for child in children if isinstance(child, dict)]


# From each older version the function that makes the next one of it. A new schema version adds a
# row here and a stored example to tests/data; neither is ever taken away.
UPGRADES: Mapping[int, Callable[[Document], Document]] = {
    1: _with_wishes_and_sync,
    2: _with_key_tempo_and_tacet,
}


def upgraded(
    document: Document,
    *,
    upgrades: Mapping[int, Callable[[Document], Document]] = UPGRADES,
    present: int = SCHEMA_VERSION,
) -> Document:
    """The same project in the present schema.

    ProjectTooNewError if a newer version wrote it, ProjectUnreadableError if it states no version
    or one that never was.
    """
    version = document.get("schema_version")
    if isinstance(version, bool) or not isinstance(version, int):
        raise ProjectUnreadableError("schema_version is missing or is no whole number.")
    if version > present:
        raise ProjectTooNewError(
            f"it was written by a newer version (schema {version}, this one reads up to "
            f"{present}); update EMSYNC Desktop to open it."
        )
    while version < present:
        if version not in upgrades:
            raise ProjectUnreadableError(f"schema_version {version} was never used.")
        document = upgrades[version](document)
        version += 1
        document["schema_version"] = version
    return document
