"""The timecode of the playhead, which can be typed over."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from emsync_desktop.appearance import digits


class TimecodeField(QLineEdit):
    """Shows a time; a click or ``begin`` lets another be typed, Return goes there, Esc does not."""

    typed = Signal(str)
    """What was typed, to be understood by the film's clock."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("00:00:00:00", parent)
        self.setObjectName("timecode")
        self.setFont(digits(21, bold=True))
        self.setFixedWidth(self.fontMetrics().horizontalAdvance("00:00:00:000"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMaxLength(16)
        self.setAccessibleName(self.tr("Timecode of the playhead"))
        self.setToolTip(
            self.tr(
                "Type where to go: 12:04 is 12 seconds and 4 frames, 1204 too; "
                "+10 is ten frames on, -1:00 a second back."
            )
        )
        self._shown = self.text()
        self.returnPressed.connect(self._on_return)

    def setText(self, text: str) -> None:  # noqa: N802 - Qt override
        """Show a time, unless one is being typed."""
        self._shown = text
        if not self.is_typing:
            super().setText(text)

    @property
    def is_typing(self) -> bool:
        return self.hasFocus() and self.isModified()

    def begin(self) -> None:
        """Let a time be typed over the one that is shown."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # keys are letters here, not the window's
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt override
        super().focusInEvent(event)
        self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt override
        super().focusOutEvent(event)
        self._revert()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt override
        if event.key() == Qt.Key.Key_Escape:
            self._revert()
            self.clearFocus()
        else:
            super().keyPressEvent(event)

    def _on_return(self) -> None:
        text = self.text()
        self._revert()
        self.typed.emit(text)

    def _revert(self) -> None:
        super().setText(self._shown)
        self.setModified(False)
        self.deselect()
