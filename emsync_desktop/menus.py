"""Menus whose letters work: a key that means something beside them does not take it away."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu

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


def letter_of(text: str) -> str:
    """The letter that chooses an entry, as marked in its text; empty for none."""
    _, marked, after = text.partition("&")
    return after[:1].upper() if marked else ""
