"""Files mapped into memory of which only little stays there."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import DTypeLike, NDArray

RESIDENT_BYTES = 64 << 20


class LeanMap(np.memmap):
    """A read-only mapped array that gives its pages back after every 64 MB that were looked at.

    The system would take them back only when memory is short, and until then two hours of film
    count as gigabytes of this process. Pages that are looked at again are read again, as a rule
    from the system's own cache. What is taken out stays valid and is a plain array.
    """

    _looked_at = 0

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        if not isinstance(found, np.ndarray):
            return found
        self._looked_at += found.nbytes
        if self._looked_at > RESIDENT_BYTES:
            self._looked_at = 0
            _give_back(self)
        return found.view(np.ndarray)


def lean_map(path: Path, dtype: DTypeLike, shape: tuple[int, ...]) -> NDArray[Any]:
    """Map a file that holds an array of this shape."""
    return cast("NDArray[Any]", LeanMap(path, dtype, mode="r", shape=shape))


def _give_back(array: LeanMap) -> None:
    mapping = getattr(array, "_mmap", None)
    if isinstance(mapping, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        mapping.madvise(mmap.MADV_DONTNEED)
