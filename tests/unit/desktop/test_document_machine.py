"""The document under any row of edits: segments tile the film, and undo leads back to the start."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from emsync_desktop.document import ProjectDocument
from emsync_desktop.editor import Editor
from emsync_desktop.take_editor import TakeEditor
from emsync_engine.project.file import parsed_project, project_text
from emsync_engine.project.model import VAPoint
from tests.unit.desktop.films import made_project, take

FRAME = st.integers(-30, 60 * 24 + 30)
LEVEL = st.floats(-1, 1, allow_nan=False).map(lambda value: round(value, 2))


class DocumentMachine(RuleBasedStateMachine):
    """Edits as the window makes them, through the editors and the undo stack."""

    @initialize()
    def begin(self):
        self.document = ProjectDocument()
        self.editor = Editor(self.document)
        self.takes = TakeEditor(self.document)
        self.document.open(made_project())
        self.start = self.document.project
        self.made = 0

    @rule(frame=FRAME)
    def add(self, frame):
        self.editor.add_boundary(Fraction(frame, 24))

    @rule(index=st.integers(0, 40), frames=st.integers(-200, 200))
    def move(self, index, frames):
        if self._choose_boundary(index):
            self.editor.nudge_boundary(frames)

    @rule(index=st.integers(0, 40))
    def delete(self, index):
        if self._choose_boundary(index):
            self.editor.remove_boundary()

    @rule(index=st.integers(0, 40), more=st.integers(0, 3))
    def merge(self, index, more):
        self._choose_segment(index, more)
        self.editor.merge_segments()

    @rule(index=st.integers(0, 40))
    def toggle_hit(self, index):
        if self._choose_boundary(index):
            self.editor.toggle_hit()

    @rule(index=st.integers(0, 40), more=st.integers(0, 3))
    def lock(self, index, more):
        self._choose_segment(index, more)
        self.editor.toggle_lock()

    @rule(index=st.integers(0, 40), more=st.integers(0, 3))
    def tacet(self, index, more):
        self._choose_segment(index, more)
        self.editor.toggle_tacet()

    @rule(first=FRAME, last=FRAME)
    def silence(self, first, last):
        duration = self.document.timeline.duration
        start, end = (min(max(Fraction(f, 24), Fraction(0)), duration) for f in (first, last))
        self.editor.mark_span((start, end))
        self.editor.silence_span()

    @rule(index=st.integers(0, 40), valence=LEVEL, arousal=LEVEL, drags=st.integers(1, 3))
    def set_point(self, index, valence, arousal, drags):
        self._choose_segment(index, 0)
        gesture = object()
        for part in range(1, drags + 1):
            self.editor.choose_point(VAPoint(valence / part, arousal / part), gesture)

    @rule(index=st.integers(0, 40))
    def reset_point(self, index):
        self._choose_segment(index, 0)
        self.editor.choose_point(None, None)

    @rule(index=st.integers(0, 40), level=st.integers(-40, 12))
    def set_level(self, index, level):
        self._choose_segment(index, 1)
        self.editor.set_level(float(level))

    @rule()
    def generate(self):
        self.made += 1
        self.takes.add(replace(take(f"take-{self.made}", self.made), parts=()))

    @rule()
    def swap(self):
        self.takes.swap()

    @rule(which=st.integers(0, 9), is_starred=st.booleans())
    def star(self, which, is_starred):
        takes = self.document.project.takes
        self.takes.star(takes[which % len(takes)].id, is_starred)

    @rule()
    def undo(self):
        self.document.undo_stack.undo()

    @rule()
    def redo(self):
        self.document.undo_stack.redo()

    @rule()
    def undo_all_and_redo(self):
        stack, here = self.document.undo_stack, self.document.undo_stack.index()
        now = self.document.project
        stack.setIndex(0)
        assert self.document.project == self.start
        stack.setIndex(here)
        assert self.document.project == now

    @rule()
    def save_and_load(self):
        assert parsed_project(project_text(self.document.project)) == self.document.project

    @invariant()
    def segments_tile_the_film(self):
        if not hasattr(self, "document"):
            return
        timeline = self.document.timeline
        segments = timeline.segments
        assert segments[0].start == 0
        assert segments[-1].end == timeline.duration
        assert all(a.end == b.start for a, b in pairwise(segments))
        assert all(one.start < one.end for one in segments)
        assert len(self.editor.chosen_segments) >= 1
        assert all(one in timeline.boundaries for one in self.editor.chosen_boundaries)

    def teardown(self):
        if hasattr(self, "document"):
            self.document.undo_stack.setIndex(0)
            assert self.document.project == self.start

    def _choose_boundary(self, index):
        boundaries = self.document.timeline.boundaries
        if not boundaries:
            return False
        self.editor.choose_boundary(boundaries[index % len(boundaries)].id)
        return True

    def _choose_segment(self, index, more):
        count = len(self.document.timeline.emotions)
        first = index % count
        self.editor.choose_segment(first)
        self.editor.choose_segment(min(first + more, count - 1), "extend")


@pytest.fixture(autouse=True)
def _application(qapp):
    """The undo stack needs one."""


TestDocument = pytest.mark.gui(DocumentMachine.TestCase)
TestDocument.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.gui
def test_a_thousand_edits_are_undone_exactly():
    document = ProjectDocument()
    editor = Editor(document)
    start = made_project(minutes=30, boundaries=0)
    document.open(start)
    for number in range(1, 501):
        editor.add_boundary(Fraction(number * 3))
        editor.choose_point(VAPoint(round(number % 21 / 10 - 1, 2), 0.5), None)
    assert document.undo_stack.count() == 1000
    end = document.project
    for _ in range(1000):
        document.undo_stack.undo()
    assert document.project == start
    assert not document.undo_stack.canUndo()
    for _ in range(1000):
        document.undo_stack.redo()
    assert document.project == end
