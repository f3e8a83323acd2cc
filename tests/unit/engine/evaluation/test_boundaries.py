import numpy as np
import pytest

from emsync_engine.evaluation.boundaries import (
    boundary_lines,
    boundary_report,
    change_interval,
    measure_boundaries,
    seeded_boundaries,
)
from emsync_engine.project.notes import Music, Note
from tests.unit.engine.evaluation.toys import ObedientWriter


def with_chords(times, seconds=60.0, *, tokens=()):
    notes = [Note(t, t + 2.0, "strings", pitch) for t in times for pitch in (60, 64, 67)]
    return Music(seconds, tuple(sorted(notes)), chord_onsets_s=tuple(tokens))


def test_boundaries_keep_their_gaps():
    times = seeded_boundaries(3, 120.0)
    gaps = np.diff((0.0, *times))
    assert len(times) > 4
    assert gaps.min() >= 4
    assert gaps.max() <= 20


def test_a_composer_that_marks_what_it_is_told():
    report = measure_boundaries(ObedientWriter(), seeds=4, seconds=60.0)
    assert report.told.within_100_ms == report.told.token_within_1_s == 1.0
    assert report.told.precision == report.told.token_precision == 1.0
    assert report.untold.within_1_s == 0.0
    assert 0 < report.chance.within_1_s < 0.5
    assert report.chance.precision < 0.5
    assert report.by_gap == (1.0, 1.0, 1.0)
    assert report.density_change > 0  # its chords come on top
    assert "told" in "\n".join(boundary_lines(report))


def test_recall_and_precision_are_two_things():
    wanted = [(10.0, 20.0, 40.0)]
    told = [with_chords([10.5, 20.05, 30.0, 50.0], tokens=[10.5])]
    report = boundary_report(told, [with_chords([])], wanted)
    assert report.told.within_1_s == pytest.approx(2 / 3)
    assert report.told.within_100_ms == pytest.approx(1 / 3)
    assert report.told.precision == pytest.approx(0.5)
    assert report.told.token_within_1_s == pytest.approx(1 / 3)
    assert report.told.token_precision == 1.0
    assert report.told.chords_per_minute == pytest.approx(4)
    assert report.untold.precision == 0.0


def test_boundaries_are_told_apart_by_the_gap_before_them():
    wanted = [(5.0, 15.0, 33.0)]
    report = boundary_report([with_chords([5.0, 33.5])], [with_chords([])], wanted)
    assert report.by_gap == (1.0, 0.0, 1.0)


def test_chance_grows_with_the_number_of_chords():
    few = boundary_report([with_chords([30.0])], [with_chords([])], [(30.0,)])
    many = boundary_report([with_chords(range(1, 57, 4))], [with_chords([])], [(30.0,)])
    assert few.chance.within_1_s < many.chance.within_1_s < 0.75


def test_a_change_is_as_sure_as_its_seeds_agree():
    rng = np.random.default_rng(0)
    untold = rng.uniform(5.0, 15.0, 40)
    low, high = change_interval(untold * 1.2, untold)
    assert low == pytest.approx(0.2)
    assert high == pytest.approx(0.2)
    low, high = change_interval(rng.permutation(untold) * 1.2, untold)
    assert low < 0.2 < high
    few = change_interval(rng.permutation(untold)[:8] * 1.2, untold[:8])
    assert few[1] - few[0] > high - low
    assert np.isnan(change_interval(untold[:1], untold[:1])).all()
    told = np.where(np.arange(40) < 3, np.nan, untold)
    assert change_interval(told, untold) == pytest.approx((0.0, 0.0))
