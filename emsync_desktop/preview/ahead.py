"""Sound mixed ahead of the device, by a thread of its own, in memory that is there. No Qt."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import numpy as np

from emsync_desktop.preview.sound import RATE, FloatArray

BLOCK = 1024
_BLOCKS = 10  # 213 ms: how far ahead; more than the device asks for at once after a pause of ours
_TURN_S = BLOCK / RATE / 3

logger = logging.getLogger(__name__)


class Ahead:
    """A ring that one thread fills from a mix, and that one callback empties.

    Each side moves a count of its own, so that neither waits for the other. Where the ring has run
    dry, the callback plays silence and counts an underrun; the film waits as long.

    Parameters
    ----------
    blocks : how far ahead; fewer where what is heard must follow the hand
    """

    def __init__(
        self, read: Callable[[int, int], FloatArray], start: int, *, blocks: int = _BLOCKS
    ) -> None:
        self._read = read
        self._start = start
        self._ring = np.zeros((blocks * BLOCK, 2), np.float32)
        self._written = 0
        self._taken = 0
        self.underruns = 0
        self._is_ended = threading.Event()
        self._thread = threading.Thread(target=self._fill, name="mixing ahead", daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """End the thread and wait for it; the callback may still take what is left."""
        self._is_ended.set()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def place(self) -> int:
        """Sample of the film that is taken next."""
        return self._start + self._taken

    @property
    def is_primed(self) -> bool:
        """Whether there is enough to begin with."""
        return self._written >= BLOCK * 2

    def take(self, out: FloatArray) -> int:
        """For the callback: copy what comes next into (n, 2) samples; how many there were.

        The rest is silence. Takes no lock and no memory for samples.
        """
        wanted = len(out)
        ready = min(self._written - self._taken, wanted)
        if self._taken == 0 and not self.is_primed:
            ready = 0
        first = self._taken % len(self._ring)
        whole = min(ready, len(self._ring) - first)
        out[:whole] = self._ring[first : first + whole]
        out[whole:ready] = self._ring[: ready - whole]
        out[ready:] = 0.0
        if ready < wanted and (self._taken or self.is_primed):
            self.underruns += 1
        self._taken += ready
        return ready

    def fill(self) -> bool:
        """Mix one more block, if there is room for it."""
        if self._written + BLOCK - self._taken > len(self._ring):
            return False
        at = self._written % len(self._ring)
        self._ring[at : at + BLOCK] = self._read(self._start + self._written, BLOCK)
        self._written += BLOCK
        return True

    def _fill(self) -> None:
        try:
            while not self._is_ended.is_set():
                if not self.fill():
                    self._is_ended.wait(_TURN_S)
        except Exception:
            logger.exception("mixing ahead ended")
