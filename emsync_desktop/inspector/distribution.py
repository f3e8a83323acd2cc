"""The emotion distribution of a segment as six bars, the likeliest first."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from emsync_desktop.appearance import COLOURS, EMOTION_COLOURS, text_width, words
from emsync_desktop.timeline.names import emotion_name
from emsync_engine.project.model import EMOTIONS

_ROW_PX = 17
_LEAST_ROWS = 3


def ranked(distribution: tuple[float, ...]) -> list[tuple[str, float]]:
    """Emotions with their probabilities, the likeliest first."""
    return sorted(zip(EMOTIONS, distribution, strict=True), key=lambda pair: -pair[1])


class DistributionBars(QWidget):
    """Name, bar and percentage of each emotion."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setAccessibleName(self.tr("Emotions read from the picture"))
        self._distribution: tuple[float, ...] | None = None
        self._read: tuple[float, ...] | None = None

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt override
        return QSize(190, _ROW_PX * len(EMOTIONS))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt override
        """In a low window the likeliest few have to do."""
        return QSize(150, _ROW_PX * _LEAST_ROWS)

    def show_distribution(
        self, distribution: tuple[float, ...] | None, read: tuple[float, ...] | None = None
    ) -> None:
        """Six probabilities; ``read`` are those of the film, marked where others are shown."""
        self._distribution, self._read = distribution, read
        pairs = ranked(distribution) if distribution else []
        self.setAccessibleDescription(
            ", ".join(f"{emotion_name(name)} {share:.0%}" for name, share in pairs)
        )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt override
        if self._distribution is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(words(12))
        names = max(text_width(emotion_name(name), 12) for name in EMOTIONS)
        left, right = max(66.0, names + 10.0), self.width() - 34
        middle = Qt.AlignmentFlag.AlignVCenter
        marks = dict(zip(EMOTIONS, self._read, strict=True)) if self._read else {}
        rows = max(self.height() // _ROW_PX, 1)
        for number, (name, share) in enumerate(ranked(self._distribution)[:rows]):
            top = number * _ROW_PX
            painter.setPen(QColor(COLOURS.text))
            painter.drawText(QRectF(0, top, left, _ROW_PX), middle, emotion_name(name))
            track = QRectF(left, top + _ROW_PX / 2 - 4, right - left, 8)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(COLOURS.track))
            painter.drawRoundedRect(track, 3, 3)
            painter.setBrush(QColor(EMOTION_COLOURS[name]))
            whole = track.width()
            track.setWidth(max(2.0, whole * share))
            painter.drawRoundedRect(track, 3, 3)
            if name in marks:
                painter.setBrush(QColor(COLOURS.text))
                x = left + whole * marks[name]
                painter.drawRect(QRectF(min(x, right - 2.0), track.top() - 2, 2.0, 12))
            painter.setPen(QColor(COLOURS.quiet))
            box = QRectF(right, top, self.width() - right, _ROW_PX)
            painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, f"{share:.0%}")
        painter.end()
