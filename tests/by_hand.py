"""A session at the window with the mouse and the keyboard, as the window system delivers them.

    xvfb-run -a -s "-screen 0 1920x1080x24" bash installer/with_window_manager.sh \
        python -m tests.by_hand FILM

Opens the film, drags a boundary, adds one, moves a point, generates, lets a second wish wait and
withdraws it, folds what was read, locks, generates again, compares two takes and makes one of
both, writes a range alone, undoes, saves and opens again, and releases memory; every event goes
through the X server by ``xdotool``, and after each the document is asked whether it happened.
Prints a line for each step. The engine is the real one; settings and caches are temporary.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint
    from PySide6.QtWidgets import QWidget

LONGEST_S = 900


class NotDoneError(Exception):
    """Something that was done by hand had no effect."""


def xdotool(*words: object) -> None:
    """Let the window system do something."""
    subprocess.run(["xdotool", *map(str, words)], check=True)


class Session:
    """One person at one window."""

    def __init__(self, film: Path, folder: Path) -> None:
        from PySide6.QtWidgets import QApplication

        from emsync_desktop.appearance import dress
        from emsync_desktop.engine_client import EngineClient
        from emsync_desktop.main_window import MainWindow

        self.film, self.project = film, folder / "by-hand.emsync"
        self.application = QApplication.instance() or QApplication(["emsync-desktop"])
        assert isinstance(self.application, QApplication)
        dress(self.application)
        self.window = MainWindow(EngineClient)
        self.window.resize(1440, 900)
        self.window.move(20, 40)
        self.window.show()
        self.window.page.transport.wake()
        self.window.scoring.wake()
        self.failure = ""

    def until(self, what: str, is_so: Callable[[], object]) -> None:
        """Wait for something, and say so; SystemExit if it does not come."""
        begun = time.monotonic()
        while not is_so():
            if time.monotonic() > begun + LONGEST_S:
                raise NotDoneError(what)
            time.sleep(0.02)
        print(f"{what} ({time.monotonic() - begun:.1f} s)", flush=True)

    def rest(self, ms: int = 250) -> None:
        time.sleep(ms / 1000)

    # -- mouse and keyboard

    def at(self, widget: QWidget, place: QPoint) -> tuple[int, int]:
        there = widget.mapToGlobal(place)
        return there.x(), there.y()

    def key(self, *keys: str) -> None:
        for one in keys:
            xdotool("key", one)
            self.rest(60)

    def type(self, text: str) -> None:
        xdotool("type", "--delay", 15, text)
        self.rest()

    def click(self, widget: QWidget, place: QPoint, *, times: int = 1) -> None:
        xdotool("mousemove", *self.at(widget, place))
        self.rest(80)
        xdotool("click", "--repeat", times, "--delay", 60, 1)
        self.rest()

    def drag(self, widget: QWidget, start: QPoint, end: QPoint) -> None:
        xdotool("mousemove", *self.at(widget, start))
        self.rest(80)
        xdotool("mousedown", 1)
        self.rest(80)
        for step in range(1, 9):
            part = start + (end - start) * (step / 8)
            xdotool("mousemove", *self.at(widget, part))
            self.rest(30)
        xdotool("mouseup", 1)
        self.rest()

    # -- places

    @property
    def view(self):
        return self.window.page.timeline

    def place(self, time_s: float, lane: str = "segments") -> QPoint:
        from tests.gui.gestures import place_of

        return place_of(self.view, time_s, lane)

    @property
    def timeline(self):
        timeline = self.window.document.timeline
        assert timeline is not None
        return timeline

    def choose(self, time_s: float) -> int:
        """Click on the segment at a time; its number."""
        segments = self.timeline.segments
        index = next(one.index for one in segments if one.start <= time_s < one.end)
        self.click(self.view.viewport(), self.place(time_s))
        self.until("a segment is chosen", lambda: self.window.editor.selection.segment == index)
        return index

    # -- the session

    def run(self) -> None:
        """From a thread of its own: dialogs hold up the one of the window."""
        try:
            self.go()
        except NotDoneError as error:
            self.failure = str(error)
        except Exception as error:
            self.failure = repr(error)

    def go(self) -> None:
        window = self.window
        self.until("the window is active", window.isActiveWindow)
        self.open_by_dialog()
        self.until("pictures are seen", lambda: self.view.film.pictures)
        self.until("the film is read", lambda: window.document.project is not None)
        self.until("the engine is idle", lambda: window.scoring.task is None)
        self.move_and_add()
        self.move_point()
        self.key("ctrl+1", "ctrl+g")
        self.wait_and_withdraw()
        self.fold()
        self.until("a take is written", lambda: window.document.take is not None)
        self.until("the engine is idle", lambda: window.scoring.task is None)
        self.lock_and_regenerate()
        self.compare_and_combine()
        self.write_a_range()
        self.undo_and_redo()
        self.transport()
        self.save_and_open()
        self.release_memory()

    def open_by_dialog(self) -> None:
        self.key("ctrl+o")
        self.until("the dialog is open", self.application.activeModalWidget)
        self.rest(600)
        self.type(str(self.film))
        self.key("Return")

    def move_and_add(self) -> None:
        before = self.timeline
        held = max(
            before.boundaries[1:-1],
            key=lambda one: min(
                abs(float(one.time - other.time)) for other in before.boundaries if other is not one
            ),
        )
        start = float(held.time)
        self.drag(self.view.viewport(), self.place(start), self.place(start + 0.8))
        self.until("a boundary was dragged", lambda: self.timeline != before)
        count = len(self.timeline.boundaries)
        free = start + 2.0
        self.click(self.view.viewport(), self.place(free), times=2)
        self.until("a boundary was added", lambda: len(self.timeline.boundaries) == count + 1)

    def move_point(self) -> None:
        from PySide6.QtCore import QPoint

        window = self.window
        self.click(self.view.viewport(), self.place(3.0))
        circumplex = window.page.inspector.point.circumplex
        before = window.editor.segment.emotion.point
        x, y = circumplex.square.xy_of(before)
        half = circumplex.square.half
        end = QPoint(round(circumplex.square.centre_x + 0.6 * half), round(y - 0.3 * half))
        self.drag(circumplex, QPoint(round(x), round(y)), end)
        self.until("a point was moved", lambda: window.editor.segment.emotion.point.valence > 0.5)

    def wait_and_withdraw(self) -> None:
        """A second wish while the first is met: seen in the list, and taken from it again."""
        window = self.window
        self.until("a take is being written", lambda: window.scoring.task is not None)
        self.key("ctrl+shift+g")
        self.until("another waits", lambda: len(window.scoring.queue) == 1)
        waiting = window.bottom_bar.waiting
        self.click(waiting, waiting.rect().center())
        self.until("the list is open", self.is_panel_open)
        line = window.background.panel.lines[-1]
        self.click(line.cancel, line.cancel.rect().center())
        self.until("nothing waits any more", lambda: not window.scoring.queue)
        self.key("Escape")
        self.until("the list is closed", lambda: not self.is_panel_open())

    def is_panel_open(self) -> bool:
        panel = self.window.background.panel
        return panel is not None and panel.isVisible()

    def fold(self) -> None:
        """What was read is folded away, and shown again."""
        fold = self.window.page.inspector.reading.fold
        self.click(fold, fold.rect().center())
        self.until("what was read is folded", lambda: not fold.isChecked())
        self.click(fold, fold.rect().center())
        self.until("and shown again", fold.isChecked)

    def release_memory(self) -> None:
        """From the list, by the keyboard; what was freed is told there."""
        window = self.window
        self.until("the engine is idle", lambda: window.scoring.task is None)
        self.key("ctrl+5")
        self.until("the list is open again", self.is_panel_open)
        self.until("memory can be released", window.background.panel.release.isEnabled)
        self.key("space")
        self.until("memory was released", lambda: window.background.said)
        print(window.background.said, flush=True)
        self.key("Escape")

    def lock_and_regenerate(self) -> None:
        window = self.window
        first = window.document.take
        index = self.choose(float(self.timeline.duration) * 0.9)
        self.key("ctrl+l")
        self.until("a segment is locked", lambda: self.timeline.locked[index])
        self.choose(float(self.timeline.duration) * 0.45)
        self.key("ctrl+2", "Right", "Right", "Right", "Up", "Up")
        self.until("a part is stale", lambda: window.page.parts.stale)
        self.key("ctrl+1", "ctrl+g")
        self.until("the part was written anew", lambda: window.document.take is not first)
        self.until("the engine is idle", lambda: window.scoring.task is None)
        segment = self.timeline.segments[index]
        start, end = float(segment.start), float(segment.end)

        def notes(take: object) -> list[object]:
            return [one for one in take.music.notes if start <= one.onset_s < end]

        same = notes(first) == notes(window.document.take)
        print(f"locked notes are the same: {same}", flush=True)
        if not same:
            raise NotDoneError("the locked notes stay")

    def compare_and_combine(self) -> None:
        """A and B while it plays; then B in one segment alone, by the menu of its row."""
        window, transport = self.window, self.window.page.transport
        heard = window.document.take
        self.key("ctrl+1", "Home", "l")
        self.until("the take is played", lambda: transport.is_playing and transport.time > 0.3)
        self.key("ctrl+b")
        self.until("the other take is heard", lambda: window.document.take is not heard)
        if not transport.is_playing:
            raise NotDoneError("it plays on")
        self.key("ctrl+b", "k")
        self.until("and the first again", lambda: window.document.take is heard)
        self.choose(float(self.timeline.duration) * 0.45)
        self.key("ctrl+3")
        takes = window.page.inspector.score.takes
        row = takes.visualItemRect(takes.item(0)).center()
        xdotool("mousemove", *self.at(takes.viewport(), row), "click", 3)
        self.rest(400)
        self.key("Down", "Down", "Down", "Return")
        self.until("a take of parts is there", lambda: len(window.document.project.takes) == 3)
        self.until("the engine is idle", lambda: window.scoring.task is None)

    def write_a_range(self) -> None:
        """A range is marked on the ruler, and it alone is written anew."""
        window, first = self.window, self.window.document.take
        start, end = (float(self.timeline.duration) * one for one in (0.5, 0.6))
        places = [self.place(time_s, "ruler") for time_s in (start, end)]
        xdotool("keydown", "shift")
        self.drag(self.view.viewport(), *places)
        xdotool("keyup", "shift")
        self.until("a range is marked", lambda: window.editor.span)
        start, end = map(float, window.editor.span)
        self.key("ctrl+shift+r")
        self.until("the range is written anew", lambda: window.document.take is not first)
        self.until("the engine is idle", lambda: window.scoring.task is None)
        takes = (first, window.document.take)
        before, after = ([one for one in take.music.notes if one.end_s <= start] for take in takes)
        print(f"notes before the range are the same: {before == after}", flush=True)
        if before != after:
            raise NotDoneError("what lies beside the range stays")
        self.key("ctrl+1", "alt+x")
        self.until("the range is cleared", lambda: window.editor.span is None)

    def undo_and_redo(self) -> None:
        window, stack = self.window, self.window.document.undo_stack
        end, count = window.document.project, stack.index()
        for left in reversed(range(count)):
            self.key("ctrl+z")
            self.until(f"{left} steps are left", lambda left=left: stack.index() == left)
        for done in range(1, count + 1):
            self.key("ctrl+shift+z")
            self.until(f"{done} are done again", lambda done=done: stack.index() == done)
        if window.document.project != end:
            raise NotDoneError("undo and redo lead back")

    def transport(self) -> None:
        transport = self.window.page.transport
        self.click(self.view.viewport(), self.place(1.0, "segments"))
        self.key("Home", "l")
        self.until("L plays", lambda: transport.is_playing and transport.time > 0)
        self.key("l")
        self.until("L again is twice as fast", lambda: transport.speed == 2)
        self.key("j")
        self.until("J plays backwards", lambda: transport.speed == -1)
        self.key("k")
        self.until("K stops", lambda: not transport.is_playing)
        self.key("g")
        self.type("1000")
        self.key("Return")
        self.until("a timecode was typed", lambda: abs(float(transport.time) - 10) < 0.1)

    def save_and_open(self) -> None:
        window = self.window
        project = window.document.project
        self.key("ctrl+s")
        self.rest(800)
        self.key("ctrl+a")
        self.type(str(self.project))
        self.key("Return")
        self.until("it is saved", self.project.is_file)
        self.key("ctrl+o")
        self.rest(800)
        self.type(str(self.project))
        self.key("Return")
        self.until(
            "it is open again",
            lambda: window.document.project is not project and window.document.path == self.project,
        )
        same = window.document.project == project
        print(f"what was opened is what was saved: {same}", flush=True)
        if not same:
            raise NotDoneError("what is saved comes back")


def main() -> None:
    """Go through the session on one film."""
    parser = argparse.ArgumentParser(description="A session with real mouse and keyboard events.")
    parser.add_argument("film", type=Path)
    options = parser.parse_args()
    from PySide6.QtTest import QTest

    with tempfile.TemporaryDirectory(prefix="emsync-") as home:
        for name in ("CONFIG", "STATE", "DATA", "CACHE"):
            os.environ[f"XDG_{name}_HOME"] = f"{home}/{name.lower()}"
        session = Session(options.film.absolute(), Path(home))
        hand = threading.Thread(target=session.run, daemon=True)
        hand.start()
        while hand.is_alive():
            QTest.qWait(50)
        session.window.document.undo_stack.setClean()
        session.window.close()
        if session.failure:
            raise SystemExit(f"FAILED: {session.failure}")
    print("the whole session went through")


if __name__ == "__main__":
    main()
