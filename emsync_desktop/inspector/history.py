"""The history: every step that can be undone or done again; a click goes there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QPainter, QPen, QUndoStack
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from emsync_desktop.appearance import COLOURS, words

ROW_PX = 24
_Index = QModelIndex | QPersistentModelIndex


class HistoryModel(QAbstractListModel):
    """The steps of an undo stack, before them how the project was opened."""

    def __init__(
        self, stack: QUndoStack, has_file: Callable[[], bool], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._stack = stack
        self._has_file = has_file
        self._count = stack.count()
        stack.indexChanged.connect(self._on_changed)
        stack.cleanChanged.connect(self._on_changed)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt override
        return 0 if parent.isValid() else self._count + 1

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.words(index.row())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.words(index.row())}, {self._state(index.row())}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.tr("Go back, or forth, to this step")
        return None

    def words(self, row: int) -> str:
        """What was done in a step."""
        if row == 0:
            return self.tr("As it was opened")
        return self._stack.text(row - 1)

    def is_undone(self, row: int) -> bool:
        return row > self._stack.index()

    def is_saved(self, row: int) -> bool:
        """Whether the project lies in its file as it was then."""
        return self._has_file() and row == self._stack.cleanIndex()

    def _state(self, row: int) -> str:
        return self.tr("undone") if self.is_undone(row) else self.tr("done")

    def _on_changed(self) -> None:
        count = self._stack.count()
        if count != self._count:
            self.beginResetModel()
            self._count = count
            self.endResetModel()
        else:
            self.dataChanged.emit(self.index(0), self.index(self._count))


class _Step(QStyledItemDelegate):
    """A dot on a line, and what was done; what is undone is faint, what is saved has a ring."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: N802
        return QSize(120, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        model = index.model()
        assert isinstance(model, HistoryModel)
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        row, is_now = index.row(), bool(state & QStyle.StateFlag.State_Selected)
        is_undone = model.is_undone(row)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if is_now:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(COLOURS.hover))
            painter.drawRoundedRect(rect, 4, 4)
        middle = QPointF(rect.left() + 13, rect.center().y() + 0.5)
        painter.setPen(QPen(QColor(COLOURS.line), 1.5))
        painter.drawLine(QPointF(middle.x(), rect.top()), QPointF(middle.x(), rect.bottom() + 1))
        painter.setPen(QPen(QColor(COLOURS.panel), 1.5))
        painter.setBrush(QColor(COLOURS.off if is_undone else COLOURS.quiet))
        if is_now:
            painter.setBrush(QColor(COLOURS.accent))
        painter.drawEllipse(middle, 4.5, 4.5)
        painter.setFont(words(12, bold=is_now))
        painter.setPen(QColor(COLOURS.off if is_undone else COLOURS.text))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        room = rect.adjusted(26, 0, -8, 0)
        text = str(index.data())
        if model.is_saved(row):
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            saved = self.tr("saved")
            room.adjust(0, 0, -painter.fontMetrics().horizontalAdvance(saved) - 8, 0)
            painter.save()
            painter.setPen(QColor(COLOURS.exact))
            painter.setFont(words(11))
            painter.drawText(rect.adjusted(0, 0, -8, 0), right, saved)
            painter.restore()
        elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, left, elided)
        painter.restore()


class HistoryList(QListView):
    """Shows an undo stack; choosing a row goes to that step.

    ``has_file`` tells whether what is clean lies in a file.
    """

    def __init__(
        self,
        stack: QUndoStack,
        has_file: Callable[[], bool] = lambda: True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._stack = stack
        self._is_following = False
        self.setAccessibleName(self.tr("History"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setModel(HistoryModel(stack, has_file, self))
        self.setItemDelegate(_Step(self))
        self.selectionModel().currentRowChanged.connect(self._on_row)
        stack.indexChanged.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        """The step that the project is at is the chosen one."""
        self._is_following = True
        at = self.model().index(self._stack.index(), 0)
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(at, flags.ClearAndSelect)
        self.scrollTo(at)
        self._is_following = False

    def _on_row(self, now: QModelIndex, before: QModelIndex) -> None:
        if not self._is_following and now.isValid():
            self._stack.setIndex(now.row())
