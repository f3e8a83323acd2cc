"""Pictures of the window's main states, taken from the program as it runs.

    python -m tests.screenshots FOLDER [--film FILM] [--only NAME ...]

The engine is the real one; keys and mouse are events. Every state is shown dark and light, at the
scale of the screen: QT_SCALE_FACTOR=2 on a screen of 3000 by 2000 pixels gives the pictures
``…-2x``. Needs a (virtual) screen with a window manager; settings and caches are temporary.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.gui.gestures import click_at, drag_boundary, press

if TYPE_CHECKING:
    from emsync_desktop.interchange.controller import Interchange

LONGEST_S = 900
QUALITY = 84


class AllTaken(Exception):  # noqa: N818 - no error: there is nothing more to do
    """Every picture that was asked for is there."""


class Photographer:
    """Drives one window through its states, and takes the pictures."""

    def __init__(self, folder: Path, film: Path, only: list[str]) -> None:
        from PySide6.QtWidgets import QApplication

        from emsync_desktop.appearance import dress
        from emsync_desktop.engine_client import EngineClient
        from emsync_desktop.main_window import MainWindow

        application = QApplication.instance() or QApplication(["emsync-desktop"])
        assert isinstance(application, QApplication)
        application.setApplicationName("EMSYNC Desktop")
        application.setOrganizationName("EMSYNC")
        self.application, self.folder, self.film, self.only = application, folder, film, only
        self.dress = dress
        self._missing = set(only)
        dress(application, "dark")
        self.engine: EngineClient | None = None

        def make() -> EngineClient:
            self.engine = EngineClient()
            return self.engine

        self.window = MainWindow(make)
        self.window.resize(1440, 900)
        self.window.move(8, 30)
        self.window.show()
        self.window.page.transport.wake()
        self.window.scoring.wake()
        self.pause(800)

    # -- waiting

    def pause(self, ms: int) -> None:
        from PySide6.QtTest import QTest

        QTest.qWait(ms)

    def until(self, is_so: Callable[[], object]) -> None:
        """Let the program run until something is so; TimeoutError after some minutes."""
        for _ in range(LONGEST_S * 20):
            if is_so():
                return
            self.pause(50)
        raise TimeoutError("the window did not come that far")

    def idle(self) -> None:
        self.until(lambda: self.window.scoring.task is None)
        self.pause(1200)
        self.until(lambda: self.window.scoring.task is None)

    # -- pictures

    def take(self, name: str) -> None:
        """The window and what lies over it, dark and light."""
        if self.only and name not in self.only:
            return
        for theme in ("dark", "light"):
            self.dress(self.application, theme)
            self.pause(400)
            self._save(f"{name}-{theme}")
        self.dress(self.application, "dark")
        self.pause(100)
        self._missing.discard(name)
        if self.only and not self._missing:
            raise AllTaken

    def _save(self, name: str) -> None:
        window = self.window
        screen = window.screen()
        at = window.geometry()
        shot = screen.grabWindow(0, at.x(), at.y(), at.width(), at.height())
        suffix = "-2x" if window.devicePixelRatioF() > 1.5 else ""
        path = self.folder / f"{name}{suffix}.webp"
        if not shot.save(str(path), "WEBP", QUALITY):
            raise OSError(f"{path} could not be written")
        print(path.name, shot.width(), shot.height(), path.stat().st_size)

    def dialog(self, name: str, show: Callable[[], object], then: object = None) -> None:
        """A dialog over the window."""
        show()
        self.pause(500)
        if callable(then):
            then()
            self.pause(300)
        self.take(name)
        opened = self.window.keeping.dialog or self.window.helping.dialog
        if opened is not None:
            opened.reject()
        self.window.keeping.dialog = None
        self.pause(200)

    # -- the states

    def run(self) -> None:
        window = self.window
        self.take("welcome")
        window.open_path(self.film)
        self.until(lambda: len(window.page.timeline.film.pictures) > 3)
        self.take("analysing")
        self.until(lambda: window.document.project is not None)
        self.idle()
        click_at(window.page.timeline, self._time(0.4))
        before = window.page.preview.picture.image
        window.page.transport.go_to(self._time(0.4))
        self.until(lambda: window.page.preview.picture.image is not before)
        self.pause(500)
        self.take("analysed")
        self._frames()
        self._question()
        self._lists()
        self._generate()
        self._edit()
        self._dialogs()
        self._trouble()
        window.document.undo_stack.setClean()
        window.close()

    def _time(self, share: float) -> float:
        timeline = self.window.document.timeline
        assert timeline is not None
        return float(timeline.duration) * share

    def _frames(self) -> None:
        """Near to single frames, around a cut."""
        window, view = self.window, self.window.page.timeline
        cut = float(window.document.timeline.boundaries[2].time)
        view.zoom(14, view.scale.x_of(cut))
        closer = window.page.closer
        self.until(lambda: all(closer.known.picture_at(one) for one in view.close_times_s))
        self.take("frames")
        view.fit()

    def _question(self) -> None:
        """What is asked before unsaved changes are lost."""
        from PySide6.QtCore import QTimer

        window = self.window

        def photograph() -> None:
            box = self.application.activeModalWidget()
            if box is None:
                QTimer.singleShot(50, photograph)
                return
            self.pause(300)
            try:
                self.take("question")
            finally:
                box.reject()

        window.editor.set_tacet(True)
        QTimer.singleShot(0, photograph)
        window.files.may_leave()
        window.document.undo_stack.undo()

    def _lists(self) -> None:
        """Cuts from a list, and a new version of the edit: the dialogs alone too."""
        interchange = self.window.interchange
        with tempfile.TemporaryDirectory() as folder:
            cuts, film = Path(folder) / "cuts.csv", Path(folder) / "second cut.mp4"
            times = [one.time for one in self.window.document.timeline.boundaries]
            lines = [f"{float(time) + 0.05 * (n % 3):.3f}" for n, time in enumerate(times[1:])]
            cuts.write_text("\n".join(["time_s", *lines, "12.000"]) + "\n")
            interchange.import_cuts(cuts)
            self._dialog_of(interchange, "cuts", "import-cuts")
            kept = "lt(t,6)+gt(t,16)"
            select = ["-vf", f"select='{kept}',setpts=N/FRAME_RATE/TB", "-an", str(film)]
            subprocess.run(["ffmpeg", "-v", "error", "-i", str(self.film), *select], check=True)
            interchange.conform(film)
            self._dialog_of(interchange, "conform", "conform")
            self.idle()

    def _dialog_of(self, interchange: Interchange, name: str, alone: str) -> None:
        interchange.dialog = None
        self.until(lambda: interchange.dialog is not None and interchange.dialog.isVisible())
        self.pause(600)
        assert interchange.dialog is not None
        if self.window.devicePixelRatioF() < 1.5:
            interchange.dialog.grab().save(str(self.folder / f"{alone}.png"))
        self.take(name)
        interchange.dialog.reject()
        self.pause(300)

    def _generate(self) -> None:
        window = self.window
        window.menu_actions["generate"].trigger()
        self.until(lambda: "38" in window.bottom_bar.words or "5" in window.bottom_bar.words)
        self.take("generating")
        self._background()
        self.idle()
        self.take("generated")
        window.page.inspector.score.tabs.setCurrentWidget(window.page.inspector.score.hits_page)
        self.take("hits")

    def _background(self) -> None:
        """Work that waits, and what window and engine hold in memory."""
        window = self.window
        for _ in range(2):
            window.menu_actions["generate_all"].trigger()
        window.background.show(window.bottom_bar.waiting)
        self.until(lambda: window.background.facts is not None)
        self.take("work")
        window.background.panel.close()
        for wish in window.scoring.queue:
            window.scoring.withdraw(wish)

    def _edit(self) -> None:
        from PySide6.QtCore import Qt

        window, view = self.window, self.window.page.timeline
        click_at(view, self._time(0.15))
        window.menu_actions["lock"].trigger()
        self.pause(200)
        self.take("locked")
        boundary = window.document.timeline.boundaries[
            len(window.document.timeline.boundaries) // 2
        ]
        drag_boundary(view, boundary, to=float(boundary.time) + self._time(0.02))
        click_at(view, self._time(0.6))
        circumplex = window.page.inspector.point.circumplex
        circumplex.setFocus()
        for key in (Qt.Key.Key_Right,) * 6 + (Qt.Key.Key_Up,) * 5:
            press(circumplex, key)
        self.pause(300)
        self.take("stale")
        score = window.page.inspector.score
        score.tabs.setCurrentWidget(window.page.history)
        window.document.undo_stack.undo()
        self.pause(200)
        self.take("history")
        window.document.undo_stack.redo()

    def _dialogs(self) -> None:
        window, helping = self.window, self.window.helping
        self.dialog("preferences", helping.show_preferences)
        self.dialog("instruments", window.hearing.show_instruments)

        def conflict() -> None:
            from PySide6.QtGui import QKeySequence

            helping.dialog.choose("fit")
            helping.dialog.key.setKeySequence(QKeySequence("Ctrl+G"))

        self.dialog("shortcuts", helping.show_keys, conflict)
        self.dialog("about", helping.show_about)
        window.settings.set("offline", True)
        self.pause(300)
        self.take("offline")
        window.settings.set("offline", False)
        self._models()
        self._recovery()

    def _models(self) -> None:
        """The models in every state: a host on this machine plays the publishers."""
        from tests.model_screens import models_in_every_state

        window = self.window
        with models_in_every_state(self.until):
            window.menu_actions["models"].trigger()
            dialog = window.models.dialog
            dialog.table.choose("audio-events")
            self.pause(2500)
            self.take("models")
            dialog._ask_to_download("screen-text")
            self.pause(500)
            self.take("models-ask")
            dialog.confirm.reject()
            window.settings.set("offline", True)
            self.until(lambda: window.models.manager.busy is None)
            dialog.table.choose("screen-text")
            self.pause(300)
            self.take("models-offline")
            window.settings.set("offline", False)
            dialog.reject()
            window.models.close()

    def _recovery(self) -> None:
        """Two windows that ended without saving, as it were: their versions, not their locks."""
        from emsync_desktop.recovery.versions import Keeper

        window, keepers = self.window, [Keeper(), Keeper()]
        project = window.document.project
        assert project is not None
        for count in range(3):
            keepers[0].keep(project, self.film.with_suffix(".emsync"))
            if count:
                keepers[1].keep(project, None)
        for keeper in keepers:
            keeper._lock.unlock()
        self.dialog("recovery", window.keeping.show_recovery)

    def _trouble(self) -> None:
        window = self.window
        window.menu_actions["generate"].trigger()
        self.pause(2500)
        assert self.engine is not None
        os.kill(self.engine.process.pid, signal.SIGKILL)
        self.until(window.banner.isVisible)
        self.take("failed")
        window.banner.hide()


def main() -> None:
    """Take all pictures, or some by name."""
    from emsync_desktop.opening import DEMO_FILM

    parser = argparse.ArgumentParser(description="Pictures of the window's main states.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--film", type=Path, default=DEMO_FILM)
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="emsync-") as home:
        for name in ("CONFIG", "STATE", "DATA", "CACHE"):
            os.environ[f"XDG_{name}_HOME"] = f"{home}/{name.lower()}"
        options.folder.mkdir(parents=True, exist_ok=True)
        photographer = Photographer(options.folder, options.film.absolute(), options.only)
        try:
            photographer.run()
        except AllTaken:
            photographer.window.document.undo_stack.setClean()
            photographer.window.close()


if __name__ == "__main__":
    main()
