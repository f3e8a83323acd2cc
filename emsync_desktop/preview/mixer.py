"""Original sound, stems and click, mixed block by block at levels that may change. No Qt.

Blocks are read by one thread, that of the sound; levels and takes are changed by the window's. A
change never clicks: a block begins with the levels of the last one and ends with the new ones.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emsync_desktop.preview.click import ClickTrack
from emsync_desktop.preview.room import NO_ROOM, gains_between
from emsync_desktop.preview.sound import FloatArray, MusicSound, OriginalSound
from emsync_desktop.preview.strips import ORIGINAL, SOURCES, Pair, Strip, heard, is_plain

if TYPE_CHECKING:
    from emsync_engine.render.ducking import DuckingCurve

logger = logging.getLogger(__name__)


class TakeSound:
    """A take as it was rendered: its mix, and a stem for each family where there are any."""

    def __init__(self, mix: Path, stems: Mapping[str, Path] | None = None) -> None:
        self.path = mix
        self._mix = MusicSound(mix)
        self._stems: dict[str, MusicSound] = {}
        self.level = 1.0
        """Factor that makes it as loud as the take it is compared with."""
        try:
            for name, path in (stems or {}).items():
                self._stems[name] = MusicSound(path)
        except (OSError, RuntimeError) as error:  # files that went meanwhile
            logger.info("stems of %s: %s", mix.name, error)
            self._drop_stems()

    @property
    def has_stems(self) -> bool:
        return bool(self._stems)

    def read(
        self, start: int, count: int, before: Mapping[str, Pair], after: Mapping[str, Pair]
    ) -> FloatArray:
        """(count, 2) samples, from the factors before to those after."""
        families = [name for name in after if name != ORIGINAL]
        if not self._stems or (is_plain(before) and is_plain(after)):
            return self._mix.read(start, count) * ramp(
                before[families[0]], after[families[0]], count
            )
        mixed = np.zeros((count, 2), np.float32)
        for name, sound in self._stems.items():
            if any(before[name]) or any(after[name]):
                mixed += sound.read(start, count) * ramp(before[name], after[name], count)
        return mixed

    def close(self) -> None:
        self._mix.close()
        self._drop_stems()

    def _drop_stems(self) -> None:
        for sound in self._stems.values():
            sound.close()
        self._stems.clear()


def ramp(before: Pair, after: Pair, count: int) -> FloatArray:
    """(count, 2) or (1, 2) factors, straight from one pair to the other."""
    if before == after:
        return np.array([after], np.float32)
    share = np.linspace(0.0, 1.0, count, dtype=np.float32)[:, None]
    ends = np.array([before, after], np.float32)
    return ends[0] + share * (ends[1] - ends[0])


class SoundMix:
    """Original, take and click at their levels; each may be missing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._original: OriginalSound | None = None
        self._take: TakeSound | None = None
        self._leaving: TakeSound | None = None
        self._strips: Mapping[str, Strip] = {}
        self._wanted = self._last = heard({}, SOURCES)
        self._room = self._last_room = NO_ROOM
        self.click: ClickTrack | None = None
        self.has_click = False

    @property
    def original(self) -> OriginalSound | None:
        return self._original

    @property
    def take(self) -> TakeSound | None:
        return self._take

    @property
    def strips(self) -> Mapping[str, Strip]:
        return self._strips

    def set_strips(self, strips: Mapping[str, Strip]) -> None:
        """Other levels; heard as soon as what was mixed ahead has been played."""
        with self._lock:
            self._strips, self._wanted = dict(strips), heard(strips, SOURCES)

    def set_room(self, room: DuckingCurve) -> None:
        """Another curve by which the music makes room for speech, as long as that is heard."""
        with self._lock:
            self._room = room

    def set_original(self, original: OriginalSound | None) -> None:
        with self._lock:
            before, self._original = self._original, original
        if before is not None:
            before.close()

    def set_take(self, take: TakeSound | None) -> None:
        """Another take: while playing, the last one fades into it within a block, without a gap."""
        with self._lock:
            if self._leaving is not None:
                self._leaving.close()
            self._leaving, self._take = self._take, take

    def settle(self) -> None:
        """Playing begins: nothing is left of what was heard before."""
        with self._lock:
            self._last, self._last_room = self._wanted, self._room_now
            if self._leaving is not None:
                self._leaving.close()
                self._leaving = None

    def read(self, start: int, count: int) -> FloatArray:
        """(count, 2) samples in -1..1, from a place of the film on."""
        with self._lock:
            before, after = self._last, self._wanted
            rooms = self._last_room, self._room_now
            self._last, self._last_room = after, rooms[1]
            mixed = np.zeros((count, 2), np.float32)
            pairs = before[ORIGINAL], after[ORIGINAL]
            if self._original is not None and any(map(any, pairs)):
                mixed += self._original.read(start, count) * ramp(*pairs, count)
            music = self._music(start, count, before, after)
            gains = gains_between(*rooms, start, count)
            mixed += music if gains is None else music * gains
            if self.has_click and self.click is not None:
                self.click.add(mixed, start)
        return np.clip(mixed, -1.0, 1.0, out=mixed)

    @property
    def _room_now(self) -> DuckingCurve:
        """No room is made for speech that nobody hears."""
        has_speech = self._original is not None and any(self._wanted[ORIGINAL])
        return self._room if has_speech else NO_ROOM

    def _music(
        self, start: int, count: int, before: Mapping[str, Pair], after: Mapping[str, Pair]
    ) -> FloatArray:
        music = np.zeros((count, 2), np.float32)
        if self._take is not None:
            music += self._take.read(start, count, before, after) * np.float32(self._take.level)
        if self._leaving is not None:
            old = self._leaving.read(start, count, before, after) * np.float32(self._leaving.level)
            self._leaving.close()
            self._leaving = None
            share = np.linspace(0.0, 1.0, count, dtype=np.float32)[:, None]
            music = share * music + (1 - share) * old
        return music
