import csv
import io
from dataclasses import replace
from fractions import Fraction
from xml.etree import ElementTree

import pytest

from emsync_engine.errors import OutputError
from emsync_engine.music.hit_sheet import (
    CSV_FIELDS,
    HitSheet,
    hits_csv,
    hits_picture,
    summary,
    write_hit_sheet,
)
from emsync_engine.music.parts import with_provenance
from emsync_engine.project.model import Boundary, BoundaryId, Hit, Timeline
from emsync_engine.timing import FrameRate
from tests.unit.engine.project_samples import CALM, sample_project

RATE = FrameRate(Fraction(24000, 1001))
PLAIN = replace(sample_project().timeline, tacet=(), locked=())
SVG = "{http://www.w3.org/2000/svg}"


def sheet(title="Film"):
    project = sample_project()
    return HitSheet(title, project.timeline, project.takes[0].hits, RATE, 0)


def long_sheet(count):
    times = [Fraction(4 * number) for number in range(1, count + 1)]
    boundaries = tuple(
        Boundary(BoundaryId(str(time)), time, score=0.5, is_hit=True) for time in times
    )
    hits = tuple(
        Hit(float(time), float(time), 10.0 * (number % 7), 0.24 * (number % 7), "chord", "near")
        for number, time in enumerate(times)
    )
    timeline = Timeline(times[-1] + 4, boundaries, (CALM,) * (count + 1))
    return HitSheet("Long", timeline, hits, RATE)


def test_the_table_has_a_line_for_each_hit():
    rows = list(csv.DictReader(io.StringIO(hits_csv(sheet()))))
    assert tuple(rows[0]) == CSV_FIELDS
    assert [row["timecode"] for row in rows] == ["00:00:04:00", "00:00:06:06"]
    assert [row["status"] for row in rows] == ["exact", "missed"]
    assert rows[0]["strength"] == "0.875"
    assert float(rows[0]["error_ms"]) == 0.0
    assert rows[1]["landed_s"] == rows[1]["error_frames"] == ""


def marks_of(root):
    return [
        element
        for element in root
        if element.tag in (f"{SVG}circle", f"{SVG}path")
        or (element.tag == f"{SVG}rect" and element.get("width") == "8")
    ]


def test_the_picture_is_one_page_that_shows_hits_and_boundaries():
    root = ElementTree.fromstring(hits_picture(sheet("A & B <c>")))
    assert root.find(f"{SVG}title").text == "A & B <c>"
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert "A & B <c>" in texts
    assert "00:00:04:00" in texts
    assert "nothing lands" in texts
    # a mark for each hit on the timeline and in the table, one with an error on its strip, legend
    assert len(marks_of(root)) == 2 + 2 + 1 + 3


def test_nothing_leaves_the_page():
    for one in (sheet(), long_sheet(3), long_sheet(44), long_sheet(500)):
        root = ElementTree.fromstring(hits_picture(one))
        width, height = float(root.get("width")), float(root.get("height"))
        for element in root.iter():
            for name in ("x", "x1", "x2", "cx"):
                assert 0 <= float(element.get(name, 0)) <= width
            for name in ("y", "y1", "y2", "cy"):
                assert 0 <= float(element.get(name, 0)) <= height


def test_of_too_many_hits_the_worst_are_listed():
    text = hits_picture(long_sheet(500))
    assert "least exact of 500 hits" in text
    assert "+60.0 ms" in text
    assert "+0.0 ms" not in text


def test_the_summary_counts_what_lands_and_what_is_no_hit():
    assert summary(sheet()) == (
        "2 hits: 1 exact (within half a frame), 0 within 100 ms, 1 missed; "
        "0 exact before the tempo fit. 1 more boundaries are not to be hit."
    )
    assert "nothing to hit" in summary(replace(sheet(), hits=()))


def test_a_film_without_hits_has_a_sheet_too():
    nothing = Timeline(Fraction(1, 2), (), (CALM,))
    empty = HitSheet("Short", nothing, (), RATE)
    assert len(hits_csv(empty).splitlines()) == 1
    ElementTree.fromstring(hits_picture(empty))


def test_the_extension_says_which(tmp_path):
    for name, start in (("a.csv", "hit,timecode"), ("ü.SVG", "<svg")):
        write_hit_sheet(sheet(), tmp_path / name)
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)
    with pytest.raises(OutputError, match=r"\.csv"):
        write_hit_sheet(sheet(), tmp_path / "a.pdf")


def test_the_sheet_of_an_edited_timeline_has_its_hits_and_says_what_is_not_written():
    project = sample_project()
    take = with_provenance(replace(project.takes[0], hits=project.takes[0].hits[:1]), PLAIN)
    same = HitSheet.of("Film", PLAIN, take, RATE)
    assert (same.hits, same.states) == (take.hits, ("written",))
    added = Boundary(BoundaryId("new"), 48 / RATE.ratio, "user", is_hit=True)
    edited = HitSheet.of("Film", PLAIN.with_boundary(added), take, RATE)
    rows = list(csv.DictReader(io.StringIO(hits_csv(edited))))
    assert [(row["hit"], row["state"]) for row in rows] == [
        ("1", "not written yet"),
        ("2", "stale"),
    ]
    assert rows[0]["timecode"] == "00:00:02:00"
    assert summary(edited).startswith(
        "2 hits: 1 exact (within half a frame), 0 within 100 ms, 0 missed, 1 not written yet, "
        "1 of them with stale music"
    )
    assert "not written yet: " in hits_picture(edited)
