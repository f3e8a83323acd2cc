"""Every gesture of the timeline, by mouse and by key: what it changes, in one step each."""

from fractions import Fraction

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from emsync_desktop.timeline.hand import boundary_at
from tests.gui.gestures import LEFT, click_at, drag, drag_boundary, place_of, press

pytestmark = pytest.mark.gui
KEY = Qt.Key
CTRL, SHIFT, ALT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.NoModifier,
)
CUTS = (Fraction(24, 24), Fraction(50, 24), Fraction(71, 24))


def times(window):
    return [boundary.time for boundary in window.document.timeline.boundaries]


def steps(window):
    return window.document.undo_stack.count()


def click_with(view, keys, time, lane="hits"):
    QTest.mouseClick(view.viewport(), LEFT, keys, place_of(view, time, lane))


def chosen(window):
    ids = window.page.timeline.chosen_boundaries
    return sorted(int(one.removeprefix("cut-")) for one in ids)


def menu_words(view, time, lane):
    menu = view.menu_at(QPointF(place_of(view, time, lane)))
    return [action.text().replace("&", "") for action in menu.actions()]


# -- choosing several


def test_ctrl_and_shift_choose_several_boundaries(opened):
    view = opened.page.timeline
    click_with(view, NONE, CUTS[0])
    click_with(view, CTRL, CUTS[2])
    assert chosen(opened) == [24, 71]
    click_with(view, CTRL, CUTS[0])
    assert chosen(opened) == [71]
    click_with(view, SHIFT, CUTS[0])
    assert chosen(opened) == [24, 50, 71]
    click_with(view, NONE, CUTS[1])
    press(view, KEY.Key_A, CTRL)
    assert chosen(opened) == [24, 50, 71]
    assert steps(opened) == 0


def test_ctrl_and_shift_choose_several_segments_and_the_inspector_says_so(opened):
    view, inspector = opened.page.timeline, opened.page.inspector
    click_with(view, NONE, 0.5, "segments")
    click_with(view, SHIFT, 2.5, "segments")
    assert view.chosen_segments == {0, 1, 2}
    click_with(view, CTRL, 1.5, "segments")
    assert view.chosen_segments == {0, 2}
    assert inspector.header._title.text() == "2 segments"
    press(view, KEY.Key_T)
    assert opened.document.timeline.tacet == (True, False, True, False)
    opened.document.undo_stack.undo()
    assert not any(opened.document.timeline.tacet)


def test_a_marquee_chooses_what_it_encloses(opened):
    view = opened.page.timeline
    drag(view.viewport(), place_of(view, 0.5, "hits"), place_of(view, 2.5, "hits"))
    assert chosen(opened) == [24, 50]
    drag(view.viewport(), place_of(view, 1.5, "segments"), place_of(view, 3.5, "segments"))
    assert chosen(opened) == [50, 71]
    assert view.chosen_segments == {1, 2, 3}
    assert steps(opened) == 0


def test_one_point_is_given_to_all_chosen_segments(opened):
    view, circumplex = opened.page.timeline, opened.page.inspector.point.circumplex
    click_with(view, NONE, 0.5, "segments")
    click_with(view, CTRL, 3.5, "segments")
    circumplex.setFocus()
    press(circumplex, KEY.Key_Up)
    emotions = opened.document.timeline.emotions
    assert emotions[0].chosen == emotions[3].chosen is not None
    assert emotions[1].chosen is None
    assert steps(opened) == 1


# -- moving


def test_a_boundary_is_taken_between_two_lanes_too_but_not_on_the_ruler(opened):
    view = opened.page.timeline
    x = view.scale.x_of(float(CUTS[1]))
    for row in view.lanes[1:-1]:
        assert boundary_at(view, QPointF(x + 2, row.bottom + 1)).id == "cut-50"
    assert boundary_at(view, QPointF(x, view.lanes[0].bottom - 2)) is None


def test_chosen_boundaries_move_together_and_keep_their_distance(opened):
    view = opened.page.timeline
    click_with(view, NONE, CUTS[1])
    click_with(view, CTRL, CUTS[2])
    drag_boundary(view, opened.document.timeline.boundaries[1], to=[2.6, 2.5])
    assert times(opened) == [CUTS[0], Fraction(60, 24), Fraction(81, 24)]
    assert steps(opened) == 1
    assert opened.document.undo_stack.undoText() == "Move boundaries"
    opened.document.undo_stack.undo()
    assert times(opened) == list(CUTS)


def test_what_moves_together_stops_where_the_first_must(opened):
    view = opened.page.timeline
    press(view, KEY.Key_A, CTRL)
    drag_boundary(view, opened.document.timeline.boundaries[0], to=3.9)
    assert times(opened)[2] == Fraction(95, 24)
    assert times(opened)[0] == Fraction(48, 24)


def test_keys_nudge_all_chosen_by_one_frame_or_ten(opened):
    view = opened.page.timeline
    press(view, KEY.Key_A, CTRL)
    press(view, KEY.Key_Left, ALT)
    assert times(opened) == [time - Fraction(1, 24) for time in CUTS]
    press(view, KEY.Key_Right, ALT | SHIFT)
    assert times(opened) == [time + Fraction(9, 24) for time in CUTS]
    assert steps(opened) == 2


def test_alt_and_the_switch_turn_snapping_off(opened):
    view = opened.page.timeline
    viewport = view.viewport()
    playhead, beside = Fraction(40, 24), Fraction(41, 24)
    x = view.scale.x_of(float(playhead)) + 6.8  # nearer to the next frame, within reach of the pull
    start = place_of(view, CUTS[1])
    for keys, key, wanted in (
        (ALT, None, Fraction(round(view.scale.time_at(x) * 1000), 1000)),
        (NONE, None, playhead),
        (NONE, KEY.Key_S, beside),
    ):
        if key is not None:
            press(view, key)
        opened.page.transport.go_to(playhead)
        QTest.mousePress(viewport, LEFT, NONE, start)
        view._gesture.move(QPointF(x, start.y()), keys)
        QTest.mouseRelease(viewport, LEFT, NONE, start)
        assert times(opened)[1] == wanted
        opened.document.undo_stack.undo()


def test_a_cut_that_has_no_boundary_pulls_one(opened):
    view = opened.page.timeline
    view.cuts = (*CUTS, Fraction(36, 24))
    boundary = opened.document.timeline.boundaries[1]
    drag_boundary(view, boundary, to=view.scale.time_at(view.scale.x_of(36 / 24) + 5))
    assert times(opened)[1] == Fraction(36, 24)


# -- removing and merging


def test_delete_removes_all_chosen_in_one_step(opened):
    view = opened.page.timeline
    before = opened.document.timeline
    press(view, KEY.Key_A, CTRL)
    press(view, KEY.Key_Delete)
    assert times(opened) == []
    assert steps(opened) == 1
    opened.document.undo_stack.undo()
    assert opened.document.timeline == before


def test_chosen_segments_are_merged_and_one_joins_the_next(opened):
    view = opened.page.timeline
    click_with(view, NONE, 1.5, "segments")
    click_with(view, SHIFT, 3.5, "segments")
    opened.menu_actions["merge"].trigger()
    assert times(opened) == [CUTS[0]]
    opened.document.undo_stack.undo()
    click_with(view, NONE, 0.5, "segments")
    opened.menu_actions["merge"].trigger()
    assert times(opened) == [CUTS[1], CUTS[2]]
    opened.document.undo_stack.undo()
    click_with(view, NONE, 3.5, "segments")
    opened.menu_actions["merge"].trigger()
    assert times(opened) == [CUTS[0], CUTS[1]]


def test_hits_are_asked_for_at_all_chosen_boundaries(opened):
    view = opened.page.timeline
    press(view, KEY.Key_A, CTRL)
    press(view, KEY.Key_H)
    assert [one.is_hit for one in opened.document.timeline.boundaries] == [True] * 3
    press(view, KEY.Key_H)
    assert [one.is_hit for one in opened.document.timeline.boundaries] == [False] * 3
    assert steps(opened) == 2


# -- levels on the curves


@pytest.mark.parametrize("axis", ["valence", "arousal"])
def test_a_level_is_dragged_on_its_curve_in_one_step(opened, axis):
    view = opened.page.timeline
    before = opened.document.timeline.emotions[1].point
    row = view.row("emotion")
    half = row.height / 2 - 4
    x = round(view.scale.x_of(1.5))
    y = row.top + row.height / 2 - getattr(before, axis) * half
    drag(view.viewport(), QPoint(x, round(y)), QPoint(x, round(y - 0.5 * half)))
    after = opened.document.timeline.emotions[1].point
    other = "arousal" if axis == "valence" else "valence"
    assert getattr(after, axis) == pytest.approx(getattr(before, axis) + 0.5, abs=0.04)
    assert getattr(after, other) == getattr(before, other)
    assert steps(opened) == 1
    opened.document.undo_stack.undo()
    assert opened.document.timeline.emotions[1].chosen is None


def test_beside_the_curves_the_emotion_lane_moves_the_playhead(opened):
    view = opened.page.timeline
    row = view.row("emotion")
    at = QPoint(round(view.scale.x_of(0.5)), round(row.bottom - 2))
    QTest.mouseClick(view.viewport(), LEFT, NONE, at)
    assert opened.page.transport.time == Fraction(12, 24)
    assert steps(opened) == 0


# -- the range


def test_a_range_is_marked_on_the_ruler_by_keys_and_for_a_segment(opened):
    view, editor = opened.page.timeline, opened.editor
    QTest.mousePress(view.viewport(), LEFT, SHIFT, place_of(view, 1.5, "ruler"))
    QTest.mouseMove(view.viewport(), place_of(view, 0.5, "ruler"))
    QTest.mouseRelease(view.viewport(), LEFT, SHIFT, place_of(view, 0.5, "ruler"))
    start, end = editor.span
    assert (float(start), float(end)) == pytest.approx((0.5, 1.5), abs=1 / 24)
    assert (start * 24).denominator == (end * 24).denominator == 1
    opened.page.transport.go_to_frame(30)
    press(view, KEY.Key_I)
    opened.page.transport.go_to_frame(59)
    press(view, KEY.Key_O)
    assert editor.span == (Fraction(30, 24), Fraction(60, 24))
    press(view, KEY.Key_X, ALT)
    assert editor.span is None
    click_at(view, 1.5)
    press(view, KEY.Key_X)
    assert editor.span == (CUTS[0], CUTS[1])
    assert steps(opened) == 0, "a range is no change of the film's music"


def test_a_range_is_silenced_with_boundaries_at_its_ends(opened):
    view, editor = opened.page.timeline, opened.editor
    editor.mark_span((Fraction(36, 24), Fraction(60, 24)))
    press(view, KEY.Key_T, SHIFT)
    assert Fraction(36, 24) in times(opened)
    assert opened.document.timeline.tacet_spans == ((Fraction(36, 24), Fraction(60, 24)),)
    assert steps(opened) == 1


def test_a_range_is_played_once_and_shown_wide(opened, qtbot):
    view, transport = opened.page.timeline, opened.page.transport
    opened.editor.mark_span((Fraction(24, 24), Fraction(36, 24)))
    press(view, KEY.Key_Space, SHIFT)
    assert transport.is_playing
    assert transport.time >= 1
    qtbot.waitUntil(lambda: not transport.is_playing)
    assert transport.time == Fraction(36, 24)
    opened.menu_actions["zoom_choice"].trigger()
    assert view.scale.start_s < 1.0
    assert 1.5 < view.scale.end_s < 2.5


# -- menus, words, following


def test_menus_offer_what_can_be_done_there(opened):
    view = opened.page.timeline
    at_boundary = menu_words(view, CUTS[1], "hits")
    assert at_boundary[:2] == ["Hit this boundary", "Remove boundary"]
    assert chosen(opened) == [50]
    in_segment = menu_words(view, 3.5, "segments")
    assert in_segment[0] == "Split here"
    assert "Merge segments" in in_segment
    assert view.chosen_segments == {3}
    assert "Range in at playhead" in menu_words(view, 0.5, "ruler")
    assert view.menu_at(QPointF(5, 40)) is None


def test_a_segment_is_split_from_its_menu_where_the_pointer_is(opened):
    view = opened.page.timeline
    menu = view.menu_at(QPointF(place_of(view, 3.5)))
    menu.actions()[0].trigger()
    assert times(opened)[-1] == pytest.approx(3.5, abs=1 / 24)


def test_the_timeline_explains_itself(opened):
    view = opened.page.timeline
    assert "Shift" in view.words_at(place_of(view, 0.5, "ruler"))
    assert "valence -0.60" in view.words_at(place_of(view, 1.6, "emotion"))
    row = view.row("emotion")
    on_curve = row.top + row.height / 2 + 0.6 * (row.height / 2 - 4)
    words = view.words_at(QPoint(round(view.scale.x_of(1.6)), round(on_curve)))
    assert "change the valence" in words
    assert "confidence 0.40" in view.words_at(place_of(view, 1.6))
    assert view.words_at(QPoint(20, round(row.top + 5)))


def test_the_view_follows_the_playhead_unless_told_not_to(opened):
    view, transport = opened.page.timeline, opened.page.transport
    view.zoom(8.0, view.scale.x_of(0.0))
    transport.go_to_frame(90)
    assert view.scale.start_s < 90 / 24 < view.scale.end_s
    press(view, KEY.Key_F)
    shown = view.scale
    transport.go_to_frame(0)
    assert view.scale == shown


# -- locks


def test_a_segment_is_locked_by_key_and_switch_and_drawn_so(opened):
    view, switch = opened.page.timeline, opened.page.inspector.header.lock
    click_at(view, 1.5)
    before = view.grab().toImage()
    press(view, KEY.Key_L, CTRL)
    assert opened.document.timeline.locked == (False, True, False, False)
    assert switch.isChecked()
    assert "locked" in view.words_at(place_of(view, 1.6))
    assert view.grab().toImage() != before
    QTest.mouseClick(switch, LEFT, NONE, QPoint(10, switch.height() // 2))
    assert not any(opened.document.timeline.locked)
    assert [opened.document.undo_stack.text(n) for n in range(2)] == [
        "Lock segment",
        "Unlock segment",
    ]
