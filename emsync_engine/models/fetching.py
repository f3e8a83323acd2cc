"""One file from one address: resumed, retried, watched, and never longer than it should be."""

from __future__ import annotations

import http
import logging
import time
from collections.abc import Iterator
from pathlib import Path

from emsync_engine.models.answers import (
    Broken,
    Stated,
    length_of,
    range_total,
    require_file,
    stated_by,
)
from emsync_engine.models.connection import Answer, Rules
from emsync_engine.models.faults import UnreachableError, WrongLengthError
from emsync_engine.models.listening import heard
from emsync_engine.models.parts import Part, Wanted
from emsync_engine.models.space import require_space, unwritable
from emsync_engine.monitor import Monitor

logger = logging.getLogger(__name__)

_LISTEN_S = 0.1  # how often whoever watches is asked whether to stop


def fetch(wanted: Wanted, part_path: Path, *, rules: Rules, monitor: Monitor) -> Stated:
    """Fetch a file into its part, from where an earlier attempt stopped.

    Reports bytes of this file as stage ``download``, ``retry`` between attempts. Raised Cancelled
    keeps the part. The caller checks the checksum and gives the file its name.

    Raises
    ------
    DownloadError
        One of its children; what has come is kept where going on makes sense.
    """
    part = Part(part_path, wanted)
    failures, wait_s, before = 0, rules.backoff_s, part.size_bytes
    while True:
        try:
            stated = _attempt(wanted, part, rules, monitor)
            part.done()
            return stated
        except Broken as broken:
            failures = 0 if part.size_bytes > before else failures + 1
            if failures == 0:
                wait_s = rules.backoff_s
            before = part.size_bytes
            if broken.is_unfit:
                part.restart()
            if failures >= rules.attempts:
                raise broken.error from broken
            logger.info("%s: %s; another attempt follows", wanted.name, broken)
            _wait(max(wait_s, min(broken.wait_s, rules.longest_wait_s)), part, monitor)
            wait_s = min(wait_s * 2, rules.longest_wait_s)


def _wait(seconds: float, part: Part, monitor: Monitor) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        monitor.advance("retry", part.size_bytes, part.total)
        time.sleep(min(left, _LISTEN_S))


def _attempt(wanted: Wanted, part: Part, rules: Rules, monitor: Monitor) -> Stated:
    have = part.size_bytes
    if wanted.size_bytes is not None and have > wanted.size_bytes:
        part.restart()
        have = 0
    if have and have == wanted.size_bytes:
        return Stated()  # all of it came before, and was not checked yet
    headers: dict[str, str] = {}
    if have:
        headers["Range"] = f"bytes={have}-"
        if part.validator and not part.validator.startswith("W/"):
            headers["If-Range"] = part.validator
    pieces = heard(wanted.address, headers, rules=rules, ask=lambda: _tell(part, monitor))
    try:
        answer = next(pieces)
        assert isinstance(answer, Answer)
        start, total = _begin(answer, have, wanted, part=part, rules=rules)
        most = total if total is not None else rules.most_bytes
        done = _write(pieces, start, part=part, most=most, monitor=monitor)
    finally:
        pieces.close()
    if done > most:
        part.restart()
        raise WrongLengthError(answer.host, wanted.name, told_bytes=None, expected_bytes=most)
    if total is not None and done < total:
        raise Broken(UnreachableError(answer.host, "the connection broke"))
    return stated_by(answer)


def _tell(part: Part, monitor: Monitor) -> None:
    monitor.advance("download", part.size_bytes, part.total)


def _begin(
    answer: Answer, have: int, wanted: Wanted, *, part: Part, rules: Rules
) -> tuple[int, int | None]:
    """Where the answer's bytes belong, and how long the whole file will be."""
    require_file(answer, wanted.name, is_rest=have > 0)
    start, total = 0, length_of(answer)
    if answer.status == http.HTTPStatus.PARTIAL_CONTENT:
        start = have
        total = range_total(answer, have, validator=part.validator, total=part.total)
    if wanted.size_bytes is not None and total not in (None, wanted.size_bytes):
        part.restart()
        raise WrongLengthError(
            answer.host, wanted.name, told_bytes=total or 0, expected_bytes=wanted.size_bytes
        )
    if total is None:
        total = wanted.size_bytes
    require_space(part.path.parent, (total or 0) - start, rules.reserve_bytes)
    try:
        part.note(answer, total)
    except OSError as error:
        raise unwritable(part.path, error) from error
    return start, total


def _write(
    pieces: Iterator[Answer | bytes], start: int, *, part: Part, most: int, monitor: Monitor
) -> int:
    """Write what comes behind what has come; how long it is then, more than ``most`` at once."""
    done = start
    try:
        with part.path.open("r+b" if start else "wb") as file:
            if start:
                file.seek(start)
                file.truncate()
            for piece in pieces:
                assert isinstance(piece, bytes)
                done += len(piece)
                if done > most:
                    break
                file.write(piece)
                monitor.advance("download", done, part.total)
    except OSError as error:
        raise unwritable(part.path, error) from error
    return done
