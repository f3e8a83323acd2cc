"""Waiting for a condition, and looking at processes, for tests."""

from __future__ import annotations

import os
import time
from pathlib import Path


def wait_until(is_met, within_s=60.0):
    """Wait for a condition; the seconds it took. AssertionError if it does not come."""
    started = time.monotonic()
    while not is_met():
        assert time.monotonic() - started < within_s, "it did not happen in time"
        time.sleep(0.01)
    return time.monotonic() - started


def is_running(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not collected does not."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():
        try:
            return stat.read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
