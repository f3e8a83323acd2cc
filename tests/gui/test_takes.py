"""Takes and hits as lists; what Generate writes when something is stale or locked."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from emsync_desktop.inspector.takes import seeds_text, take_title
from emsync_engine.jobs.messages import CompJob, ComposeJob, FixHitJob, RegenerateJob
from emsync_engine.music.parts import with_provenance
from tests.gui.gestures import LEFT, click_at, place_of, press
from tests.unit.desktop.films import take, timeline

pytestmark = pytest.mark.gui
KEY = Qt.Key
CTRL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def scored(opened, engine, tmp_path):
    """The window with a take."""
    opened.generating.generate()
    engine.compose(tmp_path, "first")
    return opened


def takes(window):
    return window.document.project.takes


def named(menu, words):
    return next(action for action in menu.actions() if action.text() == words)


def test_a_take_of_parts_names_the_seeds_that_they_were_written_with():
    whole = with_provenance(take("one", 7), timeline())
    assert seeds_text(whole) == "7"
    longest = max(whole.parts, key=lambda part: part.end - part.start)
    others = [replace(part, seed=n) for n, part in enumerate(whole.parts) if part is not longest]
    mixed = replace(whole, parts=(*others, longest))
    assert seeds_text(mixed).startswith("7 + ")
    assert "seed 7 + " in take_title(mixed)
    many = replace(whole, parts=tuple(replace(whole.parts[0], seed=n) for n in range(9)))
    assert seeds_text(many) == "0 + 1 + 2 …"
    assert seeds_text(replace(whole, parts=())) == "7"


# -- what Generate writes


def test_what_is_stale_is_written_and_nothing_else(scored, engine, tmp_path):
    inspector, view = scored.page.inspector, scored.page.timeline
    assert inspector.generate.text() == "Generate"
    click_at(view, 1.5)
    inspector.point.circumplex.setFocus()
    press(inspector.point.circumplex, KEY.Key_Up)
    assert inspector.generate.text() == "Generate stale parts (1)"
    assert inspector.stale.text() == "One segment has changed since its music was written."
    assert "changed since" in view.words_at(place_of(view, 1.6))
    inspector.generate.click()
    _, job = engine.last(RegenerateJob)
    assert (job.take.id, job.segments) == ("first", (1,))
    assert job.timeline == scored.document.timeline
    engine.compose(tmp_path, "second")
    assert [take.id for take in takes(scored)] == ["first", "second"]
    assert not inspector.stale.isVisible()
    scored.document.undo_stack.undo()
    assert inspector.stale.isVisible()


def test_stale_music_is_seen_on_the_timeline(scored):
    view = scored.page.timeline
    click_at(view, 3.5)
    row = view.row("bass")
    before = view.grab().toImage()
    scored.editor.choose_level("valence", -0.9, None)
    after = view.grab().toImage()
    ratio = after.devicePixelRatio()
    for time, is_stale in ((3.5, True), (0.4, False)):
        x = round(view.scale.x_of(time) * ratio)
        column = [round((row.top + y) * ratio) for y in range(int(row.height))]
        differs = any(before.pixel(x, y) != after.pixel(x, y) for y in column)
        assert differs == is_stale


def test_a_locked_segment_is_left_out_even_of_a_new_take(scored, engine):
    view = scored.page.timeline
    click_at(view, 1.5)
    press(view, KEY.Key_L, CTRL)
    scored.menu_actions["generate_all"].trigger()
    _, job = engine.last(RegenerateJob)
    assert job.segments == (0, 2, 3)
    engine.cancelled.emit(engine.last(RegenerateJob)[0])
    scored.menu_actions["generate_chosen"].trigger()
    assert "locked" in scored.banner.sentence


def test_progress_counts_the_stretches_that_are_written(scored, engine):
    view = scored.page.timeline
    click_at(view, 0.5)
    QTest.mouseClick(view.viewport(), LEFT, CTRL, place_of(view, 3.5))
    scored.menu_actions["generate_chosen"].trigger()
    job_id, job = engine.last(RegenerateJob)
    assert job.segments == (0, 3)
    told = []
    for done in (0.0, 2.0, 4.0, 0.0, 2.0, 4.0):
        engine.advanced.emit(job_id, "compose", done, 4.0)
        told.append(scored.bottom_bar.words)
    shares = [int(words.partition("· ")[2].rstrip("%") or 0) for words in told]
    assert shares == sorted(shares)
    assert (shares[2], shares[-1]) == (42, 80)
    assert "again" not in "".join(told)


def test_the_chosen_segment_is_written_anew(scored, engine):
    click_at(scored.page.timeline, 3.5)
    scored.menu_actions["generate_chosen"].trigger()
    assert engine.last(RegenerateJob)[1].segments == (3,)


def test_other_wishes_make_the_whole_take_stale(scored, engine):
    score = scored.page.inspector.score
    score.key.setCurrentIndex(5)
    assert scored.page.inspector.stale.isVisible()
    before = len(engine.submitted)
    scored.page.inspector.generate.click()
    assert isinstance(engine.submitted[-1], ComposeJob)
    assert len(engine.submitted) == before + 1


# -- the list of takes


def test_a_star_is_set_by_mouse_and_key(scored):
    view = scored.page.inspector.score.takes
    row = view.visualItemRect(view.item(0))
    QTest.mouseClick(view.viewport(), LEFT, NONE, QPoint(12, row.center().y()))
    assert takes(scored)[0].is_starred
    view.setFocus()
    QTest.keyClicks(view, "*")
    assert not takes(scored)[0].is_starred
    scored.document.undo_stack.undo()
    assert takes(scored)[0].is_starred


def test_a_take_is_named_in_its_row(scored, qtbot):
    view = scored.page.inspector.score.takes
    view.setFocus()
    press(view, KEY.Key_F2)
    field = view.viewport().findChild(QLineEdit)
    QTest.keyClicks(field, "The quiet one")
    press(field, KEY.Key_Return)
    qtbot.waitUntil(lambda: takes(scored)[0].name == "The quiet one")
    assert "The quiet one" in view.item(0).data(Qt.ItemDataRole.AccessibleTextRole)


def test_a_take_is_deleted_and_comes_back(scored, engine, tmp_path):
    scored.generating.generate()
    engine.compose(tmp_path, "second")
    view = scored.page.inspector.score.takes
    view.setFocus()
    press(view, KEY.Key_Delete)
    assert [take.id for take in takes(scored)] == ["first"]
    assert len(scored.document.timeline.boundaries) == 3, "no boundary was removed instead"
    scored.document.undo_stack.undo()
    assert [take.id for take in takes(scored)] == ["first", "second"]
    assert scored.document.take.id == "second"


def test_ctrl_b_hears_one_take_and_the_other(scored, engine, tmp_path):
    scored.generating.generate()
    engine.compose(tmp_path, "second")
    scored.menu_actions["swap_takes"].trigger()
    assert scored.document.mix == tmp_path / "first.wav"
    scored.menu_actions["swap_takes"].trigger()
    assert scored.document.mix == tmp_path / "second.wav"


def test_chosen_segments_are_taken_from_another_take(scored, engine, tmp_path):
    scored.generating.generate()
    engine.compose(tmp_path, "second")
    click_at(scored.page.timeline, 2.5)
    view = scored.page.inspector.score.takes
    named(view.menu(view.item(0)), "Use in the chosen segments").trigger()
    _, job = engine.last(CompJob)
    assert (job.take.id, job.other.id, job.segments) == ("second", "first", (2,))
    engine.compose(tmp_path, "third")
    assert scored.document.take.id == "third"
    assert not named(view.menu(view.item(2)), "Use in the chosen segments").isEnabled()


def test_the_right_button_asks_about_a_take_without_choosing_it(scored, engine, tmp_path):
    scored.generating.generate()
    engine.compose(tmp_path, "second")
    view = scored.page.inspector.score.takes
    at = view.visualItemRect(view.item(0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.RightButton, NONE, at)
    assert scored.document.take.id == "second"


# -- the table of hits


def test_hits_are_told_in_a_table_that_leads_to_them(scored):
    table, view = scored.page.inspector.score.hits, scored.page.timeline
    scored.page.inspector.score.tabs.setCurrentWidget(scored.page.inspector.score.hits_page)
    words = [[table.item(row, column).text() for column in range(3)] for row in range(2)]
    assert words[0][:2] == ["00:00:01:00", "▼ 0 f"]
    assert words[1][:2] == ["00:00:02:23", "▽ +2 f"]
    table.selectRow(1)
    assert view.selected_boundary == "cut-71"
    assert scored.page.transport.time == scored.document.timeline.boundaries[2].time
    press(view, KEY.Key_Home)
    press(view, KEY.Key_Down)
    assert table.selectionModel().selectedRows()[0].row() == 0


def test_a_hit_is_played_around_and_its_lead_in_written_anew(scored, engine):
    table = scored.page.inspector.score.hits
    named(table.menu_of(1), "Play around it").trigger()
    assert scored.page.transport.is_playing
    scored.page.transport.stop()
    named(table.menu_of(1), "Write what leads to it anew").trigger()
    _, job = engine.last(FixHitJob)
    assert (job.hit, job.take.id) == (1, "first")
    engine.cancelled.emit(engine.last(FixHitJob)[0])
    click_at(scored.page.timeline, 1.0, "hits")
    scored.menu_actions["fix_hit"].trigger()
    assert engine.last(FixHitJob)[1].hit == 0


def test_without_a_take_no_hit_can_be_mended(opened):
    table = opened.page.inspector.score.hits
    assert table.rowCount() == 2
    assert table.item(0, 2).text() == "no music for it yet"
    assert not named(table.menu_of(0), "Write what leads to it anew").isEnabled()
    assert not opened.menu_actions["fix_hit"].isEnabled()
