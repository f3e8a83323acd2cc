"""Menus of the right button, ranges, several segments at once, the way of the Tab key."""

from fractions import Fraction

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from emsync_desktop.circumplex.geometry import landmarks
from emsync_desktop.menus import Menu
from emsync_engine.jobs.messages import RegenerateJob
from emsync_engine.video.arriving import FilmPart
from tests.gui.gestures import click_at, place_of, press

pytestmark = pytest.mark.gui
KEY = Qt.Key
RANGE = (Fraction(30, 24), Fraction(40, 24))  # inside the second segment, from 1 s to 50/24 s


@pytest.fixture
def scored(opened, engine, tmp_path):
    """The window with a take."""
    opened.generating.generate()
    engine.compose(tmp_path, "first")
    return opened


def named(menu, words):
    return next(action for action in menu.actions() if action.text() == words)


# -- a range alone


def test_a_range_alone_is_written_anew(scored, engine):
    assert not scored.menu_actions["generate_span"].isEnabled()
    scored.editor.mark_span(RANGE)
    scored.menu_actions["generate_span"].trigger()
    times = [one.time for one in scored.document.timeline.boundaries]
    assert times == [1, *RANGE, Fraction(50, 24), Fraction(71, 24)]
    assert [one.is_hit for one in scored.document.timeline.boundaries[1:3]] == [False, False]
    assert not scored.page.parts.stale, "the split alone changes no music"
    _, job = engine.last(RegenerateJob)
    assert job.segments == (2,)
    assert scored.document.undo_stack.undoText() == "Split at the range"


def test_a_range_that_ends_on_boundaries_needs_no_others(scored, engine):
    scored.editor.mark_span((Fraction(1), Fraction(50, 24)))
    scored.menu_actions["generate_span"].trigger()
    assert len(scored.document.timeline.boundaries) == 3
    assert engine.last(RegenerateJob)[1].segments == (1,)


def test_nothing_is_split_for_a_range_that_is_locked(scored, engine):
    click_at(scored.page.timeline, 1.5)
    scored.editor.set_lock(True)
    asked = len(engine.submitted)
    scored.editor.mark_span(RANGE)
    scored.menu_actions["generate_span"].trigger()
    assert len(engine.submitted) == asked
    assert len(scored.document.timeline.boundaries) == 3
    assert "locked or silent" in scored.banner.sentence


def test_the_ruler_offers_what_can_be_done_with_a_range(scored):
    view = scored.page.timeline
    scored.editor.mark_span(RANGE)
    menu = view.menu_at(place_of(view, 1.5, "ruler").toPointF())
    assert scored.menu_actions["generate_span"] in menu.actions()


# -- menus


def test_the_circumplex_offers_emotions_for_all_chosen_segments(opened):
    editor = opened.editor
    click_at(opened.page.timeline, 0.5)
    editor.choose_segment(1, "extend")
    circumplex = opened.page.inspector.point.circumplex
    menu = circumplex.menu()
    assert not named(menu, "Emotion as detected").isEnabled()
    named(menu, "Joy").trigger()
    assert [one.emotion.point for one in editor.chosen_segments] == [landmarks()["joy"]] * 2
    assert opened.document.undo_stack.count() == 1
    named(circumplex.menu(), "Emotion as detected").trigger()
    assert [one.emotion.chosen for one in editor.chosen_segments] == [None, None]


def test_the_picture_has_a_menu(opened, monkeypatch):
    shown = []
    monkeypatch.setattr(Menu, "exec", lambda menu, *_: shown.extend(menu.actions()))
    opened.page.preview.picture.customContextMenuRequested.emit(QPoint(5, 5))
    assert opened.menu_actions["boundary_add"] in shown
    assert opened.menu_actions["play"] in shown


# -- numbers for several segments


def test_a_number_changes_one_axis_and_leaves_the_other_of_each_segment(opened):
    editor, inspector = opened.editor, opened.page.inspector
    click_at(opened.page.timeline, 0.5)
    editor.choose_segment(1, "extend")
    arousal = [one.emotion.point.arousal for one in editor.chosen_segments]
    assert arousal[0] != arousal[1]
    inspector.point.valence.setValue(0.25)
    points = [one.emotion.point for one in editor.chosen_segments]
    assert [one.valence for one in points] == [0.25, 0.25]
    assert [one.arousal for one in points] == pytest.approx(arousal, abs=0.006)
    assert opened.document.undo_stack.count() == 1


# -- the way of the Tab key


def tab_stops(window):
    """What has the keyboard after each press of Tab, from the timeline on once around."""
    stops = []
    window.page.timeline.setFocus()
    for _ in range(80):
        press(QApplication.focusWidget(), KEY.Key_Tab)
        stops.append(QApplication.focusWidget())
        if stops[-1] is window.page.timeline:
            return stops
    raise AssertionError("Tab does not come back")


def test_tab_goes_through_the_window_as_the_eye_does(scored):
    scored.banner.say("A sentence.", offer="Do it", action=lambda: None)
    stops = tab_stops(scored)
    page, inspector = scored.page, scored.page.inspector
    way = [
        scored.bottom_bar.usage if scored.bottom_bar.usage.isVisible() else None,
        scored.banner._act,
        page.preview.timecode,
        inspector.header.level,
        inspector.header.lock,
        inspector.point.circumplex,
        inspector.point.arousal,
        inspector.generate,
        inspector.reading.fold,
        inspector.score.tabs.tabBar(),
        inspector.score.takes,
        page.timeline,
    ]
    places = [stops.index(one) for one in way if one is not None]
    assert places == sorted(places)
    buttons = [n for n, one in enumerate(stops) if one.parent() is page.preview]
    assert buttons == list(range(buttons[0], buttons[-1] + 1)), "picture and sound are together"
    assert len(set(map(id, stops))) == len(stops)


def test_every_stop_of_the_tab_key_can_be_seen_and_has_a_name(scored):
    scored.banner.say("A sentence.")
    stops = tab_stops(scored)
    for stop in stops:
        assert stop.accessibleName() or stop.text(), type(stop)
        stop.setFocus(Qt.FocusReason.TabFocusReason)
        with_focus = stop.grab().toImage()
        scored.page.preview.picture.setFocus()
        assert with_focus != stop.grab().toImage(), (type(stop), stop.accessibleName())


# -- the timeline's room


def test_lanes_stay_where_they_are_when_the_timeline_is_zoomed(opened):
    view, bar = opened.page.timeline, opened.page.timeline.horizontalScrollBar()
    rows = [(row.name, row.top) for row in view.lanes]
    assert not bar.isEnabled()
    view.zoom(6)
    assert bar.isEnabled()
    bar.setValue(bar.maximum())
    assert view.scale.end_s == pytest.approx(view.scale.duration_s, abs=0.01)
    assert [(row.name, row.top) for row in view.lanes] == rows
    view.fit()
    assert not bar.isEnabled()


def test_nothing_of_a_segment_is_painted_beside_the_film(opened):
    view = opened.page.timeline
    view.zoom(6, view.scale.origin_px)
    click_at(view, view.scale.end_s - 0.01)
    row, shot = view.row("segments"), view.viewport().grab().toImage()
    ratio = shot.devicePixelRatio()
    x = (view.scale.origin_px + view.scale.width_px + 4) * ratio
    colours = {shot.pixel(round(x), round((row.top + y) * ratio)) for y in range(int(row.height))}
    assert len(colours) == 1


def test_a_film_that_is_read_shows_its_own_timecode_from_the_first_part_on(window, film):
    window.page.begin(film)
    nothing = (np.zeros((0, 9, 16, 3), np.uint8), np.zeros(0), np.zeros((0, 2), np.float32))
    part = FilmPart(Fraction(60), Fraction(30000, 1001), "00:59:50;00", 1.0, *nothing)
    window.page.show_part(part)
    assert window.page.preview.timecode.text() == "00:59:50;00"


def test_what_has_the_keyboard_in_the_preferences_is_in_view(opened, qtbot):
    opened.helping.show_preferences()
    dialog = opened.helping.dialog
    dialog.resize(580, 420)
    qtbot.waitUntil(dialog.isActiveWindow)
    for field in (dialog.fields["offline"], dialog.fields["theme"]):
        field.setFocus(Qt.FocusReason.TabFocusReason)
        room = dialog._scroll.viewport()
        top = field.mapTo(room, QPoint(0, 0)).y()
        assert 0 <= top <= room.height() - field.height()
    dialog.reject()
