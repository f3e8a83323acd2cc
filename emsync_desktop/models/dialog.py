"""The model manager: what there is for the full analysis, and what can be done about it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from emsync_desktop.appearance import COLOURS
from emsync_desktop.asking import question_box
from emsync_desktop.labels import labelled
from emsync_desktop.models.confirm import ConfirmDownload
from emsync_desktop.models.manager import ModelManager
from emsync_desktop.models.needs import INSTALL_LIBRARIES, lack_beside
from emsync_desktop.models.table import ModelTable
from emsync_desktop.models.words import Activity, place_words, size_words, told
from emsync_engine.models.space import free_bytes
from emsync_engine.models.store import State, models_folder
from emsync_engine.offline import is_offline

_STOPPABLE = (
    Activity.DOWNLOADING,
    Activity.RETRYING,
    Activity.CHECKING,
    Activity.UNPACKING,
    Activity.WAITING,
)


class ModelsDialog(QDialog):
    """Every model of the catalogue; closing it stops nothing."""

    online_asked = Signal()
    """The user wants to be online again."""
    again_asked = Signal()
    """The user wants the open film read again with what came."""

    def __init__(self, manager: ModelManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._manager = manager
        self.confirm: ConfirmDownload | None = None
        self.setWindowTitle(self.tr("Models"))
        self.setMinimumWidth(820)
        self.resize(900, 640)
        self.table = ModelTable(manager.names)
        self._lay_out()
        self._connect()
        for name in manager.names:
            self._show(name)
        self.table.choose(manager.busy or manager.names[0])
        self.refresh()
        self.table.setFocus()

    # -- building

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addLayout(self._head())
        column.addWidget(self._offline_banner())
        column.addWidget(self._offer_banner())
        frame = QFrame()
        frame.setProperty("look", "panel")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(4, 6, 4, 6)
        inside.addWidget(self.table)
        column.addWidget(frame, 1)
        column.addWidget(self._details())
        column.addLayout(self._buttons())

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addWidget(labelled(self.tr("Models of the full analysis"), "title"))
        about = labelled(
            self.tr(
                "Without them EMSYNC reads light, colour, movement and loudness; with them also "
                "what is shown, heard, said and written. Nothing is downloaded before you ask."
            ),
            "quiet",
        )
        about.setWordWrap(True)
        words.addWidget(about)
        row.addLayout(words, 1)
        self.summary = labelled("", "quiet")
        self.summary.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        row.addSpacing(24)
        row.addWidget(self.summary)
        return row

    def _offline_banner(self) -> QFrame:
        self.offline = QFrame()
        self.offline.setObjectName("banner")
        self.offline.setProperty("tone", "note")
        row = QHBoxLayout(self.offline)
        row.setContentsMargins(14, 7, 8, 7)
        words = QLabel(
            self.tr(
                "You are offline by your own choice, so nothing can be downloaded. Files that you "
                "have can be used."
            )
        )
        words.setWordWrap(True)
        row.addWidget(words, 1)
        self.online_button = QPushButton(self.tr("Go online"))
        self.online_button.setProperty("look", "link")
        self.online_button.clicked.connect(self.online_asked)
        row.addWidget(self.online_button)
        self.offline.setAccessibleName(words.text())
        return self.offline

    def _offer_banner(self) -> QFrame:
        self.offer = QFrame()
        self.offer.setObjectName("banner")
        self.offer.setProperty("tone", "note")
        row = QHBoxLayout(self.offer)
        row.setContentsMargins(14, 7, 8, 7)
        self._offer_words = QLabel()
        self._offer_words.setWordWrap(True)
        row.addWidget(self._offer_words, 1)
        self.again_button = QPushButton()
        self.again_button.setProperty("look", "link")
        self.again_button.setAutoDefault(False)
        self.again_button.clicked.connect(self.again_asked)
        row.addWidget(self.again_button)
        self.offer.hide()
        return self.offer

    def show_offer(self, sentence: str, words: str) -> None:
        """Offer to read the open film again; nothing to offer where the sentence is empty."""
        self._offer_words.setText(sentence)
        self.offer.setAccessibleName(sentence)
        self.again_button.setText(words)
        self.offer.setVisible(bool(sentence))

    def _details(self) -> QFrame:
        """What there is to say of the model that is chosen."""
        frame = QFrame()
        frame.setProperty("look", "panel")
        frame.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        frame.setMinimumHeight(78)
        column = QVBoxLayout(frame)
        column.setContentsMargins(16, 10, 16, 10)
        column.setSpacing(4)
        self.failure = QLabel()
        self.failure.setWordWrap(True)
        self.failure.setTextFormat(Qt.TextFormat.PlainText)
        self.failure.setProperty("look", "stale")
        self.failure.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.failure)
        self.facts = labelled("", "quiet")
        self.facts.setTextFormat(Qt.TextFormat.RichText)
        self.facts.setWordWrap(True)
        self.facts.setOpenExternalLinks(True)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        column.addWidget(self.facts)
        column.addStretch(1)
        return frame

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.go_button = QPushButton()
        self.go_button.setProperty("look", "accent_small")
        self.go_button.setMinimumWidth(110)
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.cancel_button.setToolTip(self.tr("Stop, and throw away what has come"))
        self.use_button = QPushButton(self.tr("Use a file I have …"))
        self.verify_button = QPushButton(self.tr("Verify"))
        self.verify_button.setToolTip(self.tr("Read its files and compare their SHA-256"))
        self.remove_button = QPushButton(self.tr("Remove"))
        self.folder_button = QPushButton(self.tr("Open folder"))
        self.close_button = QPushButton(self.tr("Close"))
        self.close_button.setToolTip(self.tr("Downloads go on"))
        for button in (
            self.go_button,
            self.cancel_button,
            self.use_button,
            self.verify_button,
            self.remove_button,
        ):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        for button in (self.folder_button, self.close_button):
            button.setAutoDefault(False)
            row.addWidget(button)
        return row

    def _connect(self) -> None:
        self._manager.changed.connect(self._on_changed)
        self.table.currentCellChanged.connect(lambda *_cells: self._show_chosen())
        self.table.go_asked.connect(self._go)
        self.go_button.clicked.connect(self._go)
        self.cancel_button.clicked.connect(lambda: self._manager.cancel(self.table.name))
        self.use_button.clicked.connect(self._ask_for_files)
        self.verify_button.clicked.connect(lambda: self._manager.verify(self.table.name))
        self.remove_button.clicked.connect(self._ask_to_remove)
        self.folder_button.clicked.connect(self._open_folder)
        self.close_button.clicked.connect(self.accept)

    # -- showing

    def refresh(self) -> None:
        """Show the offline switch, the folder and the disk as they are now."""
        self.offline.setVisible(is_offline())
        states = [self._manager.state(name) for name in self._manager.names]
        there = sum(one.state is State.INSTALLED for one in states)
        used = sum(one.bytes_there for one in states)
        lines = [self.tr("{there} of {all} installed").format(there=there, all=len(states))]
        if used:
            lines.append(self.tr("{size} used").format(size=size_words(used)))
        free = free_bytes(models_folder())
        if free is not None:
            lines.append(self.tr("{size} free").format(size=size_words(free)))
        self.summary.setText("\n".join(lines))
        self._show_chosen()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt override
        """Another theme is worn."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "facts"):
            self._show_chosen()

    def _on_changed(self, name: str) -> None:
        self._show(name)
        if self._manager.under(name).activity is Activity.NONE:
            self.refresh()
        elif name == self.table.name:
            self._show_chosen()

    def _show(self, name: str) -> None:
        manager = self._manager
        words = told(manager.state(name), manager.under(name), manager.failure(name))
        self.table.show_model(manager.state(name), words)

    def _show_chosen(self) -> None:
        name = self.table.name
        self._show_facts(name)
        self._show_buttons(name)

    def _show_facts(self, name: str) -> None:
        state, failure = self._manager.state(name), self._manager.failure(name)
        self.failure.setText(failure)
        self.failure.setVisible(bool(failure))
        model = state.model
        ink = COLOURS.accent_text  # a label keeps the colour of links that it was made with
        lines = [f'<a style="color: {ink}" href="{model.page}">{model.page}</a>']
        if state.state in (State.INSTALLED, State.UNCHECKED, State.DAMAGED):
            lines.append(place_words(state.folder).replace("&", "&amp;").replace("<", "&lt;"))
        elif not failure:
            lines.append(self._pin_words(model.revision, [one.name for one in model.unpinned]))
        lines += self._need_words(name, state.state)
        self.facts.setText("<br>".join(lines))

    def _pin_words(self, revision: str, unpinned: list[str]) -> str:
        known = self.tr("Revision {revision}, checked by SHA-256 before use.").format(
            revision=revision[:12] if len(revision) == 40 else revision
        )
        if not unpinned:
            return known
        return (
            known
            + " "
            + self.tr("The checksum of {files} is recorded at the first download.").format(
                files=", ".join(unpinned)
            )
        )

    def _need_words(self, name: str, state: State) -> list[str]:
        """What else is needed before the model has a part in reading films."""
        lack = lack_beside(name)
        if lack is None:
            return []
        if lack.kind == "library":
            words = self.tr(
                "The library {library}, which reads it, is not installed: in a terminal, "
                "{command}, then start EMSYNC again."
            )
            return [words.format(library=lack.name, command=INSTALL_LIBRARIES)]
        if state is not State.INSTALLED:
            return []
        title = self._manager.state(lack.name).model.title
        return [self.tr("It is used once {model} is installed too.").format(model=title)]

    def _show_buttons(self, name: str) -> None:
        state, activity = self._manager.state(name).state, self._manager.under(name).activity
        is_idle, is_off = activity is Activity.NONE, is_offline()
        is_stoppable = activity in _STOPPABLE
        self.go_button.setText(self._go_words(state, activity))
        self.go_button.setEnabled(
            is_stoppable or (is_idle and not is_off and state is not State.INSTALLED)
        )
        why = self.tr("You are offline by your own choice") if is_off and is_idle else ""
        self.go_button.setToolTip(why)
        self.go_button.setAccessibleDescription(why)
        has_part = is_idle and state is State.PARTLY
        self.cancel_button.setEnabled(is_stoppable or has_part)
        self.use_button.setEnabled(is_idle)
        self.verify_button.setEnabled(is_idle and state is not State.NOT_INSTALLED)
        self.remove_button.setEnabled(is_idle and state is not State.NOT_INSTALLED)

    def _go_words(self, state: State, activity: Activity) -> str:
        if activity in (*_STOPPABLE, Activity.STOPPING):
            return self.tr("Pause")
        if self._manager.failure(self.table.name) and state is not State.INSTALLED:
            return self.tr("Try again")
        return self.tr("Resume") if state is State.PARTLY else self.tr("Download")

    # -- doing

    def _go(self) -> None:
        """Download, pause, or go on: what the first button says."""
        name = self.table.name
        if not self.go_button.isEnabled():
            return
        if self._manager.under(name).activity is not Activity.NONE:
            self._manager.pause(name)
        elif self._manager.state(name).state is State.PARTLY:
            self._manager.download(name)  # it was agreed to when it began
        else:
            self._ask_to_download(name)

    def _ask_to_download(self, name: str) -> None:
        self.confirm = ConfirmDownload(self._manager.state(name), self)
        self.confirm.accepted.connect(lambda: self._manager.download(name))
        self.confirm.finished.connect(self._on_confirmed)
        self.confirm.open()

    def _on_confirmed(self) -> None:
        if self.confirm is not None:
            self.confirm.deleteLater()
            self.confirm = None

    def _ask_for_files(self) -> None:
        name = self.table.name
        model = self._manager.state(name).model
        wanted = ", ".join(file.name for file in model.files)
        title = self.tr("Files of {model}: {files}").format(model=model.title, files=wanted)
        chosen, _ = QFileDialog.getOpenFileNames(self, title, str(Path.home()))
        if chosen:
            self._manager.use(name, [Path(one) for one in chosen])

    def _ask_to_remove(self) -> None:
        name = self.table.name
        state = self._manager.state(name)
        size = size_words(state.bytes_there)
        self.asked = question_box(
            self,
            self.tr("Remove {model}?").format(model=state.model.title),
            self.tr("{size} are freed; it can be downloaded again.").format(size=size),
            {"remove": self.tr("Remove"), "keep": self.tr("Keep")},
            usual="keep",
            cancel="keep",
        )
        remove = self.asked.findChild(QPushButton, "remove")
        assert isinstance(remove, QPushButton)
        remove.clicked.connect(lambda: self._manager.remove(name))
        self.asked.open()

    def _open_folder(self) -> None:
        folder = self._manager.state(self.table.name).folder
        while not folder.is_dir() and folder != folder.parent:
            folder = folder.parent
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
