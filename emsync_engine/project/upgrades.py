"""Older project files, brought up to the present schema one version at a time."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from fractions import Fraction

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


def _with_parts(document: Document) -> Document:
    """3 to 4: nothing was locked or levelled, and no take said what it was written for.

    A take whose hits and silences are those of the timeline was written for it, as far as the file
    can tell; what another was written for is not known, so that all of it is stale.
    """
    upgraded_document = copy.deepcopy(document)
    timeline = upgraded_document.get("timeline")
    segments = _segments(timeline) if isinstance(timeline, dict) else []
    if isinstance(timeline, dict):
        emotions = timeline.get("emotions")
        count = len(emotions) if isinstance(emotions, list) else 0
        timeline.setdefault("locked", [False] * count)
        timeline.setdefault("levels_db", [0.0] * count)
        timeline.setdefault("loudness_db", [])
    for take in _objects(upgraded_document, "takes"):
        take.setdefault("name", "")
        take.setdefault("starred", False)
        take.setdefault("parts", _parts_of(take, segments))
        settings = take.get("settings")
        if isinstance(settings, dict):
            settings.setdefault("has_start", True)
            settings.setdefault("primer", [])
            settings.setdefault("branches", 1)
    return upgraded_document


def _segments(timeline: Document) -> list[Document]:
    """Segments as parts without take and seed; none where the timeline is not as it should be."""
    boundaries, emotions = _objects(timeline, "boundaries"), _objects(timeline, "emotions")
    tacet = timeline.get("tacet")
    if not isinstance(tacet, list) or not len(boundaries) + 1 == len(emotions) == len(tacet):
        return []
    edges = ["0/1", *(boundary.get("time") for boundary in boundaries), timeline.get("duration")]
    on_hit = [False, *(bool(boundary.get("is_hit")) for boundary in boundaries)]
    return [
        {
            "start": edges[number],
            "end": edges[number + 1],
            "point": emotion.get("chosen") or emotion.get("detected"),
            "tacet": tacet[number],
            "begins_on_hit": on_hit[number],
        }
        for number, emotion in enumerate(emotions)
    ]


def _parts_of(take: Document, segments: list[Document]) -> list[Document]:
    """What a take was written for, if its hits and its silence are those of the segments."""
    try:
        hits_s = [float(Fraction(str(one["start"]))) for one in segments if one["begins_on_hit"]]
        silent = [
            (float(Fraction(str(one["start"]))), float(Fraction(str(one["end"]))))
            for one in segments
            if one["tacet"]
        ]
    except (ValueError, ZeroDivisionError):
        return []
    tacet_s = take.get("tacet_s")
    spans = [tuple(span) for span in tacet_s] if isinstance(tacet_s, list) else []
    is_same = [hit.get("time_s") for hit in _objects(take, "hits")] == hits_s
    if not is_same or _joined(silent) != spans:
        return []
    return [{**one, "take": take.get("id"), "seed": take.get("seed")} for one in segments]


def _joined(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for start, end in spans:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


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
    3: _with_parts,
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
