"""The emotion distribution of a segment as six bars, the likeliest first."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from emsync_desktop.appearance import COLOURS, EMOTION_COLOURS, words
from emsync_desktop.timeline.names import emotion_name
from emsync_engine.project.model import EMOTIONS

_ROW_PX = 17


def ranked(distribution: tuple[float, ...]) -> list[tuple[str, float]]:
    """Emotions with their probabilities, the likeliest first."""
    return sorted(zip(EMOTIONS, distribution, strict=True), key=lambda pair: -pair[1])


class DistributionBars(QWidget):
    """Name, bar and percentage of each emotion."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Emotions read from the picture"))
        self._distribution: tuple[float, ...] | None = None

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt override
        return QSize(190, _ROW_PX * len(EMOTIONS))

    def show_distribution(self, distribution: tuple[float, ...] | None) -> None:
        self._distribution = distribution
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
        left, right = 66, self.width() - 34
        middle = Qt.AlignmentFlag.AlignVCenter
        for number, (name, share) in enumerate(ranked(self._distribution)):
            top = number * _ROW_PX
            painter.setPen(QColor(COLOURS.text))
            painter.drawText(QRectF(0, top, left, _ROW_PX), middle, emotion_name(name))
            track = QRectF(left, top + _ROW_PX / 2 - 4, right - left, 8)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(COLOURS.track))
            painter.drawRoundedRect(track, 3, 3)
            painter.setBrush(QColor(EMOTION_COLOURS[name]))
            track.setWidth(max(2.0, track.width() * share))
            painter.drawRoundedRect(track, 3, 3)
            painter.setPen(QColor(COLOURS.quiet))
            box = QRectF(right, top, self.width() - right, _ROW_PX)
            painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, f"{share:.0%}")
        painter.end()
