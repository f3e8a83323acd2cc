"""What takes care of the user: settings, keys, history, hints, reach, poor machines."""

import os
import subprocess
import sys
from fractions import Fraction

import pytest
from PySide6.QtCore import QSettings, Qt, QUrl
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from emsync_desktop.appearance import COLOURS
from tests.gui.gestures import click_at, press

pytestmark = pytest.mark.gui
KEY, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier


# -- settings, keys, history


def test_the_theme_changes_at_once(opened):
    before = opened.page.timeline.grab().toImage()
    opened.settings.set("theme", "light")
    assert COLOURS.name == "light"
    QApplication.processEvents()
    after = opened.page.timeline.grab().toImage()
    assert after.pixelColor(5, 5).lightness() > before.pixelColor(5, 5).lightness() + 100
    opened.settings.set("theme", "dark")
    assert COLOURS.name == "dark"


def test_the_preferences_show_and_set(window):
    window.helping.show_preferences()
    fields = window.helping.dialog.fields
    fields["device"].setCurrentIndex(1)
    assert window.settings.text("device") == "cpu"
    assert window.scoring.device == "cpu"
    assert window.chips.device.text() == "CPU"
    fields["autosave_s"].setValue(4)
    assert window.settings.number("autosave_s") == 4
    window.helping.dialog.accept()


def test_offline_is_shown_while_it_is_so(window):
    window.settings.set("offline", True)
    assert window.chips.offline.isVisible()
    window.settings.set("offline", False)
    assert not window.chips.offline.isVisible()


def test_a_key_is_given_to_another_action(opened):
    opened.helping.show_keys()
    dialog = opened.helping.dialog
    dialog.find.setText("whole film")
    dialog.choose("fit")
    dialog.key.setKeySequence(QKeySequence("Ctrl+G"))
    assert "Generate" in dialog.telling.text()
    dialog.assign_button.click()
    assert opened.menu_actions["fit"].shortcut() == QKeySequence("Ctrl+G")
    assert opened.menu_actions["generate"].shortcut().isEmpty()
    dialog.reset_all_button.click()
    assert opened.menu_actions["generate"].shortcut() == QKeySequence("Ctrl+G")
    dialog.accept()


def test_no_two_actions_share_a_key(window):
    keymap = window.menu_actions.keymap
    keys = [key for one in window.menu_actions.named for key in keymap.keys(one.name)]
    assert sorted(keys) == sorted(set(keys))
    assert {"J", "K", "L"} <= set(keys)


def test_undo_in_a_number_undoes_the_edit_that_it_made(opened):
    """A field that nobody types in takes no key away from the window."""
    stack, field = opened.document.undo_stack, opened.page.inspector.point.valence
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "0.5")
    press(field, KEY.Key_Z, CTRL)  # of the letters, as long as they are no number yet
    assert stack.count() == 0
    field.selectAll()
    QTest.keyClicks(field, "0.5")
    press(field, KEY.Key_Return)
    assert opened.editor.segment.emotion.chosen is not None
    press(field, KEY.Key_Z, CTRL)
    assert stack.index() == 0
    assert opened.editor.segment.emotion.chosen is None
    press(field, KEY.Key_Y, CTRL)
    assert stack.index() == 1


def test_an_open_menu_has_the_letters_for_itself(opened):
    """In the timeline a single T silences a segment; in the menu it chooses an entry."""
    editor, view = opened.editor, opened.page.timeline
    click_at(view, 0.5)
    bar = opened.menuBar()
    edit = next(one.menu() for one in bar.actions() if "dit" in one.text())
    edit.popup(bar.mapToGlobal(bar.rect().bottomLeft()))
    press(edit, KEY.Key_T)
    assert editor.span is not None
    assert not any(opened.document.timeline.tacet)
    assert not edit.isVisible()
    press(view, KEY.Key_T)
    assert any(opened.document.timeline.tacet)


def test_a_key_that_opens_a_menu_is_refused(opened):
    opened.helping.show_keys()
    dialog = opened.helping.dialog
    dialog.choose("fit")
    dialog.key.setKeySequence(QKeySequence("Alt+E"))
    assert "Edit" in dialog.telling.text()
    assert not dialog.assign_button.isEnabled()
    dialog.accept()


def test_the_history_leads_to_any_step(opened):
    view, history = opened.page.timeline, opened.page.history
    click_at(view, 0.5)
    press(view, KEY.Key_T)
    press(view, KEY.Key_L, CTRL)
    opened.menu_actions["focus_history"].trigger()
    model = history.model()
    assert [model.words(row) for row in range(model.rowCount())] == [
        "As it was opened",
        "Silence segment",
        "Lock segment",
    ]
    assert history.currentIndex().row() == 2
    assert not model.is_saved(0)  # a film that was read lies in no file yet
    history.setCurrentIndex(model.index(0, 0))
    assert opened.document.timeline.tacet == (False,) * 4
    assert model.is_undone(2)
    press(history, KEY.Key_Down)
    assert opened.document.timeline.tacet[0]
    assert not opened.document.timeline.locked[0]


def test_arrows_in_a_row_are_one_step(opened, monkeypatch):
    from emsync_desktop.circumplex import widget

    now = [100.0]
    monkeypatch.setattr(widget.time, "monotonic", lambda: now[0])
    stack, circumplex = opened.document.undo_stack, opened.page.inspector.point.circumplex
    circumplex.setFocus()
    for _ in range(3):
        press(circumplex, KEY.Key_Left)
        now[0] += 0.3
    assert stack.count() == 1
    now[0] += 2.0
    press(circumplex, KEY.Key_Left)
    assert stack.count() == 2
    assert stack.undoText().startswith("Segment 1: ")
    press(circumplex, KEY.Key_Delete)
    assert opened.document.timeline.emotions[0].chosen is None


# -- hints, help


def test_a_hint_is_said_once_and_never_when_not_wanted(opened, engine, tmp_path):
    assert opened.hint.isVisible()
    opened.hint.done_button.click()
    assert not opened.hint.isVisible()
    opened.helping.hint("shape")
    assert not opened.hint.isVisible()
    opened.generating.generate()
    engine.compose(tmp_path)
    assert opened.hint.step == "take"
    opened.hint.never_button.click()
    assert not opened.hint.isVisible()
    assert not opened.settings.is_on("hints")
    QSettings().remove("hints")


def test_the_guide_and_about_open(window):
    window.helping.show_guide()
    guide = window.helping._guide
    assert "timeline" in guide.text.toPlainText().lower()
    guide.text.anchorClicked.emit(QUrl("#your-work-is-kept"))
    assert guide.text.verticalScrollBar().value() > 0
    window.helping._guide.accept()
    window.helping.show_about()
    dialog = window.helping.dialog
    assert "LGPL" in dialog.text.toPlainText()
    dialog.licence_button.click()
    assert "Apache License" in dialog.text.toPlainText()
    dialog.reject()


# -- reach


def named(widget: QWidget) -> str:
    """What a screen reader says of a widget."""
    if widget.accessibleName():
        return widget.accessibleName()
    return widget.text() if isinstance(widget, QAbstractButton) else ""


def test_everything_the_keyboard_reaches_has_a_name(opened):
    tabs = opened.page.inspector.score.tabs
    for page in range(tabs.count()):
        tabs.setCurrentIndex(page)
        assert [
            f"{type(one).__name__} in {type(one.parent()).__name__}"
            for one in opened.findChildren(QWidget)
            if one.isVisible()
            and one.focusPolicy() & Qt.FocusPolicy.TabFocus
            and not named(one)
            and not one.objectName().startswith("qt_")
            and one.focusProxy() is None
        ] == []


def test_the_keyboard_reaches_every_part(opened):
    """From the timeline, Tab comes round to everything that can be used."""
    opened.page.timeline.setFocus()
    seen = set()
    for _ in range(60):
        QTest.keyClick(QApplication.focusWidget(), KEY.Key_Tab)
        seen.add(QApplication.focusWidget())
    inspector = opened.page.inspector
    wanted = {
        *(opened.page.timeline, opened.page.preview.timecode, inspector.point.circumplex),
        *(inspector.point.valence, inspector.header.tacet, inspector.header.level),
        *(inspector.score.ensemble, inspector.score.ending, inspector.generate),
    }
    assert {type(one).__name__ for one in wanted - seen} == set()


# -- machines that lack something


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names the X server's switches")
def test_a_display_without_opengl_is_enough(home):
    program = (
        "import sys\n"
        "from PySide6.QtCore import QTimer\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from emsync_desktop import app\n"
        "QTimer.singleShot(0, lambda: None)\n"
        "import emsync_desktop.main_window as module\n"
        "class Window(module.MainWindow):\n"
        "    def showEvent(self, event):\n"
        "        super().showEvent(event)\n"
        "        QTimer.singleShot(400, self.look)\n"
        "    def look(self):\n"
        "        shown = self.grab().toImage()\n"
        "        print('painted', shown.width() > 0 and not shown.allGray())\n"
        "        self.close()\n"
        "module.MainWindow = Window\n"
        "sys.exit(app.main([]))\n"
    )
    without = {"QT_XCB_GL_INTEGRATION": "none", "LIBGL_DRIVERS_PATH": "/nowhere"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **without},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "painted True" in done.stdout


def test_a_disk_that_refuses_autosaving_is_told_once(opened, tmp_path, qtbot):
    opened.settings.set("autosave_s", 1)
    autosave, told = opened.keeping.autosave, []
    (tmp_path / "no-folder").write_text("")
    autosave._keeper._root = tmp_path / "no-folder"
    autosave.failed.connect(told.append)
    opened.editor.add_boundary(Fraction(2))
    qtbot.waitUntil(lambda: len(told) == 1)
    assert "cannot be kept aside" in opened.banner.sentence
    opened.editor.add_boundary(Fraction(5, 2))
    qtbot.wait(1500)
    assert len(told) == 1
    autosave._keeper._root = tmp_path / "folder"
    opened.editor.add_boundary(Fraction(7, 2))
    with qtbot.waitSignal(autosave.kept):
        pass


def test_the_room_is_shared_as_it_was_last(opened):
    splitter = opened.page._splitters["all"]
    splitter.setSizes([380, 420])
    sizes = splitter.sizes()
    opened.page.save_layout()
    opened.page.usual_layout()
    opened.page.restore_layout()
    assert splitter.sizes() == sizes


def test_no_lane_is_cut_off_however_small_the_window(opened, engine, tmp_path):
    opened.generating.generate()
    engine.compose(tmp_path)
    opened.resize(opened.minimumSize())
    QApplication.processEvents()
    view = opened.page.timeline
    assert view.lanes[-1].bottom <= view.viewport().height()
