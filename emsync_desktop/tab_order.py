"""The way of the Tab key through the window: as the eye goes, row by row, from left to right."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def order_tabs(window: QWidget, groups: Sequence[QWidget]) -> None:
    """Let Tab go through groups of widgets one after the other; in each it goes as it did.

    A group that lies in another one before it has its place there.
    """
    stops = [one for one in _chain(window) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]

    def place(widget: QWidget) -> int:
        """The number of the smallest group that holds a widget; behind all others without one."""
        at: QWidget | None = widget
        while at is not None:
            if at in groups:
                return groups.index(at)
            at = at.parentWidget()
        return len(groups)

    for first, second in pairwise(sorted(stops, key=place)):
        QWidget.setTabOrder(first, second)


def _chain(window: QWidget) -> list[QWidget]:
    """All widgets in the order in which Tab meets them now."""
    found = [window]
    following = window.nextInFocusChain()
    while following is not window:
        found.append(following)
        following = following.nextInFocusChain()
    return found
