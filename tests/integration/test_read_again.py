"""A timeline read anew: boundaries and the user's points stay, emotions are what is there now."""

from dataclasses import replace
from fractions import Fraction

import pytest

from emsync_engine.jobs.reading_job import ReadAgainJob
from emsync_engine.monitor import SILENT
from emsync_engine.pipeline import analyse
from emsync_engine.project.model import Boundary, BoundaryId, SegmentEmotion, Timeline, VAPoint
from emsync_engine.rereading import AnotherFilmError, read_again
from tests.data import make_media

POINT = VAPoint(0.3, -0.2)
UNREAD = SegmentEmotion((1 / 6,) * 6, VAPoint(0.0, 0.0), 0.0)


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return make_media.make_hard_cuts(tmp_path_factory.mktemp("film")).path


@pytest.fixture(scope="module")
def timeline(film, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMSYNC_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("EMSYNC_MODELS_DIR", str(tmp_path_factory.mktemp("models")))
        return analyse(film).timeline


def test_nothing_changes_where_nothing_was_installed(film, timeline):
    found = read_again(film, timeline)
    assert found.ran == ()
    assert found.applied_to(timeline) == timeline


def test_points_and_moved_boundaries_of_the_user_are_kept(film, timeline):
    boundaries = (Boundary(BoundaryId("mine"), Fraction(3, 2), "user", is_hit=True),)
    emotions = (replace(UNREAD, chosen=POINT), UNREAD)
    edited = Timeline(timeline.duration, boundaries, emotions)
    found = ReadAgainJob(film, edited).run(None, SILENT)
    first, second = found.applied_to(edited).emotions
    assert (first.chosen, second.chosen) == (POINT, None)
    assert first.explanation
    assert first.confidence > 0
    assert first.detected != second.detected
    assert found.applied_to(edited).boundaries == boundaries

    moved = replace(edited, boundaries=(replace(boundaries[0], time=Fraction(2)),))
    assert found.applied_to(moved).emotions == edited.emotions, "they are other segments now"


def test_a_film_of_another_length_is_refused(film, timeline):
    longer = replace(timeline, duration=timeline.duration + 1)
    with pytest.raises(AnotherFilmError, match="was not read again"):
        read_again(film, longer)
