"""The menus of the right mouse button, made of the window's own actions."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QMenu

from emsync_desktop.menus import Menu
from emsync_desktop.timeline.geometry import row_at
from emsync_desktop.timeline.hand import boundary_at
from emsync_desktop.timeline.names import tr

if TYPE_CHECKING:
    from emsync_desktop.timeline.view import TimelineView


def menu_at(view: TimelineView, at: QPointF) -> QMenu | None:
    """What can be done at a place, with what lies there chosen; None beside the film."""
    boundary = boundary_at(view, at)
    if boundary is None and at.x() < view.scale.origin_px:
        return None
    menu = Menu(view)
    if boundary is not None:
        if boundary.id not in view.chosen_boundaries:
            view.boundary_chosen.emit(boundary.id, "only")
        menu.addActions(view.menus.get("boundary", []))
        return menu
    time = Fraction(view.time_at(at.x()))
    if row_at(view.lanes, at.y()) == "ruler":
        view.scrubbed.emit(float(time))
        menu.addActions(view.menus.get("ruler", []))
        return menu
    if (index := view.segment_index_at(at.x())) not in view.chosen_segments:
        view.segment_chosen.emit(index, "only")
    split = menu.addAction(tr("Split here"))
    split.triggered.connect(lambda _checked=False: view.boundary_add_asked.emit(time))
    menu.addActions(view.menus.get("segment", []))
    return menu
