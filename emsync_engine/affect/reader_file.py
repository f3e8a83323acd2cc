"""The files of music readers: arrays as safetensors, with a header that says of which format."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from emsync_engine.errors import WeightsCorruptError

Arrays = dict[str, NDArray[Any]]
Reader = TypeVar("Reader")


def save_reader(arrays: Mapping[str, NDArray[Any]], header: Mapping[str, Any], path: Path) -> None:
    """Write arrays and a header that JSON can hold."""
    from safetensors.numpy import save_file

    whole = {name: np.ascontiguousarray(values) for name, values in arrays.items()}
    save_file(whole, path, metadata={"model": json.dumps(header)})  # one key: its order is kept
    path.chmod(0o644)


def load_reader(
    path: Path, made: Callable[[dict[str, Any], Arrays], Reader], *, what: str, **expected: Any
) -> Reader:
    """Make a reader of the header and the arrays of a file.

    WeightsCorruptError if the file is damaged, or if its header says anything else than expected.

    Parameters
    ----------
    what : the reader in words, as "music judge"
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            header = json.loads((file.metadata() or {})["model"])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dictionary
        if any(header.get(name) != value for name, value in expected.items()):
            raise WeightsCorruptError(f"{path.name} is not a {what} of this version.")
        return made(header, arrays)
    except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError, OSError) as error:
        raise WeightsCorruptError(f"The {what} {path.name} is damaged.") from error
