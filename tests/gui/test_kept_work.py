"""Work is kept: recovery, files changed meanwhile, films that moved, hostile projects."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from emsync_desktop import keeping
from emsync_desktop.recovery.versions import Keeper, left_behind
from emsync_engine.errors import ProjectUnreadableError
from emsync_engine.jobs.messages import ThumbnailsJob
from emsync_engine.project.file import load_project, save_project
from emsync_engine.video.probe import probe
from tests.data import make_media as media
from tests.gui.gestures import press

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

    def answer(*arguments, **_):
        asked.append(arguments)
        return "cancel"

    monkeypatch.setattr(keeping, "ask", answer)
    assert not window.files.save()
    assert len(asked) == 1
    monkeypatch.setattr(keeping, "ask", lambda *_, **__: "save")
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
