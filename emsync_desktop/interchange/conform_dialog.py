"""What was matched between two versions of the edit, to be seen before it is taken on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from emsync_desktop.appearance import COLOURS
from emsync_desktop.film_clock import FilmClock
from emsync_desktop.labels import labelled
from emsync_desktop.wording import tr

if TYPE_CHECKING:
    from emsync_engine.conform.plan import ConformPlan, Fate, Move

_SIGNS: dict[Fate, str] = {"same": "=", "moved": "→", "changed": "≠", "new": "+", "gone": "–"}


def fate_words(fate: Fate) -> str:
    """What became of a segment, in words; a sign before it, so that colour is not needed."""
    words: dict[Fate, str] = {
        "same": tr("keeps its music"),
        "moved": tr("moved, keeps its music"),
        "changed": tr("changed: stale"),
        "new": tr("new: no music yet"),
        "gone": tr("gone"),
    }
    return f"{_SIGNS[fate]}  {words[fate]}"


def summary_words(plan: ConformPlan) -> str:
    """The whole plan in a sentence."""
    return tr(
        "Of {total} segments in the new edit {kept} keep their music, {changed} changed, "
        "{new} are new; {gone} of the old ones are gone."
    ).format(
        total=len(plan.timeline.segments),
        kept=plan.count("same", "moved"),
        changed=plan.count("changed"),
        new=plan.count("new"),
        gone=plan.count("gone"),
    )


class ConformDialog(QDialog):
    """A table of what was matched; nothing changes until it is accepted."""

    accepted_plan = Signal(object)
    """The ``ConformPlan`` that the user agreed to."""

    def __init__(self, plan: ConformPlan, clock: FilmClock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("New version of the edit"))
        self.setMinimumSize(720, 480)
        self._plan, self._clock = plan, clock
        self.table = self._made_table()
        self.accept_button = QPushButton(self.tr("Take it on"))
        self.accept_button.setProperty("look", "accent")
        self.accept_button.setDefault(True)
        self.accept_button.clicked.connect(self.accept)
        self.cancel_button = QPushButton(self.tr("Leave everything as it is"))
        self.cancel_button.clicked.connect(self.reject)
        self._lay_out()

    def accept(self) -> None:
        """Hand over the plan."""
        super().accept()
        self.accepted_plan.emit(self._plan)

    def _made_table(self) -> QTableWidget:
        table = QTableWidget(len(self._plan.moves), 4)
        table.setAccessibleName(self.tr("What was matched"))
        table.setHorizontalHeaderLabels(
            [self.tr("Now"), self.tr("Was"), self.tr("Moved by"), self.tr("What")]
        )
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column in range(3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        for row, move in enumerate(self._plan.moves):
            self._fill_row(table, row, move)
        return table

    def _fill_row(self, table: QTableWidget, row: int, move: Move) -> None:
        quiet = QColor(COLOURS.quiet)
        for column, text in enumerate(
            (
                self._span(move.new, move.new_start, move.new_end),
                self._span(move.old, move.old_start, move.old_end),
                self._shift(move),
                fate_words(move.fate),
            )
        ):
            item = QTableWidgetItem(text)
            item.setTextAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
            if move.fate == "gone":
                item.setForeground(quiet)
            table.setItem(row, column, item)

    def _span(self, index: int | None, start: object, end: object) -> str:
        if index is None or start is None or end is None:
            return ""
        return f"{index + 1}   {self._clock.text(start)} – {self._clock.text(end)}"  # type: ignore[arg-type]

    def _shift(self, move: Move) -> str:
        if move.fate != "moved":
            return ""
        frames = self._clock.rate.nearest_frame(abs(move.shift))
        sign = "+" if move.shift > 0 else "−"
        return sign + FilmClock(self._clock.rate).text(self._clock.rate.time_of(frames))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(labelled(self.tr("What was matched"), "title"))
        for words in (summary_words(self._plan), *self._plan.edit.remarks):
            label = labelled(words, "quiet")
            label.setWordWrap(True)
            column.addWidget(label)
        column.addWidget(self.table, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.accept_button)
        column.addLayout(row)
