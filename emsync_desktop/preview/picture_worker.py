"""Pictures decoded off the GUI thread; of the wishes that pile up only the last is met."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtGui import QImage

from emsync_desktop.preview.upcoming import Upcoming
from emsync_engine.errors import EmsyncError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from emsync_desktop.preview.pictures import PictureReader, Room

_REST_S = 0.25  # after a jump, the pictures behind it are made ready
_EARLY_S = 1e-6  # a picture that starts now has started

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PictureWish:
    """The picture at a time in seconds, to fit into a room in pixels."""

    time_s: float
    room: Room


class PictureWorker(QObject):
    """Owns a thread and the film that is open in it."""

    picture_ready = Signal(QImage, float)
    """A picture, and the time in seconds at which it was wanted."""
    unreadable = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._changed = threading.Condition()
        self._path: Path | None = None
        self._wanted: PictureWish | None = None
        self._met: PictureWish | None = None
        self._upcoming: Upcoming[QImage] = Upcoming()
        self._is_playing = self._has_rested = self._is_past = False
        self._now_s = 0.0
        self._most_ahead = 1
        self._is_closing = False
        self._thread = _PictureThread(self)
        self._thread.start()

    def open(self, path: Path | None) -> None:
        """Another film, or none; wishes for the last one are forgotten."""
        with self._changed:
            self._path, self._is_playing = path, False
            self._start_over(None)

    def want(self, time_s: float, room: Room, *, is_playing: bool = False) -> None:
        """Ask for the picture at a time; an earlier wish that waits is dropped.

        The pictures behind it are made ready: at once if the film plays on from there, else when
        nobody has wished for anything for a while.
        """
        wish = PictureWish(time_s, room)
        with self._changed:
            self._is_playing, self._now_s = is_playing, time_s
            has_them = wish == self._met and self._wanted is None and not self._is_past
            if not (is_playing and has_them):
                self._start_over(wish)
            self._changed.notify()

    def due(self, time_s: float) -> tuple[QImage, float] | None:
        """While playing: the picture to show from a time on, and when it started.

        None where it is shown already, or is not ready; the decoder then passes over what is late.
        """
        with self._changed:
            self._now_s, self._is_past = time_s, True
            found = self._upcoming.due(time_s + _EARLY_S)
            self._changed.notify()
        return (found[1], found[0]) if found is not None else None

    @property
    def next_s(self) -> float | None:
        """When the next picture that is ready starts."""
        with self._changed:
            return self._upcoming.next_s

    def close(self) -> None:
        """End the thread and wait for it."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._thread.wait()

    def _start_over(self, wish: PictureWish | None) -> None:
        self._wanted, self._met, self._has_rested, self._is_past = wish, None, False, False
        self._upcoming.clear()
        self._changed.notify()

    # -- for the thread

    def next_task(self) -> tuple[Path, PictureWish, float | None] | None:
        """Wait for something to do; None when it is time to end.

        A film and a wish; and a time where not the wish is to be met, but the next picture is to be
        made ready, and passed over if another has started by then.
        """
        with self._changed:
            while not self._is_closing:
                if self._path is not None and self._wanted is not None:
                    wish, self._wanted = self._wanted, None
                    self._met = wish
                    return self._path, wish, None
                if self._path is None or self._met is None or not self._has_room:
                    self._changed.wait()
                elif self._is_playing or self._has_rested:
                    return self._path, self._met, self._now_s
                else:
                    self._has_rested = not self._changed.wait(_REST_S)
            return None

    @property
    def _has_room(self) -> bool:
        return self._upcoming.has_room(self._most_ahead)

    def put_next(self, wish: PictureWish, starts_s: float, image: QImage | None) -> None:
        """The picture after those that are ready; none at the end of the film."""
        with self._changed:
            if self._met is not wish:
                return
            if image is None:
                self._upcoming.is_at_end = True
            else:
                self._upcoming.put(starts_s, image, image.sizeInBytes())

    def begin_ahead(self, most_ahead: int) -> None:
        """How many pictures may be made ready in this film."""
        with self._changed:
            self._most_ahead = most_ahead

    def forget(self, path: Path) -> None:
        """A film cannot be read; wait for another."""
        with self._changed:
            if self._path == path:
                self._path = None


def _image(pixels: NDArray[np.uint8]) -> QImage:
    height, width = pixels.shape[:2]
    form = QImage.Format.Format_RGB32
    return QImage(pixels.data, width, height, 4 * width, form).copy()


class _PictureThread(QThread):
    """Decodes until it is told to end."""

    def __init__(self, worker: PictureWorker) -> None:
        super().__init__(worker)
        self.setObjectName("pictures")
        self._worker = worker
        self._reader: PictureReader | None = None
        self._opened: Path | None = None

    def run(self) -> None:
        worker = self._worker
        while (task := worker.next_task()) is not None:
            path, wish, ahead_from_s = task
            try:
                reader = self._reader_of(path)
                if ahead_from_s is None:
                    self._meet(reader, wish)
                else:
                    self._go_on(reader, wish, ahead_from_s)
            except EmsyncError as error:
                worker.unreadable.emit(str(error))
                worker.forget(path)
            except Exception:
                logger.exception("a picture of %s", path.name)
                worker.forget(path)
                self._opened = None
        if self._reader is not None:
            self._reader.close()

    def _reader_of(self, path: Path) -> PictureReader:
        from emsync_desktop.preview.pictures import PictureReader

        if self._reader is None or path != self._opened:
            if self._reader is not None:
                self._reader.close()
            self._reader, self._opened = None, path
            self._reader = PictureReader(path)
            self._worker.begin_ahead(self._reader.most_ahead)
        return self._reader

    def _meet(self, reader: PictureReader, wish: PictureWish) -> None:
        pixels = reader.picture(wish.time_s, wish.room)
        if pixels is not None:
            self._worker.picture_ready.emit(_image(pixels), wish.time_s)

    def _go_on(self, reader: PictureReader, wish: PictureWish, time_s: float) -> None:
        pixels = reader.next_picture(wish.room, not_before_s=time_s)
        image = _image(pixels) if pixels is not None else None
        self._worker.put_next(wish, reader.time_of_shown(), image)
