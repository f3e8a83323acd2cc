"""The shortcut editor: every action with its key, found by name, changed by pressing another."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from emsync_desktop.appearance import COLOURS, words
from emsync_desktop.labels import labelled
from emsync_desktop.shortcuts.keys import Keymap

ROW_PX = 26
_NAME = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class NamedAction:
    """An action as the editor lists it."""

    name: str
    menu: str
    text: str


def shown(key: str) -> str:
    """A key in the words of this system."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


class ShortcutsDialog(QDialog):
    """A list of actions, a field to find one, and a field that takes the next key."""

    def __init__(
        self, keymap: Keymap, actions: list[NamedAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.setMinimumSize(620, 560)
        self._keymap = keymap
        self._actions = {action.name: action for action in actions}
        self.find = QLineEdit()
        self.find.setPlaceholderText(self.tr("Find an action or a key"))
        self.find.setAccessibleName(self.tr("Find an action or a key"))
        self.find.setClearButtonEnabled(True)
        self.find.textChanged.connect(self._on_find)
        self.list = self._made_list()
        self.key = QKeySequenceEdit()
        self.key.setMaximumSequenceLength(1)
        self.key.setAccessibleName(self.tr("New key"))
        self.key.keySequenceChanged.connect(self._on_key)
        self.assign_button = QPushButton(self.tr("Assign"))
        self.assign_button.setProperty("look", "accent_small")
        self.assign_button.clicked.connect(self._on_assign)
        self.clear_button = QPushButton(self.tr("No key"))
        self.clear_button.clicked.connect(self._on_clear)
        self.reset_button = QPushButton(self.tr("Usual key"))
        self.reset_button.clicked.connect(self._on_reset)
        self.reset_all_button = QPushButton(self.tr("All as usual"))
        self.reset_all_button.clicked.connect(self._on_reset_all)
        self.telling = labelled("", "stale")
        self.telling.setWordWrap(True)
        self.telling.setMinimumHeight(34)
        self.telling.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._lay_out()
        self._fill()
        keymap.changed.connect(self._fill)

    def _made_list(self) -> QTreeWidget:
        made = QTreeWidget()
        made.setAccessibleName(self.tr("Actions and their keys"))
        made.setColumnCount(2)
        made.setHeaderLabels([self.tr("Action"), self.tr("Key")])
        made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        made.setAllColumnsShowFocus(True)
        made.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        made.header().setStretchLastSection(False)
        made.setColumnWidth(1, 170)
        made.currentItemChanged.connect(self._on_current)
        made.itemActivated.connect(lambda _item: self.key.setFocus())
        return made

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(self.find)
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        label = labelled(self.tr("New key"), "field")
        label.setBuddy(self.key)
        row.addWidget(label)
        row.addWidget(self.key, 1)
        row.addWidget(self.assign_button)
        row.addWidget(self.clear_button)
        row.addWidget(self.reset_button)
        column.addLayout(row)
        column.addWidget(self.telling)
        end = QHBoxLayout()
        end.addWidget(self.reset_all_button)
        end.addStretch(1)
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.accept)
        close.setAutoDefault(False)
        end.addWidget(close)
        column.addLayout(end)
        for button in (self.assign_button, self.clear_button, self.reset_button):
            button.setAutoDefault(False)
        self.reset_all_button.setAutoDefault(False)

    def choose(self, name: str) -> None:
        """Show an action as chosen."""
        for item in self._items():
            if item.data(0, _NAME) == name:
                self.list.setCurrentItem(item)

    @property
    def name(self) -> str | None:
        """The action that is chosen."""
        item = self.list.currentItem()
        return item.data(0, _NAME) if item is not None else None

    def _fill(self) -> None:
        chosen = self.name
        self.list.clear()
        menus: dict[str, QTreeWidgetItem] = {}
        for action in self._actions.values():
            parent = menus.get(action.menu)
            if parent is None:
                parent = menus[action.menu] = QTreeWidgetItem([action.menu, ""])
                parent.setFlags(parent.flags() & ~Qt.ItemFlag.ItemIsSelectable)
                parent.setFont(0, words(12, bold=True))
                parent.setSizeHint(0, QSize(0, ROW_PX))
                self.list.addTopLevelItem(parent)
            keys = ", ".join(map(shown, self._keymap.keys(action.name)))
            item = QTreeWidgetItem([action.text, keys])
            item.setData(0, _NAME, action.name)
            item.setSizeHint(0, QSize(0, ROW_PX))
            if self._keymap.is_own(action.name):
                item.setForeground(1, QColor(COLOURS.accent_text))
                item.setToolTip(1, self.tr("Your own key"))
            parent.addChild(item)
        self.list.expandAll()
        self._on_find(self.find.text())
        if chosen is not None:
            self.choose(chosen)
        self._on_current()

    def _items(self) -> list[QTreeWidgetItem]:
        tops = [self.list.topLevelItem(n) for n in range(self.list.topLevelItemCount())]
        return [top.child(n) for top in tops if top is not None for n in range(top.childCount())]

    def _on_find(self, text: str) -> None:
        wanted = text.casefold()
        for item in self._items():
            held = f"{item.text(0)} {item.text(1)}".casefold()
            item.setHidden(wanted not in held)

    def _on_current(self) -> None:
        self.key.clear()
        self.telling.setText("")
        self._refresh()

    def _refresh(self) -> None:
        has = self.name is not None
        for button in (self.clear_button, self.reset_button):
            button.setEnabled(has)
        self.key.setEnabled(has)
        key = self.key.keySequence()
        is_free = not key.isEmpty() and self._keymap.menu_of(key.toString()) is None
        self.assign_button.setEnabled(has and is_free)

    def _on_key(self, key: QKeySequence) -> None:
        self._refresh()
        name = self.name
        taken = self._keymap.meaning(key.toString(), besides=name or "")
        menu = self._keymap.menu_of(key.toString())
        self.telling.setText("")
        if menu is not None:
            told = self.tr("{key} opens the menu “{menu}”; choose another key.")
            self.telling.setText(told.format(key=shown(key.toString()), menu=menu))
        elif taken is not None and name is not None:
            told = self.tr("{key} already means “{action}”. Assigned here, that has no key.")
            self.telling.setText(
                told.format(key=shown(key.toString()), action=self._actions[taken].text)
            )

    def _on_assign(self) -> None:
        if self.assign_button.isEnabled() and self.name is not None:
            self._keymap.assign(self.name, self.key.keySequence().toString())

    def _on_clear(self) -> None:
        if self.name is not None:
            self._keymap.assign(self.name, "")

    def _on_reset(self) -> None:
        if self.name is None:
            return
        taken = self._keymap.reset(self.name)
        if taken is not None:
            told = self.tr("Its usual key now means “{action}”; give that another one first.")
            self.telling.setText(told.format(action=self._actions[taken].text))

    def _on_reset_all(self) -> None:
        self._keymap.reset_all()
