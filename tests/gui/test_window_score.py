"""What is asked of the next take, and how hits, choices and time are told."""

from fractions import Fraction

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from emsync_desktop.inspector.score import ENDINGS
from emsync_engine.jobs.messages import ComposeJob, RenderJob, TakesJob
from tests.gui.gestures import click_at, press

pytestmark = pytest.mark.gui
KEY, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier


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
