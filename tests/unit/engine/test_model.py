import dataclasses
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emsync_engine.errors import BoundaryOrderError
from emsync_engine.project.model import (
    Boundary,
    BoundaryId,
    GenerationSettings,
    Timeline,
    VAPoint,
    new_boundary_id,
)
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
    assert moved.tacet == timeline.tacet
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
    with pytest.raises(BoundaryOrderError, match="1 tacet flags"):
        Timeline(Fraction(5), (inside,), (CALM, TENSE), (True,))
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


@given(timelines(), st.fractions(0, 7200, max_denominator=1000))
def test_silence_follows_splits_and_joins_as_emotion_does(timeline, time):
    added = Boundary(BoundaryId("added"), time)
    if time == 0 or time >= timeline.duration or time in {b.time for b in timeline.boundaries}:
        with pytest.raises(BoundaryOrderError):
            timeline.with_boundary(added)
        return
    split = timeline.with_boundary(added)
    assert split.tacet_spans == timeline.tacet_spans
    assert split.without_boundary(added.id) == timeline
    for boundary in timeline.boundaries:
        joined = timeline.without_boundary(boundary.id)
        index = timeline.boundaries.index(boundary)
        before, after = timeline.segments[index : index + 2]
        longer = before if before.end - before.start >= after.end - after.start else after
        assert joined.tacet[index] == longer.is_tacet
        assert joined.emotions[index] == longer.emotion


def test_a_segment_is_silenced_and_plays_again():
    timeline = replace(sample_project().timeline, tacet=())
    assert timeline.tacet == (False, False, False)
    silent = timeline.with_tacet(1, True)
    assert [segment.is_tacet for segment in silent.segments] == [False, True, False]
    first, second = timeline.boundaries
    assert silent.tacet_spans == ((first.time, second.time),)
    assert silent.with_tacet(2, True).tacet_spans == ((first.time, timeline.duration),)
    assert silent.with_tacet(1, False) == timeline


@pytest.mark.parametrize("settings", [{"key": "H major"}, {"key": "Gb major"}, {"key": ""}])
def test_a_key_has_one_spelling(settings):
    assert GenerationSettings(key="F# major").key == "F# major"
    with pytest.raises(ValueError, match="is not one of the keys"):
        GenerationSettings(**settings)


@pytest.mark.parametrize("tempo_bpm", [39.9, 220.5, 0, -96, float("nan"), float("inf")])
def test_a_tempo_that_nobody_plays_is_refused(tempo_bpm):
    assert GenerationSettings(tempo_bpm=40.0).tempo_bpm == 40.0
    with pytest.raises(ValueError, match="a tempo lies in"):
        GenerationSettings(tempo_bpm=tempo_bpm)


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


@given(timelines(), st.data())
def test_locks_and_levels_travel_with_splits_and_joins(timeline, data):
    index = data.draw(st.integers(0, len(timeline.emotions) - 1))
    marked = timeline.with_lock(index, True).with_level(index, -7.5)
    assert marked.segments[index].is_locked
    assert marked.segments[index].level_db == -7.5
    segment = marked.segments[index]
    middle = (segment.start + segment.end) / 2
    added = Boundary(new_boundary_id(), middle, "user")
    split = marked.with_boundary(added)
    for half in split.segments[index : index + 2]:
        assert (half.is_locked, half.level_db) == (True, -7.5)
    assert split.without_boundary(added.id) == marked


@pytest.mark.parametrize("level_db", [-40.5, 12.5, float("nan")])
def test_a_level_is_one_that_a_mixer_has(level_db):
    with pytest.raises(ValueError, match=r"-40\.\.12 dB"):
        sample_project().timeline.with_level(0, level_db)


def test_locks_and_levels_are_one_for_each_segment():
    timeline = sample_project().timeline
    for wrong in ({"locked": (True,)}, {"levels_db": (0.0, 0.0)}):
        with pytest.raises(BoundaryOrderError, match="3 segments"):
            replace(timeline, **wrong)
