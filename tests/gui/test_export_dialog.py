"""The export dialog as an editor uses it: choose, look, export; and what stands in the way."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QWidget

from emsync_desktop.export.choices import Choices, remembered, usual_base
from emsync_engine.export import Exported
from emsync_engine.export_presets import EXPORT_PRESETS
from emsync_engine.jobs.export_job import ExportJob
from emsync_engine.project.ducking import Ducking
from emsync_engine.results import Outputs

pytestmark = pytest.mark.gui
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dialog(opened, engine, film, tmp_path, qtbot):
    """The dialog on a take of the made film, into an empty folder, its plan shown."""
    opened.generating.generate()
    engine.compose(tmp_path)
    opened.menu_actions["export"].trigger()
    dialog = opened.export_dialog
    qtbot.waitExposed(dialog)
    folder = tmp_path / "out"
    folder.mkdir()
    dialog._show_base(folder / "scored")
    dialog._on_changed()
    qtbot.waitUntil(lambda: dialog.is_ready)
    yield dialog
    if opened.export_dialog is not None:
        dialog.exporting._job_id = None
        dialog.reject()


def preset(dialog, name):
    return dialog.presets[name]


def planned_names(dialog):
    return [one.path.name for one in dialog._plan.files]


def click(widget):
    QTest.mouseClick(widget, LEFT)


def done(dialog, engine):
    job_id, job = engine.last(ExportJob)
    outputs = Outputs(video=job.place.with_suffix(".mp4"))
    result = Exported(job.project.take, outputs, ("The music is at -14.0 LUFS.",), {})
    engine.succeeded.emit(job_id, result)


def test_without_a_take_there_is_nothing_to_export(opened):
    assert not opened.menu_actions["export"].isEnabled()


def test_a_preset_says_what_will_be_written(dialog, qtbot):
    assert planned_names(dialog) == ["scored.mp4"]
    assert preset(dialog, "youtube").isChecked()
    click(preset(dialog, "music"))
    qtbot.waitUntil(lambda: dialog.is_ready)
    assert planned_names(dialog) == ["scored.wav", "scored.flac", "scored.mid"]
    assert "FLAC" in dialog.preset_words.text()
    assert "about" in dialog.planned.total.text()
    assert not dialog.options.audio.isEnabled()
    click(preset(dialog, "broadcast"))
    qtbot.waitUntil(lambda: dialog.is_ready)
    assert planned_names(dialog) == ["scored.mov", "scored.wav"]
    assert "MP4 cannot hold PCM sound" in dialog.planned.remarks.text()


def test_an_own_choice_is_no_preset_and_is_remembered(dialog, engine, qtbot):
    QTest.keyClick(dialog.options.parts["stems"], Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: dialog.is_ready)
    assert planned_names(dialog) == ["scored.mp4", "scored_stems"]
    assert not any(button.isChecked() for button in dialog.presets.values())
    click(dialog.export_button)
    _, job = engine.last(ExportJob)
    assert job.request.parts == {"film", "stems"}
    assert job.request.film_lufs == -14.0
    assert remembered().parts == ("film", "stems")


def test_it_is_exported_with_progress_and_the_end_is_told(dialog, opened, engine, qtbot):
    click(dialog.export_button)
    job_id, job = engine.last(ExportJob)
    assert job.place.parent == dialog._folder
    assert not job.request.overwrite
    assert not dialog.options.isEnabled()
    engine.advanced.emit(job_id, "render", 2.0, 4.0)
    assert dialog.progress_words.text() == "Playing the score · 20%"
    engine.advanced.emit(job_id, "mux", 1.0, 4.0)
    assert "Writing the film" in dialog.progress_words.text()
    share = dialog.progress.value()
    assert share > 700
    engine.advanced.emit(job_id, "level", 0.0, 5.0)
    assert dialog.progress.value() == share  # it never goes back
    done(dialog, engine)
    assert "scored.mp4 written." in dialog.result_words.text()
    assert "-14.0 LUFS" in dialog.planned.remarks.text()
    assert dialog.planned.heading.text() == "WRITTEN"
    assert "scored.mp4 written." in opened.bottom_bar.words
    click(dialog.done_button)
    qtbot.waitUntil(lambda: opened.export_dialog is None)


def test_escape_stops_an_export_and_the_dialog_stays(dialog, engine, qtbot):
    click(dialog.export_button)
    job_id, _ = engine.last(ExportJob)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert engine.asked_to_cancel[-1] == job_id
    assert "Stopping" in dialog.progress_words.text()
    engine.cancelled.emit(job_id)
    assert dialog.isVisible()
    qtbot.waitUntil(lambda: dialog.is_ready)
    assert "nothing was written" in dialog.warning.text()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_what_is_there_is_said_and_replaced_only_by_a_button_that_says_so(dialog, engine, qtbot):
    (dialog._folder / "scored.mp4").write_bytes(b"old")
    dialog._on_changed()
    qtbot.waitUntil(lambda: dialog.is_ready)
    assert dialog.export_button.text() == "Replace and export"
    assert not dialog.export_button.isDefault()
    assert dialog.warning.text() == "scored.mp4 is there already."
    assert any(label.text() == "exists" for label in dialog.planned.findChildren(QLabel))
    click(dialog.export_button)
    assert engine.last(ExportJob)[1].request.overwrite


def test_another_name_is_planned_as_it_is_typed(dialog, qtbot):
    dialog.name.selectAll()
    QTest.keyClicks(dialog.name, "my film")
    qtbot.waitUntil(lambda: dialog.is_ready and planned_names(dialog) == ["my film.mp4"])


def test_a_folder_that_cannot_be_written_is_told_and_another_offered(
    dialog, tmp_path, qtbot, monkeypatch
):
    blocked = tmp_path / "a file"
    blocked.write_text("")
    dialog._show_base(blocked / "scored")
    dialog._on_changed()
    qtbot.waitUntil(dialog.planned.obstacle.isVisible)
    assert "is a file, not a folder" in dialog.planned.sentence.text()
    assert not dialog.export_button.isEnabled()
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(other))
    click(dialog.planned.other_folder)
    qtbot.waitUntil(lambda: dialog.is_ready)
    assert not dialog.planned.obstacle.isVisible()
    assert dialog._plan.files[0].path.parent == other


def test_nothing_chosen_is_said(dialog, qtbot):
    QTest.keyClick(dialog.options.parts["film"], Qt.Key.Key_Space)
    qtbot.waitUntil(dialog.planned.obstacle.isVisible)
    assert "Nothing is chosen" in dialog.planned.sentence.text()
    assert not dialog.export_button.isEnabled()


def test_a_failure_is_one_sentence_and_can_be_tried_again(dialog, engine, qtbot):
    click(dialog.export_button)
    job_id, _ = engine.last(ExportJob)
    engine.failed.emit(job_id, "/disk cannot be written: the disk is full.")
    qtbot.waitUntil(lambda: dialog.is_ready)
    assert dialog.planned.sentence.text() == "/disk cannot be written: the disk is full."
    click(dialog.export_button)
    assert engine.last(ExportJob)[0] != job_id


def test_room_for_speech_is_the_projects_and_can_be_undone(dialog, opened, engine, qtbot):
    dialog.options.ducking_fields.depth.setValue(15)
    dialog.options.ducking_fields.release.setValue(1.5)
    qtbot.waitUntil(lambda: dialog.is_ready)
    click(dialog.export_button)
    wanted = Ducking(True, 15.0, 0.25, 1.5)
    assert engine.last(ExportJob)[1].request.ducking == wanted
    assert opened.document.project.ducking == wanted
    opened.document.undo_stack.undo()
    assert opened.document.project.ducking == Ducking()
    opened.document.undo_stack.redo()
    assert opened.document.project.ducking == wanted


def test_the_limit_of_the_true_peak_is_asked_for_and_remembered(dialog, engine, qtbot):
    assert dialog.options.ceiling.currentData() == -1.0
    QTest.keyClick(dialog.options.ceiling, Qt.Key.Key_Down)
    assert not any(button.isChecked() for button in dialog.presets.values())
    qtbot.waitUntil(lambda: dialog.is_ready)
    click(dialog.export_button)
    assert engine.last(ExportJob)[1].request.ceiling_dbtp == -2.0
    assert remembered().ceiling_dbtp == -2.0


def test_a_marked_range_can_be_exported(opened, engine, tmp_path, qtbot):
    opened.generating.generate()
    engine.compose(tmp_path)
    opened.editor.mark_span((Fraction(1), Fraction(2)))
    opened.menu_actions["export"].trigger()
    dialog = opened.export_dialog
    assert dialog.options.range.isEnabled()
    dialog.options.range.setCurrentIndex(1)
    qtbot.waitUntil(lambda: dialog._plan is not None)
    assert dialog.request(overwrite=False).span == (1, 2)
    assert "key frame" in dialog.planned.remarks.text()
    dialog.reject()


def test_every_field_has_a_name_and_is_reached_by_the_keyboard(dialog):
    fields = [
        *dialog.options.parts.values(),
        *(dialog.options.audio, dialog.options.codec, dialog.options.target),
        *(dialog.options.film_level, dialog.options.ceiling),
        *(
            dialog.options.ducking_fields.depth,
            dialog.options.ducking_fields.attack,
            dialog.options.ducking_fields.release,
        ),
        *(dialog.name, dialog.choose_folder, dialog.export_button, dialog.close_button),
        *dialog.presets.values(),
    ]
    for field in fields:
        name = field.accessibleName() or getattr(field, "text", lambda: "")()
        assert name, field
        assert field.focusPolicy() & Qt.FocusPolicy.TabFocus, field
    reached, at = set(), dialog.nextInFocusChain()
    while at is not dialog and at not in reached:
        reached.add(at)
        at = at.nextInFocusChain()
    assert {one for one in fields if isinstance(one, QWidget)} <= reached


def test_choices_are_a_request_and_damaged_ones_are_forgotten(qapp, home):
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(home))
    for name, one in EXPORT_PRESETS.items():
        choices = Choices.of(one)
        assert choices.matching_preset == name
        request = choices.request(span=None, ducking=Ducking(), overwrite=True)
        assert request.parts == one.parts
        assert (request.target_lufs, request.codec) == (one.target_lufs, one.codec)
        assert replace(choices, target_lufs=-16.0).matching_preset == ""
    for damaged in ("", "{", "[]", '{"parts": []}', '{"parts": ["film"], "audio": "loud"}'):
        QSettings().setValue("export/choices", damaged)
        assert remembered() == Choices.of(EXPORT_PRESETS["youtube"])


def test_results_are_named_after_the_project_but_never_as_the_film():
    film = Path("/films/trip.mp4")
    assert usual_base(None, film) == Path("/films/trip_scored")
    assert usual_base(Path("/work/cut 3.emsync"), film) == Path("/work/cut 3")
    assert usual_base(Path("/work/trip.emsync"), film) == Path("/work/trip_scored")
