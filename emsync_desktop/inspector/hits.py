"""The hits as a table: where, what lands, how far off; play around one, write its lead-in anew."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDoubleSpinBox,
    QGridLayout,
    QHeaderView,
    QMenu,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from emsync_desktop.film_clock import FilmClock
from emsync_desktop.labels import labelled
from emsync_desktop.menus import Menu
from emsync_desktop.timeline.music_lanes import hit_look
from emsync_desktop.timeline.scene import TimelineScene
from emsync_engine.project.model import LARGEST_STRENGTH, Boundary, BoundaryId, Hit

_STATES = {"exact": "▼", "near": "▽", "missed": "✕", "tacet": "–"}


USUAL_SPACING_S = 4.0
LEAST_TABLE_PX = 26


@dataclass(frozen=True, slots=True)
class HitRow:
    """A hit of the timeline, and how the take lands on it."""

    boundary_id: BoundaryId
    time: Fraction
    number: int  # among the timeline's hits, from 0
    judged: Hit | None


def hit_rows(scene: TimelineScene | None) -> list[HitRow]:
    """The hits of a timeline, in order of time."""
    if scene is None:
        return []
    wanted = [n for n, one in enumerate(scene.timeline.boundaries) if one.is_hit]
    boundaries = scene.timeline.boundaries
    return [
        HitRow(boundaries[n].id, boundaries[n].time, number, scene.verdict(n))
        for number, n in enumerate(wanted)
    ]


class HitTable(QTableWidget):
    """One row for each hit; what is asked for leaves as signals."""

    chosen = Signal(object)
    """Boundary id."""
    play_asked = Signal(object)
    """Time around which to play."""
    fix_asked = Signal(int)
    """Number of the hit whose lead-in is to be written anew."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 3, parent)
        self.setAccessibleName(self.tr("Hits"))
        self.verticalHeader().hide()
        self.horizontalHeader().hide()
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().setDefaultSectionSize(24)
        header = self.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu_asked)
        self.itemSelectionChanged.connect(self._on_selected)
        self.itemDoubleClicked.connect(lambda item: self._play(item.row()))
        self._rows: list[HitRow] = []
        self._can_fix = False
        self._clock: FilmClock | None = None

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt override
        """In other colours the table is filled anew."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and getattr(self, "_clock", None) is not None:
            rows, self._rows = self._rows, []
            assert self._clock is not None
            self.show_hits(rows, self._clock, can_fix=self._can_fix)

    @property
    def rows(self) -> list[HitRow]:
        return self._rows

    def show_hits(self, rows: list[HitRow], clock: FilmClock, *, can_fix: bool) -> None:
        """Hits, and whether there is a take in which one could be mended."""
        self._can_fix, self._clock = can_fix, clock
        if rows == self._rows:
            return
        self.blockSignals(True)
        self._rows = rows
        self.setRowCount(len(rows))
        for at, row in enumerate(rows):
            colour, text = hit_look(row.judged)
            sign = _STATES[row.judged.status] if row.judged is not None else "□"
            what = row.judged.what if row.judged is not None else self.tr("no music for it yet")
            for column, (words, ink) in enumerate(
                ((clock.text(row.time), ""), (f"{sign} {text}".strip(), colour), (what, ""))
            ):
                item = QTableWidgetItem(words)
                if ink:
                    item.setForeground(QColor(ink))
                item.setToolTip(what)
                self.setItem(at, column, item)
        self.blockSignals(False)

    def choose(self, boundary_id: BoundaryId | None) -> None:
        """Show a hit as chosen, if it is one."""
        at = next((n for n, row in enumerate(self._rows) if row.boundary_id == boundary_id), None)
        self.blockSignals(True)
        if at is None:
            self.clearSelection()
        else:
            self.selectRow(at)
        self.blockSignals(False)

    def menu_of(self, row: int) -> QMenu:
        """What can be done with a hit."""
        menu = Menu(self)
        menu.addAction(self.tr("Play around it"), lambda: self._play(row))
        fix = menu.addAction(
            self.tr("Write what leads to it anew"),
            lambda: self.fix_asked.emit(self._rows[row].number),
        )
        fix.setEnabled(self._can_fix)
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt override
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentRow() >= 0:
            self._play(self.currentRow())
        else:
            super().keyPressEvent(event)

    def _play(self, row: int) -> None:
        self.play_asked.emit(self._rows[row].time)

    def _on_selected(self) -> None:
        selected = self.selectionModel().selectedRows()
        if selected:
            self.chosen.emit(self._rows[selected[0].row()].boundary_id)

    def _on_menu_asked(self, at: QPoint) -> None:
        row = self.rowAt(at.y())
        if row >= 0:
            self.menu_of(row).exec(self.viewport().mapToGlobal(at))


class HitsPage(QWidget):
    """The table of hits; below it how they are chosen: by strength, so many seconds apart."""

    strength_chosen = Signal(float)
    """How strong the chosen boundary is."""
    choose_asked = Signal(float)
    """Choose the hits anew, at least so many seconds apart."""

    def __init__(self, table: HitTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("hits_page")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(5)
        table.setMinimumHeight(LEAST_TABLE_PX)
        column.addWidget(table, 1)
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(5)
        self.strength = QDoubleSpinBox()
        self.strength.setRange(0.0, LARGEST_STRENGTH)
        self.strength.setDecimals(2)
        self.strength.setSingleStep(0.1)
        self.strength.setAccessibleName(self.tr("Strength of the boundary"))
        self.strength.setToolTip(
            self.tr(
                "How strong the chosen boundary counts when hits are chosen; "
                "at first as strong as the cut was found to be."
            )
        )
        self.strength.valueChanged.connect(self.strength_chosen)
        self.spacing = QDoubleSpinBox()
        self.spacing.setRange(0.0, 30.0)
        self.spacing.setDecimals(1)
        self.spacing.setSingleStep(0.5)
        self.spacing.setSuffix(self.tr(" s apart"))
        self.spacing.setValue(USUAL_SPACING_S)
        self.spacing.setAccessibleName(self.tr("Least time between hits"))
        self.spacing.setToolTip(
            self.tr("Music needs time between hits; nearer than two seconds many are missed.")
        )
        self.choose = QPushButton(self.tr("Choose hits"))
        self.choose.setToolTip(
            self.tr("Let the strongest boundaries be hits; those that you set yourself stay.")
        )
        self.choose.clicked.connect(lambda: self.choose_asked.emit(self.spacing.value()))
        for field in (self.strength, self.spacing):
            field.setKeyboardTracking(False)
            field.lineEdit().setTextMargins(2, 0, 0, 0)
        label = labelled(self.tr("Strength"), "quiet")
        label.setBuddy(self.strength)
        grid.addWidget(label, 0, 0)
        grid.addWidget(self.strength, 0, 1, 1, 2)
        grid.addWidget(self.spacing, 1, 0, 1, 2)
        grid.addWidget(self.choose, 1, 2)
        column.addLayout(grid)

    def show_boundary(self, boundary: Boundary | None) -> None:
        """The boundary that was chosen last; None for none."""
        self.strength.blockSignals(True)
        self.strength.setEnabled(boundary is not None)
        self.strength.setValue(boundary.weight if boundary is not None else 0.0)
        self.strength.blockSignals(False)
