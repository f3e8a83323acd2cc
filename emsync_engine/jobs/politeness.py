"""The engine gives way: whoever plays a film or moves a window goes first."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

NICENESS = 5
_BELOW_NORMAL_PRIORITY = 0x4000  # BELOW_NORMAL_PRIORITY_CLASS of Windows
AUTOGROUP = Path("/proc/self/autogroup")


def stand_apart() -> None:
    """Be a session of one's own that gives way to others; programs it starts do too.

    Linux can share the processor out by sessions first (``sched_autogroup_enabled``, on by default
    on most systems): niceness then counts among the threads of one session alone, and a session of
    its own takes half of a window's processor whatever its niceness. So the session is told as
    well.
    """
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), _BELOW_NORMAL_PRIORITY)
        return
    os.setsid()  # programs it starts are then found and ended with it
    os.nice(NICENESS)
    if AUTOGROUP.exists():
        with contextlib.suppress(OSError):
            AUTOGROUP.write_text(f"{NICENESS}\n", "ascii")
