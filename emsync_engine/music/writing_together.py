"""Several takes written on at once: one half of them on each of two cores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from math import inf
from threading import Event
from typing import TypeVar

from emsync_engine.cores import usable_cores
from emsync_engine.music.generation import next_rows
from emsync_engine.music.layouts import TokenDecoder
from emsync_engine.music.token_writer import TokenWriter
from emsync_engine.music.turns import my_turn

Writer = TypeVar("Writer", bound=TokenWriter)


def write_on(
    decoder: TokenDecoder,
    writers: Sequence[Writer],
    *,
    until_s: float = inf,
    tell: Callable[[Sequence[Writer]], None],
) -> None:
    """Draw for every take until its time is ``until_s``, or until it is done.

    What a take becomes does not depend on what is written beside it. While one thread is in the
    model's step, which needs no interpreter, the other draws (``turns``).

    Parameters
    ----------
    tell : called before each pass of this thread with the takes that it writes; what it raises
        stops all of them, between two tokens
    """
    helper = _helper() if decoder.is_compiled and len(writers) > 1 else None
    if helper is None:
        _write(decoder, writers, until_s, tell, Event())
        return
    stop = Event()
    half = (len(writers) + 1) // 2
    later = helper.submit(_write, decoder, writers[half:], until_s, _tell_nobody, stop)
    try:
        _write(decoder, writers[:half], until_s, tell, stop)
    except BaseException:
        stop.set()
        later.exception()  # waits for it
        raise
    later.result()


def _write(
    decoder: TokenDecoder,
    writers: Sequence[Writer],
    until_s: float,
    tell: Callable[[Sequence[Writer]], None],
    stop: Event,
) -> None:
    with my_turn():
        while not stop.is_set():
            going = [one for one in writers if one.time_s < until_s and not one.is_done]
            if not going:
                return
            tell(going)
            for writer, rows in zip(going, next_rows(decoder, going), strict=True):
                writer.draw(rows)


def _tell_nobody(writers: Sequence[TokenWriter]) -> None:
    return None


@cache
def _helper() -> ThreadPoolExecutor | None:
    """A thread for the second half of the takes; None on a machine with one core."""
    return ThreadPoolExecutor(1, "composer") if usable_cores() > 1 else None
