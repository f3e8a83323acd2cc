"""Preferences, keys, the guide, About and the hints of a window."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QDialog

from emsync_desktop.appearance import dress
from emsync_desktop.help.about import AboutDialog
from emsync_desktop.help.guide import GuideWindow
from emsync_desktop.settings.dialog import PreferencesDialog
from emsync_desktop.shortcuts.dialog import ShortcutsDialog
from emsync_engine.offline import go_offline

if TYPE_CHECKING:
    from emsync_desktop.main_window import MainWindow


class Helping(QObject):
    """Opens the dialogs that are not about a film, and lets settings count."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._guide: GuideWindow | None = None
        self.dialog: QDialog | None = None
        self._has_folder = False
        window.settings.changed.connect(self._on_changed)
        window.settings.failed.connect(window.banner.say)
        window.hint.never_button.clicked.connect(lambda: window.settings.set("hints", False))
        hints = QApplication.styleHints()
        hints.colorSchemeChanged.connect(lambda _scheme: self._on_changed("theme"))
        for key in ("device", "models_folder", "offline", "scrub_sound"):
            self._on_changed(key)

    def show_preferences(self) -> None:
        self._open(PreferencesDialog(self._window.settings, self._window))

    def show_keys(self) -> None:
        """The shortcut editor."""
        actions = self._window.menu_actions
        self._open(ShortcutsDialog(actions.keymap, actions.named, self._window))

    def show_about(self) -> None:
        self._open(AboutDialog(self._window))

    def show_guide(self) -> None:
        """The guide stays open beside the window."""
        if self._guide is None:
            self._guide = GuideWindow(parent=self._window)
            self._guide.setModal(False)
        self._guide.show()
        self._guide.raise_()

    def _open(self, dialog: QDialog) -> None:
        self.dialog = dialog
        dialog.open()

    # -- settings

    def _on_changed(self, key: str) -> None:
        settings, window = self._window.settings, self._window
        application = QApplication.instance()
        if key == "theme" and isinstance(application, QApplication):
            dress(application, settings.text("theme"))
        elif key == "device":
            window.scoring.device = settings.text("device")
            window.chips.show_device(settings.text("device"))
        elif key == "models_folder":
            self._use_models(settings.text("models_folder"))
        elif key == "offline":
            go_offline(settings.is_on("offline"))
            window.chips.show_offline(settings.is_on("offline"))
            window.scoring.rest()
        elif key == "scrub_sound":
            window.page.transport.has_scrub_sound = settings.is_on("scrub_sound")
        elif key == "hints" and not settings.is_on("hints"):
            window.hint.put_away()

    def _use_models(self, folder: str) -> None:
        """Weights and models are looked for there, also by the engine, which starts anew."""
        if not folder and not self._has_folder:
            return  # the environment's own word stands
        if folder:
            os.environ["EMSYNC_WEIGHTS_DIR"] = os.environ["EMSYNC_MODELS_DIR"] = folder
        else:
            os.environ.pop("EMSYNC_WEIGHTS_DIR", None)
            os.environ.pop("EMSYNC_MODELS_DIR", None)
        self._has_folder = bool(folder)
        self._window.scoring.rest()

    # -- hints

    def hint(self, step: str) -> None:
        """Say a hint, if hints are wanted."""
        if self._window.settings.is_on("hints"):
            self._window.hint.offer(step)
