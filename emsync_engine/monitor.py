"""Progress and cancelling: one method both reports and listens."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


class Cancelled(Exception):  # noqa: N818 - not an error: the user asked for it
    """The user asked for the work to stop; nothing half done is left behind."""


class Monitor(Protocol):
    """Whoever watches a long piece of work: a terminal, a window, a test."""

    def advance(self, stage: str, done: float, total: float | None = None) -> None:
        """Report progress; raise Cancelled if asked to stop. Call it per frame, batch or token."""


@runtime_checkable
class Viewer(Monitor, Protocol):
    """A monitor that also takes what there is already of a result that is still being made."""

    def show(self, part: object) -> None:
        """Take a part; cheap, and in the order in which the parts are found."""


class SilentMonitor:
    """Watches nothing and never cancels."""

    def advance(self, stage: str, done: float, total: float | None = None) -> None:
        return None


SILENT: Monitor = SilentMonitor()


class Share:
    """One of several equal pieces of work, reported as its share of them all.

    Parameters
    ----------
    number : of the piece, from 0
    count : of pieces
    """

    def __init__(self, monitor: Monitor, number: int, count: int) -> None:
        self._monitor, self._number, self._count = monitor, number, count

    def advance(self, stage: str, done: float, total: float | None = None) -> None:
        """Report progress of this piece; raise Cancelled if asked to stop."""
        if total is None:
            self._monitor.advance(stage, done)
        else:
            self._monitor.advance(stage, self._number * total + done, self._count * total)
