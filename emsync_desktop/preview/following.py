"""The picture in step with the playhead: exact where it stands, decoded ahead where it plays."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QImage

from emsync_desktop.preview.picture_view import PictureView
from emsync_desktop.preview.picture_worker import PictureWorker
from emsync_desktop.preview.transport import Transport

_SOONEST_MS, _LATEST_MS = 1, 10  # between two looks at the clock while it plays


class PictureFollower(QObject):
    """Asks for pictures as the playhead moves, and shows them when they are due."""

    def __init__(
        self,
        transport: Transport,
        pictures: PictureWorker,
        view: PictureView,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._transport, self._pictures, self._view = transport, pictures, view
        self._film: Path | None = None
        self._shown_frame = -1
        self._shown_s = -1.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._show_due)
        transport.moved.connect(self._on_moved)
        transport.playing_changed.connect(self._on_playing)
        transport.speed_changed.connect(self._on_playing)
        view.resized.connect(self._want)
        pictures.picture_ready.connect(self._on_picture)

    def open(self, film: Path | None) -> None:
        """Another film, of which the picture under the playhead is shown; or none."""
        self._film = film
        self._pictures.open(film)
        self._view.show_image(None)
        self._want()

    def _want(self) -> None:
        """Ask for the picture under the playhead, and those behind it."""
        if self._film is not None:
            transport, self._shown_s = self._transport, -1.0
            time_s = float(transport.time)
            self._pictures.want(time_s, self._view.room, is_playing=transport.plays_on)

    def _on_moved(self) -> None:
        if self._transport.is_rolling:
            if not self._timer.isActive():
                self._show_due()
            return
        self._timer.stop()
        frame = self._transport.frame
        if frame != self._shown_frame or self._transport.plays_on:
            self._shown_frame = frame
            self._want()

    def _show_due(self) -> None:
        """Show the picture that is heard now, if it was decoded in time; wait for the next one."""
        if not self._transport.is_rolling or self._film is None:
            return
        self._shown_frame = -1
        seen_s = self._transport.now_s + self._transport.lead_s
        due = self._pictures.due(seen_s)
        if due is not None:
            self._view.show_image(*due)
            self._shown_s = due[1]
        next_s = self._pictures.next_s
        wait_ms = round((next_s - seen_s) * 1000) if next_s is not None else _LATEST_MS
        self._timer.start(min(max(wait_ms, _SOONEST_MS), _LATEST_MS))

    def _on_playing(self) -> None:
        """Playing begins, or goes on as usual after it was faster."""
        if self._transport.plays_on:
            self._want()

    def _on_picture(self, image: QImage, time_s: float) -> None:
        """What was wished for is there, unless what follows it is shown already."""
        if self._film is not None and self._shown_s <= time_s:
            self._view.show_image(image, time_s)
