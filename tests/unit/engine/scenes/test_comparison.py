import pytest

from emsync_engine.errors import InputUnusableError
from emsync_engine.scenes.comparison import compare_detectors, comparison_lines, labelled_films
from emsync_engine.scenes.evaluation import CutScores
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


def test_films_without_labels_are_refused(tmp_path):
    with pytest.raises(InputUnusableError, match="No film in"):
        labelled_films(tmp_path, tmp_path)
