"""Scrubbed sound: the film under the playhead as short grains, as long as it is moved. No Qt."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from emsync_desktop.preview.sound import FloatArray

GRAIN = 4096
"""Samples of a grain: 85 ms."""

HOP = GRAIN // 2
"""From one grain to the next: windows that half overlap add up to 1, so that a film that is moved
at its own speed sounds as if it played."""

_WINDOW = (0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(GRAIN) + 0.5) / GRAIN)).astype(np.float32)


class Grains:
    """Sound of the place where the playhead is, made block by block on the thread of the ring.

    Parameters
    ----------
    read : (count, 2) samples of the film from a place on, as ``SoundMix.read``
    """

    def __init__(self, read: Callable[[int, int], FloatArray], place: int) -> None:
        self._read = read
        self._wanted = place
        self._moves = 0
        self._heard_moves = -1
        self._at = float(place)
        self._tail = np.zeros((HOP, 2), np.float32)
        self._ready = np.zeros((0, 2), np.float32)

    def move(self, place: int) -> None:
        """The playhead is at a sample of the film."""
        self._wanted = place
        self._moves += 1

    def next(self, start: int, count: int) -> FloatArray:
        """(count, 2) samples to be heard next; silence once the playhead rests. ``start`` is of the
        ring, and says nothing here.
        """
        while len(self._ready) < count:
            self._ready = np.concatenate([self._ready, self._hop()])
        made, self._ready = self._ready[:count], self._ready[count:]
        return made

    def _hop(self) -> FloatArray:
        """(HOP, 2): the end of the last grain and the beginning of the next, if there is one."""
        head = np.zeros((HOP, 2), np.float32)
        tail = np.zeros((HOP, 2), np.float32)
        moves, wanted = self._moves, self._wanted
        if moves != self._heard_moves:
            self._heard_moves = moves
            self._follow(wanted)
            first = round(self._at) - HOP
            grain = self._read(first, GRAIN) * _WINDOW[:, None]
            head, tail = grain[:HOP], grain[HOP:]
        made: FloatArray = self._tail + head
        self._tail = tail
        return made

    def _follow(self, wanted: int) -> None:
        """Go to where the playhead is; at about the film's own speed, evenly."""
        step = wanted - self._at
        is_even = abs(step - HOP) < HOP / 4  # then no grain is out of phase with the last
        self._at = self._at + HOP if is_even else float(wanted)
