"""Takes that are compared are heard equally loud: the louder one is turned down, by loudness."""

from __future__ import annotations

import contextlib
import logging
import math
import threading
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from emsync_desktop.preview.sound import FloatArray

logger = logging.getLogger(__name__)


def matched_level(own_lufs: float | None, other_lufs: float | None) -> float:
    """Factor for a take that is compared with another: never above 1, so that nothing clips."""
    if own_lufs is None or other_lufs is None:
        return 1.0
    if not (math.isfinite(own_lufs) and math.isfinite(other_lufs)):
        return 1.0
    return float(10 ** (min(other_lufs - own_lufs, 0.0) / 20))


class LoudnessMatch(QObject):
    """Knows the integrated loudness of what was heard, measured on a thread of its own."""

    changed = Signal()
    """Another level is right for the take that is heard."""
    _measured = Signal(object, float)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.is_on = True
        self._known: dict[Path, float] = {}
        self._asked: set[Path] = set()
        self._current: tuple[str, Path] | None = None
        self._other: Path | None = None
        self._threads: list[threading.Thread] = []
        self._is_closing = False
        self._measured.connect(self._on_measured)

    def hear(self, take: str, path: Path) -> None:
        """A take is heard; the one that was heard before is what it is compared with."""
        if self._current is not None and self._current[0] != take:
            self._other = self._current[1]
        self._current = (take, path)
        if path not in self._asked:
            self._asked.add(path)
            self._threads = [one for one in self._threads if one.is_alive()]
            thread = threading.Thread(
                target=self._measure, args=(path,), name="loudness of a take", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def forget(self) -> None:
        """Another film: nothing is compared."""
        self._current = self._other = None
        self._known.clear()
        self._asked.clear()

    def close(self) -> None:
        """End the threads and wait for them: what they signal to must still be there."""
        self._is_closing = True
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    @property
    def level(self) -> float:
        """Factor for the take that is heard."""
        if not self.is_on or self._current is None or self._other is None:
            return 1.0
        return matched_level(self._known.get(self._current[1]), self._known.get(self._other))

    def switch(self, is_on: bool) -> None:
        self.is_on = is_on
        self.changed.emit()

    def _measure(self, path: Path) -> None:
        from emsync_engine.render.loudness import loudness_of

        try:
            lufs = loudness_of(self._open_chunks(path)).integrated_lufs
        except (OSError, RuntimeError) as error:  # a file that went meanwhile
            logger.info("the loudness of %s: %s", path.name, error)
            return
        if not self._is_closing:
            with contextlib.suppress(RuntimeError):  # it went without being closed
                self._measured.emit(path, lufs)

    def _open_chunks(self, path: Path) -> Iterator[FloatArray]:
        """The samples of a file, as long as the window is open."""
        for chunk in _chunks(path):
            if self._is_closing:
                return
            yield chunk

    def _on_measured(self, path: Path, lufs: float) -> None:
        self._known[path] = lufs
        self.changed.emit()


def _chunks(path: Path) -> Iterator[FloatArray]:
    """(n, 2) samples of a file in pieces of 10 s."""
    import soundfile

    from emsync_engine.render.loudness import CHUNK

    with soundfile.SoundFile(path) as file:
        yield from file.blocks(CHUNK, dtype="float32", always_2d=True)
