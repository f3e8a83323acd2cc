"""Jobs for tests: each does one thing that a real job might do, well or badly."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

from emsync_engine.errors import InputUnusableError
from emsync_engine.jobs.politeness import AUTOGROUP


@dataclass(frozen=True)
class Count:
    """Counts like tokens are drawn: a report, and a chance to stop, before each."""

    to: int = 3
    pause_s: float = 0.0
    leaves: str = ""  # a file of the session that is written, and that tidying up removes

    def run(self, session, monitor):
        mark = session.folder / self.leaves if self.leaves else None
        try:
            if mark:
                mark.touch()
            for number in range(self.to):
                monitor.advance("count", number, self.to)
                time.sleep(self.pause_s)
        finally:
            if mark:
                mark.unlink()
        return self.to


@dataclass(frozen=True)
class Unusable:
    def run(self, session, monitor):
        raise InputUnusableError("clip.mov cannot be used: it is a spreadsheet.")


@dataclass(frozen=True)
class DivideByZero:
    def run(self, session, monitor):
        return 1 // 0


@dataclass(frozen=True)
class AskNetwork:
    def run(self, session, monitor):
        socket.create_connection(("192.0.2.1", 80), timeout=0.1)


@dataclass(frozen=True)
class FillMemory:
    def run(self, session, monitor):
        return bytearray(1 << 60)


@dataclass(frozen=True)
class ReturnThread:
    """Returns something that no pipe can carry."""

    def run(self, session, monitor):
        return threading.Lock()


@dataclass(frozen=True)
class LeaveProgram:
    """Asks the interpreter to exit, as a careless library does."""

    def run(self, session, monitor):
        sys.exit(3)


@dataclass(frozen=True)
class Crash:
    """A fault in a library: the process is gone at once."""

    def run(self, session, monitor):
        ctypes.string_at(0)


@dataclass(frozen=True)
class SleepDeaf:
    """Never looks at its monitor; runs a program meanwhile and writes its number down."""

    seconds: float = 100.0

    def run(self, session, monitor):
        monitor.advance("sleep", 0)
        command = [sys.executable, "-c", f"import time; time.sleep({self.seconds})"]
        with subprocess.Popen(command) as program:
            (session.folder / "program").write_text(str(program.pid))
            monitor.advance("started", 0)
            time.sleep(self.seconds)


@dataclass(frozen=True)
class Print:
    """Speaks through everything that can be spoken through, and asks for an answer."""

    def run(self, session, monitor):
        print("said by Python")
        print("said to stderr", file=sys.stderr)
        os.write(1, b"said by a C library\n")
        subprocess.run(["/bin/sh", "-c", "echo said by a program"], check=True)
        return sys.stdin.read()


@dataclass(frozen=True)
class Describe:
    """What the process is: its modules, politeness, group, threads and number."""

    def run(self, session, monitor):
        monitor.advance("describe", 0)
        return {
            "modules": sorted(sys.modules),
            "niceness": os.nice(0),
            "autogroup": AUTOGROUP.read_text("ascii") if AUTOGROUP.exists() else "",
            "group": os.getpgid(0),
            "pid": os.getpid(),
            "folder": session.folder,
        }


@dataclass(frozen=True)
class Bulk:
    """A job, and a result, larger than any pipe's buffer."""

    data: bytes

    def run(self, session, monitor):
        return self.data


@dataclass(frozen=True)
class ShowOnTheWay:
    """Shows what it has so far, as a film is shown while it is read."""

    def run(self, session, monitor):
        for number in range(3):
            monitor.show(("so far", number))
        return 3


@dataclass(frozen=True)
class HoldMemory:
    """Fills memory that a model of the engine would fill, and keeps it."""

    megabytes: int = 64

    def run(self, session, monitor):
        from emsync_engine import weights

        weights.load_composer = _keeper(self.megabytes)
        return len(weights.load_composer())


def _keeper(megabytes):
    from functools import lru_cache

    return lru_cache(maxsize=2)(lambda: bytearray(b"1" * (megabytes << 20)))
