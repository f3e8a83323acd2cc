"""The banner that says in one sentence what happened, and the bar at the bottom with progress."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTime, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from emsync_desktop.background.work import rough_time, time_left
from emsync_desktop.fields import ElidedLabel
from emsync_desktop.labels import labelled

CHIPS_PX = 520


class Banner(QFrame):
    """One sentence, at most one thing to do about it, and a way to put it aside."""

    turned = Signal(bool)
    """It is shown now, or no longer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 7, 8, 7)
        self._sentence = QLabel()
        self._sentence.setWordWrap(True)
        self._sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._sentence.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._act = QPushButton()
        self._act.setProperty("look", "link")
        self._act.clicked.connect(self._on_act)
        close = QPushButton(self.tr("Dismiss"))
        close.setProperty("look", "link")
        close.clicked.connect(self.hide)
        for button in (self._act, close):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row.addWidget(self._sentence, 1)
        row.addWidget(self._act)
        row.addWidget(close)
        self._action: Callable[[], object] | None = None
        self.hide()

    @property
    def sentence(self) -> str:
        return self._sentence.text()

    def say(
        self,
        sentence: str,
        *,
        tone: str = "error",
        offer: str = "",
        action: Callable[[], object] | None = None,
    ) -> None:
        """Show a sentence, and a button for what can be done."""
        self._sentence.setText(sentence)
        self.setAccessibleName(sentence)
        self._action = action
        self._act.setText(offer)
        self._act.setVisible(action is not None)
        self.setProperty("tone", tone)
        self.style().unpolish(self)
        self.style().polish(self)
        self.show()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt override
        super().showEvent(event)
        self.turned.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt override
        super().hideEvent(event)
        self.turned.emit(False)

    def _on_act(self) -> None:
        self.hide()
        if self._action is not None:
            self._action()


class BottomBar(QWidget):
    """What is being done, how far it is, a way to stop it; and quiet facts on the right."""

    cancel_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bottom_bar")
        self.setFixedHeight(34)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 2)
        row.setSpacing(12)
        self._words = ElidedLabel()
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setRange(0, 1000)
        self._progress.setFixedWidth(240)
        self._progress.setAccessibleName(self.tr("Progress"))
        self._left = labelled("", "quiet")
        self._begun: float | None = None
        self.left_s: float | None = None
        """How long the task that is shown may take still, where there is something to tell by."""
        self._before = 0.0
        self._cancel = QPushButton(self.tr("Cancel"))
        self._cancel.setProperty("look", "link")
        self._cancel.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._cancel.clicked.connect(self.cancel_asked)
        self.waiting = QPushButton()
        self.usage = QPushButton()
        for button in (self.waiting, self.usage):
            button.setProperty("look", "chip")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setToolTip(self.tr("Background work and memory"))
            button.hide()
        self.usage.setProperty("look", "quiet_chip")
        self._facts = ElidedLabel()
        for label in (self._words, self._facts):
            label.setProperty("look", "quiet")
        row.addWidget(self._words)
        row.addWidget(self._progress)
        row.addWidget(self._left)
        row.addWidget(self._cancel)
        row.addWidget(self.waiting)
        row.addStretch(1)
        row.addWidget(self._facts)
        row.addWidget(self.usage)
        self.rest("")

    @property
    def words(self) -> str:
        return self._words.text()

    @property
    def cancel(self) -> QPushButton:
        return self._cancel

    def busy(self, words: str, share: float) -> None:
        """Show a task; a share below 0 is a task whose end is not known."""
        if not self._cancel.isEnabled():
            return
        percent = f" · {share:.0%}" if share > 0 else ""
        self._words.setText(f"{words}{percent}")
        self._progress.setRange(0, 1000 if share >= 0 else 0)
        self._progress.setValue(max(0, round(share * 1000)))
        self._left.setText(self._time_left(share))
        self._progress.show()
        self._cancel.show()

    def _time_left(self, share: float) -> str:
        """How long it may take still, once there is something to tell it by."""
        now = time.monotonic()
        if self._begun is None or share < self._before:
            self._begun = now
        self._before = share
        left = self.left_s = time_left(share, now - self._begun)
        return "" if left is None else self.tr("about {time} left").format(time=rough_time(left))

    def stopping(self) -> None:
        """The work was asked to stop; nothing else is said until it has."""
        if self._cancel.isVisible():
            self._cancel.setEnabled(False)
            self._words.setText(self.tr("Stopping …"))

    def rest(self, words: str) -> None:
        """Nothing under way; a last word on what was done."""
        self._words.setText(words)
        self._begun, self._before, self.left_s = None, 0.0, None
        self._left.setText("")
        self._progress.hide()
        self._cancel.hide()
        self._cancel.setEnabled(True)

    def show_waiting(self, count: int) -> None:
        """How many pieces of work wait behind the one that is shown."""
        self.waiting.setText(self.tr("{count} waiting").format(count=count))
        self.waiting.setVisible(count > 0)

    def show_usage(self, words: str) -> None:
        """Where the composer works, and how much memory is in use."""
        self.usage.setText(words)
        said = self.tr("Background work and memory: {words}").format(words=words)
        self.usage.setAccessibleName(said)
        self.usage.show()

    def show_facts(self, facts: list[str]) -> None:
        self._facts.setText("   ·   ".join(facts))


class StatusChips(QWidget):
    """At the right of the menus: where the composer works, and whether work is saved."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 14, 4)
        row.setSpacing(8)
        self.offline = labelled(self.tr("Offline"), "chip")
        self.device = labelled("", "chip")
        self.saved = labelled("", "chip")
        self.models = QPushButton()
        self.models.setProperty("look", "chip")
        self.models.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.models.hide()
        row.addStretch(1)
        for chip in (self.models, self.offline, self.device, self.saved):
            row.addWidget(chip)
        self.saved.hide()
        self.offline.hide()
        self.offline.setToolTip(self.tr("The window refuses every connection to the network"))
        self.device.setToolTip(self.tr("Where the composer works"))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt override
        """Always room for all of them: menu bars do not ask again how wide their corner is."""
        return QSize(CHIPS_PX, super().sizeHint().height())

    def show_device(self, device: str) -> None:
        """The device that was asked for; for ``auto`` the one that will be found."""
        names = {"cpu": "CPU", "cuda": "CUDA", "mps": "MPS"}
        found = names.get(device) or names[likely_device()]
        self.device.setText(found)

    def show_offline(self, is_offline: bool) -> None:
        self.offline.setVisible(is_offline)

    def show_models(self, words: str, more: str = "") -> None:
        """A download that is under way; a click shows all models."""
        self.models.setText(words)
        self.models.setToolTip(more)
        self.models.setAccessibleName(self.tr("Models: {words}").format(words=f"{words} {more}"))
        self.models.setVisible(bool(words))

    def show_state(self, *, has_project: bool, is_changed: bool, is_in_file: bool) -> None:
        """Whether what is open lies in its file as it is."""
        self.saved.setVisible(has_project and (is_changed or is_in_file))
        self.saved.setText(self.tr("Unsaved changes") if is_changed else self.tr("Saved"))
        self.saved.setToolTip("")

    def show_kept(self) -> None:
        """Unsaved work lies aside, should the program end."""
        words = self.tr("Kept {time}").format(time=QTime.currentTime().toString("hh:mm:ss"))
        self.saved.setText(words)
        self.saved.setToolTip(
            self.tr("Not saved yet, but kept aside: it can be recovered if the program ends.")
        )
        self.saved.show()


def likely_device() -> str:
    """The device that the composer will find, without the seconds it takes to ask torch."""
    if sys.platform == "darwin":
        return "mps" if platform.machine() == "arm64" else "cpu"
    return "cuda" if Path("/proc/driver/nvidia/version").exists() else "cpu"
