"""Older project files, brought up to the present schema one version at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from emsync_engine.errors import ProjectTooNewError, ProjectUnreadableError
from emsync_engine.project.model import SCHEMA_VERSION

Document = dict[str, object]

# From each older version the function that makes the next one of it. A new schema version adds a
# row here and a stored example to tests/data; neither is ever taken away.
UPGRADES: Mapping[int, Callable[[Document], Document]] = {}


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
