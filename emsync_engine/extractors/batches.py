"""Work in batches on a device that may run out of memory, and nothing left behind after it."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emsync_engine.monitor import Monitor

Rows = NDArray[np.float32]

logger = logging.getLogger(__name__)


def in_batches(
    count: int,
    size: int,
    work: Callable[[range], tuple[Rows, ...]],
    *,
    stage: str,
    monitor: Monitor,
) -> tuple[Rows, ...]:
    """Rows for the numbers 0..count - 1, so many at a time; a batch too large is halved.

    ``work`` gives arrays with a row for each number. ``count`` is at least 1.
    """
    done: list[tuple[Rows, ...]] = []
    start = 0
    while start < count:
        monitor.advance(stage, start, count)
        try:
            done.append(work(range(start, min(count, start + size))))
        except Exception as error:
            if size == 1 or not is_out_of_memory(error):
                raise
            size //= 2
            logger.info("%s: going on with batches of %d, for want of memory", stage, size)
            _empty_device()
            continue
        start += size
    monitor.advance(stage, count, count)
    return tuple(np.concatenate(parts) for parts in zip(*done, strict=True))


def is_out_of_memory(error: BaseException) -> bool:
    """Whether a failure is for want of memory, on the processor or on a device."""
    torch = sys.modules.get("torch")
    if isinstance(error, MemoryError) or (
        torch is not None and isinstance(error, torch.OutOfMemoryError)
    ):
        return True
    return isinstance(error, RuntimeError) and "out of memory" in str(error).lower()


_kept: ContextVar[dict[object, Any] | None] = ContextVar("_kept", default=None)


@contextmanager
def models_kept() -> Iterator[None]:
    """Inside the block what was loaded once stays for the next film; at its end all of it goes."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)
        _empty_device()


def loaded(key: object, load: Callable[[], Any]) -> Any:
    """What ``load`` gives; inside ``models_kept`` it is loaded once for each key."""
    kept = _kept.get()
    if kept is None:
        return load()
    if key not in kept:
        kept[key] = load()
    return kept[key]


@contextmanager
def released_after() -> Iterator[None]:
    """What the block loaded and nobody holds any longer is given back to the system."""
    try:
        yield
    finally:
        if _kept.get() is None:
            _empty_device()


def _empty_device() -> None:
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is None:
        return
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()
