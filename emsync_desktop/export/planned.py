"""What will be written: names, sizes, what is there already, and what stands in the way."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from emsync_desktop.labels import labelled
from emsync_engine.export_plan import ExportPlan, size_words


class PlannedFiles(QFrame):
    """The plan of an export, and a way out where it cannot be carried out."""

    other_folder_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "panel")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(6)
        head = QHBoxLayout()
        self.heading = labelled("", "heading")
        head.addWidget(self.heading)
        head.addStretch(1)
        self.total = labelled("", "quiet")
        head.addWidget(self.total)
        column.addLayout(head)
        self._files = QGridLayout()
        self._files.setHorizontalSpacing(14)
        self._files.setVerticalSpacing(3)
        self._files.setColumnStretch(1, 1)
        column.addLayout(self._files)
        self.remarks = labelled("", "quiet")
        self.remarks.setWordWrap(True)
        column.addWidget(self.remarks)
        self.obstacle = self._obstacle_frame()
        column.addWidget(self.obstacle)
        column.addStretch(1)

    def _obstacle_frame(self) -> QFrame:
        frame = QFrame()
        frame.setObjectName("banner")
        row = QHBoxLayout(frame)
        row.setContentsMargins(12, 7, 8, 7)
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(self.sentence, 1)
        self.other_folder = QPushButton(self.tr("Another folder …"))
        self.other_folder.setProperty("look", "link")
        self.other_folder.clicked.connect(self.other_folder_asked)
        row.addWidget(self.other_folder)
        frame.hide()
        return frame

    def show_waiting(self) -> None:
        """The film is being looked at."""
        self.heading.setText(self.tr("WILL BE WRITTEN"))
        self.total.setText(self.tr("looking …"))

    def show_plan(self, plan: ExportPlan) -> None:
        """Show what would be written; sizes are estimates, and are said to be."""
        while (item := self._files.takeAt(0)) is not None:
            item.widget().deleteLater()
        for row, one in enumerate(plan.files):
            self._files.addWidget(labelled(one.what, "quiet"), row, 0)
            name = QLabel(one.path.name)
            name.setTextFormat(Qt.TextFormat.PlainText)
            name.setToolTip(str(one.path))
            self._files.addWidget(name, row, 1)
            there = labelled(self.tr("exists") if one.exists else "", "stale")
            self._files.addWidget(there, row, 2)
            size = labelled(size_words(one.size), "quiet")
            size.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._files.addWidget(size, row, 3)
        self.total.setText(self._total(plan))
        self.remarks.setText(" ".join(plan.remarks))
        self.remarks.setVisible(bool(plan.remarks))
        self.show_obstacle(plan.obstacle)
        self.setAccessibleName(self._spoken(plan))

    def show_written(self, remarks: list[str]) -> None:
        """What was planned is there; sentences on what was done."""
        self.heading.setText(self.tr("WRITTEN"))
        self.total.setText("")
        self.remarks.setText("\n\n".join(remarks))
        self.remarks.setVisible(bool(remarks))
        self.setAccessibleName(" ".join(remarks))

    def show_obstacle(self, sentence: str) -> None:
        self.sentence.setText(sentence)
        self.obstacle.setVisible(bool(sentence))
        self.obstacle.setAccessibleName(sentence)

    def _total(self, plan: ExportPlan) -> str:
        if not plan.files:
            return ""
        words = self.tr("about {size}").format(size=size_words(plan.size))
        if plan.free is not None:
            words += self.tr(" of {free} free").format(free=size_words(plan.free))
        return words

    def _spoken(self, plan: ExportPlan) -> str:
        names = ", ".join(one.path.name for one in plan.files)
        return self.tr("Will be written: {names}. {total}").format(
            names=names, total=self._total(plan)
        )
