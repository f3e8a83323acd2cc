"""The empty window: it says what to do, and what will happen then."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from emsync_desktop.appearance import COLOURS
from emsync_desktop.labels import labelled
from emsync_desktop.opening import DEMO_FILM


class Welcome(QWidget):
    """A place to drop a film, a button to open one, and the way from there to a score."""

    open_asked = Signal()
    demo_asked = Signal()
    recent_asked = Signal(object)
    """The path of something that was opened before."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_dropping = False
        column = QVBoxLayout(self)
        column.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.setSpacing(12)
        column.addStretch(3)
        column.addWidget(self._centred(labelled(self.tr("Drop a video here"), "welcome")))
        line = self.tr("Its cuts are found, its mood is read, and you shape the music for it.")
        column.addWidget(self._centred(labelled(line, "quiet")))
        column.addSpacing(8)
        self.open_button = QPushButton(self.tr("Open a video or project …"))
        self.open_button.setProperty("look", "accent")
        self.open_button.clicked.connect(self.open_asked)
        column.addWidget(self.open_button, 0, Qt.AlignmentFlag.AlignCenter)
        self.demo_button = QPushButton(self.tr("or look at the demo film"))
        self.demo_button.setProperty("look", "link")
        self.demo_button.setVisible(DEMO_FILM.is_file())
        self.demo_button.clicked.connect(self.demo_asked)
        column.addWidget(self.demo_button, 0, Qt.AlignmentFlag.AlignCenter)
        column.addSpacing(18)
        self._recent_heading = self._centred(labelled(self.tr("OPENED LAST"), "heading"))
        column.addWidget(self._recent_heading)
        self.recent = QVBoxLayout()
        self.recent.setSpacing(2)
        column.addLayout(self.recent)
        column.addStretch(2)
        column.addLayout(self._steps())
        column.addStretch(2)

    def show_recent(self, paths: list[Path]) -> None:
        """Offer what was opened before, the latest first."""
        while (item := self.recent.takeAt(0)) is not None:
            item.widget().deleteLater()
        self._recent_heading.setVisible(bool(paths))
        for path in paths:
            button = QPushButton(path.name)
            button.setProperty("look", "quiet_link")
            button.setToolTip(str(path))
            button.setAccessibleName(self.tr("Open {name}").format(name=path.name))
            button.clicked.connect(lambda _checked=False, path=path: self.recent_asked.emit(path))
            self.recent.addWidget(button, 0, Qt.AlignmentFlag.AlignCenter)

    @staticmethod
    def _centred(label: QLabel) -> QLabel:
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        return label

    def _steps(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(36)
        row.addStretch()
        for number, (title, text) in enumerate(
            (
                (
                    self.tr("Look"),
                    self.tr("Cuts and the emotion of\neach segment are found."),
                ),
                (
                    self.tr("Shape"),
                    self.tr("Drag a cut, choose what to hit,\nmove a segment's emotion."),
                ),
                (
                    self.tr("Generate"),
                    self.tr("A score is composed here, offline,\nand shown against the cuts."),
                ),
            ),
            start=1,
        ):
            step = QVBoxLayout()
            step.setSpacing(3)
            step.addWidget(labelled(f"{number}   {title}", "title"))
            step.addWidget(labelled(text, "quiet"))
            row.addLayout(step)
        row.addStretch()
        return row

    def show_dropping(self, is_dropping: bool) -> None:
        """Light up while a file is held over the window."""
        self._is_dropping = is_dropping
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt override
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = COLOURS.accent if self._is_dropping else COLOURS.line
        pen = QPen(QColor(colour), 2 if self._is_dropping else 1.5, Qt.PenStyle.DashLine)
        pen.setDashPattern([6, 5])
        painter.setPen(pen)
        painter.setBrush(QColor(COLOURS.panel))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(14, 10, -14, -10), 12, 12)
        painter.end()
