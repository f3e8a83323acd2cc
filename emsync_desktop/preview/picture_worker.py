"""Pictures decoded off the GUI thread; of the wishes that pile up only the last is met."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtGui import QImage

from emsync_engine.errors import EmsyncError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

logger = logging.getLogger(__name__)


class PictureWorker(QObject):
    """Owns a thread and the film that is open in it."""

    picture_ready = Signal(QImage, float)
    """A picture, and the time in seconds at which it was wanted."""
    unreadable = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wish = threading.Condition()
        self._path: Path | None = None
        self._wanted: tuple[float, int, float] | None = None
        self._is_closing = False
        self._thread = _PictureThread(self)
        self._thread.start()

    def open(self, path: Path | None) -> None:
        """Another film, or none; wishes for the last one are forgotten."""
        with self._wish:
            self._path, self._wanted = path, None
            self._wish.notify()

    def want(self, time_s: float, long_side: int, *, ahead_s: float = 0.0) -> None:
        """Ask for the picture at a time; an earlier wish that waits is dropped.

        While playing, ``ahead_s`` says how much later the next one will be wanted: it is made ready
        as soon as there is nothing else to do.
        """
        with self._wish:
            self._wanted = (time_s, long_side, ahead_s)
            self._wish.notify()

    def close(self) -> None:
        """End the thread and wait for it."""
        with self._wish:
            self._is_closing = True
            self._wish.notify()
        self._thread.wait()

    @property
    def is_free(self) -> bool:
        """For the thread: whether nobody waits for a picture."""
        return self._wanted is None and not self._is_closing

    def next_wish(self) -> tuple[Path, float, int, float] | None:
        """For the thread: wait for a film and a wish; None when it is time to end."""
        with self._wish:
            self._wish.wait_for(
                lambda: self._is_closing or (self._path is not None and self._wanted is not None)
            )
            if self._is_closing:
                return None
            assert self._path is not None
            assert self._wanted is not None
            time_s, long_side, ahead_s = self._wanted
            self._wanted = None
            return self._path, time_s, long_side, ahead_s

    def forget(self, path: Path) -> None:
        """For the thread: a film cannot be read; wait for another."""
        with self._wish:
            if self._path == path:
                self._path = None


def _image(pixels: NDArray[np.uint8]) -> QImage:
    height, width = pixels.shape[:2]
    form = QImage.Format.Format_RGB888
    return QImage(pixels.data, width, height, 3 * width, form).copy()


class _PictureThread(QThread):
    """Decodes until it is told to end."""

    def __init__(self, worker: PictureWorker) -> None:
        super().__init__(worker)
        self.setObjectName("pictures")
        self._worker = worker

    def run(self) -> None:
        from emsync_desktop.preview.pictures import PictureReader

        reader: PictureReader | None = None
        opened: Path | None = None
        while (wish := self._worker.next_wish()) is not None:
            path, time_s, long_side, ahead_s = wish
            try:
                if reader is None or path != opened:
                    if reader is not None:
                        reader.close()
                    reader, opened = None, path
                    reader = PictureReader(path)
                pixels = reader.picture(time_s, long_side)
                if pixels is not None:
                    self._worker.picture_ready.emit(_image(pixels), time_s)
                if ahead_s and self._worker.is_free:
                    reader.picture(time_s + ahead_s, long_side)
            except EmsyncError as error:
                self._worker.unreadable.emit(str(error))
                self._worker.forget(path)
                continue
            except Exception:
                logger.exception("the picture at %.3f s of %s", time_s, path.name)
                self._worker.forget(path)
                reader = None
                continue
        if reader is not None:
            reader.close()
