"""The progress line, and how signals become a cancelled job."""

import io
import os
import signal

import pytest

from emsync_engine.cli.progress import TerminalMonitor, cancelled_by_signals
from emsync_engine.monitor import Cancelled


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_stage_and_share():
    terminal = Terminal()
    monitor = TerminalMonitor(terminal)
    monitor.advance("compose", 5, 20)

    assert "composing" in terminal.getvalue()
    assert "25%" in terminal.getvalue()
    monitor.clear()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_share_stays_within_0_and_100_percent():
    terminal = Terminal()
    TerminalMonitor(terminal).advance("mux", 30, 20)

    assert "100%" in terminal.getvalue()


def test_a_file_sees_nothing():
    log = io.StringIO()
    monitor = TerminalMonitor(log)
    monitor.advance("compose", 5, 20)
    monitor.clear()

    assert log.getvalue() == ""


def test_the_line_is_not_redrawn_for_every_token():
    terminal = Terminal()
    monitor = TerminalMonitor(terminal)
    for token in range(2000):
        monitor.advance("compose", token, 2000)

    assert terminal.getvalue().count("composing") < 50


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_cancels_at_the_next_report(number):
    monitor = TerminalMonitor(io.StringIO())
    with cancelled_by_signals(monitor):
        signal.raise_signal(number)
        with pytest.raises(Cancelled):
            monitor.advance("compose", 0)


def test_a_second_signal_does_not_wait_and_handlers_return():
    before = signal.getsignal(signal.SIGINT)
    monitor = TerminalMonitor(io.StringIO())
    with cancelled_by_signals(monitor):
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    assert signal.getsignal(signal.SIGINT) is before
