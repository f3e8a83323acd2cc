"""Document, commands and editor: every edit is a step, and every step goes back."""

from dataclasses import replace
from fractions import Fraction

import pytest

pytest.importorskip("PySide6")

from emsync_desktop.document import ProjectDocument, Sounding
from emsync_desktop.editor import Editor
from emsync_desktop.part_states import PartStates
from emsync_desktop.take_editor import TakeEditor
from emsync_engine.project.model import BoundaryId, GenerationSettings, VAPoint
from tests.unit.desktop.films import project, take, timeline

TWO, FIVE = BoundaryId("two"), BoundaryId("five")


@pytest.fixture
def document():
    document = ProjectDocument()
    document.open(project())
    return document


@pytest.fixture
def editor(document):
    return Editor(document)


@pytest.fixture
def takes(document):
    return TakeEditor(document)


def edit(editor, document, takes):
    """Every kind of edit, each from a fresh timeline."""
    yield lambda: editor.move_boundary(TWO, Fraction(3), object())
    yield lambda: editor.add_boundary(Fraction(1))
    yield lambda: editor.remove_boundary(FIVE)
    yield lambda: editor.toggle_hit(FIVE)
    yield lambda: editor.choose_point(VAPoint(0.5, 0.5), object())
    yield lambda: takes.add(take())


def test_undo_and_redo_restore_equality(document, editor, takes):
    for change in edit(editor, document, takes):
        before = document.project
        change()
        after = document.project
        assert after != before
        document.undo_stack.undo()
        assert document.project == before
        document.undo_stack.redo()
        assert document.project == after
        document.undo_stack.undo()


def test_a_drag_is_one_step(document, editor):
    gesture = object()
    for frame in range(49, 60):
        editor.move_boundary(TWO, Fraction(frame, 24), gesture)
    assert document.undo_stack.count() == 1
    assert document.timeline.boundaries[0].time == Fraction(59, 24)
    document.undo_stack.undo()
    assert document.timeline == timeline()


def test_two_drags_are_two_steps(document, editor):
    editor.move_boundary(TWO, Fraction(3), object())
    editor.move_boundary(TWO, Fraction(4), object())
    assert document.undo_stack.count() == 2


def test_a_drag_back_to_its_start_is_no_step(document, editor):
    gesture = object()
    for time in (Fraction(3), Fraction(4), Fraction(2)):
        editor.move_boundary(TWO, time, gesture)
    assert document.undo_stack.count() == 0
    assert document.undo_stack.isClean()


def test_a_point_can_return_to_what_was_detected(document, editor):
    editor.choose_segment(1)
    editor.choose_point(VAPoint(0.9, 0.9), None)
    assert editor.segment.emotion.point == VAPoint(0.9, 0.9)
    editor.choose_point(None, None)
    assert document.timeline == timeline()
    editor.choose_point(None, None)
    assert document.undo_stack.count() == 2


def test_a_nudge_goes_by_frames_and_stops_before_the_neighbour(document, editor):
    editor.choose_boundary(TWO)
    assert editor.nudge_boundary(1) == Fraction(49, 24)
    for _ in range(100):
        editor.nudge_boundary(1)
    assert document.timeline.boundaries[0].time == Fraction(119, 24)


def test_a_boundary_is_added_on_the_nearest_frame_and_chosen(document, editor):
    editor.add_boundary(Fraction(1001, 1000))
    assert document.timeline.boundaries[0].time == 1
    assert editor.boundary == document.timeline.boundaries[0].id
    editor.add_boundary(Fraction(1))
    assert len(document.timeline.boundaries) == 4


def test_the_choice_outlives_no_boundary(document, editor):
    editor.choose_boundary(BoundaryId("seven"))
    assert editor.segment.index == 3
    editor.remove_boundary()
    assert editor.boundary is None
    assert editor.segment.index == 2


def test_a_segment_is_stale_as_soon_as_it_asks_for_other_music(document, editor, takes):
    from emsync_engine.music.parts import with_provenance

    states = PartStates(document, GenerationSettings)
    document.timeline_changed.connect(states.refresh)
    document.takes_changed.connect(states.refresh)
    takes.add(with_provenance(take(), timeline()))
    assert states.stale == frozenset()
    editor.choose_segment(1)
    editor.choose_point(VAPoint(0.9, 0.9), None)
    assert states.stale == {1}
    editor.set_lock(True)
    assert states.states[1] == "locked"
    editor.set_lock(False)
    document.undo_stack.undo()
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert states.stale == frozenset()


def test_the_same_take_again_is_not_listed_twice(document, takes):
    takes.add(take())
    takes.add(take("second", seed=2))
    takes.add(replace(take()))
    assert [one.id for one in document.project.takes] == ["first", "second"]
    assert document.take.id == "first"


def test_choosing_among_takes_is_one_step(document, takes):
    takes.add(take())
    takes.add(take("second", seed=2))
    takes.choose("first")
    takes.choose("second")
    takes.choose("first")
    assert document.undo_stack.count() == 3
    document.undo_stack.undo()
    assert document.take.id == "second"


def test_a_sound_that_is_gone_is_not_offered(document, takes, tmp_path):
    document.keep_sounding("first", Sounding(tmp_path / "gone.wav", timeline()))
    takes.add(take())
    assert document.mix is None


def test_another_project_starts_without_history(document, editor):
    editor.toggle_hit(FIVE)
    document.open(project())
    assert document.undo_stack.count() == 0
    assert editor.segment.index == 0


def test_takes_are_starred_named_and_deleted_in_steps_that_go_back(document, takes):
    takes.add(take())
    takes.add(take("second", seed=2))
    before = document.project
    takes.star("first", True)
    takes.rename("first", "  The quiet  one ")
    assert document.project.takes[0].is_starred
    assert document.project.takes[0].name == "The quiet one"
    takes.delete("second")
    assert [one.id for one in document.project.takes] == ["first"]
    assert document.take.id == "first"
    for _ in range(3):
        document.undo_stack.undo()
    assert document.project == before


def test_a_name_that_cannot_be_is_refused_in_a_sentence(document, takes):
    takes.add(take())
    takes.add(take("second", seed=2))
    refused = []
    takes.refused.connect(refused.append)
    takes.rename("first", "Storm")
    takes.rename("second", "Storm")
    assert "Storm" in refused[0]
    assert document.project.takes[1].name == ""
    assert document.undo_stack.count() == 3


def test_two_takes_are_heard_in_turn(document, takes):
    for name in ("first", "second", "third"):
        takes.add(take(name))
    takes.swap()
    assert document.take.id == "second"
    takes.swap()
    assert document.take.id == "third"
    takes.choose("first")
    takes.swap()
    assert document.take.id == "third"


def test_several_boundaries_stop_before_what_stands_still(document, editor):
    editor.choose_many([TWO, FIVE], ())
    editor.nudge_boundary(10_000)
    assert [one.time for one in document.timeline.boundaries][:2] == [
        Fraction(15, 2) - Fraction(1, 24) - 3,
        Fraction(15, 2) - Fraction(1, 24),
    ]
    editor.nudge_boundary(-10_000)
    assert document.timeline.boundaries[0].time == Fraction(1, 24)
    assert document.timeline.boundaries[1].time - document.timeline.boundaries[0].time == 3
