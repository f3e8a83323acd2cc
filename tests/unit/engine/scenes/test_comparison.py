import pytest

from emsync_engine.errors import InputUnusableError
from emsync_engine.scenes.comparison import compare_detectors, comparison_lines, labelled_films
from emsync_engine.scenes.evaluation import CutScores
from emsync_engine.scenes.speed import ANALYSIS, SCAN, FilmSpeed, measure_speeds, speed_lines
from tests.data import make_media


def test_films_are_scored_by_every_detector_named(tmp_path):
    make_media.make_hard_cuts(tmp_path)
    (tmp_path / "unlabelled.mp4").write_bytes(b"")
    (tmp_path / "cuts").mkdir()
    rows = "".join(f"{cut},,hard,{cut},{cut},\n" for cut in (24, 50, 90))
    header = "frame,time_s,kind,start_frame,end_frame,note\n"
    (tmp_path / "cuts" / "hard_cuts.csv").write_text(header + rows)

    results = compare_detectors(labelled_films(tmp_path, tmp_path / "cuts"), ["emsync", "ffmpeg"])

    for result in results.values():  # 71 is a cut, 90 is none
        assert result.scores["all"] == result.scores["hard_cuts.mp4"] == CutScores(2, 1, 1)
        assert result.ms_per_picture > 0
    assert any("hard_cuts.mp4" in line for line in comparison_lines(results))


def test_all_ways_to_the_cuts_are_timed_in_one_run(tmp_path):
    film = make_media.make_hard_cuts(tmp_path)

    speeds = measure_speeds([film.path, film.path])

    assert set(speeds) == {film.path.name, "all"}
    one = speeds[film.path.name]
    assert one.pictures == 96
    assert {SCAN, ANALYSIS, "content", "adaptive", "hash", "histogram"} <= set(one.seconds)
    assert all(seconds > 0 for seconds in one.seconds.values())
    assert one.times_as_long(SCAN) == 1
    assert one.times_as_long("content") == pytest.approx(one.seconds["content"] / one.seconds[SCAN])
    table = speed_lines(speeds)
    assert len(table) == 4
    assert f"{one.ms_a_picture(SCAN):.2f}" in table[2]


def test_speeds_of_films_add_up():
    one, other = FilmSpeed(100, {SCAN: 1.0, "hash": 3.0}), FilmSpeed(300, {SCAN: 1.0, "hash": 5.0})
    both = one + other
    assert (both.ms_a_picture(SCAN), both.times_as_long("hash")) == (5.0, 4.0)


def test_films_without_labels_are_refused(tmp_path):
    with pytest.raises(InputUnusableError, match="No film in"):
        labelled_films(tmp_path, tmp_path)
