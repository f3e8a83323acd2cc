"""The panel above the bottom bar: work under way and waiting, device and memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from emsync_desktop.background.work import WorkRow, bytes_text
from emsync_desktop.labels import labelled

if TYPE_CHECKING:
    from emsync_desktop.background.controller import Background

WIDTH_PX = 460


class WorkLine(QWidget):
    """One piece of work: what, how far, and a way to stop it."""

    cancel_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key: object = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(1)
        row = QHBoxLayout()
        row.setSpacing(10)
        column.addLayout(row)
        self.words = QLabel()
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.state = labelled("", "quiet")
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.setProperty("look", "link")
        self.cancel.clicked.connect(lambda: self.cancel_asked.emit(self._key))
        row.addWidget(self.words, 1)
        row.addWidget(self.state)
        row.addWidget(self.cancel)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setProperty("look", "thin")
        self.bar.setRange(0, 1000)
        column.addWidget(self.bar)

    def show_row(self, row: WorkRow) -> None:
        """What is known of the work now."""
        self._key = row.key
        self.words.setText(row.words)
        self.words.setToolTip(row.words)
        self.words.setEnabled(row.is_running)
        self.state.setText(row.state)
        self.bar.setVisible(row.is_running)
        self.bar.setRange(0, 0 if row.share is None else 1000)
        self.bar.setValue(round((row.share or 0.0) * 1000))
        said = f"{row.words}, {row.state}"
        self.setAccessibleName(said)
        self.bar.setAccessibleName(said)
        self.cancel.setAccessibleName(self.tr("Cancel: {work}").format(work=row.words))


class WorkPanel(QFrame):
    """Lies above the window until something else is clicked, or Esc is pressed."""

    closed = Signal()

    def __init__(self, background: Background, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._background = background
        self.setObjectName("work_panel")
        self.setAccessibleName(self.tr("Background work and memory"))
        self.setFixedWidth(WIDTH_PX)
        self.lines: list[WorkLine] = []
        self._above: QWidget | None = None
        self._lay_out()
        background.changed.connect(self._on_changed)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 14)
        column.setSpacing(6)
        column.addWidget(labelled(self.tr("BACKGROUND WORK"), "heading"))
        self._list = QVBoxLayout()
        self._list.setSpacing(2)
        column.addLayout(self._list)
        self.nothing = labelled(self.tr("Nothing is under way."), "quiet")
        column.addWidget(self.nothing)
        column.addSpacing(4)
        rule = QFrame()
        rule.setProperty("look", "rule")
        column.addWidget(rule)
        column.addSpacing(4)
        column.addWidget(labelled(self.tr("DEVICE AND MEMORY"), "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        self.figures: dict[str, QLabel] = {}
        for at, (name, words) in enumerate(
            (
                ("device", self.tr("Composer works on")),
                ("processor", self.tr("Processor")),
                ("graphics", self.tr("Graphics card")),
                ("window", self.tr("Window")),
                ("engine", self.tr("Engine")),
            )
        ):
            grid.addWidget(labelled(words, "quiet"), at, 0)
            figure = self.figures[name] = QLabel()
            figure.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            figure.setWordWrap(True)
            grid.addWidget(figure, at, 1)
        row = QHBoxLayout()
        self.release = QPushButton(self.tr("Release memory"))
        self.release.setToolTip(
            self.tr("Unload the engine's models, on the graphics card too; they are read anew.")
        )
        self.release.clicked.connect(self._background.release)
        self.said = labelled("", "quiet")
        self.said.setWordWrap(True)
        row.addWidget(self.release)
        row.addWidget(self.said, 1)
        column.addSpacing(4)
        column.addLayout(row)

    def show_above(self, widget: QWidget) -> None:
        """Show it with its lower edge at the upper edge of something."""
        self._above = widget
        self._fill()
        self.adjustSize()
        self._place()
        self.show()
        self.release.setFocus()

    def _place(self) -> None:
        if self._above is None:
            return
        corner = self._above.mapToGlobal(QPoint(0, 0))
        window = self._above.window().frameGeometry()
        left = max(window.left() + 8, min(corner.x(), window.right() - self.width() - 8))
        self.move(left, corner.y() - self.height() - 6)

    def _on_changed(self) -> None:
        if self.isVisible():
            height = self.height()
            self._fill()
            self.adjustSize()
            if self.height() != height:
                self._place()

    def _fill(self) -> None:
        rows = self._background.rows
        while len(self.lines) < len(rows):
            line = WorkLine()
            line.cancel_asked.connect(self._background.cancel)
            self._list.addWidget(line)
            self.lines.append(line)
        for line, row in zip(self.lines, rows, strict=False):
            line.show_row(row)
        for number, line in enumerate(self.lines):
            line.setVisible(number < len(rows))
        self.nothing.setVisible(not rows)
        self._fill_figures()

    def _fill_figures(self) -> None:
        background = self._background
        facts = background.facts
        none = self.tr("none")
        engine = self.tr("not started")
        graphics = processor = "–"
        if facts is not None:
            engine = bytes_text(facts.memory_bytes) + " · "
            loaded, free = self.tr("models are loaded"), self.tr("no models are loaded")
            engine += loaded if facts.has_models else free
            processor, graphics = facts.processor, facts.graphics or none
        if facts is not None and facts.graphics_bytes is not None:
            used = self.tr("{used} of {total}").format(
                used=bytes_text(facts.graphics_bytes),
                total=bytes_text(facts.graphics_total_bytes or 0),
            )
            graphics = f"{graphics} · {used}"
        for name, text in (
            ("device", background.device_name),
            ("processor", processor),
            ("graphics", graphics),
            ("window", bytes_text(background.own_bytes)),
            ("engine", engine),
        ):
            self.figures[name].setText(text)
        self.release.setEnabled(background.can_release)
        if background.can_release and self.isVisible() and self.focusWidget() is None:
            self.release.setFocus()  # it could not have it while it was off
        self.said.setText(background.said)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt override
        super().hideEvent(event)
        self.closed.emit()
