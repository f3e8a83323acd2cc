"""The hits as a table: where, what lands, how far off; play around one, write its lead-in anew."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from emsync_desktop.film_clock import FilmClock
from emsync_desktop.timeline.music_lanes import hit_look
from emsync_desktop.timeline.scene import TimelineScene
from emsync_engine.project.model import BoundaryId, Hit

_STATES = {"exact": "▼", "near": "▽", "missed": "✕", "tacet": "–"}


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
        menu = QMenu(self)
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
