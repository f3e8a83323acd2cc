"""The table of models: what each is for, its licence and size, and how it stands."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from emsync_desktop.appearance import COLOURS, words
from emsync_desktop.models.words import Told, Tone, purpose_of, size_words
from emsync_engine.models.store import ModelState

ROW_PX, HEAD_PX, PAD_PX = 52, 30, 12
_MORE = Qt.ItemDataRole.UserRole
_STATE = 3
Index = QModelIndex | QPersistentModelIndex


def _ink(tone: Tone) -> str:
    return {
        "quiet": COLOURS.quiet,
        "text": COLOURS.text,
        "good": COLOURS.exact,
        "attention": COLOURS.accent_text,
        "bad": COLOURS.missed,
    }[tone]


class ModelTable(QTableWidget):
    """One row for each model of the catalogue; arrows choose, the buttons below act."""

    go_asked = Signal()
    """Return or a double click: what the first button does."""

    def __init__(self, names: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(len(names), 4, parent)
        self._names = names
        self.setObjectName("models")
        self.setAccessibleName(self.tr("Models"))
        self.setHorizontalHeaderLabels(
            [self.tr("Model"), self.tr("Licence"), self.tr("Size"), self.tr("State")]
        )
        for column in range(4):
            side = Qt.AlignmentFlag.AlignRight if column == 2 else Qt.AlignmentFlag.AlignLeft
            header = self.horizontalHeaderItem(column)
            header.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumHeight(HEAD_PX + len(names) * ROW_PX)
        self.horizontalHeader().setFixedHeight(HEAD_PX)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_Lines(self))
        self.setMouseTracking(True)
        self.itemDoubleClicked.connect(lambda _item: self.go_asked.emit())
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, 180), (2, 84), (_STATE, 286)):
            self.setColumnWidth(column, width)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt override
        """Return goes no further: a dialog would press the button of the question it opens."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
            self.go_asked.emit()
            return
        super().keyPressEvent(event)

    @property
    def name(self) -> str:
        """The model that is chosen."""
        return self._names[max(self.currentRow(), 0)]

    def choose(self, name: str) -> None:
        self.setCurrentCell(self._names.index(name), 0)

    def show_model(self, state: ModelState, told: Told) -> None:
        """Show how a model stands."""
        row, model = self._names.index(state.model.name), state.model
        purpose = purpose_of(model.name)
        self._put(row, 0, model.title, purpose)
        self._put(row, 1, model.licence, "")
        self._put(row, 2, size_words(model.download_bytes), "")
        item = self._put(row, _STATE, told.words, told.more)
        item.setData(_MORE, told)
        spoken = f"{model.title}. {purpose}. {told.words}. {told.more}".rstrip(". ")
        self.item(row, 0).setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
        self.item(row, 1).setToolTip(model.licence)

    def _put(self, row: int, column: int, text: str, more: str) -> QTableWidgetItem:
        item = self.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            self.setItem(row, column, item)
        if item.text() != text:
            item.setText(text)
        item.setData(_MORE, more)
        return item


class _Lines(QStyledItemDelegate):
    """Two lines in a cell, and a bar under the state of a model that comes."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        return QSize(80, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            self._paint_chosen(painter, option, index)
        elif index.row() < index.model().rowCount() - 1:
            painter.setPen(QPen(QColor(COLOURS.line), 1))
            painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        room = option.rect.adjusted(PAD_PX, 6, -PAD_PX, -6)
        more = index.data(_MORE)
        if isinstance(more, Told):
            is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
            self._paint_state(painter, room, more, is_chosen=is_chosen)
        else:
            self._paint_words(painter, room, index, str(more or ""))
        painter.restore()

    def _paint_chosen(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """A ground of its own, and a mark where the keyboard is."""
        painter.fillRect(option.rect, QColor(COLOURS.hover))
        view = option.widget
        if index.column() == 0 and view is not None and view.hasFocus():
            mark = QRect(option.rect.left(), option.rect.top(), 3, option.rect.height())
            painter.fillRect(mark, QColor(COLOURS.accent_text))

    def _paint_words(self, painter: QPainter, room: QRect, index: Index, more: str) -> None:
        text = str(index.data())
        if index.column() == 0:
            self._line(painter, _half(room, 0), text, COLOURS.text, bold=True)
            self._line(painter, _half(room, 1), more, COLOURS.quiet)
            return
        if index.column() == 2:
            self._line(painter, room, text, COLOURS.text, side=Qt.AlignmentFlag.AlignRight)
            return
        painter.setFont(words(12))
        painter.setPen(QColor(COLOURS.quiet))
        wrapped = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, wrapped, text)

    def _paint_state(self, painter: QPainter, room: QRect, told: Told, *, is_chosen: bool) -> None:
        ink = QColor(_ink(told.tone))
        has_bar = told.share is not None
        top = _half(room, 0) if told.more or has_bar else room
        dot = QRect(top.left(), top.center().y() - 3, 8, 8)
        painter.setPen(QPen(ink, 1.4))
        painter.setBrush(ink if told.tone != "quiet" else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(dot)
        beside = top.adjusted(16, 0, 0, 0)
        self._line(painter, beside, told.words, _ink(told.tone))
        if told.more:
            more = beside if has_bar else _half(room, 1).adjusted(16, 0, 0, 0)
            side = Qt.AlignmentFlag.AlignRight if has_bar else Qt.AlignmentFlag.AlignLeft
            taken = QFontMetrics(words(12)).horizontalAdvance(told.words) + 12 if has_bar else 0
            self._line(painter, more.adjusted(taken, 0, 0, 0), told.more, COLOURS.quiet, side=side)
        if told.share is not None:
            filled = COLOURS.accent if told.tone == "text" else COLOURS.quiet
            track = COLOURS.handle_off if is_chosen else COLOURS.line
            self._bar(painter, _half(room, 1), told.share, filled=filled, track=track)

    def _bar(
        self, painter: QPainter, room: QRect, share: float, *, filled: str, track: str
    ) -> None:
        whole = QRect(room.left(), room.center().y() - 2, room.width(), 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(track))
        painter.drawRoundedRect(whole, 2.5, 2.5)
        if share > 0:
            part = QRect(whole)
            part.setWidth(max(5, round(whole.width() * min(share, 1.0))))
            painter.setBrush(QColor(filled))
            painter.drawRoundedRect(part, 2.5, 2.5)

    def _line(
        self,
        painter: QPainter,
        room: QRect,
        text: str,
        colour: str,
        *,
        bold: bool = False,
        side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:
        font = words(13 if bold else 12, bold=bold)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, shown)


def _half(room: QRect, number: int) -> QRect:
    """The upper or the lower half of a cell."""
    height = room.height() // 2
    return QRect(room.left(), room.top() + number * height, room.width(), height)
