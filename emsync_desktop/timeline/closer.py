"""Pictures for zooms in which the strip's, about one a second, would show another shot.

They are decoded off the window's thread, from left to right, once a view rests for a moment.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThread, QTimer, Signal
from PySide6.QtGui import QImage

from emsync_engine.errors import EmsyncError
from emsync_engine.timing import FrameRate

if TYPE_CHECKING:
    from emsync_desktop.preview.pictures import PictureReader, Room

REST_MS = 120
"""How long a view must stay as it is before anything is decoded for it."""
IDLE_S = 5.0
"""How long a film stays open of which nothing more is wanted."""
MOST_KEPT = 600
_AT_ONCE = 4  # pictures that are shown together

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Closer:
    """Pictures of single frames, by their numbers from the film's first."""

    rate: FrameRate = field(default_factory=lambda: FrameRate.parse("25"))
    pictures: Mapping[int, QImage] = field(default_factory=dict)

    def frame_at(self, time_s: float) -> int:
        """Number of the frame that is shown at a time, in seconds."""
        return self.rate.frame_at(Fraction(time_s + 1e-6))

    def picture_at(self, time_s: float) -> QImage | None:
        """The very frame at a time, if it is known."""
        return self.pictures.get(self.frame_at(time_s)) if self.pictures else None

    def joined(self, more: Mapping[int, QImage]) -> Closer:
        """The same with more pictures, of which the last ones are kept."""
        every = {**self.pictures, **more}
        for frame in list(every)[: max(0, len(every) - MOST_KEPT)]:
            del every[frame]
        return Closer(self.rate, every)


NO_CLOSER = Closer()


class CloserPictures(QObject):
    """Finds the frames that a view shows; of several views the last one counts."""

    arrived = Signal(object)
    """All that are known now, as a `Closer`."""
    _decoded = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._known = NO_CLOSER
        self._wish: tuple[tuple[float, ...], Room] = ((), (1, 1))
        self._is_held = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._ask)
        self._decoded.connect(self._on_decoded)
        self._thread: _Decoding | None = None

    @property
    def known(self) -> Closer:
        return self._known

    def open(self, path: Path | None, rate: FrameRate) -> None:
        """Another film, or none; what is known of the last one is forgotten."""
        self._path, self._known = path, Closer(rate)
        self.want((), (1, 1))
        self.arrived.emit(self._known)

    def want(self, times_s: Sequence[float], room: Room) -> None:
        """The frames at these times will be needed, to fit into so many pixels."""
        self._wish = (tuple(times_s), room)
        if times_s:
            self._rest.start()
        else:
            self._rest.stop()

    def hold(self, is_held: bool) -> None:
        """While the film plays nothing is decoded; what was wanted comes afterwards."""
        self._is_held = is_held
        if is_held and self._thread is not None and self._path is not None:
            self._thread.want(self._path, {}, self._wish[1])  # in the place of what is under way
        elif not is_held and self._wish[0]:
            self._rest.start()

    def close(self) -> None:
        """End the thread and wait for it."""
        self._rest.stop()
        if self._thread is not None:
            self._thread.end()
            self._thread = None

    def _ask(self) -> None:
        times_s, room = self._wish
        frames = {self._known.frame_at(time_s): time_s for time_s in times_s}
        missing = {n: time_s for n, time_s in frames.items() if n not in self._known.pictures}
        if missing and self._path is not None and not self._is_held:
            if self._thread is None:
                self._thread = _Decoding(self._decoded.emit)
                self._thread.start()
            self._thread.want(self._path, missing, room)

    def _on_decoded(self, path: Path, pictures: dict[int, QImage]) -> None:
        if path == self._path:
            self._known = self._known.joined(pictures)
            self.arrived.emit(self._known)


class _Decoding(QThread):
    """Decodes what was asked for last, until it is told to end."""

    def __init__(self, tell: Callable[[Path, dict[int, QImage]], None]) -> None:
        super().__init__()
        self.setObjectName("closer pictures")
        self._tell = tell
        self._changed = threading.Condition()
        self._task: tuple[Path, dict[int, float], Room] | None = None
        self._is_ending = False
        self._reader: PictureReader | None = None
        self._opened: Path | None = None

    def want(self, path: Path, frames: dict[int, float], room: Room) -> None:
        with self._changed:
            self._task = (path, frames, room)
            self._changed.notify()

    def end(self) -> None:
        with self._changed:
            self._is_ending = True
            self._changed.notify()
        self.wait()

    def run(self) -> None:
        while (task := self._next()) is not None:
            path, frames, room = task
            try:
                self._decode(path, frames, room)
            except EmsyncError as error:
                logger.info("%s", error)  # the picture under the playhead says so too
            except Exception:
                logger.exception("pictures of %s", path.name)
        self._close()

    def _next(self) -> tuple[Path, dict[int, float], Room] | None:
        with self._changed:
            while self._task is None and not self._is_ending:
                if not self._changed.wait(IDLE_S):
                    self._close()
            task, self._task = self._task, None
            return None if self._is_ending else task

    def _decode(self, path: Path, frames: dict[int, float], room: Room) -> None:
        reader = self._reader_of(path)
        found: dict[int, QImage] = {}
        for frame, time_s in sorted(frames.items()):
            if self._task is not None or self._is_ending:
                break
            pixels = reader.picture(time_s + 1e-6, room)
            if pixels is not None:
                height, width = pixels.shape[:2]
                form = QImage.Format.Format_RGB32
                found[frame] = QImage(pixels.data, width, height, 4 * width, form).copy()
            if len(found) >= _AT_ONCE:
                self._tell(path, found)
                found = {}
        if found:
            self._tell(path, found)

    def _reader_of(self, path: Path) -> PictureReader:
        from emsync_desktop.preview.pictures import PictureReader

        if self._reader is None or path != self._opened:
            self._close()
            self._reader, self._opened = PictureReader(path), path
        return self._reader

    def _close(self) -> None:
        """Let go of the film and of what was decoded of it: that may be a hundred megabytes."""
        if self._reader is not None:
            self._reader.close()
        self._reader = self._opened = None
