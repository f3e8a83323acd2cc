from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emsync_engine.errors import BoundaryOrderError
from emsync_engine.project.model import Boundary, BoundaryId, SceneCut, Timeline
from emsync_engine.scenes.hits import boundaries_from_cuts, choose_hits, with_hits_chosen
from tests.unit.engine.project_samples import CALM


def boundary(time: float, score: float, *, origin="detected", is_hit=False) -> Boundary:
    name = BoundaryId(f"{origin}-{time}")
    return Boundary(name, Fraction(str(time)), origin, score, is_hit)


def hit_times(boundaries) -> list[float]:
    return [float(one.time) for one in boundaries if one.is_hit]


def test_the_strongest_cut_wins_over_the_first():
    chosen = choose_hits([boundary(5, 0.3), boundary(7, 0.9)])

    assert hit_times(chosen) == [7]
    assert len(chosen) == 2


def test_two_cuts_can_outweigh_a_strong_one_between_them():
    chosen = choose_hits([boundary(5, 0.6), boundary(8, 0.8), boundary(11, 0.6)])

    assert hit_times(chosen) == [5, 11]


def test_exactly_the_spacing_is_enough():
    assert hit_times(choose_hits([boundary(1, 0.5), boundary(5, 0.5)])) == [1, 5]


def test_of_equal_sets_the_earlier_is_taken():
    assert hit_times(choose_hits([boundary(5, 0.5), boundary(6, 0.5)])) == [5]


def test_what_the_user_marked_stays_and_keeps_the_others_away():
    placed = [boundary(t, 0.1, origin="user", is_hit=True) for t in (10, 11)]
    chosen = choose_hits([boundary(8, 0.9), *placed, boundary(15, 0.4)])

    assert hit_times(chosen) == [10, 11, 15]


def test_what_the_user_wants_is_settled():
    cuts = [boundary(t, 0.5) for t in (2, 6, 10)]
    cuts[1] = replace(cuts[1], wanted=False)
    cuts.append(replace(boundary(11, 0.1), wanted=True))
    chosen = choose_hits(cuts)

    assert hit_times(chosen) == [2, 11], "10 is too close to what is wanted, 6 is not wanted"
    assert len(chosen) == 4


def test_a_placed_boundary_that_is_not_wanted_is_no_hit():
    placed = replace(boundary(5, 1.0, origin="user", is_hit=True), wanted=False)

    assert hit_times(choose_hits([placed])) == []


def test_the_users_strength_counts_instead_of_the_one_that_was_found():
    cuts = [boundary(5, 0.9), replace(boundary(6, 0.1), strength=2.0)]

    assert hit_times(choose_hits(cuts)) == [6]


def test_a_timeline_chooses_its_hits_anew():
    boundaries = tuple(boundary(t, 0.5) for t in (1, 3, 5, 7))
    timeline = Timeline(Fraction(10), boundaries, (CALM,) * 5)
    wanted = timeline.with_hit_wanted(boundaries[1].id, True)
    assert hit_times(wanted.boundaries) == [3]
    assert hit_times(with_hits_chosen(wanted).boundaries) == [3, 7]
    stronger = timeline.with_strength(boundaries[2].id, 9.0)
    assert hit_times(with_hits_chosen(stronger).boundaries) == [1, 5]
    back = stronger.with_strength(boundaries[2].id, None)
    assert back == timeline
    assert wanted.with_hit_wanted(boundaries[1].id, None).boundaries[1].wanted is None
    with pytest.raises(BoundaryOrderError):
        timeline.with_hit_wanted(BoundaryId("?"), True)
    with pytest.raises(ValueError, match="strength"):
        timeline.with_strength(boundaries[0].id, -1.0)


def test_choosing_again_with_another_spacing_forgets_the_last_choice():
    first = choose_hits([boundary(t, 0.5) for t in (1, 3, 5, 7)], spacing_s=2)
    again = choose_hits(first, spacing_s=6)

    assert hit_times(first) == [1, 3, 5, 7]
    assert hit_times(again) == [1, 7]


def test_nothing_is_hit_in_the_last_half_second():
    late = [boundary(t, 0.9) for t in (3, 9.4, 9.5, 9.6)]

    assert hit_times(choose_hits(late, spacing_s=0, duration=Fraction(10))) == [3, 9.4, 9.5]
    assert len(choose_hits(late, duration=Fraction(10))) == 4


def test_what_the_user_marked_at_the_very_end_stays():
    placed = boundary(9.9, 0.1, origin="user", is_hit=True)

    assert hit_times(choose_hits([placed], duration=Fraction(10))) == [9.9]


def test_a_negative_spacing_is_refused():
    with pytest.raises(ValueError, match="negative"):
        choose_hits([], spacing_s=-1)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 300), st.integers(1, 100)),
        max_size=9,
        unique_by=lambda cut: cut[0],
    ),
    st.integers(0, 8),
)
def test_no_other_set_scores_more(cuts, spacing_s):
    ordered = [boundary(time / 10, score / 100) for time, score in sorted(cuts)]

    chosen = choose_hits(ordered, spacing_s=spacing_s)

    def is_spaced(times) -> bool:
        return all(later - earlier >= spacing_s for earlier, later in combinations(times, 2))

    assert is_spaced([one.time for one in chosen if one.is_hit])
    assert [one.id for one in chosen] == [one.id for one in ordered]
    best = max(
        sum(one.score for one in subset)
        for size in range(len(ordered) + 1)
        for subset in combinations(ordered, size)
        if is_spaced([one.time for one in subset])
    )
    assert sum(one.score for one in chosen if one.is_hit) == pytest.approx(best)


def test_boundaries_lie_strictly_inside_the_film_in_order():
    cuts = [
        SceneCut(Fraction(time), 0, score)
        for time, score in ((5, 0.5), (0, 0.9), (2, 0.3), (5, 0.8), (10, 0.9), (11, 0.9))
    ]

    boundaries = boundaries_from_cuts(cuts, Fraction(10), origin="imported")

    assert [(one.time, one.score) for one in boundaries] == [(2, 0.3), (5, 0.8)]
    assert {one.origin for one in boundaries} == {"imported"}
    assert len({one.id for one in boundaries}) == 2
    assert hit_times(boundaries) == []
