"""A few words on the way to the first take: each is said once, where it is of use."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from emsync_desktop.labels import labelled

ROOMY_PX = 800
"""Height of a window from which on there is room for more than a title."""
STEPS = ("shape", "take", "stale")


class HintBar(QFrame):
    """One hint at a time: a title, what to do, and a button that puts it aside."""

    closed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("hint")
        self.step = ""
        self._is_offered = False
        self._is_covered = False
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 8, 8)
        row.setSpacing(12)
        self._number = labelled("", "hint_number")
        row.addWidget(self._number)
        column = QVBoxLayout()
        column.setSpacing(1)
        self._title = labelled("", "hint_title")
        self._words = labelled("", "quiet")
        self._words.setWordWrap(True)
        self._words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        column.addWidget(self._title)
        column.addWidget(self._words)
        row.addLayout(column, 1)
        self.done_button = QPushButton(self.tr("Got it"))
        self.done_button.setProperty("look", "link")
        self.done_button.clicked.connect(self._on_done)
        row.addWidget(self.done_button)
        self.never_button = QPushButton(self.tr("No more hints"))
        self.never_button.setProperty("look", "quiet_link")
        row.addWidget(self.never_button)
        self.hide()

    def offer(self, step: str) -> None:
        """Say a hint that has not been said yet."""
        if step == self.step and self._is_offered:
            return
        if QSettings().value(f"hints/{step}", False, bool):
            return
        title, text = self._texts()[step]
        self.step = step
        self._number.setText(f"{STEPS.index(step) + 1}/{len(STEPS)}")
        self._title.setText(title)
        self._words.setText(text)
        self.setAccessibleName(f"{title}. {text}")
        self._is_offered = True
        self._refresh()

    def cover(self, is_covered: bool) -> None:
        """Something more urgent is said, or no longer."""
        self._is_covered = is_covered
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt override
        """In a low window the title has to do."""
        super().resizeEvent(event)
        self._words.setVisible(self.window().height() >= ROOMY_PX)

    def _refresh(self) -> None:
        self.setVisible(self._is_offered and not self._is_covered)

    def put_away(self, step: str | None = None) -> None:
        """What it says was done, or is of no use any more."""
        if step is None or step == self.step:
            self._is_offered = False
            self._refresh()

    def done(self, step: str) -> None:
        """Somebody knows now, having done it: never said again."""
        QSettings().setValue(f"hints/{step}", True)
        self.put_away(step)

    def _on_done(self) -> None:
        self.done(self.step)
        self.closed.emit(self.step)

    def _texts(self) -> dict[str, tuple[str, str]]:
        return {
            "shape": (
                self.tr("This is what was read. Shape it, or generate at once."),
                self.tr(
                    "Squares below are hits: the music will land on them; double-click one to let "
                    "it go. Drag a boundary where a cut was missed, drag the dot on the circumplex "
                    "where the mood is wrong. Then press Generate."
                ),
            ),
            "take": (
                self.tr("Your first take. Space plays it with the picture."),
                self.tr(
                    "Green triangles land on the very frame. Lock segments that you like; Generate "
                    "writes another take around them, and Ctrl+B compares the two."
                ),
            ),
            "stale": (
                self.tr("What you changed is now stale; nothing else is."),
                self.tr(
                    "Faint notes under the orange line belong to the old timing or mood. Generate "
                    "writes these parts anew and keeps every other note."
                ),
            ),
        }
