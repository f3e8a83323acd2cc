"""What a hand does: drag a boundary, move a point, press a key."""

from itertools import pairwise

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

LEFT = Qt.MouseButton.LeftButton


def middle_of(view, lane):
    row = next(row for row in view.lanes if row.name == lane)
    return row.top + row.height / 2


def place_of(view, time_s, lane="segments"):
    """Pixel of a time in a lane of the timeline."""
    return QPoint(round(view.scale.x_of(float(time_s))), round(middle_of(view, lane)))


def drag(widget, *places, steps=4):
    """Press at the first place, move through the others, release at the last."""
    QTest.mousePress(widget, LEFT, Qt.KeyboardModifier.NoModifier, places[0])
    for start, end in pairwise(places):
        for step in range(1, steps + 1):
            at = QPointF(start) + (QPointF(end) - QPointF(start)) * (step / steps)
            QTest.mouseMove(widget, at.toPoint())
    QTest.mouseRelease(widget, LEFT, Qt.KeyboardModifier.NoModifier, places[-1])


def drag_boundary(view, boundary, *, to):
    """Drag a boundary of the timeline to times, in seconds."""
    times = [boundary.time, *(to if isinstance(to, list | tuple) else [to])]
    drag(view.viewport(), *(place_of(view, time) for time in times))


def click_at(view, time_s, lane="segments"):
    QTest.mouseClick(
        view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, place_of(view, time_s, lane)
    )


def double_click_at(view, time_s, lane="segments"):
    QTest.mouseDClick(
        view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, place_of(view, time_s, lane)
    )


def press(widget, key, modifiers=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(widget, key, modifiers)
