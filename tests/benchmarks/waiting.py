"""Waiting as a window waits: in Qt's event loop, which leaves the interpreter to other threads.

``QTest.qWait`` keeps Python's lock while it waits: decoding and mixing, which go on in threads
of the window's process, then get it once in a while only.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QTimer, SignalInstance


def wait_ms(milliseconds: float) -> None:
    """Let the window live for so long."""
    loop = QEventLoop()
    QTimer.singleShot(round(milliseconds), loop.quit)
    loop.exec()


def wait_for(signal: SignalInstance, is_met: Callable[..., bool], *, longest_s: float) -> None:
    """Let the window live until a signal is sent with what is wanted; TimeoutError if it is not."""
    loop, met = QEventLoop(), []

    def look(*sent: object) -> None:
        if is_met(*sent):
            met.append(True)
            loop.quit()

    signal.connect(look)
    QTimer.singleShot(round(longest_s * 1000), loop.quit)
    loop.exec()
    signal.disconnect(look)
    if not met:
        raise TimeoutError("what was waited for did not happen")
