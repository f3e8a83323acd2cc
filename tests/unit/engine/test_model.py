import dataclasses
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emsync_engine.errors import BoundaryOrderError
from emsync_engine.project.model import Boundary, BoundaryId, Timeline, VAPoint, new_boundary_id
from emsync_engine.project.notes import Music, Note
from tests.unit.engine.project_samples import CALM, TENSE, sample_project, timelines


@given(timelines())
def test_segments_tile_the_film(timeline):
    segments = timeline.segments
    assert len(segments) == len(timeline.boundaries) + 1
    assert segments[0].start == 0
    assert segments[-1].end == timeline.duration
    assert sum(segment.end - segment.start for segment in segments) == timeline.duration
    for left, right, boundary in zip(segments, segments[1:], timeline.boundaries, strict=False):
        assert left.end == right.start == boundary.time
        assert left.index + 1 == right.index
    assert tuple(segment.emotion for segment in segments) == timeline.emotions


@given(timelines(), st.data())
def test_moving_a_boundary_reorders_nothing(timeline, data):
    if not timeline.boundaries:
        return
    index = data.draw(st.integers(0, len(timeline.boundaries) - 1))
    low, high = timeline.segments[index].start, timeline.segments[index + 1].end
    share = data.draw(st.fractions(Fraction(1, 1000), Fraction(999, 1000), max_denominator=1000))
    moved = timeline.with_boundary_at(timeline.boundaries[index].id, low + share * (high - low))
    assert [b.id for b in moved.boundaries] == [b.id for b in timeline.boundaries]
    assert moved.emotions == timeline.emotions
    back = moved.with_boundary_at(timeline.boundaries[index].id, timeline.boundaries[index].time)
    assert back == timeline


@given(timelines(), st.data())
def test_a_boundary_cannot_pass_its_neighbour(timeline, data):
    if not timeline.boundaries:
        return
    index = data.draw(st.integers(0, len(timeline.boundaries) - 1))
    low, high = timeline.segments[index].start, timeline.segments[index + 1].end
    beyond = data.draw(st.sampled_from([low, high, low - 1, high + 1]))
    with pytest.raises(BoundaryOrderError):
        timeline.with_boundary_at(timeline.boundaries[index].id, beyond)


def test_a_timeline_that_contradicts_itself_is_refused():
    inside = Boundary(BoundaryId("a"), Fraction(2))
    later = Boundary(BoundaryId("b"), Fraction(3))
    with pytest.raises(BoundaryOrderError, match="2 segments"):
        Timeline(Fraction(5), (inside,), (CALM,))
    for boundaries in ((later, inside), (inside, inside)):
        with pytest.raises(BoundaryOrderError, match="increasing order"):
            Timeline(Fraction(5), boundaries, (CALM,) * 3)
    for duration in (Fraction(2), Fraction(1), Fraction(0)):
        with pytest.raises(BoundaryOrderError, match="inside the film"):
            Timeline(duration, (inside,), (CALM, TENSE))
    with pytest.raises(BoundaryOrderError, match="no boundary"):
        Timeline(Fraction(5), (inside,), (CALM, TENSE)).with_boundary_at(
            BoundaryId("?"), Fraction(1)
        )


def test_a_chosen_point_goes_before_the_detected_one():
    timeline = sample_project().timeline
    chosen = timeline.with_point(0, VAPoint(-1, 1))
    assert chosen.emotions[0].point == VAPoint(-1, 1)
    assert chosen.emotions[1:] == timeline.emotions[1:]
    assert timeline.emotions[0].point == timeline.emotions[0].detected, "the old value is untouched"
    assert chosen.with_point(0, None) == timeline


@pytest.mark.parametrize("point", [(1.01, 0), (0, -1.01), (float("nan"), 0), (0, float("inf"))])
def test_a_point_off_the_circumplex_is_refused(point):
    with pytest.raises(ValueError, match="valence and arousal"):
        VAPoint(*point)


def test_hits_are_the_boundaries_marked_as_such():
    assert [boundary.id for boundary in sample_project().timeline.hits] == ["b-detected"]


def test_the_chosen_take_is_found_by_its_id():
    project = sample_project()
    assert project.take is project.takes[0]
    assert dataclasses.replace(project, chosen_take=None).take is None


def test_families_are_named_in_score_order():
    notes = (Note(0, 1, "strings", 60), Note(0, 1, "drums", 38), Note(1, 2, "strings", 62))
    assert Music(2.0, notes).families == ("drums", "strings")


def test_ids_are_distinct():
    assert len({new_boundary_id() for _ in range(1000)}) == 1000
