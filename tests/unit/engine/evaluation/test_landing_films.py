from itertools import pairwise
from pathlib import Path

import pytest

from emsync_engine.evaluation.landing_films import (
    ENSEMBLES,
    films_csv,
    labelled_clips,
    seeded_films,
    with_other_hits,
)
from emsync_engine.music.emotion_path import emotion_path

COMMITTED = Path(__file__).parents[3] / "data" / "landing_films.csv"
CLIPS = Path(__file__).parents[5] / "shared" / "data" / "video"


def test_the_films_are_those_that_were_settled_once_and_for_all():
    assert films_csv(seeded_films()) == COMMITTED.read_text(encoding="utf-8")


def test_there_are_twenty_of_one_to_five_minutes_with_five_to_sixty_hits():
    films = seeded_films()
    assert len(films) == 20
    assert {film.ensemble for film in films} == set(ENSEMBLES)
    for film in films:
        assert 60 - film.frame_s <= film.duration <= 300 + film.frame_s
        assert 5 <= len(film.hits_s) <= 60
        assert all(2 - film.frame_s <= gap <= 20 + film.frame_s for gap in film.gaps_s)
        assert film.hits_s[-1] <= film.duration - 2 + film.frame_s
    close = sum(gap < 4 for film in films for gap in film.gaps_s)
    assert 50 < close < 200, "there is enough of both kinds"


def test_every_hit_is_told_on_its_frame_and_emotions_last():
    film = seeded_films(2)[1]
    timeline = film.timeline
    assert [boundary.time for boundary in timeline.hits] == [
        frame / film.frame_rate for frame in film.hit_frames
    ]
    assert timeline.duration * film.frame_rate == film.frames
    path = emotion_path(timeline)
    told = [path(time_s).valence for time_s in range(60)]
    assert 1 < len({round(one, 2) for one in told}) <= 4


def test_others_hits_lie_in_a_film_of_the_same_kind():
    film = seeded_films(3)[2]
    others = [with_other_hits(film, draw) for draw in range(2)]
    assert others[0] == with_other_hits(film, 0)
    assert len({film.hit_frames, others[0].hit_frames, others[1].hit_frames}) == 3
    for other in others:
        assert (other.frames, other.frame_rate) == (film.frames, film.frame_rate)
        assert min(other.gaps_s) >= 4 - film.frame_s
        assert other.timeline.hits


def test_no_more_films_than_there_are():
    with pytest.raises(ValueError, match="20 seeded films"):
        seeded_films(21)


@pytest.mark.corpus
@pytest.mark.skipif(not CLIPS.is_dir(), reason="no ../shared/data here")
def test_labelled_clips_hit_some_of_their_labelled_cuts():
    clips = {clip.name: clip for clip in labelled_clips(CLIPS)}
    assert clips["bbb_opening_24fps"].hit_frames == (285, 553)
    assert len(clips["sintel_trailer_24fps"].hit_frames) >= 8
    for clip in clips.values():
        assert all(later - earlier >= 4 for earlier, later in pairwise(clip.hits_s))
        assert with_other_hits(clip, 0).hits_s[-1] < clip.duration
        assert len(clip.timeline.hits) == len(clip.hit_frames)
