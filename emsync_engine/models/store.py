"""The folder of models: what is installed there."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from emsync_engine.models.catalogue import CATALOGUE


def models_folder() -> Path:
    """``EMSYNC_MODELS_DIR`` if set, else the place for a user's data on this system."""
    chosen = os.environ.get("EMSYNC_MODELS_DIR")
    if chosen:
        return Path(chosen)
    return Path(platformdirs.user_data_path("emsync", appauthor=False)) / "models"


def installed_path(name: str) -> Path | None:
    """The folder that holds every file of a model of the catalogue; None if it is not installed.

    KeyError for a name that the catalogue does not have. Cheap: no file is read.
    """
    folder = models_folder() / name
    is_there = all((folder / file.name).is_file() for file in CATALOGUE[name].files)
    return folder if is_there else None
