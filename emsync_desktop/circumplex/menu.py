"""The menu of the circumplex: the emotions by name, and the way back to what was read."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMenu, QWidget

from emsync_desktop.circumplex.geometry import landmarks
from emsync_desktop.menus import Menu
from emsync_desktop.timeline.names import emotion_name, tr
from emsync_engine.project.model import VAPoint


def emotion_menu(
    parent: QWidget, choose: Callable[[VAPoint | None], object], *, can_return: bool
) -> QMenu:
    """Choose where an emotion lies, or (None) what was read in the film."""
    menu = Menu(parent)
    for name, place in landmarks().items():
        action = menu.addAction(emotion_name(name).capitalize())
        action.triggered.connect(lambda _checked=False, place=place: choose(place))
    menu.addSeparator()
    back = menu.addAction(tr("Emotion as detected"))
    back.triggered.connect(lambda _checked=False: choose(None))
    back.setEnabled(can_return)
    return menu
