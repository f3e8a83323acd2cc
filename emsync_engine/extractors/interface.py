"""What an extractor is, and how the libraries behind it are told to stay at home."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from emsync_engine.errors import MissingError, ToolMissingError
from emsync_engine.extractors.material import FilmMaterial
from emsync_engine.extractors.observed import Observed
from emsync_engine.monitor import Monitor

EXTRA = "run pip install 'emsync-desktop[vemoclap]'"
_STAY_AT_HOME = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
}


class ModelUnusableError(MissingError):
    """The files of a model are damaged, or belong to another kind of model."""

    def __init__(self, model: str, reason: str) -> None:
        super().__init__(f"The model {model!r} cannot be used: {reason.rstrip('.')}.")
        self.model = model
        self.reason = reason


class Extractor(Protocol):
    """One way to look at a film; listed by name in ``listing.EXTRACTORS``."""

    @property
    def name(self) -> str: ...

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models that it needs (``models.store.installed_path``)."""

    @property
    def libraries(self) -> tuple[str, ...]:
        """Modules that it needs beside the engine's own."""

    @property
    def version(self) -> int:
        """Raised when the same model would give something else."""

    def observe(
        self, folders: Mapping[str, Path], film: FilmMaterial, *, device: str, monitor: Monitor
    ) -> Observed:
        """Look at a whole film with the models in these folders.

        Raises
        ------
        NothingToMeasure
            The film lacks what it looks at.
        ModelUnusableError
            A model does not fit.
        """


def missing_library(names: tuple[str, ...]) -> str | None:
    """The first of these modules that is not installed; cheap, nothing is imported."""
    return next((name for name in names if find_spec(name) is None), None)


def library(name: str) -> Any:
    """A library, imported when first needed and told to fetch nothing; ToolMissingError without."""
    os.environ.update(_STAY_AT_HOME)
    try:
        return import_module(name)
    except ImportError as error:
        raise ToolMissingError(name.partition(".")[0], EXTRA) from error


def require_finite(model: str, *arrays: Any) -> None:
    """ModelUnusableError if what a model says is no finite number: its weights are damaged."""
    import numpy as np

    if not all(np.isfinite(array).all() for array in arrays):
        raise ModelUnusableError(model, "it answers with what is no finite number")
