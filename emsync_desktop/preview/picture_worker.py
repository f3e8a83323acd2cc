"""Pictures decoded off the GUI thread; of the wishes that pile up only the last is met."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtGui import QImage

from emsync_engine.errors import EmsyncError

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
        self._wanted: tuple[float, int] | None = None
        self._is_closing = False
        self._thread = _PictureThread(self)
        self._thread.start()

    def open(self, path: Path | None) -> None:
        """Another film, or none; wishes for the last one are forgotten."""
        with self._wish:
            self._path, self._wanted = path, None
            self._wish.notify()

    def want(self, time_s: float, long_side: int) -> None:
        """Ask for the picture at a time; an earlier wish that waits is dropped."""
        with self._wish:
            self._wanted = (time_s, long_side)
            self._wish.notify()

    def close(self) -> None:
        """End the thread and wait for it."""
        with self._wish:
            self._is_closing = True
            self._wish.notify()
        self._thread.wait()

    def next_wish(self) -> tuple[Path, float, int] | None:
        """For the thread: wait for a film and a wish; None when it is time to end."""
        with self._wish:
            self._wish.wait_for(
                lambda: self._is_closing or (self._path is not None and self._wanted is not None)
            )
            if self._is_closing:
                return None
            assert self._path is not None
            assert self._wanted is not None
            time_s, long_side = self._wanted
            self._wanted = None
            return self._path, time_s, long_side

    def forget(self, path: Path) -> None:
        """For the thread: a film cannot be read; wait for another."""
        with self._wish:
            if self._path == path:
                self._path = None


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
            path, time_s, long_side = wish
            try:
                if reader is None or path != opened:
                    if reader is not None:
                        reader.close()
                    reader, opened = None, path
                    reader = PictureReader(path)
                pixels = reader.picture(time_s, long_side)
            except EmsyncError as error:
                self._worker.unreadable.emit(str(error))
                self._worker.forget(path)
                continue
            except Exception:
                logger.exception("the picture at %.3f s of %s", time_s, path.name)
                self._worker.forget(path)
                reader = None
                continue
            if pixels is not None:
                height, width = pixels.shape[:2]
                image = QImage(
                    pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888
                ).copy()
                self._worker.picture_ready.emit(image, time_s)
        if reader is not None:
            reader.close()
