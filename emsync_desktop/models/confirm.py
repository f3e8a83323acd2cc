"""What somebody wants to know before a download: licence, size, from where, to where."""

from __future__ import annotations

from urllib.parse import urlsplit

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from emsync_desktop.labels import labelled
from emsync_desktop.models.words import place_words, purpose_of, size_words
from emsync_engine.models.connection import Rules
from emsync_engine.models.space import free_bytes
from emsync_engine.models.store import ModelState

WIDTH_PX = 600


def needed_bytes(state: ModelState) -> int:
    """How much room a download still takes, archives beside what they hold."""
    packed = sum(file.download_bytes for file in state.model.files if file.zipped)
    return max(0, state.model.disk_bytes - state.bytes_there) + packed + Rules().reserve_bytes


class ConfirmDownload(QDialog):
    """Asks whether a model is to be downloaded; refuses where the disk has no room for it."""

    def __init__(self, state: ModelState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.setWindowTitle(self.tr("Download a model"))
        self.setMinimumWidth(WIDTH_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 18)
        column.setSpacing(12)
        head = QVBoxLayout()
        head.setSpacing(3)
        head.addWidget(labelled(self._question(), "title"))
        head.addWidget(labelled(purpose_of(state.model.name), "quiet"))
        column.addLayout(head)
        column.addWidget(self._facts_frame())
        self.warning = labelled("", "stale")
        self.warning.setWordWrap(True)
        column.addWidget(self.warning)
        column.addStretch(1)
        row = QHBoxLayout()
        row.addStretch(1)
        cancel = QPushButton(self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        self.download_button = QPushButton(self.tr("Download"))
        self.download_button.setProperty("look", "accent")
        self.download_button.setDefault(True)
        self.download_button.clicked.connect(self.accept)
        row.addWidget(cancel)
        row.addWidget(self.download_button)
        column.addLayout(row)
        self._weigh()
        self.download_button.setFocus()
        self.resize(WIDTH_PX, column.totalHeightForWidth(WIDTH_PX))

    def _question(self) -> str:
        model = self._state.model
        return self.tr("Download {model}?").format(model=model.title)

    def _facts_frame(self) -> QFrame:
        frame = QFrame()
        frame.setProperty("look", "panel")
        grid = QGridLayout(frame)
        grid.setContentsMargins(16, 14, 16, 14)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        spoken = []
        for row, (name, value) in enumerate(self._facts()):
            grid.addWidget(labelled(name, "quiet"), row, 0, Qt.AlignmentFlag.AlignTop)
            said = QLabel(value)
            said.setTextFormat(Qt.TextFormat.PlainText)
            said.setWordWrap(True)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(said, row, 1)
            spoken.append(f"{name}: {value}")
        frame.setAccessibleName(". ".join(spoken))
        return frame

    def _facts(self) -> list[tuple[str, str]]:
        state, model = self._state, self._state.model
        size = size_words(model.download_bytes)
        if state.bytes_there:
            share = f"{min(state.share, 0.99):.0%}"
            size = self.tr("{size}, {share} of it there").format(size=size, share=share)
        parts = [urlsplit(file.address) for file in model.files]
        addresses = [f"{one.scheme}://{one.netloc}{one.path.rpartition('/')[0]}/" for one in parts]
        facts = [
            (self.tr("Size"), size),
            (self.tr("Licence"), model.licence),
            (self.tr("From"), "\n".join(dict.fromkeys(addresses))),
            (self.tr("Files"), ", ".join(one.path.rpartition("/")[2] for one in parts)),
            (self.tr("To"), place_words(state.folder)),
        ]
        return [*facts, (self.tr("Checksum"), self._checksum_words())]

    def _checksum_words(self) -> str:
        unpinned = self._state.model.unpinned
        if not unpinned:
            return self.tr("SHA-256 known, checked before use")
        return self.tr(
            "SHA-256 known, checked before use; that of {files} is recorded at the first download"
        ).format(files=", ".join(file.name for file in unpinned))

    def _weigh(self) -> None:
        """Say so where there is no room."""
        free, needed = free_bytes(self._state.folder), needed_bytes(self._state)
        has_room = free is None or free >= needed
        self.download_button.setEnabled(has_room)
        self.warning.setVisible(not has_room)
        if not has_room and free is not None:
            words = self.tr(
                "The disk has {free} free, and {needed} are needed. Make room, or choose another "
                "folder of models in the preferences."
            )
            self.warning.setText(words.format(free=size_words(free), needed=size_words(needed)))
