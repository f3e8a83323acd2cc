"""The takes there are: numbered, starred, named; one is heard, parts of another can be used."""

from __future__ import annotations

from fractions import Fraction

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from emsync_desktop.appearance import COLOURS, words
from emsync_desktop.menus import Menu
from emsync_desktop.timeline.names import tr
from emsync_desktop.wording import wishes_words
from emsync_engine.music.ensembles import ENSEMBLES
from emsync_engine.project.model import Project, Take
from emsync_engine.project.take_list import LONGEST_NAME

ROW_PX = 26
SEEDS_TOLD = 3
STAR_PX = 24
_ID, _TAKE, _NUMBER = (Qt.ItemDataRole.UserRole + n for n in range(3))
# ten corners: five far from the middle, five near it
_STAR = [(0, -6), (1.5, -2), (5.7, -1.9), (2.4, 0.8), (3.5, 4.9), (0, 2.5)]


def hits_text(take: Take) -> str:
    """How many of the hits are landed on, such as ``hits 8/9``."""
    states = [hit.status for hit in take.hits if hit.status != "tacet"]
    landed = sum(status != "missed" for status in states)
    return tr("hits {landed}/{hits}").format(landed=landed, hits=len(states))


def take_title(take: Take) -> str:
    """The name that the user gave a take, else its ensemble and seed."""
    ensemble = ENSEMBLES.get(take.settings.ensemble)
    players = ensemble.label.partition(":")[0] if ensemble else take.settings.ensemble
    return take.name or tr("{ensemble} · seed {seed}").format(
        ensemble=players, seed=seeds_text(take)
    )


def seeds_text(take: Take) -> str:
    """The seed that most of a take's music was written with, and those of its other parts."""
    lengths: dict[int, Fraction] = {}
    for part in take.parts:
        if not part.is_tacet:
            lengths[part.seed] = lengths.get(part.seed, Fraction(0)) + part.end - part.start
    seeds = sorted(lengths, key=lambda seed: -lengths[seed]) or [take.seed]
    more = len(seeds) - SEEDS_TOLD
    return " + ".join(map(str, seeds[:SEEDS_TOLD])) + (" …" if more > 0 else "")


class _Row(QStyledItemDelegate):
    """Star, number, name and hits of a take; F2 or a double click edits the name."""

    named = Signal(str, str)

    def sizeHint(  # noqa: N802 - Qt override
        self, option: QStyleOptionViewItem, index: QModelIndex
    ) -> QSize:
        return QSize(120, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        take: Take = index.data(_TAKE)
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(COLOURS.hover))
            painter.drawRoundedRect(QRectF(rect), 4, 4)
        _paint_star(painter, QPointF(rect.left() + 13, rect.center().y() + 0.5), take.is_starred)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(words(12))
        painter.setPen(QColor(COLOURS.quiet))
        painter.drawText(rect.adjusted(26, 0, 0, 0), left, str(index.data(_NUMBER)))
        hits = hits_text(take)
        wide = painter.fontMetrics().horizontalAdvance(hits) + 8
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect.adjusted(0, 0, -8, 0), right, hits)
        room = rect.adjusted(44, 0, -wide - 6, 0)
        title = painter.fontMetrics().elidedText(
            take_title(take), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.setPen(QColor(COLOURS.text))
        painter.drawText(room, left, title)
        painter.restore()

    def createEditor(  # noqa: N802 - Qt override
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex
    ) -> QWidget:
        field = QLineEdit(parent)
        field.setMaxLength(LONGEST_NAME)
        field.setPlaceholderText(take_title(index.data(_TAKE)))
        return field

    def setEditorData(self, editor: QWidget, index: QModelIndex) -> None:  # noqa: N802 - Qt override
        assert isinstance(editor, QLineEdit)
        editor.setText(index.data(_TAKE).name)

    def setModelData(  # noqa: N802 - Qt override
        self, editor: QWidget, model: QAbstractItemModel, index: QModelIndex
    ) -> None:
        assert isinstance(editor, QLineEdit)
        self.named.emit(index.data(_ID), editor.text())

    def updateEditorGeometry(  # noqa: N802 - Qt override
        self, editor: QWidget, option: QStyleOptionViewItem, index: QModelIndex
    ) -> None:
        rect: QRect = option.rect  # type: ignore[attr-defined]
        editor.setGeometry(rect.adjusted(38, 0, 0, 0))


def _paint_star(painter: QPainter, at: QPointF, is_starred: bool) -> None:
    half = [*_STAR, *((-x, y) for x, y in reversed(_STAR[1:-1]))]
    colour = QColor(COLOURS.accent if is_starred else COLOURS.edge)
    painter.setPen(QPen(colour, 1.1))
    painter.setBrush(colour if is_starred else Qt.BrushStyle.NoBrush)
    painter.drawPolygon(QPolygonF([at + QPointF(x, y) for x, y in half]))


class TakeList(QListWidget):
    """The takes of a project; what is asked for leaves as signals."""

    take_chosen = Signal(str)
    star_asked = Signal(str, bool)
    rename_asked = Signal(str, str)
    delete_asked = Signal(str)
    use_asked = Signal(str)
    """Use a take in the chosen segments of the one that is heard."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Takes"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self._delegate = _Row(self)
        self.setItemDelegate(self._delegate)
        self._chosen: str | None = None
        self.currentItemChanged.connect(self._on_item)
        # queued: the list is made anew, which must not happen under the editor's feet
        self._delegate.named.connect(self.rename_asked, Qt.ConnectionType.QueuedConnection)

    def show_takes(self, project: Project | None) -> None:
        """The takes of a project, the one that is heard chosen."""
        takes = project.takes if project else ()
        self._chosen = project.chosen_take if project else None
        self.blockSignals(True)
        self.clear()
        for number, take in enumerate(takes, start=1):
            item = QListWidgetItem()
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            item.setData(_ID, take.id)
            item.setData(_TAKE, take)
            item.setData(_NUMBER, number)
            said = [str(number), take_title(take), hits_text(take)]
            if take.is_starred:
                said.append(self.tr("starred"))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(said))
            item.setToolTip(wishes_words(take))
            self.addItem(item)
            if take.id == self._chosen:
                self.setCurrentItem(item)
        self.blockSignals(False)

    def menu(self, item: QListWidgetItem) -> QMenu:
        """What can be done with a take."""
        take: Take = item.data(_TAKE)
        menu = Menu(self)
        star = self.tr("Remove star") if take.is_starred else self.tr("Star")
        menu.addAction(star, lambda: self.star_asked.emit(take.id, not take.is_starred))
        menu.addAction(self.tr("Rename …"), lambda: self.editItem(item))
        use = menu.addAction(
            self.tr("Use in the chosen segments"), lambda: self.use_asked.emit(take.id)
        )
        use.setEnabled(take.id != self._chosen)
        menu.addSeparator()
        menu.addAction(self.tr("Delete"), lambda: self.delete_asked.emit(take.id))
        return menu

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt override
        super().paintEvent(event)
        if self.count() == 0:
            painter = QPainter(self.viewport())
            painter.setFont(words(12))
            painter.setPen(QColor(COLOURS.quiet))
            box = self.viewport().rect().adjusted(2, 6, 0, 0)
            painter.drawText(
                box, Qt.TextFlag.TextWordWrap, self.tr("None yet: Generate writes one.")
            )
            painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt override
        item = self.itemAt(event.position().toPoint())
        if item is not None and event.button() == Qt.MouseButton.LeftButton:
            if event.position().x() <= STAR_PX:
                take: Take = item.data(_TAKE)
                self.star_asked.emit(take.id, not take.is_starred)
                return
        elif item is not None and event.button() == Qt.MouseButton.RightButton:
            return  # the menu is about another take; that does not choose it
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt override
        item = self.currentItem()
        if item is not None and event.key() == Qt.Key.Key_Delete:
            self.delete_asked.emit(item.data(_ID))
        elif item is not None and event.text() == "*":
            self.star_asked.emit(item.data(_ID), not item.data(_TAKE).is_starred)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            assert isinstance(event, QKeyEvent)
            if event.key() == Qt.Key.Key_Delete:
                event.accept()
        if event.type() == QEvent.Type.ContextMenu:
            at: QPoint = event.pos()  # type: ignore[attr-defined]
            item = self.itemAt(at)
            if item is not None:
                self.menu(item).exec(self.viewport().mapToGlobal(at))
                return True
        return super().event(event)

    def _on_item(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.take_chosen.emit(str(item.data(_ID)))
