"""Models in the window: opens the manager, and shows downloads while it is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from emsync_desktop.models.dialog import ModelsDialog
from emsync_desktop.models.manager import ModelManager
from emsync_desktop.models.rereading import Rereading
from emsync_desktop.models.words import Activity, told

if TYPE_CHECKING:
    from emsync_desktop.main_window import MainWindow

_SETTINGS = ("offline", "models_folder")


class Models(QObject):
    """Belongs to a window; downloads go on without the dialog, and end with the window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._manager: ModelManager | None = None
        self.dialog: ModelsDialog | None = None
        self.rereading = Rereading(window)
        self.rereading.offer_changed.connect(self._show_offer)
        window.page.inspector.reading.read.models_asked.connect(self.show)
        window.page.inspector.reading.read.again_asked.connect(self.rereading.ask)
        window.settings.changed.connect(self._on_setting)
        window.chips.models.clicked.connect(self.show)

    @property
    def manager(self) -> ModelManager:
        """Made when it is first needed, so that the window does not wait for the disk."""
        if self._manager is None:
            self._manager = ModelManager(self)
            self._manager.changed.connect(self._show_chip)
            self._manager.said.connect(self._on_said)
            self._manager.failed.connect(self._on_failed)
            self._manager.installed.connect(self.rereading.offer)
            self._manager.changed.connect(self._look_again)
        return self._manager

    def show(self) -> None:
        """Open the manager, or bring it to the front."""
        if self.dialog is None:
            self.manager.refresh()
            self.dialog = ModelsDialog(self.manager, self._window)
            self.dialog.online_asked.connect(lambda: self._window.settings.set("offline", False))
            self.dialog.again_asked.connect(self.rereading.ask)
            self.dialog.finished.connect(self._on_closed)
            self._show_offer()
            self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def close(self) -> None:
        """Stop downloads, keep what has come, and wait."""
        if self.dialog is not None:
            self.dialog.reject()
        if self._manager is not None:
            self._manager.close()

    def _look_again(self, name: str) -> None:
        """What is missing in the inspector, once nothing is done with a model any more."""
        if self.manager.under(name).activity is Activity.NONE:
            self._window.page.inspector.reading.read.look_again()

    def _show_offer(self) -> None:
        """What can be read again now, in the dialog too if it is open."""
        if self.dialog is not None:
            offered = bool(self.rereading.offered)
            words = self.rereading.sentence() if offered else ""
            self.dialog.show_offer(words, self.rereading.offer_words())

    def _on_closed(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    def _on_setting(self, key: str) -> None:
        """Going offline, or to another folder, pauses what is under way."""
        if key not in _SETTINGS or self._manager is None:
            return
        if key == "models_folder" or self._window.settings.is_on("offline"):
            self._manager.pause_all()
        self._manager.refresh()
        if self.dialog is not None:
            self.dialog.refresh()

    def _show_chip(self, _name: str) -> None:
        """What is under way, at the right of the menus."""
        name = self.manager.busy
        chip = self._window.chips
        if name is None or self.manager.under(name).activity is Activity.NONE:
            chip.show_models("")
            return
        state, under = self.manager.state(name), self.manager.under(name)
        words = told(state, under, "")
        share = f" {under.share:.0%}" if under.share >= 0 else " …"
        chip.show_models(f"{state.model.title}{share}", f"{words.words}  {words.more}".strip())

    def _on_said(self, sentence: str) -> None:
        if self._window.scoring.task is None:
            self._window.bottom_bar.rest(sentence)

    def _on_failed(self, _name: str, sentence: str) -> None:
        """Said in the dialog, if it is open; else in the window."""
        if self.dialog is None:
            self._window.banner.say(sentence, offer=self.tr("Models …"), action=self.show)
