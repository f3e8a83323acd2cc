"""The levels of the preview: what faders, mixer and sound share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from emsync_desktop.preview.strips import LEAST_DB, MUSIC, ORIGINAL, SOURCES, Strip

STRIPS: tuple[str, ...] = (ORIGINAL, MUSIC, *SOURCES[1:])
HIGHEST_DB = 6
_AT_FIRST = {ORIGINAL: Strip(gain_db=-6.0)}


class Levels(QObject):
    """One strip for the original sound, one for the music, and one for each family in it."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._strips = {name: _AT_FIRST.get(name, Strip()) for name in STRIPS}

    @property
    def strips(self) -> Mapping[str, Strip]:
        return self._strips

    def set_gain(self, name: str, gain_db: float) -> None:
        """A level in dB; the lowest is silence."""
        self._put(
            name, replace(self._strips[name], gain_db=min(max(gain_db, LEAST_DB), HIGHEST_DB))
        )

    def set_pan(self, name: str, pan: float) -> None:
        """From -1, left, to 1, right."""
        self._put(name, replace(self._strips[name], pan=min(max(pan, -1.0), 1.0)))

    def mute(self, name: str, is_muted: bool) -> None:
        self._put(name, replace(self._strips[name], is_muted=is_muted))

    def solo(self, name: str, is_solo: bool) -> None:
        self._put(name, replace(self._strips[name], is_solo=is_solo))

    def reset(self) -> None:
        """All as at first."""
        self._strips = {name: _AT_FIRST.get(name, Strip()) for name in STRIPS}
        self.changed.emit()

    def _put(self, name: str, strip: Strip) -> None:
        if strip != self._strips[name]:
            self._strips[name] = strip
            self.changed.emit()
