"""What takes care of the user: recovery, relinking, settings, keys, history, hints, dialogs."""

import os
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt, QUrl
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMessageBox, QWidget

from emsync_desktop.appearance import COLOURS
from emsync_desktop.inspector.score import ENDINGS
from emsync_desktop.recovery.versions import Keeper, left_behind
from emsync_engine.errors import ProjectUnreadableError
from emsync_engine.jobs.messages import ComposeJob, RenderJob, TakesJob, ThumbnailsJob
from emsync_engine.project.file import load_project, save_project
from emsync_engine.video.probe import probe
from tests.data import make_media as media
from tests.gui.gestures import click_at, press

pytestmark = pytest.mark.gui
KEY, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier


def saved_project(window, path: Path) -> Path:
    save_project(window.document.project, path)
    return path


def opened_from(window, path: Path, qtbot):
    window.open_path(path)
    qtbot.waitUntil(lambda: window.document.path == path)
    return window


# -- recovery


def test_unsaved_work_is_kept_and_forgotten_when_it_is_saved(opened, tmp_path, qtbot):
    opened.settings.set("autosave_s", 1)
    autosave = opened.keeping.autosave
    with qtbot.waitSignal(autosave.kept):
        opened.editor.add_boundary(Fraction(2))
    assert "Kept" in opened.chips.saved.text()
    folder = autosave._keeper.folder
    assert load_project(next(folder.glob("*.emsync"))) == opened.document.project
    assert opened.files.write(tmp_path / "cut.emsync")
    assert not folder.exists()
    assert opened.chips.saved.text() == "Saved"


def test_a_version_left_behind_opens_with_its_changes(opened, tmp_path, qtbot):
    path = saved_project(opened, tmp_path / "cut.emsync")
    project = opened.document.project
    keeper = Keeper()
    changed = replace(project, timeline=project.timeline.with_tacet(0, True))
    keeper.keep(project, path)
    keeper.keep(changed, path)
    keeper._lock.unlock()
    opened.keeping.show_recovery()
    dialog = opened.keeping.dialog
    assert dialog.version.segments == len(project.timeline.emotions)
    assert dialog.list.topLevelItem(0).childCount() == 2
    opened.settings.set("autosave_s", 1)
    with qtbot.waitSignal(opened.keeping.autosave.kept):
        QTest.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    assert opened.document.project == changed
    assert opened.document.path == path
    assert opened.isWindowModified()
    assert not keeper.folder.exists()  # this window keeps it now
    assert load_project(path) == project


def test_recovery_can_be_skipped_and_thrown_away(opened, qtbot):
    keeper = Keeper()
    keeper.keep(opened.document.project, None)
    keeper._lock.unlock()
    opened.keeping.look()
    assert "not saved" in opened.banner.sentence  # a film is open: a word, no dialog
    opened.keeping.show_recovery()
    press(opened.keeping.dialog, KEY.Key_Escape)
    assert len(left_behind()) == 1
    opened.keeping.show_recovery()
    opened.keeping.dialog.delete_button.click()
    assert left_behind() == []


def test_a_damaged_version_is_told_and_changes_nothing(opened):
    keeper = Keeper()
    file = keeper.keep(opened.document.project, None)
    file.write_text("{")
    keeper._lock.unlock()
    before = opened.document.project
    (versions,) = left_behind()
    opened.keeping.recover(versions[0])
    assert "earlier version" in opened.banner.sentence
    assert opened.document.project is before


def test_a_file_changed_meanwhile_is_not_saved_over_unasked(opened, tmp_path, qtbot, monkeypatch):
    path = saved_project(opened, tmp_path / "cut.emsync")
    window = opened_from(opened, path, qtbot)
    window.editor.add_boundary(Fraction(2))
    path.write_text(path.read_text() + "\n")
    asked = []

    def answer(*arguments):
        asked.append(arguments)
        return QMessageBox.StandardButton.Cancel

    monkeypatch.setattr(QMessageBox, "warning", answer)
    assert not window.files.save()
    assert len(asked) == 1
    monkeypatch.setattr(QMessageBox, "warning", lambda *_: QMessageBox.StandardButton.Save)
    assert window.files.save()
    assert window.files.save()  # its own change is none


def test_two_windows_on_one_project_notice(opened, tmp_path, qtbot):
    from emsync_desktop.recovery.locks import ProjectLock

    path = saved_project(opened, tmp_path / "cut.emsync")
    other = ProjectLock()
    assert other.hold(path)
    window = opened_from(opened, path, qtbot)
    assert "open in another window" in window.banner.sentence
    other.release()


# -- films that moved


def test_a_film_that_moved_is_located(opened, film, tmp_path, qtbot):
    path = saved_project(opened, tmp_path / "cut.emsync")
    text = path.read_text().replace(str(film), str(tmp_path / "gone.mp4"))
    path.write_text(text)
    window = opened_from(opened, path, qtbot)
    assert "gone.mp4" in window.banner.sentence
    window.keeping.relink(film)
    qtbot.waitUntil(lambda: window.document.video == film)
    assert window.document.undo_stack.undoText() == "Relink film"
    window.document.undo_stack.undo()
    assert window.document.video.name == "gone.mp4"


def test_a_film_of_another_length_is_told_and_the_timeline_fitted(opened, tmp_path, qtbot):
    shorter = media.make_silent(tmp_path).path
    length = probe(shorter).duration
    assert length != opened.document.timeline.duration
    opened.keeping.relink(shorter)
    qtbot.waitUntil(lambda: "the project was made for" in opened.banner.sentence)
    opened.banner._act.click()
    timeline = opened.document.timeline
    assert timeline.duration == length
    assert all(one.time < length for one in timeline.boundaries)
    assert opened.document.video == shorter


def test_what_is_no_film_is_told(opened, tmp_path, qtbot):
    (tmp_path / "no.mp4").write_bytes(b"nothing")
    before = opened.document.project
    opened.keeping.relink(tmp_path / "no.mp4")
    qtbot.waitUntil(lambda: "no.mp4" in opened.banner.sentence)
    assert opened.document.project is before


def test_reading_a_known_film_holds_nobody_up(opened, engine, tmp_path, qtbot):
    path = saved_project(opened, tmp_path / "cut.emsync")
    window = opened_from(opened, path, qtbot)
    reading, _ = engine.last(ThumbnailsJob)
    assert window.page.inspector.generate.isEnabled()
    window.generating.generate()
    assert reading in engine.asked_to_cancel
    engine.compose(tmp_path)
    qtbot.waitUntil(lambda: engine.last(ThumbnailsJob)[0] > reading)
    again, _ = engine.last(ThumbnailsJob)
    engine.cancelled.emit(again)
    qtbot.wait(50)
    assert engine.last(ThumbnailsJob)[0] == again  # whoever stops it means it


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


# -- score


def test_wishes_for_ending_sync_and_number_go_with_the_next_take(opened, engine, tmp_path):
    score = opened.page.inspector.score
    assert [score.ending.itemData(n) for n in range(score.ending.count())] == list(ENDINGS)
    score.ending.setCurrentIndex(ENDINGS.index("fade"))
    score.sync.setValue(3.0)
    opened.generating.generate()
    _, job = engine.last(ComposeJob)
    assert (job.settings.ending, job.settings.sync_percent) == ("fade", 3.0)
    opened.cancel()
    engine.cancelled.emit(len(engine.submitted))
    score.count.setValue(3)
    opened.generating.generate()
    _, job = engine.last(TakesJob)
    assert job.count == 3


def test_endings_are_those_of_the_engine():
    from emsync_engine.music import endings

    assert set(ENDINGS) == set(endings.ENDINGS)


def test_several_takes_arrive_as_one_step(opened, engine, tmp_path):
    from emsync_engine.jobs.messages import Composed, ComposedTakes
    from tests.gui.fake_engine import made_take

    opened.page.inspector.score.count.setValue(2)
    opened.generating.generate()
    job_id, job = engine.last(TakesJob)
    takes = (made_take(job, "best"), made_take(job, "second"))
    best = Composed(takes[0], job.timeline, tmp_path / "best.wav", {}, "")
    engine.succeeded.emit(job_id, ComposedTakes(takes, best))
    project = opened.document.project
    assert [take.id for take in project.takes] == ["best", "second"]
    assert project.chosen_take == "best"
    opened.document.undo_stack.undo()
    assert opened.document.project.takes == ()


def test_a_level_is_heard_anew(opened, engine, tmp_path, qtbot):
    opened.generating.generate()
    engine.compose(tmp_path)
    asked = len(engine.submitted)
    opened.page.inspector.header.level.setValue(-6.0)
    assert opened.document.timeline.levels_db[0] == -6.0
    qtbot.waitUntil(lambda: len(engine.submitted) > asked)
    _, job = engine.last(RenderJob)
    assert job.timeline.levels_db[0] == -6.0


def test_another_instrument_plays_the_same_notes(opened, engine, tmp_path, qtbot):
    opened.generating.generate()
    engine.compose(tmp_path)
    notes = opened.document.take.music.notes
    opened.hearing.show_instruments()
    dialog = opened.helping.dialog
    for choice in dialog.choices.values():
        choice.setCurrentIndex((choice.currentIndex() + 1) % choice.count())
    if not dialog.choices:
        pytest.skip("the made take names no programs")
    assert opened.document.take.music.notes == notes
    qtbot.waitUntil(lambda: isinstance(engine.submitted[-1], RenderJob))
    assert engine.submitted[-1].take.music.programs == opened.document.take.music.programs


def test_the_composer_lets_go_of_its_memory(opened, engine):
    opened.menu_actions["rest"].trigger()
    assert engine.is_closed


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


# -- hostile projects


HOSTILE = {
    "not a number": ('"duration": "10/1"', '"duration": NaN'),
    "an infinite one": ('"duration": "10/1"', '"duration": Infinity'),
    "a huge number": ('"seed": 1', '"seed": 1' + "0" * 5000),
    "a film without end": ('"duration": "', '"duration": "9999999'),
    "a wrong type": ('"takes": [', '"takes": {"a": 1}, "nothing": ['),
    "newer": ('"schema_version": ', '"schema_version": 9'),
    "truncated": (None, None),
    "deep": (None, "[" * 200_000),
    "binary": (None, "\x00\x01\x02"),
    "empty": (None, ""),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_project_is_one_sentence_and_closes_nothing(opened, tmp_path, qtbot, name):
    good = saved_project(opened, tmp_path / "good.emsync").read_text()
    before, after = HOSTILE[name]
    if before is not None:
        text = good.replace(before, after, 1)
        if text == good:
            text = good.replace('"duration": ', '"duration": NaN, "was": ', 1)
    else:
        text = good[: len(good) // 2] if after is None else after
    path = tmp_path / "bad.emsync"
    path.write_text(text)
    project = opened.document.project
    with pytest.raises(ProjectUnreadableError):
        load_project(path)
    opened.open_path(path)
    qtbot.waitUntil(lambda: "bad.emsync" in opened.banner.sentence)
    assert "\n" not in opened.banner.sentence
    assert len(opened.banner.sentence) < 300
    assert opened.document.project is project


@pytest.mark.parametrize(
    "elsewhere",
    ["/etc/passwd", "http://192.0.2.1/a.mp4", "concat:/etc/passwd", "a\x00b", "\\\\host\\x"],
)
def test_a_project_whose_film_lies_outside_opens_without_reading_it(
    opened, tmp_path, qtbot, elsewhere, engine
):
    path = saved_project(opened, tmp_path / "odd.emsync")
    project = load_project(path)
    moved = replace(project, video=replace(project.video, path=elsewhere))
    path.unlink()
    save_project(moved, path)
    jobs = len(engine.submitted)
    opened.open_path(path)
    qtbot.waitUntil(lambda: opened.banner.isVisible() or opened.document.path == path)
    qtbot.wait(200)
    submitted = [type(job).__name__ for job in engine.submitted[jobs:]]
    assert submitted in ([], ["ThumbnailsJob"])  # which refuses what is no film


# -- hits, choices, time


def test_hits_are_chosen_by_strength_and_spacing(opened):
    score, editor = opened.page.inspector.score, opened.editor
    boundaries = opened.document.timeline.boundaries
    score.hits_page.spacing.setValue(30.0)
    score.hits_page.choose.click()
    assert sum(one.is_hit for one in opened.document.timeline.boundaries) <= 1
    opened.document.undo_stack.undo()
    assert opened.document.timeline.boundaries == boundaries
    editor.choose_boundary(boundaries[1].id)
    score.hits_page.strength.setValue(7.5)
    assert opened.document.timeline.boundaries[1].strength == 7.5
    score.hits_page.spacing.setValue(30.0)
    score.hits_page.choose.click()
    hits = [n for n, one in enumerate(opened.document.timeline.boundaries) if one.is_hit]
    assert hits in ([], [1])  # the strongest, unless it is too near the film's end


def test_shift_and_arrows_choose_more_segments(opened):
    view = opened.page.timeline
    click_at(view, 1.5)
    press(view, KEY.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    press(view, KEY.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert [one.index for one in opened.editor.chosen_segments] == [0, 1, 2]


def test_what_is_chosen_is_told_in_words(opened):
    view = opened.page.timeline
    click_at(view, 1.5)
    assert "Segment 2 of 4" in view.accessibleDescription()
    opened.editor.choose_boundary(opened.document.timeline.boundaries[0].id)
    assert "hit, no music for it yet" in view.accessibleDescription()
    press(view, KEY.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert "00:00:01:01: hit" in view.accessibleDescription()


def test_the_time_left_is_told_once_it_can_be(window, monkeypatch):
    from emsync_desktop import bars

    now = [0.0]
    monkeypatch.setattr(bars.time, "monotonic", lambda: now[0])
    bar = window.bottom_bar
    bar.busy("Composing", 0.01)
    assert bar._left.text() == ""
    now[0] = 10.0
    bar.busy("Composing", 0.25)
    assert bar._left.text() == "about 30 s left"
    bar.rest("")
    assert bar._left.text() == ""
    assert [bars.rough_time(one) for one in (0.2, 7.4, 33, 130)] == ["1 s", "7 s", "35 s", "2 min"]


def test_a_typed_timecode_goes_there(opened):
    field = opened.page.preview.timecode
    opened.menu_actions["type_time"].trigger()
    assert field.hasFocus()
    QTest.keyClicks(field, "212")
    press(field, KEY.Key_Return)
    assert opened.page.transport.time == Fraction(60, 24)
    assert field.text() == "00:00:02:12"
    assert opened.page.timeline.hasFocus()
    opened.menu_actions["type_time"].trigger()
    QTest.keyClicks(field, "l")  # a letter there, not the key of a shuttle
    assert not opened.page.transport.is_playing
    press(field, KEY.Key_Escape)
    assert field.text() == "00:00:02:12"


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
