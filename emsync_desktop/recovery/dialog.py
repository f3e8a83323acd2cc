"""What was not saved: the versions there are, and what each of them holds."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from emsync_desktop.appearance import words
from emsync_desktop.labels import labelled
from emsync_desktop.recovery.versions import Version, throw_away

ROW_PX = 26


def age_words(kept_at: datetime, now: datetime | None = None) -> str:
    """When something was kept: the hour today, else with its day."""
    now = now or datetime.now()
    is_today = kept_at.date() == now.date()
    return f"{kept_at:%H:%M:%S}" if is_today else f"{kept_at:%Y-%m-%d  %H:%M:%S}"


class RecoveryDialog(QDialog):
    """Offers to open a version; not now leaves everything where it is."""

    chosen = Signal(object)
    """A ``Version`` to open."""

    def __init__(self, found: list[list[Version]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Unsaved work"))
        self.setMinimumSize(640, 360)
        self._found = found
        self.list = self._made_list()
        self.open_button = QPushButton(self.tr("Open this version"))
        self.open_button.setProperty("look", "accent")
        self.open_button.setDefault(True)
        self.open_button.clicked.connect(self._on_open)
        self.delete_button = QPushButton(self.tr("Delete"))
        self.delete_button.setToolTip(self.tr("Delete all versions of this window for good"))
        self.delete_button.clicked.connect(self._on_delete)
        self.later_button = QPushButton(self.tr("Not now"))
        self.later_button.setToolTip(self.tr("They stay; File, Recover shows them again"))
        self.later_button.clicked.connect(self.reject)
        self._lay_out()
        self._fill()

    def _made_list(self) -> QTreeWidget:
        made = QTreeWidget()
        made.setAccessibleName(self.tr("Versions of unsaved work"))
        made.setColumnCount(4)
        made.setHeaderLabels(
            [self.tr("Kept"), self.tr("Film"), self.tr("Segments"), self.tr("Takes")]
        )
        made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        made.setAllColumnsShowFocus(True)
        made.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        made.header().setStretchLastSection(False)
        made.setColumnWidth(0, 210)
        made.itemDoubleClicked.connect(self._on_open)
        made.currentItemChanged.connect(self._on_current)
        return made

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(labelled(self.tr("Work that was not saved"), "title"))
        told = labelled(
            self.tr(
                "The program ended before these changes were saved. The latest version is chosen; "
                "the project file itself is unchanged."
            ),
            "quiet",
        )
        told.setWordWrap(True)
        column.addWidget(told)
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.addWidget(self.delete_button)
        row.addStretch(1)
        row.addWidget(self.later_button)
        row.addWidget(self.open_button)
        column.addLayout(row)

    def _fill(self) -> None:
        self.list.clear()
        for versions in self._found:
            latest = versions[0]
            name = latest.project.name if latest.project else self.tr("not saved yet")
            parent = QTreeWidgetItem([name, "", "", ""])
            parent.setFlags(parent.flags() & ~Qt.ItemFlag.ItemIsSelectable)
            parent.setFont(0, words(12, bold=True))
            parent.setSizeHint(0, QSize(0, ROW_PX))
            self.list.addTopLevelItem(parent)
            for version in versions:
                item = QTreeWidgetItem(
                    [
                        age_words(version.kept_at),
                        Path(version.film).name,
                        str(version.segments),
                        str(version.takes),
                    ]
                )
                item.setData(0, Qt.ItemDataRole.UserRole, version)
                item.setSizeHint(0, QSize(0, ROW_PX))
                item.setToolTip(1, version.film)
                for column in (2, 3):
                    item.setTextAlignment(column, Qt.AlignmentFlag.AlignCenter)
                parent.addChild(item)
            parent.setExpanded(True)
        first = self.list.topLevelItem(0)
        if first is not None:
            self.list.setCurrentItem(first.child(0))
        self._on_current()

    @property
    def version(self) -> Version | None:
        """The version that is chosen."""
        item = self.list.currentItem()
        return item.data(0, Qt.ItemDataRole.UserRole) if item is not None else None

    def _on_current(self) -> None:
        if not hasattr(self, "open_button"):
            return
        self.open_button.setEnabled(self.version is not None)
        self.delete_button.setEnabled(self.list.currentItem() is not None)

    def _on_open(self) -> None:
        version = self.version
        if version is not None:
            self.accept()
            self.chosen.emit(version)

    def _on_delete(self) -> None:
        item = self.list.currentItem()
        if item is None:
            return
        top = item.parent() or item
        versions = self._found.pop(self.list.indexOfTopLevelItem(top))
        throw_away(versions[0].folder)
        self._fill()
        if not self._found:
            self.reject()
