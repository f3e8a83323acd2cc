"""The window as a film editor uses it: open, look, edit, generate, listen, save."""

from fractions import Fraction
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from emsync_desktop.circumplex.geometry import clipped
from emsync_desktop.recent import recent_paths
from emsync_engine.jobs.messages import AnalyseJob, ComposeJob, Rendered, RenderJob, ThumbnailsJob
from emsync_engine.project.file import load_project, save_project
from tests.gui.gestures import click_at, double_click_at, drag, drag_boundary, place_of, press
from tests.unit.desktop.films import project, take

pytestmark = pytest.mark.gui
KEY, ALT, SHIFT = Qt.Key, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


def times(window):
    return [boundary.time for boundary in window.document.timeline.boundaries]


# -- opening


def test_the_empty_window_says_what_to_do(window):
    assert window.pages.currentWidget() is window.welcome
    assert not window.menu_actions["generate"].isEnabled()
    assert not window.menu_actions["save"].isEnabled()
    assert window.menu_actions["open"].isEnabled()


def test_a_film_shows_its_first_picture_while_it_is_read(window, engine, film, qtbot):
    window.open_path(film)
    assert engine.last(AnalyseJob)[1].path == film
    engine.advanced.emit(1, "decode", 1.0, 4.0)
    assert "Reading the film" in window.bottom_bar.words
    assert "15%" in window.bottom_bar.words
    qtbot.waitUntil(lambda: window.page.preview.picture.image is not None)


def test_a_dropped_film_is_opened(window, engine, film, qtbot):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(film))])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    left = Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(window.rect().center(), copy, data, left, none)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    window.dropEvent(QDropEvent(QPointF(window.rect().center()), copy, data, left, none))
    qtbot.waitUntil(lambda: bool(engine.submitted))
    assert engine.last(AnalyseJob)[1].path == film


def test_an_unusable_film_leaves_one_sentence_and_a_way_on(window, engine, film):
    window.open_path(film)
    engine.failed.emit(1, "film.mp4 cannot be used as a video: it is a folder.")
    assert window.pages.currentWidget() is window.welcome
    assert window.banner.isVisible()
    assert window.banner.sentence == "film.mp4 cannot be used as a video: it is a folder."


def test_the_answer_for_a_film_that_was_left_is_dropped(window, engine, film, tmp_path):
    window.open_path(tmp_path / "other.mp4")
    window.open_path(film)
    assert engine.asked_to_cancel == [1]
    engine.failed.emit(1, "too late")
    assert not window.banner.isVisible()
    engine.find_cuts()
    assert window.document.video == film.absolute()


def test_a_bad_file_does_not_close_what_is_open(opened, engine, tmp_path, qtbot):
    before, jobs = opened.document.project, len(engine.submitted)
    (tmp_path / "letter.mp4").write_text("Dear Sir or Madam,\n" * 50)
    opened.open_path(tmp_path / "letter.mp4")
    qtbot.waitUntil(opened.banner.isVisible)
    assert "letter.mp4 cannot be used as a video" in opened.banner.sentence
    assert opened.document.project is before
    assert opened.pages.currentWidget() is opened.page
    assert len(engine.submitted) == jobs


def test_another_film_takes_the_place_of_the_one_that_is_open(opened, engine, film, qtbot):
    opened.open_path(film)
    qtbot.waitUntil(lambda: opened.document.project is None)
    engine.find_cuts()
    assert opened.document.video == film.absolute()


def test_the_demo_film_is_one_click_away(window, engine):
    window.welcome.demo_button.click()
    assert engine.last(AnalyseJob)[1].path.name == "demo.mp4"


def test_what_was_opened_is_offered_again_while_it_is_there(window, engine, film, tmp_path):
    gone = tmp_path / "gone.emsync"
    window.open_path(film)
    engine.find_cuts()
    assert window.files.write(gone)
    gone.unlink()
    assert recent_paths() == [film.absolute()]
    window.document.undo_stack.setClean()
    window.showing.leave()
    window.welcome.recent.itemAt(0).widget().click()
    assert engine.last(AnalyseJob)[1].path == film
    assert len(engine.submitted) >= 2


def test_cancelling_the_analysis_returns_to_the_empty_window(window, engine, film):
    window.open_path(film)
    window.bottom_bar.cancel.click()
    assert "Stopping" in window.bottom_bar.words
    engine.cancelled.emit(1)
    assert window.pages.currentWidget() is window.welcome
    assert "Stopped" in window.bottom_bar.words


def test_a_project_opens_with_its_take_and_plays_it_again(window, engine, film, tmp_path, qtbot):
    saved = tmp_path / "work.emsync"
    save_project(project(str(film), take()), saved)
    window.open_path(saved)
    qtbot.waitUntil(lambda: window.document.project is not None)
    assert window.document.take.id == "first"
    assert window.windowTitle().startswith("work.emsync")
    kinds = [type(job) for job in engine.submitted]
    assert kinds[-1] in (RenderJob, ThumbnailsJob)
    assert window.document.undo_stack.isClean()


def test_a_broken_project_is_named_and_nothing_is_lost(opened, tmp_path, qtbot):
    before = opened.document.project
    broken = tmp_path / "broken.emsync"
    broken.write_text("{")
    opened.open_path(broken)
    qtbot.waitUntil(opened.banner.isVisible)
    assert "broken.emsync" in opened.banner.sentence
    assert opened.document.project is before


# -- editing


def test_a_boundary_is_dragged_by_frames_in_one_step(opened):
    view, document = opened.page.timeline, opened.document
    drag_boundary(view, document.timeline.boundaries[1], to=[1.6, 1.5])
    moved = times(opened)[1]
    assert moved == Fraction(36, 24)
    assert document.undo_stack.count() == 1
    assert opened.page.transport.time == moved
    document.undo_stack.undo()
    assert times(opened)[1] == Fraction(50, 24)


def test_a_boundary_cannot_pass_its_neighbour(opened):
    view = opened.page.timeline
    drag_boundary(view, opened.document.timeline.boundaries[1], to=3.8)
    assert times(opened) == [Fraction(24, 24), Fraction(70, 24), Fraction(71, 24)]


def test_the_playhead_pulls_a_dragged_boundary(opened):
    view = opened.page.timeline
    opened.page.transport.go_to(Fraction(40, 24))
    near = view.scale.time_at(view.scale.x_of(40 / 24) + 5)
    drag_boundary(view, opened.document.timeline.boundaries[1], to=near)
    assert times(opened)[1] == Fraction(40, 24)


def test_a_double_click_splits_and_delete_joins_again(opened):
    view, before = opened.page.timeline, opened.document.timeline
    double_click_at(view, 0.5)
    assert times(opened)[0] == Fraction(1, 2)
    press(view, KEY.Key_Delete)
    assert opened.document.timeline == before


def test_every_edit_of_a_boundary_has_its_key(opened):
    view = opened.page.timeline
    view.setFocus()
    press(view, KEY.Key_Down)
    assert opened.page.transport.time == 1
    assert view.selected_boundary == "cut-24"
    press(view, KEY.Key_Right, ALT)
    assert times(opened)[0] == Fraction(25, 24)
    press(view, KEY.Key_H)
    assert not opened.document.timeline.boundaries[0].is_hit
    assert opened.document.timeline.boundaries[0].wanted is False  # a new choice of hits keeps it
    press(view, KEY.Key_Right)
    press(view, KEY.Key_M)
    assert times(opened)[1] == Fraction(26, 24)
    press(view, KEY.Key_Delete)
    assert len(times(opened)) == 3


def test_a_click_chooses_the_segment_and_shows_what_was_read(opened):
    click_at(opened.page.timeline, 1.5)
    assert opened.editor.segment.index == 1
    assert "-0.60" in opened.page.inspector.point.reset.text()


def test_a_point_is_dragged_in_one_step(opened):
    circumplex = opened.page.inspector.point.circumplex
    square = circumplex.square
    places = [QPointF(*square.xy_of(clipped(*at))).toPoint() for at in ((0, 0), (0.4, -0.6))]
    drag(circumplex, *places)
    chosen = opened.document.timeline.emotions[0].chosen
    assert chosen.valence == pytest.approx(0.4, abs=0.02)
    assert chosen.arousal == pytest.approx(-0.6, abs=0.02)
    assert opened.document.undo_stack.count() == 1
    opened.page.inspector.point.reset.click()
    assert opened.document.timeline.emotions[0].chosen is None


def test_arrows_move_the_point_and_the_fields_show_it(opened):
    point = opened.page.inspector.point
    point.circumplex.setFocus()
    press(point.circumplex, KEY.Key_Right)
    press(point.circumplex, KEY.Key_Down, SHIFT)
    assert opened.document.timeline.emotions[0].chosen == clipped(0.75, 0.49)
    assert (point.valence.value(), point.arousal.value()) == (0.75, 0.49)
    opened.document.undo_stack.undo()
    opened.document.undo_stack.undo()
    assert opened.document.timeline.emotions[0].chosen is None


# -- moving about


def test_keys_step_by_frames_seconds_and_boundaries(opened, qtbot):
    view, transport = opened.page.timeline, opened.page.transport
    for key, modifiers, frame in (
        (KEY.Key_Right, Qt.KeyboardModifier.NoModifier, 1),
        (KEY.Key_Right, SHIFT, 25),
        (KEY.Key_Left, Qt.KeyboardModifier.NoModifier, 24),
        (KEY.Key_Down, Qt.KeyboardModifier.NoModifier, 50),
        (KEY.Key_Up, Qt.KeyboardModifier.NoModifier, 24),
        (KEY.Key_End, Qt.KeyboardModifier.NoModifier, 95),
        (KEY.Key_Home, Qt.KeyboardModifier.NoModifier, 0),
    ):
        press(view, key, modifiers)
        assert transport.time == Fraction(frame, 24)
    assert opened.page.preview.timecode.text() == "00:00:00:00"


def test_the_picture_follows_the_playhead_across_a_cut(opened, qtbot):
    picture = opened.page.preview.picture
    shown = []
    for frame in (23, 24):
        with qtbot.waitSignal(
            opened.page.pictures.picture_ready,
            check_params_cb=lambda image, time_s, at=frame / 24: abs(time_s - at) < 1e-6,
        ):
            opened.page.transport.go_to_frame(frame)
        shown.append(picture.image.pixelColor(5, 5))
    assert shown[0] != shown[1]


def test_scrubbing_moves_the_playhead_to_whole_frames(opened):
    view = opened.page.timeline
    drag(view.viewport(), place_of(view, 0.5, "original"), place_of(view, 3.0, "original"))
    assert opened.page.transport.time == pytest.approx(3.0, abs=1 / 24)
    assert (opened.page.transport.time * 24).denominator == 1


def test_zoom_keeps_the_time_under_the_pointer_and_shift_z_fits(opened):
    view = opened.page.timeline
    whole = view.scale
    view.zoom(4.0, whole.x_of(3.0))
    assert view.scale.x_of(3.0) == pytest.approx(whole.x_of(3.0))
    press(view, KEY.Key_Z, SHIFT)
    assert view.scale == whole


def test_a_film_without_any_boundary_is_painted(opened, caplog):
    view = opened.page.timeline
    for boundary in opened.document.timeline.boundaries:
        opened.editor.remove_boundary(boundary.id)
    assert times(opened) == []
    assert not view.grab().toImage().isNull()


def test_space_plays_to_the_end_and_stands_on_the_last_frame(opened, qtbot):
    transport = opened.page.transport
    transport.go_to_frame(80)
    press(opened.page.timeline, KEY.Key_Space)
    assert transport.is_playing
    qtbot.waitUntil(lambda: not transport.is_playing, timeout=45_000)
    assert transport.time == Fraction(95, 24)


# -- generating


def test_generate_composes_for_the_timeline_as_it_is(opened, engine, tmp_path):
    opened.page.inspector.score.seed.setValue(7)
    opened.page.inspector.generate.click()
    job_id, job = engine.last(ComposeJob)
    assert (job.timeline, job.seed) == (opened.document.timeline, 7)
    assert "waits" in opened.page.inspector.generate.toolTip()
    engine.advanced.emit(job_id, "compose", 2.0, 4.0)
    assert "Composing" in opened.bottom_bar.words
    engine.compose(tmp_path)
    assert opened.document.take.seed == 7
    assert opened.document.mix is not None
    assert "2 hits 1 exact, 1 near, 0 missed" in opened.bottom_bar.words
    assert opened.page.inspector.score.seed.value() == 8
    assert {"strings", "bass", "drums"} <= {row.name for row in opened.page.timeline.lanes}


def test_another_attempt_at_a_take_is_told_and_counted_anew(opened, engine):
    opened.generating.generate()
    job_id, _ = engine.last(ComposeJob)
    engine.advanced.emit(job_id, "compose", 4.0, 4.0)
    assert "Composing · 80%" in opened.bottom_bar.words
    engine.advanced.emit(job_id, "compose", 0.5, 4.0)
    assert "composing again · 13%" in opened.bottom_bar.words
    engine.advanced.emit(job_id, "compose", 2.0, 4.0)
    assert "composing again · 42%" in opened.bottom_bar.words
    engine.advanced.emit(job_id, "render", 1.0, 2.0)
    assert "Playing the score · 86%" in opened.bottom_bar.words


def test_cancelling_changes_nothing_and_generate_works_again(opened, engine, tmp_path):
    opened.generating.generate()
    opened.menu_actions["cancel"].trigger()
    job_id, _ = engine.last(ComposeJob)
    assert engine.asked_to_cancel == [job_id]
    engine.cancelled.emit(job_id)
    assert opened.document.take is None
    assert "nothing was changed" in opened.bottom_bar.words
    opened.generating.generate()
    engine.compose(tmp_path)
    assert opened.document.take is not None


def test_editing_while_it_composes_makes_the_take_stale(opened, engine, tmp_path):
    opened.generating.generate()
    opened.editor.toggle_hit("cut-50")
    engine.compose(tmp_path)
    assert opened.page.inspector.stale.isVisible()
    opened.document.undo_stack.undo()
    opened.document.undo_stack.undo()
    assert not opened.page.inspector.stale.isVisible()


def test_a_crash_is_told_once_and_offers_to_try_again(opened, engine):
    opened.generating.generate()
    job_id, _ = engine.last(ComposeJob)
    sentence = "The engine ended by itself; it has been started again."
    engine.failed.emit(job_id, sentence)
    engine.crashed.emit(sentence)
    assert opened.banner.sentence == sentence
    count = len(engine.submitted)
    opened.banner._act.click()
    assert len(engine.submitted) == count + 1
    assert isinstance(engine.submitted[-1], ComposeJob)


def test_hits_say_in_words_how_they_land(opened, engine, tmp_path):
    view = opened.page.timeline
    assert "no music for it yet" in view.words_at(place_of(view, 1.0, "hits"))
    opened.generating.generate()
    engine.compose(tmp_path)
    assert "exact 0 f" in view.words_at(place_of(view, 1.0, "hits"))
    assert "near +2 f" in view.words_at(place_of(view, 71 / 24, "hits"))
    assert "no hit" in view.words_at(place_of(view, 50 / 24, "hits"))


def test_two_takes_can_be_compared(opened, engine, tmp_path):
    for name in ("first", "second"):
        opened.generating.generate()
        engine.compose(tmp_path, name)
    takes = opened.page.inspector.score.takes
    assert takes.count() == 2
    takes.setCurrentRow(0)
    assert opened.document.take.id == "first"
    assert opened.document.mix == tmp_path / "first.wav"


def test_a_take_whose_sound_is_gone_is_played_again(opened, engine, tmp_path):
    for name in ("first", "second"):
        opened.generating.generate()
        engine.compose(tmp_path, name)
    (tmp_path / "first.wav").unlink()
    opened.page.inspector.score.takes.setCurrentRow(0)
    job_id, job = engine.last(RenderJob)
    assert job.take.id == "first"
    again = Path(tmp_path / "second.wav").rename(tmp_path / "again.wav")
    engine.succeeded.emit(job_id, Rendered(again, {}, ""))
    assert opened.document.mix == again


# -- saving


def test_what_is_saved_opens_as_it_was(opened, engine, tmp_path):
    opened.editor.toggle_hit("cut-50")
    opened.generating.generate()
    engine.compose(tmp_path)
    assert opened.isWindowModified()
    assert opened.files.write(tmp_path / "work.emsync")
    assert not opened.isWindowModified()
    assert load_project(tmp_path / "work.emsync") == opened.document.project


def test_a_folder_that_cannot_be_written_is_told(opened, tmp_path):
    assert not opened.files.write(tmp_path / "missing" / "work.emsync")
    assert "missing" in opened.banner.sentence


def test_the_audio_device_is_looked_for_once_and_before_the_film(window, engine, film, monkeypatch):
    from emsync_desktop.preview import transport

    searches = []
    found = transport.best_clock
    monkeypatch.setattr(
        transport, "best_clock", lambda mix, parent: searches.append(mix) or found(mix, parent)
    )
    window.page.transport.wake()
    assert len(searches) == 1
    window.open_path(film)
    engine.find_cuts()
    assert len(searches) == 1
