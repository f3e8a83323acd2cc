from fractions import Fraction

import pytest

from emsync_engine.errors import CutListError
from emsync_engine.scenes.cutlists import Footage, read_cut_list, read_cuts_csv

from .films import video_info

INFO = video_info(240, Fraction(24000, 1001))
FILM = Footage.of(INFO)


def cut_list(folder, text: str, *, encoding: str = "utf-8"):
    path = folder / "cuts.csv"
    path.write_text(text, encoding=encoding)
    return path


def test_frames_give_exact_times(tmp_path):
    text = "frame,time_s,kind,note\n99,4.129,dissolve,slow\n24,1.001000,hard,\n"

    first, second = read_cuts_csv(cut_list(tmp_path, text), INFO)

    assert (first.frame, first.time, first.kind) == (24, Fraction(1001, 1000), "hard")
    assert (second.frame, second.kind) == (99, "dissolve")
    assert second.time == 99 * Fraction(1001, 24000)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_other_tables_programs_write(tmp_path, delimiter):
    text = f"Kind{delimiter}Time_s{delimiter}Score\r\nFADE{delimiter}2.0{delimiter}0.25\r\n\r\n"

    (cut,) = read_cuts_csv(cut_list(tmp_path, text, encoding="utf-8-sig"), INFO)

    assert (cut.kind, cut.score, cut.frame) == ("fade", 0.25, 48)
    assert cut.time == 48 * Fraction(1001, 24000)


def test_with_a_variable_rate_the_time_decides(tmp_path):
    info = video_info(240, is_vfr=True)

    (cut,) = read_cuts_csv(cut_list(tmp_path, "frame,time_s\n7,2.345\n"), info)

    assert cut.time == Fraction("2.345")


def test_the_same_cut_twice_counts_once(tmp_path):
    assert len(read_cuts_csv(cut_list(tmp_path, "frame\n24\n24\n"), INFO)) == 1


def test_an_empty_list_is_a_film_without_cuts(tmp_path):
    assert read_cuts_csv(cut_list(tmp_path, "frame,time_s\n"), INFO) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no column named frame or time_s"),
        ("number,kind\n3,hard\n", "no column named frame or time_s"),
        ("frame\nthree\n", "line 2: 'three' in column frame is not a number"),
        ("time_s\ninf\n", "line 2: 'inf' in column time_s is not a number"),
        ("time_s\nnan\n", "not a number"),
        ("frame\n2.5\n", "whole number"),
        ("frame\n240\n", "No cut of cuts.csv lies inside the film"),
        ("time_s\n-2\n", "No cut of cuts.csv lies inside the film"),
        ("frame,kind\n10,wipe\n", "'wipe' is not a kind of cut"),
        ("frame,score\n10,7\n", "between 0 and 1"),
        ("frame,kind\n,hard\n", "neither a frame nor a time"),
    ],
)
def test_what_cannot_be_used_is_said_with_its_line(tmp_path, text, message):
    with pytest.raises(CutListError, match=message):
        read_cuts_csv(cut_list(tmp_path, text), INFO)


def test_what_lies_outside_is_left_out_and_told(tmp_path):
    found = read_cut_list(cut_list(tmp_path, "frame\n0\n10\n239\n240\n9000\n"), FILM)

    assert [cut.frame for cut in found.cuts] == [10, 239]
    assert found.remarks == (
        "2 of 5 cuts lie outside the film, which is 10.010 s long, and were left out.",
    )


def test_starts_and_ends_of_transitions_are_read(tmp_path):
    text = "frame,kind,start_frame,end_frame\n40,dissolve,30,49\n90,hard,80,95\n"

    dissolve, hard = read_cut_list(cut_list(tmp_path, text), FILM).cuts

    assert (dissolve.start_frame, dissolve.frame, dissolve.end_frame) == (30, 40, 49)
    assert dissolve.end == 49 * Fraction(1001, 24000)
    assert (hard.start_frame, hard.end_frame) == (90, 90)


def test_frames_counted_at_another_rate_give_way_to_times(tmp_path):
    text = "frame,time_s\n25,1.0\n50,2.0\n200,8.0\n"

    found = read_cut_list(cut_list(tmp_path, text), FILM)

    assert [cut.frame for cut in found.cuts] == [24, 48, 192]
    assert "counts 25.000 frames a second" in found.remarks[0]


def test_files_that_are_no_text(tmp_path):
    binary = tmp_path / "cuts.csv"
    binary.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00frame")

    with pytest.raises(CutListError, match="UTF-8"):
        read_cuts_csv(binary, INFO)
    with pytest.raises(CutListError, match="cannot be read"):
        read_cuts_csv(tmp_path / "absent.csv", INFO)
