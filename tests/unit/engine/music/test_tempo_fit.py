from itertools import combinations, pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, linprog, minimize

from emsync_engine.music.tempo_fit import LARGEST_LIMIT, REACH_S, TempoFit, fit_tempo

BAR_S = 2.0
TOLERANCE_S = 0.02


@st.composite
def scenes(draw):
    """Chords, hits, bars, locked spans and a film length, in all degrees of crowding."""
    duration = draw(st.floats(0.5, 90))
    times = st.floats(0, duration)
    chords = draw(st.lists(times, max_size=25))
    hits = draw(st.lists(times, max_size=12))
    hits += [min(max(chord + draw(st.floats(-0.3, 0.3)), 0), duration) for chord in chords[::3]]
    bars = draw(st.one_of(st.just([]), st.just(np.arange(0, duration, 1.7)), st.lists(times)))
    cuts = sorted(draw(st.lists(times, max_size=4, unique=True)))
    locked = list(zip(cuts[::2], cuts[1::2], strict=False))
    return {
        "chords_s": chords,
        "hits_s": hits,
        "duration_s": duration,
        "bars_s": list(bars),
        "limit": draw(st.sampled_from([0.0, 0.01, 0.06, 0.15])),
        "tolerance_s": draw(st.sampled_from([0.0, 1 / 60, 1 / 48])),
        "locked": locked,
    }


@given(scenes())
@settings(max_examples=120, deadline=None)
def test_time_runs_forward_within_the_limit_and_both_ends_stay(scene):
    warp = fit_tempo(**scene).warp
    assert warp.sources_s[0] == warp.targets_s[0] == 0
    assert warp.sources_s[-1] == warp.targets_s[-1] == scene["duration_s"]
    for (since, until), (start, end) in zip(
        pairwise(warp.sources_s), pairwise(warp.targets_s), strict=True
    ):
        assert abs((end - start) - (until - since)) <= scene["limit"] * (until - since) + 1e-6


@given(scenes())
@settings(max_examples=120, deadline=None)
def test_what_is_said_to_land_lands(scene):
    fit = fit_tempo(**scene)
    chords = [scene["chords_s"][chord] for _, chord in fit.landings]
    assert chords == sorted(chords), "chords land in their order"
    assert len({hit for hit, _ in fit.landings}) == len(fit.landings)
    for hit, chord in fit.landings:
        landed = fit.warp.at(scene["chords_s"][chord])
        assert abs(landed - scene["hits_s"][hit]) <= scene["tolerance_s"] + 1e-6
        assert abs(scene["chords_s"][chord] - scene["hits_s"][hit]) <= REACH_S + 1e-6


@given(scenes())
@settings(max_examples=100, deadline=None)
def test_locked_spans_are_frozen_to_the_bit(scene):
    warp = fit_tempo(**scene).warp
    for start, end in scene["locked"]:
        for share in (0.0, 0.3, 0.77, 0.999):
            time = start + share * (end - start)
            assert warp.at(time) == time


@given(scenes())
@settings(max_examples=100, deadline=None)
def test_the_tempo_changes_little_from_bar_to_bar(scene):
    duration, limit = scene["duration_s"], scene["limit"]
    scene["bars_s"] = np.arange(0, duration, BAR_S).tolist()
    warp = fit_tempo(**scene).warp
    lines = np.arange(0, int(duration / BAR_S) + 1) * BAR_S
    moved = np.array([warp.at(line) for line in lines])
    rates = np.diff(moved) / BAR_S
    assert np.all(np.abs(np.diff(rates)) <= limit + 1e-6)


def random_case(seed, *, hits=5):
    rng = np.random.default_rng(seed)
    wanted = np.cumsum(rng.uniform(1.5, 7.0, hits))
    duration = float(wanted[-1] + rng.uniform(1, 5))
    chords = np.sort(rng.uniform(0.5, duration - 0.5, 2 * hits))
    return [float(c) for c in chords], [float(h) for h in wanted], duration


def knots_of(chain, duration):
    """Ends, anchors, and the bar lines a bar away from both anchors around them."""
    points = [(0.0, 0.0), *chain, (duration, duration)]
    knots = []
    for (source, _), (following, _) in pairwise(points):
        lines = np.arange(np.ceil((source + BAR_S) / BAR_S - 1e-9), 1000) * BAR_S
        knots += [source, *lines[lines <= following - BAR_S + 1e-9]]
    return np.array([*knots, duration]), points


def constraints_of(chain, duration, limit):
    """Rows of ``A r = b`` and ``|C r| <= d`` for the rates of all pieces of one assignment."""
    knots, points = knots_of(chain, duration)
    lengths = np.diff(knots)
    rows, wanted = [], []
    for (source, start), (following, end) in pairwise(points):
        inside = (knots[:-1] >= source - 1e-9) & (knots[1:] <= following + 1e-9)
        rows.append(np.where(inside, lengths, 0.0))
        wanted.append(end - start)
    widths = lengths / BAR_S
    shorter = np.minimum(widths[:-1], widths[1:])
    change = limit * np.where(shorter >= 1 - 1e-9, 1.0, shorter / 1.125)
    differences = np.diff(np.eye(len(lengths)), axis=0)
    return lengths, np.array(rows), np.array(wanted), differences, change


def is_feasible(chain, duration, limit):
    lengths, rows, wanted, differences, change = constraints_of(chain, duration, limit)
    answer = linprog(
        np.zeros(len(lengths)),
        A_ub=np.vstack([differences, -differences]),
        b_ub=np.concatenate([change, change]),
        A_eq=rows,
        b_eq=wanted,
        bounds=(1 - limit, 1 + limit),
    )
    return answer.status == 0


def assignments(chords, hits, size):
    for chosen in combinations(range(len(hits)), size):
        near = [[c for c in chords if abs(c - hits[hit]) <= REACH_S] for hit in chosen]
        for picked in product(*near):
            if all(a < b for a, b in pairwise(picked)):
                yield [(c, hits[hit]) for c, hit in zip(picked, chosen, strict=True)]


def most_by_linear_programmes(chords, hits, duration, limit):
    for size in range(len(hits), 0, -1):
        if any(is_feasible(chain, duration, limit) for chain in assignments(chords, hits, size)):
            return size
    return 0


@pytest.mark.parametrize("limit", [0.06, 0.15])
@pytest.mark.parametrize("seed", range(7))
def test_no_other_choice_lands_more(seed, limit):
    """Against every assignment, each a linear programme; the grid costs under 2 % of the limit."""
    chords, hits, duration = random_case(seed)
    bars = np.arange(0, duration, BAR_S).tolist()
    fit = fit_tempo(chords, hits, duration_s=duration, bars_s=bars, limit=limit)
    assert len(fit.landings) <= most_by_linear_programmes(chords, hits, duration, limit + 1e-6)
    assert len(fit.landings) >= most_by_linear_programmes(chords, hits, duration, 0.98 * limit)


def cost_of(fit: TempoFit):
    lengths = np.diff(fit.warp.sources_s)
    return float(np.sum(lengths * (np.array(fit.warp.rates) - 1) ** 2))


def least_cost(chain, duration, limit):
    """Least tempo change of an assignment, by a general solver over the rates of all pieces."""
    lengths, rows, wanted, differences, change = constraints_of(chain, duration, limit)
    answer = minimize(
        lambda rates: np.sum(lengths * (rates - 1) ** 2) * 1e3,
        np.ones(len(lengths)),
        jac=lambda rates: 2e3 * lengths * (rates - 1),
        method="SLSQP",
        bounds=[(1 - limit, 1 + limit)] * len(lengths),
        constraints=[
            LinearConstraint(rows, wanted, wanted),
            LinearConstraint(differences, -change, change),
        ],
        options={"maxiter": 300, "ftol": 1e-12},
    )
    return answer.fun / 1e3 if answer.success else np.inf


@pytest.mark.parametrize("seed", range(6))
def test_no_other_warp_that_lands_as_many_bends_the_tempo_less(seed):
    chords, hits, duration = random_case(seed, hits=4)
    bars = np.arange(0, duration, BAR_S).tolist()
    fit = fit_tempo(chords, hits, duration_s=duration, bars_s=bars, limit=0.1)
    chains = list(assignments(chords, hits, len(fit.landings)))
    best = min(least_cost(chain, duration, 0.1) for chain in chains)
    assert cost_of(fit) <= 1.02 * best + 1e-7


def test_without_anything_to_do_nothing_moves():
    for chords, hits in (((), ()), ((1.0,), ()), ((), (1.0,)), ((1.0,), (9.0,))):
        fit = fit_tempo(chords, hits, duration_s=10.0)
        assert fit.warp.is_identity
        assert fit.landings == ()


def test_a_limit_of_zero_moves_nothing_and_tells_what_stands_right():
    fit = fit_tempo([2.0, 5.01], [2.5, 5.0], duration_s=10.0, limit=0.0, tolerance_s=0.02)
    assert fit.warp.is_identity
    assert fit.landings == ((1, 1),)


def test_a_limit_that_could_be_heard_is_refused():
    for limit in (-0.01, LARGEST_LIMIT + 0.01, float("nan")):
        with pytest.raises(ValueError, match="limit"):
            fit_tempo([1.0], [1.0], duration_s=5.0, limit=limit)


def test_a_chord_is_moved_exactly_although_it_stood_within_half_a_frame():
    fit = fit_tempo([5.01], [5.0], duration_s=10.0, tolerance_s=0.02)
    assert fit.warp.at(5.01) == 5.0


def test_a_chord_that_cannot_be_moved_counts_where_it_stands():
    # 10 ms in a gap of 50 ms are more than any limit allows
    fit = fit_tempo([9.96], [9.95], duration_s=10.0, limit=0.06, tolerance_s=0.02)
    assert fit.landings == ((0, 0),)
    assert fit.warp.is_identity


def test_two_hits_on_one_frame_are_met_by_one_chord():
    hits = [5.0, 5.01]
    fit = fit_tempo([5.1], hits, duration_s=10.0, tolerance_s=0.02)
    assert [hit for hit, _ in fit.landings] == [0, 1]
    assert all(abs(fit.warp.at(5.1) - hit) <= 0.02 for hit in hits)


def test_of_two_hits_for_one_chord_one_is_met():
    assert len(fit_tempo([5.0], [4.9, 5.1], duration_s=10.0).landings) == 1


@pytest.mark.parametrize("duration", [0.0, 0.001, 0.04, 0.5])
def test_the_shortest_films(duration):
    fit = fit_tempo([duration / 2], [duration / 2], duration_s=duration, tolerance_s=0.02)
    assert fit.warp.at(0.0) == 0.0
    assert fit.warp.at(duration) == duration


def test_hits_at_the_edges_of_the_film():
    for hit in (0.0, 0.1, 0.19, 9.96, 9.999, 10.0):
        for chord in (hit, min(max(hit + 0.004, 0), 10), min(max(hit - 0.004, 0), 10)):
            fit = fit_tempo([chord], [hit], duration_s=10.0, tolerance_s=0.02)
            assert abs(fit.warp.at(chord) - hit) <= 0.02


def test_hits_closer_than_a_beat():
    hits = [5.0, 5.3, 5.6]
    fit = fit_tempo([5.05, 5.36, 5.66], hits, duration_s=12.0, bars_s=[0, 2, 4, 6, 8, 10])
    assert len(fit.landings) >= 2
    shifted = fit_tempo([5.05, 5.35, 5.65], hits, duration_s=12.0, bars_s=[0, 2, 4, 6, 8, 10])
    assert len(shifted.landings) == 3


def test_five_hundred_hits():
    rng = np.random.default_rng(3)
    hits = np.cumsum(rng.uniform(2, 8, 500))
    chords = hits + rng.uniform(-0.1, 0.1, 500)
    fit = fit_tempo(chords.tolist(), hits.tolist(), duration_s=float(hits[-1] + 5))
    assert len(fit.landings) > 450


def test_the_same_question_has_the_same_answer():
    chords, hits, duration = random_case(4, hits=20)
    assert fit_tempo(chords, hits, duration_s=duration) == fit_tempo(
        chords, hits, duration_s=duration
    )
