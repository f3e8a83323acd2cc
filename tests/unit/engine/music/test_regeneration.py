"""Parts written anew with a toy model: what stays, what is new, and input that is odd."""

from dataclasses import replace
from fractions import Fraction

import pytest

from emsync_engine.monitor import Cancelled
from emsync_engine.music.comping import comped
from emsync_engine.music.composer import compose_with
from emsync_engine.music.openings import compose_opened_with
from emsync_engine.music.parts import PartsError, part_states, with_provenance
from emsync_engine.music.regeneration import fix_hit_with, regenerate_with
from emsync_engine.music.splicing import Cut, inside, outside
from emsync_engine.project.model import (
    Boundary,
    BoundaryId,
    GenerationSettings,
    SegmentEmotion,
    Timeline,
    VAPoint,
)
from emsync_engine.project.notes import Music, Note
from tests.toy import TOY, toy_model

FLAT = (1 / 6,) * 6
RATE = Fraction(24)
SETTINGS = GenerationSettings(ensemble="chamber", branches=1)


def film(seconds, times=(), hits=()):
    points = [VAPoint(-0.6 + 0.3 * number % 1.2, 0.1 * number % 0.8) for number in range(600)]
    return Timeline(
        Fraction(seconds),
        tuple(
            Boundary(BoundaryId(f"b{n}"), Fraction(time), is_hit=time in hits)
            for n, time in enumerate(times)
        ),
        tuple(SegmentEmotion(FLAT, point, 0.5) for point in points[: len(times) + 1]),
    )


def composed(model, timeline, **settings):
    [take] = compose_with(
        model,
        timeline,
        settings=replace(SETTINGS, **settings),
        seeds=[1],
        frame_rate=RATE,
        weights_sha256="ab",
    )
    return with_provenance(take, timeline)


@pytest.fixture(scope="module")
def model():
    return toy_model(configuration=replace(TOY, fills_in=True))


@pytest.fixture(scope="module")
def made(model):
    timeline = film(20, [4, 8, 12, 16], hits=[8, 16])
    return timeline, composed(model, timeline)


def cut_of(timeline, *segments):
    spans = [timeline.segments[index] for index in segments]
    return Cut(tuple((float(s.start), float(s.end)) for s in spans), float(timeline.duration))


def anew(model, take, timeline, seed=7, **wishes):
    return regenerate_with(model, take, timeline, frame_rate=RATE, seed=seed, **wishes)


def test_only_what_is_stale_is_written_and_the_rest_keeps_its_bytes(model, made):
    timeline, take = made
    edited = timeline.with_point(2, VAPoint(0.9, 0.9))
    new = anew(model, take, edited)
    cut = cut_of(timeline, 2)
    assert outside(new.music, cut) == outside(take.music, cut)
    assert repr(outside(new.music, cut).notes) == repr(outside(take.music, cut).notes)
    assert inside(new.music, cut) != inside(take.music, cut)
    assert new.music.programs == take.music.programs
    assert new.music.duration_s == take.music.duration_s
    assert part_states(edited, new) == ("fresh",) * 5
    assert new.id != take.id
    assert [part.take_id for part in new.parts] == [
        take.id, take.id, new.id, take.id, take.id,
    ]  # fmt: skip
    kept = [hit for hit in new.hits if hit.time_s == 16.0]
    assert kept == [hit for hit in take.hits if hit.time_s == 16.0]


def test_same_seed_same_music_another_seed_other_music(model, made):
    timeline, take = made
    first = anew(model, take, timeline, segments=[1])
    assert anew(model, take, timeline, segments=[1]) == first
    assert anew(model, take, timeline, segments=[1], seed=8).music != first.music


def test_a_long_gap_is_chosen_stretch_by_stretch(model, made):
    timeline, take = made
    settings = replace(SETTINGS, branches=2)
    wishes = {"segments": [1, 2, 3], "candidates": 2}
    new = anew(model, take, timeline, settings=settings, **wishes)
    assert anew(model, take, timeline, settings=settings, **wishes) == new
    assert new.music != anew(model, take, timeline, **wishes).music, "each way by itself"
    cut = cut_of(timeline, 1, 2, 3)
    assert outside(new.music, cut) == outside(take.music, cut)
    assert part_states(timeline, new) == ("fresh",) * 5


def test_a_locked_segment_survives_everything(model, made):
    timeline, take = made
    edited = timeline.with_lock(1, True)
    for index in range(5):
        edited = edited.with_point(index, VAPoint(0.9, 0.9))
    new = anew(model, take, edited)
    cut = cut_of(timeline, 1)
    assert inside(new.music, cut).notes == inside(take.music, cut).notes
    assert part_states(edited, new) == ("fresh", "locked", "fresh", "fresh", "fresh")
    assert part_states(edited.with_lock(1, False), new)[1] == "stale", "it is for another emotion"


def test_where_nothing_is_stale_the_take_stays_itself(model, made):
    timeline, take = made
    assert anew(model, take, timeline) is take
    locked = timeline
    for index in range(5):
        locked = locked.with_point(index, VAPoint(0.9, 0.9)).with_lock(index, True)
    assert anew(model, take, locked) is take


def test_a_film_that_became_tacet_loses_its_notes_and_nothing_is_written(model, made):
    timeline, take = made
    silent = timeline
    for index in range(5):
        silent = silent.with_tacet(index, True)
    new = anew(model, take, silent)
    assert new.music.notes == ()
    assert {hit.status for hit in new.hits} == {"tacet"}
    back = anew(model, new, timeline)
    assert back.music.notes
    assert part_states(timeline, back) == ("fresh",) * 5


def test_silence_stays_silent_while_its_neighbour_is_written(model, made):
    timeline, take = made
    edited = timeline.with_tacet(2, True).with_point(1, VAPoint(0.9, 0.9))
    new = anew(model, take, edited)
    assert all(note.end_s <= 8.0 or note.onset_s >= 12.0 for note in new.music.notes)


def test_a_repair_lands_on_the_hit_and_keeps_what_does_not_lead_to_it(model, made):
    timeline, take = made
    fixed = fix_hit_with(model, take, timeline, 0, frame_rate=RATE, seed=3)
    [hit] = [hit for hit in fixed.hits if hit.time_s == 8.0]
    assert hit.status == "exact"
    assert hit.error_ms == 0.0
    written = Cut(((4.0, 8.06),), 20.0)
    assert outside(fixed.music, written).notes == outside(take.music, written).notes
    assert part_states(timeline, fixed) == ("fresh",) * 5


@pytest.mark.parametrize(
    ("change", "hit", "sentence"),
    [
        (lambda t: t.with_lock(1, True), 0, "while segment 2 is locked"),
        (lambda t: t.with_lock(2, True), 0, "while segment 3 is locked"),
        (lambda t: t.with_tacet(1, True), 0, "segment 2 is tacet"),
        (lambda t: t, 2, "no hit 3; there are 2"),
        (lambda t: film(20, [4, 8, 12, 16]), 0, "no hit 1; the film has none"),
    ],
)
def test_what_cannot_be_repaired_is_said_in_a_sentence(model, made, change, hit, sentence):
    timeline, take = made
    with pytest.raises(PartsError, match=sentence):
        fix_hit_with(model, take, change(timeline), hit, frame_rate=RATE, seed=3)


def test_another_films_take_is_refused(model, made):
    _, take = made
    with pytest.raises(PartsError, match="compose a take for this film"):
        anew(model, take, film(21, [4]))
    with pytest.raises(PartsError, match="different lengths"):
        comped(take, take, film(21, [4]), [0], frame_rate=RATE)


def test_comping_takes_over_notes_as_they_are(model, made):
    timeline, take = made
    other = anew(model, take, timeline, segments=[0, 1, 2, 3, 4], seed=5)
    joined = comped(take, other, timeline, [1, 4], frame_rate=RATE)
    cut = cut_of(timeline, 1, 4)
    assert outside(joined.music, cut).notes == outside(take.music, cut).notes
    taken = {(n.onset_s, n.family, n.pitch, n.velocity) for n in inside(joined.music, cut).notes}
    assert taken
    assert taken <= {
        (n.onset_s, n.family, n.pitch, n.velocity) for n in inside(other.music, cut).notes
    }
    assert [part.take_id for part in joined.parts] == [
        take.id, other.id, take.id, take.id, other.id,
    ]  # fmt: skip
    assert part_states(timeline, joined) == ("fresh",) * 5


def test_comping_does_not_touch_locked_segments(model, made):
    timeline, take = made
    with pytest.raises(PartsError, match="2 is locked"):
        comped(take, take, timeline.with_lock(1, True), [1], frame_rate=RATE)


class Impatient:
    def advance(self, stage, done, total=None):
        raise Cancelled


def test_it_can_be_cancelled(model, made):
    timeline, take = made
    with pytest.raises(Cancelled):
        anew(model, take, timeline, segments=[1], monitor=Impatient())


ODD = {
    "hits closer than a beat": film(6, [2, Fraction(22, 10), Fraction(24, 10)],
                                    hits=[2, Fraction(22, 10), Fraction(24, 10)]),
    "a hit in the first 200 ms": film(6, [Fraction(1, 10)], hits=[Fraction(1, 10)]),
    "a hit on the last frame": film(6, [6 - Fraction(1, 24)], hits=[6 - Fraction(1, 24)]),
    "no boundary": film(6),
    "half a second": film(Fraction(1, 2), [Fraction(1, 4)], hits=[Fraction(1, 4)]),
    "less than a step": film(Fraction(3, 1000)),
    "boundaries of one frame": film(6, [2, 2 + Fraction(1, 24)], hits=[2]),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_timelines_have_parts_as_well(model, name):
    timeline = ODD[name]
    take = composed(model, timeline)
    last = len(timeline.segments) - 1
    for index in {0, last}:
        edited = timeline.with_point(index, VAPoint(0.9, 0.9))
        new = anew(model, take, edited, candidates=1)
        cut = cut_of(timeline, index)
        assert outside(new.music, cut).notes == outside(take.music, cut).notes
        assert new.music.duration_s == float(timeline.duration)
        assert all(0 <= n.onset_s < n.end_s <= new.music.duration_s for n in new.music.notes)
        assert part_states(edited, new) == ("fresh",) * (last + 1)
        assert len(new.hits) == len(timeline.hits)


def test_five_hundred_hits_have_parts(model):
    """Of which one is written: the take is one that nobody wrote for them."""
    times = [Fraction(n, 5) for n in range(1, 501)]
    timeline = film(101, times, hits=times)
    take = with_provenance(
        replace(composed(model, film(2)), music=Music(101.0, (Note(0.0, 101.0, "piano", 60),))),
        timeline,
    )
    edited = timeline.with_point(250, VAPoint(0.9, 0.9))
    assert part_states(edited, take).count("stale") == 1
    new = anew(model, take, edited, candidates=1)
    assert part_states(edited, new) == ("fresh",) * 501
    assert len(new.hits) == 500
    assert outside(new.music, cut_of(timeline, 250)).notes == take.music.notes


def test_weights_that_cannot_fill_in_write_parts_too(made):
    timeline, take = made
    new = anew(toy_model(seed=2), take, timeline, segments=[2])
    cut = cut_of(timeline, 2)
    assert outside(new.music, cut) == outside(take.music, cut)


def test_an_opening_from_a_primer_begins_with_the_film(model):
    timeline = film(6, [3], hits=[3])
    primer = composed(model, film(4)).tokens[2:]
    settings = replace(SETTINGS, primer=primer)
    opened = compose_opened_with(
        model, timeline, settings=settings, seed=1, frame_rate=RATE, weights_sha256="ab"
    )
    plain = composed(model, timeline)
    assert opened.music.notes != plain.music.notes
    assert opened.music.duration_s == 6.0
    assert min(note.onset_s for note in opened.music.notes) < 0.01
    abrupt = compose_opened_with(
        model,
        timeline,
        settings=replace(SETTINGS, has_start=False),
        seed=1,
        frame_rate=RATE,
        weights_sha256="ab",
    )
    assert abrupt.music.notes != plain.music.notes
