import pytest

from emsync_engine.scenes.evaluation import CutScores, LabelledCut, read_labels, score_cuts

LABELS = [
    LabelledCut(100, "hard", 100, 100, is_tiny=False),
    LabelledCut(210, "fade", 200, 220, is_tiny=False),
    LabelledCut(300, "hard", 280, 300, is_tiny=True),
]


def test_the_rule_of_hits():
    assert score_cuts([99, 220, 301], LABELS) == CutScores(3, 0, 0)
    assert score_cuts([98, 221, 290], LABELS) == CutScores(0, 3, 3)


def test_one_label_takes_one_detection():
    assert score_cuts([100, 101, 205, 206], LABELS) == CutScores(2, 2, 1)


def test_overlapping_labels_share_detections_as_well_as_possible():
    labels = [
        LabelledCut(15, "fade", 10, 20, is_tiny=False),
        LabelledCut(15, "hard", 15, 15, is_tiny=False),
    ]

    assert score_cuts([12, 16], labels).hits == 2


def test_tiny_changes_can_be_left_out():
    assert score_cuts([100], LABELS, leave_out_tiny=True) == CutScores(1, 0, 1)
    assert score_cuts([100, 300], LABELS, leave_out_tiny=True) == CutScores(1, 0, 1)


def test_scores_add_up():
    total = CutScores(3, 1, 0) + CutScores(1, 0, 3)

    assert total.precision == pytest.approx(4 / 5)
    assert total.recall == pytest.approx(4 / 7)
    assert total.f1 == pytest.approx(2 * (4 / 5) * (4 / 7) / (4 / 5 + 4 / 7))
    assert CutScores(0, 0, 0).f1 == 1


def test_labels_are_read(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text(
        "frame,time_s,kind,start_frame,end_frame,note\n"
        '226,9.4,hard,194,226,"title pops; tiny picture change"\n127,5.3,fade,120,154,fog\n'
    )

    assert read_labels(path) == [
        LabelledCut(226, "hard", 194, 226, is_tiny=True),
        LabelledCut(127, "fade", 120, 154, is_tiny=False),
    ]


def test_the_interval_of_f1_lies_around_it_and_narrows():
    few, many = CutScores(9, 1, 1), CutScores(900, 100, 100)

    assert few.f1_interval[0] < few.f1 < few.f1_interval[1] < 1
    assert many.f1_interval[1] - many.f1_interval[0] < 0.05
    assert CutScores(45, 0, 1).f1_interval == pytest.approx((0.940, 0.998), abs=0.001)
    assert CutScores(0, 0, 0).f1_interval == (0, 1)
