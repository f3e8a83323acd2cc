"""The model manager as a hand uses it, against a host on this machine that may misbehave."""

import dataclasses
import os
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from emsync_desktop.models import confirm as confirming
from emsync_engine.models import installing
from emsync_engine.models.store import State, installed_path, state_of
from tests.gui.gestures import press
from tests.model_server import (
    BY_NAME,
    QUICK,
    contents,
    dropped,
    file_of,
    slow,
    status,
    whole,
)

pytestmark = pytest.mark.gui
KEY = Qt.Key
DATA = contents(400_000)


@pytest.fixture
def serve(at, monkeypatch):
    """Put a file of the test's own in the place of a model's."""

    def put(name, *behaviours, **options):
        file = file_of(at, f"{name}.bin", DATA, *behaviours, **options)
        model = dataclasses.replace(BY_NAME[name], files=(file,))
        monkeypatch.setitem(BY_NAME, name, model)

    monkeypatch.setattr(installing, "RULES", QUICK)
    monkeypatch.delenv("EMSYNC_OFFLINE", raising=False)
    for name in list(BY_NAME):
        put(name)
    return put


@pytest.fixture
def dialog(window, serve, tmp_path, monkeypatch, qtbot):
    monkeypatch.setenv("EMSYNC_MODELS_DIR", str(tmp_path / "models"))
    window.menu_actions["models"].trigger()
    made = window.models.dialog
    qtbot.waitExposed(made)
    yield made
    if window.models.dialog is not None:
        window.models.dialog.reject()


def row_words(dialog, name):
    row = dialog.table._names.index(name)
    told = dialog.table.item(row, 3).data(Qt.ItemDataRole.UserRole)
    return told.words, told.more


def click(widget):
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def idle(manager, qtbot):
    qtbot.waitUntil(lambda: manager.busy is None)


def agree(dialog, qtbot):
    """Press the first button, and agree to what it asks."""
    click(dialog.go_button)
    qtbot.waitUntil(lambda: dialog.confirm is not None and dialog.confirm.isVisible())
    click(dialog.confirm.download_button)


def test_nothing_is_there_and_nothing_is_asked(dialog, at):
    assert dialog.summary.text().startswith("0 of 7 installed")
    assert {row_words(dialog, name)[0] for name in BY_NAME} == {"Not installed"}
    assert dialog.go_button.text() == "Download"
    assert not dialog.offline.isVisible()
    for button in (dialog.cancel_button, dialog.verify_button, dialog.remove_button):
        assert not button.isEnabled()
    assert at.asked == []


def test_a_download_is_agreed_to_with_licence_size_and_address(dialog, qtbot, at):
    dialog.table.choose("audio-events")
    click(dialog.go_button)
    qtbot.waitUntil(dialog.confirm.isVisible)
    told = " ".join(label.text() for label in dialog.confirm.findChildren(QLabel))
    for words in ("AST AudioSet", "BSD-3-Clause", "400 kB", at.address("/"), "SHA-256 known"):
        assert words in told
    assert dialog.confirm.focusWidget() is dialog.confirm.download_button
    press(dialog.confirm, KEY.Key_Escape)
    assert dialog.confirm is None
    assert at.asked == [], "nothing is asked of the host before the user agrees"


def test_it_is_downloaded_and_said(dialog, window, qtbot):
    dialog.table.choose("clip")
    agree(dialog, qtbot)
    idle(window.models.manager, qtbot)
    assert installed_path("clip") is not None
    assert row_words(dialog, "clip")[0] == "Installed"
    assert dialog.summary.text().startswith("1 of 7 installed")
    assert not dialog.go_button.isEnabled()
    assert window.bottom_bar.words == "CLIP ViT-B/32 is installed."


def test_all_of_it_by_keyboard(dialog, window, qtbot, at):
    dialog.table.setFocus()
    press(dialog.table, KEY.Key_Home)
    press(dialog.table, KEY.Key_Down)
    assert dialog.table.name == "audio-events"
    press(dialog.table, KEY.Key_Return)
    qtbot.waitUntil(lambda: dialog.confirm is not None and dialog.confirm.isVisible())
    assert at.asked == [], "Return asks first"
    press(dialog.confirm, KEY.Key_Return)
    idle(window.models.manager, qtbot)
    assert installed_path("audio-events") is not None
    reached = set()
    for _ in range(12):
        reached.add(dialog.focusWidget())
        press(dialog.focusWidget(), KEY.Key_Tab)
    buttons = {one for one in dialog.findChildren(QPushButton) if one.isVisibleTo(dialog)}
    assert {one for one in buttons if one.isEnabled()} <= reached
    assert dialog.table in reached


def test_a_screen_reader_hears_model_and_state(dialog):
    assert dialog.table.accessibleName() == "Models"
    spoken = dialog.table.item(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "CLIP ViT-B/32. What the picture shows. Not installed"
    for button in dialog.findChildren(QPushButton):
        assert button.text() or button.accessibleName()


def test_pause_and_resume(dialog, window, serve, at, qtbot):
    serve("speech", slow(DATA, 8_000, 0.02, at.is_over), whole(DATA))
    window.models.manager.refresh()
    dialog.table.choose("speech")
    agree(dialog, qtbot)
    qtbot.waitUntil(lambda: window.models.manager.under("speech").share > 0.1)
    assert dialog.go_button.text() == "Pause"
    assert row_words(dialog, "speech")[0].startswith("Downloading")
    click(dialog.go_button)
    idle(window.models.manager, qtbot)
    assert row_words(dialog, "speech")[0] == "Paused"
    assert state_of("speech").state is State.PARTLY
    assert dialog.go_button.text() == "Resume"
    click(dialog.go_button)
    idle(window.models.manager, qtbot)
    assert installed_path("speech") is not None
    assert [asked.start > 0 for asked in at.asked] == [False, True]


def test_cancel_throws_away_what_came(dialog, window, serve, at, qtbot):
    serve("speech", slow(DATA, 8_000, 0.02, at.is_over))
    window.models.manager.refresh()
    dialog.table.choose("speech")
    agree(dialog, qtbot)
    qtbot.waitUntil(lambda: window.models.manager.under("speech").share > 0.1)
    click(dialog.cancel_button)
    idle(window.models.manager, qtbot)
    assert row_words(dialog, "speech")[0] == "Not installed"
    assert state_of("speech").bytes_there == 0


def test_a_paused_download_can_be_thrown_away(dialog, window, serve, at, qtbot):
    serve("speech", slow(DATA, 8_000, 0.02, at.is_over))
    manager = window.models.manager
    manager.refresh()
    dialog.table.choose("speech")
    manager.download("speech")
    qtbot.waitUntil(lambda: manager.under("speech").share > 0.1)
    manager.pause("speech")
    idle(manager, qtbot)
    assert dialog.cancel_button.isEnabled()
    click(dialog.cancel_button)
    idle(manager, qtbot)
    assert state_of("speech").state is State.NOT_INSTALLED


def test_one_after_the_other(dialog, window, serve, at, qtbot):
    serve("clip", slow(DATA, 8_000, 0.02, at.is_over))
    manager = window.models.manager
    manager.refresh()
    for name in ("clip", "speech", "screen-text"):
        manager.download(name)
    assert manager.busy == "clip"
    assert row_words(dialog, "speech")[0] == "Waiting"
    dialog.table.choose("speech")
    click(dialog.cancel_button)
    assert row_words(dialog, "speech")[0] == "Not installed"
    manager.pause("clip")
    idle(manager, qtbot)
    assert [one for one in BY_NAME if installed_path(one)] == ["screen-text"]


def test_it_goes_on_while_the_dialog_is_closed(dialog, window, serve, at, qtbot):
    go_on = threading.Event()

    def waits(handler, asked):
        dropped(DATA, len(DATA) // 2)(handler, asked)
        go_on.wait(30)

    serve("clip", waits, whole(DATA))
    manager = window.models.manager
    manager.refresh()
    agree(dialog, qtbot)
    qtbot.waitUntil(lambda: manager.under("clip").share > 0.3)
    click(dialog.close_button)
    assert window.models.dialog is None
    qtbot.waitUntil(window.chips.models.isVisible)
    assert "CLIP ViT-B/32" in window.chips.models.text()
    assert "Downloading" in window.chips.models.toolTip()
    click(window.chips.models)
    assert window.models.dialog is not None
    go_on.set()
    idle(manager, qtbot)
    assert installed_path("clip") is not None
    assert not window.chips.models.isVisible()


def test_a_failure_is_told_in_one_sentence(dialog, window, serve, qtbot):
    serve("face-expression", status(404))
    window.models.manager.refresh()
    dialog.table.choose("face-expression")
    agree(dialog, qtbot)
    idle(window.models.manager, qtbot)
    assert row_words(dialog, "face-expression")[0] == "Failed"
    assert "at this address any more (404)" in dialog.failure.text()
    assert dialog.failure.isVisible()
    assert dialog.go_button.text() == "Try again"
    assert not window.banner.isVisible(), "it is said where the user looks"
    serve("face-expression", whole(DATA))
    window.models.manager.refresh()
    agree(dialog, qtbot)
    idle(window.models.manager, qtbot)
    assert row_words(dialog, "face-expression")[0] == "Installed"
    assert not dialog.failure.isVisible()


def test_a_failure_is_told_in_the_window_when_the_dialog_is_closed(dialog, window, serve, qtbot):
    serve("clip", status(403))
    manager = window.models.manager
    manager.refresh()
    click(dialog.close_button)
    manager.download("clip")
    idle(manager, qtbot)
    qtbot.waitUntil(window.banner.isVisible)
    assert "does not give clip.bin to everybody" in window.banner.sentence
    click(window.banner._act)
    assert window.models.dialog is not None


def test_no_room_is_told_before_the_download(dialog, qtbot, monkeypatch):
    monkeypatch.setattr(confirming, "free_bytes", lambda folder: 50_000_000)
    click(dialog.go_button)
    qtbot.waitUntil(dialog.confirm.isVisible)
    assert not dialog.confirm.download_button.isEnabled()
    assert "50 MB free" in dialog.confirm.warning.text()
    dialog.confirm.reject()


def test_offline_disables_downloads_and_says_why(dialog, window, qtbot, at, tmp_path):
    window.settings.set("offline", True)
    assert dialog.offline.isVisible()
    assert not dialog.go_button.isEnabled()
    assert "offline" in dialog.go_button.toolTip()
    assert "offline" in dialog.go_button.accessibleDescription()
    assert dialog.use_button.isEnabled()
    press(dialog.table, KEY.Key_Return)
    assert dialog.confirm is None
    click(dialog.online_button)
    assert not window.settings.is_on("offline")
    assert not dialog.offline.isVisible()
    assert dialog.go_button.isEnabled()
    assert at.asked == []


def test_going_offline_pauses_a_download(dialog, window, serve, at, qtbot):
    serve("clip", slow(DATA, 8_000, 0.02, at.is_over))
    manager = window.models.manager
    manager.refresh()
    manager.download("clip")
    manager.download("speech")
    qtbot.waitUntil(lambda: manager.under("clip").share > 0.1)
    window.settings.set("offline", True)
    idle(manager, qtbot)
    assert row_words(dialog, "clip")[0] == "Paused"
    assert row_words(dialog, "speech")[0] == "Not installed"
    window.settings.set("offline", False)


def test_a_file_of_the_users_is_used(dialog, window, qtbot, tmp_path, monkeypatch, at):
    mine = tmp_path / "downloaded (1).bin"
    mine.write_bytes(DATA)
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(mine)], ""))
    dialog.table.choose("screen-text")
    click(dialog.use_button)
    idle(window.models.manager, qtbot)
    assert row_words(dialog, "screen-text")[0] == "Installed"
    assert mine.exists()
    assert at.asked == []
    mine.write_bytes(DATA[:-1])
    dialog.table.choose("clip")
    click(dialog.use_button)
    idle(window.models.manager, qtbot)
    assert "399,999 bytes" in dialog.failure.text()
    assert row_words(dialog, "clip")[0] == "Failed"


def test_verify_finds_damage_and_remove_frees_the_room(dialog, window, qtbot):
    manager = window.models.manager
    dialog.table.choose("clip")
    manager.download("clip")
    idle(manager, qtbot)
    path = installed_path("clip") / "clip.bin"
    before = path.stat()
    path.write_bytes(bytes(len(DATA)))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    click(dialog.verify_button)
    idle(manager, qtbot)
    assert "clip.bin is not as it was" in dialog.failure.text()
    click(dialog.remove_button)
    ask = dialog.asked
    qtbot.waitUntil(ask.isVisible)
    assert "400 kB are freed" in ask.informativeText()
    click(next(one for one in ask.buttons() if one.text() == "Remove"))
    idle(manager, qtbot)
    assert state_of("clip").state is State.NOT_INSTALLED


def test_the_folder_is_opened_or_the_one_it_will_be_in(dialog, monkeypatch, tmp_path):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    click(dialog.folder_button)
    assert opened == [QUrl.fromLocalFile(str(tmp_path))]


def test_the_preferences_choose_the_folder(window, serve, tmp_path, qtbot):
    window.settings.set("models_folder", str(tmp_path / "elsewhere"))
    assert os.environ["EMSYNC_MODELS_DIR"] == str(tmp_path / "elsewhere")
    window.models.manager.download("clip")
    idle(window.models.manager, qtbot)
    assert installed_path("clip") == Path(tmp_path / "elsewhere" / "clip")
    window.settings.set("models_folder", "")
    assert installed_path("clip") is None


def test_closing_the_window_pauses_and_waits(window, serve, at, tmp_path, monkeypatch, qtbot):
    monkeypatch.setenv("EMSYNC_MODELS_DIR", str(tmp_path / "models"))
    serve("clip", slow(DATA, 8_000, 0.02, at.is_over))
    manager = window.models.manager
    manager.refresh()
    manager.download("clip")
    qtbot.waitUntil(lambda: manager.under("clip").share > 0.1)
    window.close()
    assert state_of("clip").state is State.PARTLY
    qtbot.waitUntil(
        lambda: not [one for one in threading.enumerate() if one.name == "model download"]
    )


def test_the_menu_leads_there(window):
    action = window.menu_actions["models"]
    assert isinstance(action, QAction)
    assert action.text() == "M&odels …"
