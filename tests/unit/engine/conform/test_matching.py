"""Segments found again in another cut, encoding or order; and not where they differ."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from emsync_engine.conform.fingerprints import fingerprints
from emsync_engine.conform.matching import Found, Stretch, find_segments
from emsync_engine.timing import FrameRate
from tests.unit.engine.scenes.films import film

RATE = FrameRate(Fraction(24))
LENGTHS = (30, 48, 24, 60, 36)


def shot(number: int, count: int) -> np.ndarray:
    """(count, 54, 96, 3): coarse patches that drift, different for each shot."""
    rng = np.random.default_rng(number)
    wide = rng.integers(20, 235, (9, 40, 3)).repeat(6, axis=0).repeat(6, axis=1)
    return np.stack([wide[:, step : step + 96] for step in range(count)]).astype(np.float64)


def shots() -> list[np.ndarray]:
    return [shot(number, length) for number, length in enumerate(LENGTHS)]


def black(count: int) -> np.ndarray:
    return np.zeros((count, 54, 96, 3))


def stretches(pieces: list[np.ndarray]) -> list[Stretch]:
    edges = np.cumsum([0, *(len(piece) for piece in pieces)])
    return [Stretch(int(a), int(b)) for a, b in pairwise(edges)]


def found_in(old: list[np.ndarray], new: list[np.ndarray], rate=RATE) -> tuple[Found | None, ...]:
    before, after = film(np.concatenate(old)), film(np.concatenate(new), rate.ratio)
    return find_segments(fingerprints(before, rate), stretches(old), fingerprints(after, rate))


def places(found: tuple[Found | None, ...]) -> list[int | None]:
    """Where each whole segment begins."""
    return [one.place.start if one is not None and one.is_whole else None for one in found]


def test_nothing_moved():
    assert places(found_in(shots(), shots())) == [0, 30, 78, 102, 162]


def test_another_order_and_one_left_out():
    old = shots()

    found = found_in(old, [old[3], old[0], old[4], old[2]])

    assert places(found) == [60, None, 126, 0, 90]
    assert found[1] is None


def encoded_again(pictures: np.ndarray) -> np.ndarray:
    return pictures + np.random.default_rng(5).normal(0, 6, pictures.shape)


def graded(pictures: np.ndarray) -> np.ndarray:
    return pictures * 0.8 + 25


@pytest.mark.parametrize("change", [encoded_again, graded])
def test_another_encoding_or_grade_is_the_same_picture(change):
    old = shots()
    new = [np.clip(change(old[n]), 0, 255) for n in (1, 0, 2, 3, 4)]

    assert places(found_in(old, new)) == [48, 0, 78, 102, 162]


@pytest.mark.parametrize("trimmed", [1, 2, 10])
@pytest.mark.parametrize("end", ["head", "tail"])
def test_a_trimmed_shot_is_changed_however_little(trimmed, end):
    old = shots()
    part = old[1][trimmed:] if end == "head" else old[1][:-trimmed]

    found = found_in(old, [old[0], part, *old[2:]])

    assert places(found) == [0, None, *(n - trimmed for n in (78, 102, 162))]
    one = found[1]
    assert one is not None
    assert one.place == Stretch(30, 78 - trimmed)
    assert one.source == (Stretch(30 + trimmed, 78) if end == "head" else Stretch(30, 78 - trimmed))


def test_what_looks_alike_goes_where_its_neighbours_lead():
    old = shots()
    pieces = [old[0], black(12), old[1], black(12), old[2]]
    new = [old[2], old[0], black(12), old[1], black(12)]

    found = found_in(pieces, new)

    assert places(found) == [24, 54, 66, 114, 0]


def test_a_shot_used_twice_takes_each_place_once():
    old = shots()

    found = found_in([old[0], old[1], old[0]], [old[0], old[3], old[1], old[0]])

    assert places(found) == [0, 90, 138]


def test_a_film_at_another_rate():
    old = shots()
    rate = FrameRate(Fraction(48))
    new = [np.repeat(old[n], 2, axis=0) for n in (2, 0)]

    before, after = film(np.concatenate(old)), film(np.concatenate(new), rate.ratio)
    segments = [Stretch(2 * one.start, 2 * one.end) for one in stretches(old)]
    found = find_segments(fingerprints(before, rate), segments, fingerprints(after, rate))

    assert places(found)[:3] == [48, None, 0]


def test_a_film_shorter_than_any_segment():
    assert found_in(shots(), [shot(9, 3)]) == (None,) * 5
