"""What an edit makes stale, as properties of timelines."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emsync_engine.music.parts import (
    LEAD_IN_S,
    PartsError,
    chosen_spans,
    part_states,
    parts_within,
    stale_spans,
    with_provenance,
)
from emsync_engine.project.model import (
    Boundary,
    BoundaryId,
    SegmentEmotion,
    Timeline,
    VAPoint,
    new_boundary_id,
)
from tests.unit.engine.project_samples import sample_project

FLAT = (1 / 6,) * 6


def emotion(valence, arousal=0.0):
    return SegmentEmotion(FLAT, VAPoint(valence, arousal), 0.5)


def timeline_of(times, hits=(), valences=None, duration=60):
    """Boundaries at these seconds; every segment has an emotion of its own unless given."""
    count = len(times) + 1
    valences = valences or [-0.9 + 1.8 * number / count for number in range(count)]
    return Timeline(
        Fraction(duration),
        tuple(
            Boundary(BoundaryId(f"b{number}"), Fraction(time), is_hit=time in hits)
            for number, time in enumerate(times)
        ),
        tuple(emotion(valence) for valence in valences),
    )


def take_for(timeline):
    return with_provenance(replace(sample_project().takes[0], parts=()), timeline)


def stale(timeline, take):
    return [n for n, state in enumerate(part_states(timeline, take)) if state == "stale"]


@st.composite
def films(draw):
    """Timelines of a minute with whole seconds, hits, and emotions that may repeat."""
    times = sorted(draw(st.sets(st.integers(1, 59), max_size=8)))
    hits = [time for time in times if draw(st.booleans())]
    valences = [draw(st.sampled_from([-0.5, 0.0, 0.5])) for _ in range(len(times) + 1)]
    return timeline_of(times, hits, valences)


@given(films())
def test_what_was_just_written_is_fresh(timeline):
    assert stale(timeline, take_for(timeline)) == []


@given(films())
def test_without_a_take_or_its_provenance_everything_is_stale(timeline):
    everything = list(range(len(timeline.segments)))
    assert stale(timeline, None) == everything
    assert stale(timeline, replace(sample_project().takes[0], parts=())) == everything


@given(films(), st.data())
def test_a_va_point_makes_its_own_segment_stale_and_undo_makes_it_fresh(timeline, data):
    take = take_for(timeline)
    index = data.draw(st.integers(0, len(timeline.emotions) - 1))
    edited = timeline.with_point(index, VAPoint(0.9, 0.9))
    assert stale(edited, take) == [index]
    assert stale(edited.with_point(index, None), take) == []


@given(films(), st.data())
def test_a_moved_boundary_touches_its_sides_and_what_leads_to_hits_nearby(timeline, data):
    if not timeline.boundaries:
        return
    take = take_for(timeline)
    number = data.draw(st.integers(0, len(timeline.boundaries) - 1))
    boundary = timeline.boundaries[number]
    before, after = timeline.segments[number], timeline.segments[number + 1]
    place = data.draw(st.fractions(Fraction(1, 100), Fraction(99, 100), max_denominator=100))
    edited = timeline.with_boundary_at(
        boundary.id, before.start + place * (after.end - before.start)
    )
    found = stale(edited, take)
    moved = edited.boundaries[number].time
    if moved == boundary.time:
        assert found == []
        return
    plain = not boundary.is_hit and before.emotion == after.emotion
    if plain:
        assert found == []
        return
    assert {number, number + 1} <= set(found)
    allowed = {number, number + 1}
    hits = [hit.time for hit in edited.hits]
    for time in (boundary.time, moved):
        following = [hit for hit in hits if hit > time]
        if following and following[0] - time <= LEAD_IN_S:
            allowed |= {s.index for s in edited.segments if time < s.end and s.start < following[0]}
        if boundary.is_hit:
            earlier = max([hit for hit in hits if hit < time and hit != moved], default=0)
            since = max(Fraction(earlier), time - LEAD_IN_S)
            allowed |= {s.index for s in edited.segments if since < s.end and s.start < time}
    assert set(found) <= allowed
    back = edited.with_boundary_at(boundary.id, boundary.time)
    assert stale(back, take) == []


@given(films(), st.data())
def test_locked_and_tacet_segments_are_never_stale(timeline, data):
    take = take_for(timeline)
    count = len(timeline.emotions)
    locked = data.draw(st.sets(st.integers(0, count - 1)))
    tacet = data.draw(st.sets(st.integers(0, count - 1)))
    edited = timeline
    for index in range(count):
        edited = edited.with_point(index, VAPoint(0.9, 0.9))
        edited = edited.with_lock(index, index in locked).with_tacet(index, index in tacet)
    for index, state in enumerate(part_states(edited, take)):
        expected = "tacet" if index in tacet else "locked" if index in locked else "stale"
        assert state == expected


@given(films())
def test_spans_are_the_stale_segments_in_order_neighbours_together(timeline):
    take = take_for(timeline)
    edited = timeline
    for index in range(0, len(timeline.emotions), 2):
        edited = edited.with_point(index, VAPoint(0.9, 0.9))
    spans = stale_spans(edited, take)
    assert [index for span in spans for index in span.segments] == stale(edited, take)
    for span in spans:
        assert span.start == edited.segments[span.segments[0]].start
        assert span.end == edited.segments[span.segments[-1]].end
    for earlier, later in pairwise(spans):
        assert earlier.end < later.start


def test_the_music_that_leads_to_the_next_hit_is_written_anew_with_a_moved_boundary():
    timeline = timeline_of([10, 14, 16, 20, 40], hits=[20, 40])
    edited = timeline.with_boundary_at(BoundaryId("b0"), Fraction(13))
    assert stale(edited, take_for(timeline)) == [0, 1, 2, 3], "hit at 20 is 7 s away"
    far = timeline_of([10, 14, 16, 30, 40], hits=[30, 40])
    edited = far.with_boundary_at(BoundaryId("b0"), Fraction(13))
    assert stale(edited, take_for(far)) == [0, 1], "the hit at 30 is prepared later"


def test_a_hit_that_goes_frees_what_led_to_it():
    timeline = timeline_of([10, 14, 17, 40], hits=[17])
    edited = timeline.with_hit_wanted(BoundaryId("b2"), False)
    assert stale(edited, take_for(timeline)) == [0, 1, 2, 3], "told from 9 s on"
    assert stale(edited.with_hit_wanted(BoundaryId("b2"), True), take_for(timeline)) == []


def test_a_plain_boundary_within_one_emotion_changes_nothing():
    timeline = timeline_of([30], valences=[0.2, 0.6])
    take = take_for(timeline)
    split = timeline.with_boundary(Boundary(new_boundary_id(), Fraction(12), "user"))
    assert part_states(split, take) == ("fresh",) * 3
    hit = timeline.with_boundary(Boundary(new_boundary_id(), Fraction(12), "user", is_hit=True))
    assert stale(hit, take) == [0, 1]


def test_silence_comes_without_writing_and_goes_with_it():
    timeline = timeline_of([20, 40])
    silent = timeline.with_tacet(1, True)
    assert part_states(silent, take_for(timeline)) == ("fresh", "tacet", "fresh")
    assert stale(timeline, take_for(silent)) == [1]


def test_other_wishes_make_other_notes_but_not_other_programs_or_endings():
    timeline = timeline_of([20, 40]).with_lock(0, True)
    take = take_for(timeline)
    asked = take.settings  # chamber: bass, piano, strings
    for same in (replace(asked, ensemble="orchestral"), replace(asked, ending="fade")):
        assert part_states(timeline, take, settings=same) == ("locked", "fresh", "fresh")
    for other in (
        replace(asked, ensemble="band"),
        replace(asked, key=None),
        replace(asked, tempo_bpm=120.0),
        replace(asked, weights="mine"),
    ):
        assert part_states(timeline, take, settings=other) == ("locked", "stale", "stale")


@pytest.mark.parametrize(
    ("segments", "sentence"),
    [([3], "no segment 4"), ([-1], "no segment 0"), ([0], "1 is locked"), ([1], "2 is tacet")],
)
def test_what_cannot_be_written_is_said_in_a_sentence(segments, sentence):
    timeline = timeline_of([20, 40]).with_lock(0, True).with_tacet(1, True)
    with pytest.raises(PartsError, match=sentence):
        chosen_spans(timeline, take_for(timeline), segments)


def test_two_hours_with_two_thousand_cuts_are_judged_at_once():
    times = [Fraction(3600 * 2 * number, 2001) for number in range(1, 2001)]
    timeline = timeline_of(times, hits=times[::3], duration=7200)
    edited = timeline.with_boundary_at(BoundaryId("b1000"), times[1000] + Fraction(1, 2))
    found = stale(edited, take_for(timeline))
    assert {1000, 1001} <= set(found)
    assert len(found) < 8


def test_a_cut_part_knows_whether_its_hit_is_still_in_it():
    timeline = timeline_of([20, 40], hits=[20])
    parts = parts_within(take_for(timeline).parts, Fraction(20), Fraction(50))
    assert [(part.start, part.end, part.begins_on_hit) for part in parts] == [
        (20, 40, True),
        (40, 50, False),
    ]
    assert not parts_within(parts, Fraction(25), Fraction(30))[0].begins_on_hit
