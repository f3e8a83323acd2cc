"""Cut lists and new versions of the edit, brought into the window."""

from fractions import Fraction

import pytest
from PySide6.QtWidgets import QFileDialog

from emsync_desktop.interchange.conform_dialog import ConformDialog, fate_words
from emsync_desktop.interchange.cuts_dialog import CutsDialog
from emsync_engine.conform.plan import Kept, NewEdit, planned
from emsync_engine.jobs.conform_job import ConformJob
from emsync_engine.project.model import SceneCut, VideoSource

pytestmark = pytest.mark.gui

EDL = """TITLE: film
FCM: NON-DROP FRAME

001  AX V     C        00:00:00:00 00:00:01:01 01:00:00:00 01:00:01:01
002  AX V     C        00:00:01:01 00:00:03:12 01:00:01:01 01:00:03:12
003  AX V     C        00:00:03:12 00:00:04:00 01:00:03:12 01:00:04:00
"""


@pytest.fixture
def listed(tmp_path):
    """Cuts at frames 25 and 84; the window has found 24, 50 and 71."""
    path = tmp_path / "film.edl"
    path.write_text(EDL, encoding="utf-8")
    return path


@pytest.fixture
def dialog(opened, window, qtbot, listed, monkeypatch):
    """The dialog of that list, asked for from the menu."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(listed), ""))
    window.menu_actions["import_cuts"].trigger()
    qtbot.waitUntil(lambda: isinstance(window.interchange.dialog, CutsDialog))
    qtbot.waitUntil(window.interchange.dialog.isVisible)
    return window.interchange.dialog


def frames(window):
    return [int(one.time * 24) for one in window.document.timeline.boundaries]


def test_the_dialog_says_what_was_read_and_what_comes_of_it(dialog):
    assert dialog.read.text() == "CMX3600 EDL: 2 cuts, 0 of them fades and dissolves."
    assert "01:00:00:00" in dialog.remarks.text()
    assert dialog.outcome.text() == ("2 boundaries then: 1 new, 1 moved onto the list, 2 removed.")
    dialog.choices["add"].click()
    assert dialog.outcome.text() == ("4 boundaries then: 1 new, 0 moved onto the list, 0 removed.")


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("replace", [25, 84]), ("merge", [25, 50, 71, 84]), ("add", [24, 50, 71, 84])],
)
def test_a_choice_is_one_step_that_can_be_undone(dialog, window, choice, expected):
    before = window.document.timeline
    dialog.choices[choice].click()
    dialog.import_button.click()

    assert frames(window) == expected
    assert window.document.undo_stack.count() == 1
    window.document.undo_stack.undo()
    assert window.document.timeline == before


def test_no_tolerance_keeps_neighbours_apart(dialog, window):
    dialog.choices["add"].click()
    dialog.tolerance.setValue(0)
    dialog.import_button.click()

    assert frames(window) == [24, 25, 50, 71, 84]


def test_another_start_is_read_anew(dialog, qtbot):
    dialog.start.setText("01:00:00:12")
    dialog.start.editingFinished.emit()
    qtbot.waitUntil(lambda: "01:00:00:12" in dialog.remarks.text())

    dialog.start.setText("five")
    dialog.start.editingFinished.emit()
    qtbot.waitUntil(lambda: "not a timecode" in dialog.read.text())
    assert not dialog.import_button.isEnabled()


def test_a_list_that_cannot_be_read_is_said_in_the_banner(opened, window, qtbot, tmp_path):
    path = tmp_path / "wrong.edl"
    path.write_text("nothing", encoding="utf-8")

    window.interchange.import_cuts(path)

    qtbot.waitUntil(window.banner.isVisible)
    assert window.interchange.dialog is None


def plan_for(project):
    """The second and third segments have changed places; the film is as long as before."""
    timeline, video = project.timeline, project.video
    one, two = timeline.segments[1:3]
    cuts = [one.start, one.start + (two.end - two.start), two.end]
    edit = NewEdit(
        VideoSource(video.path, video.content_hash, video.duration, video.frame_rate),
        timeline.duration,
        tuple(SceneCut(time, int(time * 24), 0.5) for time in cuts),
        timeline.emotions,
    )
    places = [Fraction(0), cuts[1], cuts[0], cuts[2]]
    return planned(timeline, edit, [Kept(n, place) for n, place in enumerate(places)])


def test_a_new_edit_is_shown_before_it_is_taken_on(
    opened, window, engine, qtbot, film, tmp_path, monkeypatch
):
    window.generating.generate()
    engine.compose(tmp_path)
    before = window.document.project
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(film), ""))
    window.menu_actions["conform"].trigger()
    job_id, job = engine.last(ConformJob)
    assert job.project is before

    engine.succeeded.emit(job_id, plan_for(before))
    qtbot.waitUntil(lambda: isinstance(window.interchange.dialog, ConformDialog))
    dialog = window.interchange.dialog
    assert dialog.table.rowCount() == 4
    assert [dialog.table.item(row, 3).text() for row in range(4)] == [
        *(fate_words("same"), fate_words("moved"), fate_words("moved"), fate_words("same")),
    ]
    assert window.document.project is before
    dialog.accept_button.click()

    assert [one.id for one in window.document.timeline.boundaries] == ["cut-50", "cut-24", "cut-71"]
    assert window.document.take.id != before.take.id
    window.document.undo_stack.undo()
    assert window.document.project == before


def test_a_plan_for_another_state_of_the_project_is_dropped(opened, window, engine, film):
    window.interchange.conform(film)
    job_id, job = engine.last(ConformJob)
    window.editor.add_boundary(Fraction(3))

    engine.succeeded.emit(job_id, plan_for(job.project))

    assert window.interchange.dialog is None
