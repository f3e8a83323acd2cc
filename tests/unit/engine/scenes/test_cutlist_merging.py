from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from emsync_engine.project.model import (
    Boundary,
    BoundaryId,
    SceneCut,
    SegmentEmotion,
    Timeline,
    VAPoint,
)
from emsync_engine.scenes.cutlists import ImportedCuts, merged_cuts, with_cuts_imported
from emsync_engine.scenes.cutlists.checking import looked_at

from .films import film, textures

TOLERANCE = Fraction(2, 24)


def cut(frame: int, score: float = 1.0) -> SceneCut:
    return SceneCut(Fraction(frame, 24), frame, score)


def timeline(**origins: str) -> Timeline:
    """Ten seconds with boundaries named for their frames, each segment of another valence."""
    boundaries = tuple(
        Boundary(BoundaryId(name), Fraction(int(name[1:]), 24), origin=origin, is_hit=True)
        for name, origin in origins.items()
    )
    emotions = tuple(
        SegmentEmotion((1 / 6,) * 6, VAPoint(n / 10, 0.0), 0.5) for n in range(len(origins) + 1)
    )
    return Timeline(Fraction(10), boundaries, emotions)


@pytest.mark.parametrize(
    ("choice", "frames", "scores"),
    [
        ("replace", [49, 100], [1.0, 1.0]),
        ("merge", [49, 80, 100], [0.5, 0.6, 1.0]),
        ("add", [48, 80, 100], [0.5, 0.6, 1.0]),
    ],
)
def test_detected_and_imported_cuts(choice, frames, scores):
    merged = merged_cuts(
        [cut(48, 0.5), cut(80, 0.6)], [cut(49), cut(100)], choice, tolerance=TOLERANCE
    )

    assert [one.frame for one in merged] == frames
    assert [one.score for one in merged] == scores


def test_each_cut_has_one_partner_the_nearest():
    merged = merged_cuts([cut(48), cut(50)], [cut(49), cut(51)], "merge", tolerance=TOLERANCE)

    assert [one.frame for one in merged] == [49, 51]


def test_cuts_as_far_apart_as_the_tolerance_are_one():
    assert len(merged_cuts([cut(48)], [cut(50)], "merge", tolerance=TOLERANCE)) == 1
    assert len(merged_cuts([cut(48)], [cut(51)], "merge", tolerance=TOLERANCE)) == 2


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("replace", [("b48", 49), ("b60", 60), ("", 200)]),
        ("merge", [("b48", 49), ("b60", 60), ("b120", 120), ("", 200)]),
        ("add", [("b48", 48), ("b60", 60), ("b120", 120), ("", 200)]),
    ],
)
def test_a_list_brought_into_a_timeline(choice, expected):
    before = timeline(b48="detected", b60="user", b120="detected")

    after = with_cuts_imported(before, [cut(49), cut(200)], choice, tolerance=TOLERANCE)

    known = {one.id for one in before.boundaries}  # those made anew have ids drawn at random
    told = [(one.id if one.id in known else "", int(one.time * 24)) for one in after.boundaries]
    assert told == expected
    assert after.segments[0].emotion.point.valence == 0.0
    assert after.boundaries[-1].origin == "imported"
    assert after.segments[-1].emotion == before.segments[-1].emotion


def test_cuts_without_scores_are_as_strong_as_the_usual_boundary():
    before = timeline(b48="detected", b120="detected")
    weak = tuple(replace(one, score=0.3) for one in before.boundaries)
    before = replace(before, boundaries=weak)

    after = with_cuts_imported(before, [cut(200)], "merge", tolerance=TOLERANCE, scored=False)

    assert after.boundaries[-1].score == 0.3


def test_bringing_in_the_same_list_twice_changes_nothing():
    once = with_cuts_imported(timeline(), [cut(49), cut(200)], "replace", tolerance=TOLERANCE)

    assert with_cuts_imported(once, [cut(49), cut(200)], "replace", tolerance=TOLERANCE) == once


def shots_of_two_seconds() -> np.ndarray:
    return np.repeat(textures(5), 48, axis=0)


def test_a_list_of_this_film_gets_the_strength_of_its_cuts():
    listed = ImportedCuts("EDL", tuple(cut(n) for n in (48, 96, 144, 192)), (), scored=False)

    seen = looked_at(film(shots_of_two_seconds()), listed, name="list.edl")

    assert seen.remarks == ()
    assert all(0.5 < one.score < 1 for one in seen.cuts)


def test_a_list_of_another_film_is_noticed():
    listed = ImportedCuts("EDL", tuple(cut(n) for n in (20, 70, 110, 170)), (), scored=False)

    (remark,) = looked_at(film(shots_of_two_seconds()), listed, name="list.edl").remarks

    assert "changes much at only 0 of the 4 cuts of list.edl" in remark
