"""When a repaired hit is worth its notes."""

from dataclasses import replace

import pytest

from emsync_engine.music.current_hits import CurrentHit
from emsync_engine.music.hit_repair import is_better, landing_words
from emsync_engine.project.model import Hit


def one(number, error_ms, state="written"):
    if error_ms is None:
        return CurrentHit(number, state, Hit(4.0 * number, None, None, None, "", "missed"))
    status = "exact" if abs(error_ms) <= 20 else "near" if abs(error_ms) <= 100 else "missed"
    landed_s = 4.0 * number + error_ms / 1000
    return CurrentHit(number, state, Hit(4.0 * number, landed_s, error_ms, 0.0, "", status))


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        (None, 0.0, True),
        (None, 340.0, True),
        (340.0, 60.0, True),
        (60.0, -40.0, True),
        (60.0, -59.8, False),
        (60.0, 60.0, False),
        (60.0, None, False),
        (10.0, 30.0, False),
        (10.0, 0.0, True),
        (0.0, 0.0, True),  # only where it is forced
    ],
)
def test_a_repair_must_land_better(before, after, wanted):
    assert is_better([one(1, before)], [one(1, after)], 0) is wanted


def test_no_other_hit_may_be_lost():
    before = [one(1, 0.0), one(2, 300.0)]
    assert not is_better(before, [one(1, 50.0), one(2, 0.0)], 1)
    assert is_better(before, [one(1, 10.0), one(2, 0.0)], 1)
    unwritten = [one(1, 0.0, "not written yet"), before[1]]
    assert is_better(unwritten, [one(1, None, "not written yet"), one(2, 0.0)], 1)


def test_music_that_was_not_meant_for_the_hit_must_only_not_be_better():
    by_chance = [one(1, 60.0, "not written yet")]
    assert is_better(by_chance, [one(1, 59.8)], 0)
    assert not is_better(by_chance, [one(1, 200.0)], 0)


def test_words():
    assert landing_words(one(1, 0.0).hit) == "exact"
    assert landing_words(one(1, -60.0).hit) == "near (60 ms early)"
    assert landing_words(one(1, None).hit) == "missed"
    stale = replace(one(3, 60.0), state="stale")
    assert (stale.words, stale.is_exact) == ("stale (near)", False)
    assert one(3, 0.0, "not written yet").words == "not written yet"
