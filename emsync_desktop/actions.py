"""Menus and shortcuts, made of the table of actions."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from emsync_desktop.action_table import ActionRow, action_rows
from emsync_desktop.menus import Menu, letter_of
from emsync_desktop.shortcuts.dialog import NamedAction
from emsync_desktop.shortcuts.keys import Keymap
from emsync_desktop.wording import tr

_UNDO_KEYS = {"undo": ("Ctrl+Z",), "redo": ("Ctrl+Shift+Z", "Ctrl+Y")}


def _keys_of(row: ActionRow) -> tuple[str, ...]:
    if row.name == "zoom_in":
        return ("Ctrl++", "Ctrl+=")
    return (row.shortcut,) if row.shortcut else ()


def plain(text: str) -> str:
    """A text of a menu without the marks of its mnemonic."""
    return text.replace("&", "").removesuffix(" …")


class Actions:
    """The window's actions by name, in its menus."""

    def __init__(self, window: QMainWindow) -> None:
        self._by_name: dict[str, QAction] = {}
        self._menus: dict[str, QMenu] = {}
        self._on_film: list[QAction] = []
        self._rows = {row.name: row for row in action_rows()}
        self.keymap = Keymap(
            {**_UNDO_KEYS, **{name: _keys_of(row) for name, row in self._rows.items()}},
            menus={f"Alt+{letter_of(row.menu)}": plain(row.menu) for row in self._rows.values()},
            parent=window,
        )
        for row in action_rows():
            menu = self._menus.get(row.menu)
            if menu is None:
                menu = self._menus[row.menu] = Menu(row.menu, window.menuBar())
                window.menuBar().addMenu(menu)
            action = QAction(row.text, window)
            action.setCheckable(row.checkable)
            if row.group:
                menu.addSeparator()
            if row.on_film:
                action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                self._on_film.append(action)
            menu.addAction(action)
            self._by_name[row.name] = action
        self._set_keys()
        self.keymap.changed.connect(self._set_keys)

    def __getitem__(self, name: str) -> QAction:
        return self._by_name[name]

    def connect(self, name: str, slot: Callable[[], object]) -> None:
        """Do something when an action is chosen."""
        self._by_name[name].triggered.connect(lambda _checked=False: slot())

    @property
    def named(self) -> list[NamedAction]:
        """All actions, for the shortcut editor: menu and words without the marks of mnemonics."""
        edit = plain(tr("&Edit"))
        undo = [NamedAction("undo", edit, tr("Undo")), NamedAction("redo", edit, tr("Redo"))]
        named = [
            NamedAction(row.name, plain(row.menu), plain(row.text)) for row in self._rows.values()
        ]
        at = next(n for n, one in enumerate(named) if one.menu == edit)
        return named[:at] + undo + named[at:]

    def _set_keys(self) -> None:
        for name, action in self._by_name.items():
            keys = [QKeySequence(key) for key in self.keymap.keys(name)]
            action.setShortcuts(keys)
            if keys and name in self._rows:
                key = keys[0].toString(QKeySequence.SequenceFormat.NativeText)
                action.setToolTip(f"{plain(action.text())} ({key})")

    def add_first(self, of: str, actions: dict[str, QAction]) -> None:
        """Put actions made elsewhere (undo, redo), by name, before an action in its menu."""
        self._by_name.update(actions)
        self._set_keys()
        before = self._by_name[of]
        menu = next(menu for menu in self._menus.values() if before in menu.actions())
        menu.insertActions(before, list(actions.values()))
        menu.insertSeparator(before)

    def let_work_on(self, *widgets: QWidget) -> None:
        """Say which widgets show the film: keys without Ctrl work there."""
        for widget in widgets:
            widget.addActions(self._on_film)

    def check(self, name: str, checked: bool) -> None:
        """Show a choice as made, without making it."""
        self._by_name[name].setChecked(checked)

    def enable(self, names: list[str], enabled: bool) -> None:
        for name in names:
            self._by_name[name].setEnabled(enabled)
