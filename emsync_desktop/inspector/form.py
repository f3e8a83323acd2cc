"""Fields with their names: one beside another where there is room for two columns."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QWidget

from emsync_desktop.labels import labelled

_BETWEEN_PX, _COLUMNS_APART_PX = 6, 12


def _least_px(pairs: list[tuple[QLabel, QWidget]]) -> int:
    """How wide a column of fields is at least."""
    names = max((label.sizeHint().width() for label, _ in pairs), default=0)
    fields = max((field.minimumSizeHint().width() for _, field in pairs), default=0)
    return names + _BETWEEN_PX + fields


class FieldForm(QWidget):
    """Named fields in their order, in one column or in two."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("score_form")
        self._pairs: list[tuple[QLabel, QWidget]] = []
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setSizeConstraint(QGridLayout.SizeConstraint.SetNoConstraint)
        self._grid.setContentsMargins(0, 6, 0, 0)
        self._grid.setHorizontalSpacing(_BETWEEN_PX)
        self._grid.setVerticalSpacing(5)

    def add(self, name: str, field: QWidget, *beside: QWidget) -> None:
        """A field after the others, and what stands beside it."""
        label = labelled(name, "quiet")
        label.setBuddy(field)
        field.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if beside:
            row = QWidget()
            line = QHBoxLayout(row)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(8)
            line.addWidget(field, 1)
            for one in beside:
                line.addWidget(one)
            field = row
        self._pairs.append((label, field))
        self._arrange(max(self._columns, 1))

    @property
    def columns(self) -> int:
        return self._columns

    def columns_in(self, width: int) -> int:
        """How many columns there is room for."""
        paired = self._pairs[: len(self._pairs) // 2 * 2]
        least = sum(_least_px(paired[at::2]) for at in (0, 1)) + _COLUMNS_APART_PX
        return 2 if width >= least else 1

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt override
        """That of one column, or two would never be one again."""
        return QSize(_least_px(self._pairs), self._grid.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt override
        super().resizeEvent(event)
        columns = self.columns_in(self.width())
        if columns != self._columns:
            self._arrange(columns)

    def _arrange(self, columns: int) -> None:
        """Put every field in its place; those that are hidden take none."""
        self._columns, grid = columns, self._grid
        for label, field in self._pairs:
            grid.removeWidget(label)
            grid.removeWidget(field)
        for column in range(5):
            grid.setColumnMinimumWidth(column, 0)
            grid.setColumnStretch(column, 0)
        for row in range(len(self._pairs) + 1):
            grid.setRowStretch(row, 0)
        for number, (label, field) in enumerate(self._pairs):
            row, at = divmod(number, columns)
            grid.addWidget(label, row, 3 * at)
            is_alone = columns == 2 and at == 0 and number == len(self._pairs) - 1
            grid.addWidget(field, row, 3 * at + 1, 1, 4 if is_alone else 1)
        for at in range(columns):
            grid.setColumnStretch(3 * at + 1, 1)
        if columns == 2:
            grid.setColumnMinimumWidth(2, max(_COLUMNS_APART_PX - 2 * _BETWEEN_PX, 0))
        grid.setRowStretch(-(-len(self._pairs) // columns), 1)
