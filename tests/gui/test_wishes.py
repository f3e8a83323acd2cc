"""Key, tempo and silence, as the hand asks for them."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from emsync_desktop.fields import TempoField
from emsync_desktop.timeline.emotion_lanes import HATCH_PX
from emsync_engine.jobs.messages import ComposeJob
from emsync_engine.project.file import load_project, save_project
from emsync_engine.project.key_names import KEYS
from emsync_engine.project.model import GenerationSettings
from tests.gui.gestures import LEFT, click_at, double_click_at, place_of, press
from tests.unit.desktop.films import project, take

pytestmark = pytest.mark.gui
KEY = Qt.Key


def click(widget):
    """On the box of a check box, or in the middle of anything else."""
    at = QPoint(10, widget.height() // 2)
    QTest.mouseClick(widget, LEFT, Qt.KeyboardModifier.NoModifier, at)


def tacet(window):
    return window.document.timeline.tacet


# -- silence


def test_the_switch_silences_the_chosen_segment_in_one_step(opened):
    switch = opened.page.inspector.header.tacet
    click_at(opened.page.timeline, 1.5)
    assert not switch.isChecked()
    click(switch)
    assert tacet(opened) == (False, True, False, False)
    assert switch.isChecked()
    click_at(opened.page.timeline, 3.5)
    assert not switch.isChecked(), "it shows the segment that is chosen"
    undo = opened.document.undo_stack
    assert (undo.count(), undo.undoText()) == (1, "Silence segment")
    undo.undo()
    assert not any(tacet(opened))
    undo.redo()
    assert tacet(opened) == (False, True, False, False)


def test_the_key_t_silences_and_lets_play(opened):
    view = opened.page.timeline
    click_at(view, 1.5)
    press(view, KEY.Key_T)
    assert tacet(opened) == (False, True, False, False)
    press(view, KEY.Key_T)
    assert not any(tacet(opened))
    assert opened.menu_actions["tacet"].isEnabled()


def test_the_context_menu_silences_the_segment_under_the_pointer(opened):
    view = opened.page.timeline
    for is_silent in (True, False):
        menu = view.menu_at(QPointF(place_of(view, 2.5)))
        [action] = [one for one in menu.actions() if "&No music in this segment" in one.text()]
        assert action.isChecked() != is_silent
        action.trigger()
        assert tacet(opened) == (False, False, is_silent, False)


def test_silence_follows_a_split_and_a_join(opened):
    view = opened.page.timeline
    click_at(view, 1.5)
    press(view, KEY.Key_T)
    double_click_at(view, 1.6)
    assert tacet(opened) == (False, True, True, False, False)
    press(view, KEY.Key_Delete)
    assert tacet(opened) == (False, True, False, False)


def test_a_silent_segment_is_told_in_words_and_drawn_apart(opened):
    view = opened.page.timeline
    click_at(view, 3.5)
    at = place_of(view, 1.6)
    assert "sadness" in view.words_at(at)
    before = view.grab().toImage()
    opened.document.apply(opened.document.timeline.with_tacet(1, True))
    assert "no music (tacet)" in view.words_at(at)
    after = view.grab().toImage()
    ratio = after.devicePixelRatio()
    row = round((at.y() + 10) * ratio)
    seen = {
        after.pixelColor(round((at.x() + dx) * ratio), row).name() for dx in range(round(HATCH_PX))
    }
    assert len(seen) > 1, "hatched, not one flat colour"
    assert before.pixelColor(at) != after.pixelColor(at)


def test_the_engine_is_told_and_a_changed_silence_makes_the_take_stale(opened, engine, tmp_path):
    click_at(opened.page.timeline, 1.5)
    press(opened.page.timeline, KEY.Key_T)
    opened.generating.generate()
    assert engine.last(ComposeJob)[1].timeline.tacet == (False, True, False, False)
    engine.compose(tmp_path)
    assert not opened.page.inspector.stale.isVisible()
    click(opened.page.inspector.header.tacet)
    assert opened.page.inspector.stale.isVisible()
    assert opened.files.write(tmp_path / "work.emsync")
    assert load_project(tmp_path / "work.emsync").timeline == opened.document.timeline


# -- key and tempo


def test_key_and_tempo_go_with_the_next_take(opened, engine):
    score = opened.page.inspector.score
    assert [score.key.itemData(at) for at in range(score.key.count())] == [None, *KEYS]
    assert score.key.currentText() == score.tempo.text() == "Auto"
    opened.generating.generate()
    settings = engine.last(ComposeJob)[1].settings
    assert (settings.key, settings.tempo_bpm) == (None, None)
    engine.cancelled.emit(engine.last(ComposeJob)[0])
    score.key.setFocus()
    for _ in range(1 + KEYS.index("F# minor")):
        press(score.key, KEY.Key_Down)
    assert score.key.currentText() == "F♯ minor"
    score.tempo.setFocus()
    score.tempo.selectAll()
    QTest.keyClicks(score.tempo, "96")
    press(score.tempo, KEY.Key_Return)
    opened.generating.generate()
    settings = engine.last(ComposeJob)[1].settings
    assert (settings.key, settings.tempo_bpm) == ("F# minor", 96.0)


def test_a_tempo_is_typed_stepped_and_cleared(qtbot):
    field = TempoField()
    qtbot.addWidget(field)
    field.show()
    press(field, KEY.Key_Up)
    assert field.bpm == 100.0
    press(field, KEY.Key_Down)
    assert field.bpm == 99.0
    for typed, bpm in (("40", 40.0), ("5", 40.0), ("", None), ("220", 220.0), ("auto", None)):
        field.selectAll()
        press(field, KEY.Key_Delete)
        QTest.keyClicks(field, typed)
        press(field, KEY.Key_Return)
        assert field.bpm == bpm, typed
    field.set_bpm(40.0)
    press(field, KEY.Key_Down)
    assert (field.bpm, field.text()) == (None, "Auto")


def test_a_project_asks_for_what_its_take_was_asked_for(window, film, tmp_path, qtbot):
    from dataclasses import replace

    wishes = GenerationSettings(ensemble="chamber", key="Bb minor", tempo_bpm=72.0)
    saved = tmp_path / "work.emsync"
    save_project(project(str(film), replace(take(), settings=wishes)), saved)
    window.open_path(saved)
    qtbot.waitUntil(lambda: window.document.project is not None)
    score = window.page.inspector.score
    assert (score.settings.ensemble, score.settings.key) == ("chamber", "Bb minor")
    assert (score.key.currentText(), score.tempo.text()) == ("B♭ minor", "72 bpm")
    assert score.takes.item(0).toolTip() == "B♭ minor, 72 bpm"
    score.show_settings(None)
    assert (score.settings.key, score.settings.tempo_bpm) == (None, None)
