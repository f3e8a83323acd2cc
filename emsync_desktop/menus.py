"""Menus whose letters work: a key that means something beside them does not take it away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QMenu, QWidget

_MODIFIERS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)


class Menu(QMenu):
    """A menu that has the letters for itself while it is open.

    Qt asks the shortcuts before an open menu: without this the O of an entry would mark the end of
    a range, because a single O does so in the timeline.
    """

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and not event.modifiers() & _MODIFIERS
        ):
            event.accept()
            return True
        return super().event(event)


def offer_menu(widget: QWidget, actions: Sequence[QAction]) -> None:
    """Give a widget a menu of the right mouse button."""

    def show(at: QPoint) -> None:
        menu = Menu(widget)
        menu.addActions(actions)
        menu.exec(widget.mapToGlobal(at))
        menu.deleteLater()

    widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    widget.customContextMenuRequested.connect(show)


def letter_of(text: str) -> str:
    """The letter that chooses an entry, as marked in its text; empty for none."""
    _, marked, after = text.partition("&")
    return after[:1].upper() if marked else ""
