"""Threads that write takes take turns at what is Python: one has it until its next step.

The interpreter's lock is let go and asked for again in every other call into numpy and torch, and
two threads that draw at the same time hand it to one another dozens of times a token. Each time one
of them sleeps and is woken. So they wait for each other once a token instead (60 s of music: 14.4
to 15.2 s in the place of 16.8 to 18.3).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_own = threading.local()


@contextmanager
def my_turn() -> Iterator[None]:
    """Run what is Python while no other thread does so in here; not to be nested."""
    with _lock:
        _own.has_turn = True
        try:
            yield
        finally:
            _own.has_turn = False


@contextmanager
def others_turn() -> Iterator[None]:
    """Let others have their turn while this thread computes outside Python, if it has the turn."""
    has_turn: bool = getattr(_own, "has_turn", False)
    if has_turn:
        _lock.release()
    try:
        yield
    finally:
        if has_turn:
            _lock.acquire()
