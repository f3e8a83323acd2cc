"""Hits bear one number everywhere: in lists for editing programs, in MIDI, in the table of hits."""

import csv
import io
from dataclasses import replace

import mido
import pytest

from emsync_engine.export import _write_notes
from emsync_engine.handoff.edit import edit_of
from emsync_engine.handoff.lists import markers_csv
from emsync_engine.handoff.marks import FilmTimecode, marks_of, names_of
from emsync_engine.music.current_hits import current_hits
from emsync_engine.music.hit_sheet import HitSheet, hits_csv
from emsync_engine.project.model import Project
from emsync_engine.results import Outputs
from tests.data.make_handoff import COUNTINGS, project_at

COUNTING = next(one for one in COUNTINGS if one.name == "25")


def edited(project: Project, *, hits: set[int]) -> Project:
    """The same film with other boundaries as hits; the take is as it was."""
    boundaries = tuple(
        replace(one, is_hit=number in hits)
        for number, one in enumerate(project.timeline.boundaries)
    )
    return replace(project, timeline=replace(project.timeline, boundaries=boundaries))


def numbers_in_table(project: Project) -> dict[str, float]:
    hits = current_hits(project.timeline, project.take, frame_rate=project.video.frame_rate)
    return {f"hit {one.number}": one.hit.time_s for one in hits}


def numbers_in_marks(project: Project) -> dict[str, float]:
    marks = marks_of(project, FilmTimecode.of(project))
    named = ((mark.name.rpartition(", ")[2], float(mark.time)) for mark in marks)
    return {name: time_s for name, time_s in named if name.startswith("hit ")}


@pytest.mark.parametrize("hits", [{1, 4}, {0, 1, 4}, {4}, {1, 5, 6, 7}, set(range(8))])
def test_marks_number_hits_as_the_table_does_after_edits_too(hits):
    project = edited(project_at(COUNTING), hits=hits)

    assert numbers_in_marks(project) == pytest.approx(numbers_in_table(project))
    assert len(numbers_in_marks(project)) == len(hits)


def test_a_hit_at_a_cue_keeps_its_number():
    project = edited(project_at(COUNTING), hits={1, 5, 7})  # the silence is between 5 and 6

    names = [name for _, name in names_of(project.timeline)]

    assert names[1] == "hit 1"
    assert names[5] == "cue out 1, hit 2"
    assert names[6] == "cue in 1"
    assert names[7] == "hit 3"


def test_what_the_take_was_not_written_for_is_said_and_not_green():
    project = edited(project_at(COUNTING), hits={1, 3})

    marks = {mark.name: mark for mark in marks_of(project, FilmTimecode.of(project))}

    assert "not written yet" in marks["hit 2"].note
    assert marks["hit 2"].colour != "green"
    assert marks["hit 2"].hit is not None


def test_a_boundary_that_moved_makes_its_hit_stale_or_unwritten():
    project = project_at(COUNTING)
    first, moved, *others = project.timeline.boundaries
    later = replace(moved, time=moved.time + 1)
    timeline = replace(project.timeline, boundaries=(first, later, *others))

    mark = next(
        one
        for one in marks_of(replace(project, timeline=timeline), FilmTimecode.of(project))
        if one.name == "hit 1"
    )

    assert "not written yet" in mark.note
    assert mark.time == later.time


def test_lists_and_the_hit_report_agree_line_by_line():
    project = edited(project_at(COUNTING), hits={0, 1, 4, 5})
    code = FilmTimecode.of(project)
    lists = csv.DictReader(io.StringIO(markers_csv(edit_of(project, code, size=(1920, 1080)))))
    sheet = HitSheet.of("film", project.timeline, project.take, code.rate)
    report = list(csv.DictReader(io.StringIO(hits_csv(sheet))))

    marked = {row["mark"].rpartition(" ")[2]: row for row in lists if "hit" in row["mark"]}

    assert len(report) == 4
    for row in report:
        mark = marked[row["hit"]]
        assert float(mark["time_s"]) == pytest.approx(float(row["time_s"]), abs=1e-5)
        assert mark["status"] == row["status"]


def test_midi_markers_have_the_same_names(tmp_path):
    project = edited(project_at(COUNTING), hits={1, 5})
    places = Outputs(video=None, wav=None, midi=tmp_path / "film.mid", project=None)

    _write_notes(tmp_path / "film.mov", project, project.take, places)

    conductor = mido.MidiFile(places.midi).tracks[0]
    markers = [one.text for one in conductor if one.type == "marker"]
    assert markers == [name for _, name in names_of(project.timeline)]


def test_without_hits_cuts_are_numbered():
    project = edited(project_at(COUNTING), hits=set())
    timeline = project.timeline

    assert [name for kind, name in names_of(timeline) if kind == "cut"] == [
        f"cut {number}" for number in range(1, 7)
    ]
