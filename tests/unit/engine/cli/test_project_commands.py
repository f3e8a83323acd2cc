"""The commands on a project, on a project file of a toy take; composing itself is tested apart."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from emsync_engine.cli.main import main
from emsync_engine.cli.parts import Numbers
from emsync_engine.music.parts import part_states, with_provenance
from emsync_engine.project.file import load_project, save_project
from emsync_engine.project.model import GenerationSettings
from emsync_engine.project.take_list import with_takes
from tests.unit.engine.project_samples import sample_project


@pytest.fixture
def path(tmp_path):
    """The sample with two takes for its timeline, nothing locked or silent."""
    project = sample_project()
    timeline = replace(project.timeline, tacet=(), locked=())
    take = replace(
        project.takes[0],
        settings=GenerationSettings(ensemble="chamber"),
        tacet_s=(),
        name="",
        hits=project.takes[0].hits[:1],
        music=replace(project.takes[0].music, duration_s=float(timeline.duration)),
    )
    first = with_provenance(replace(take, id="first"), timeline)
    notes = tuple(replace(note, velocity=50) for note in take.music.notes)
    quiet = replace(take, id="second", music=replace(take.music, notes=notes))
    project = replace(project, timeline=timeline, takes=(), chosen_take=None)
    path = tmp_path / "film.emsync"
    takes = [first, with_provenance(quiet, timeline)]
    save_project(with_takes(project, takes), path)
    return path


def emsync(*arguments):
    return main([str(argument) for argument in arguments])


def states(path):
    project = load_project(path)
    return part_states(project.timeline, project.take)


def test_lock_and_unlock(path, capsys):
    assert emsync("lock", path, "2-3") == 0
    assert states(path) == ("fresh", "locked", "locked")
    assert "locked" in capsys.readouterr().out
    assert emsync("unlock", path, "all", "--json") == 0
    assert states(path) == ("fresh",) * 3
    answer = json.loads(capsys.readouterr().out)
    assert answer["changed"]
    assert [segment["state"] for segment in answer["segments"]] == ["fresh"] * 3


def test_an_edit_marks_what_it_affects(path):
    assert emsync("edit", path, "--va", "3=-0.8,0.2", "--level", "1=-6") == 0
    assert states(path) == ("fresh", "fresh", "stale")
    assert load_project(path).timeline.levels_db[0] == -6.0
    assert emsync("edit", path, "--tacet", "2", "--move", "1=00:00:03:00") == 0
    assert states(path) == ("stale", "tacet", "stale")
    assert load_project(path).timeline.boundaries[0].time == Fraction(72) / Fraction(24000, 1001)
    assert emsync("edit", path, "--play", "all", "--unmark", 1, "--add", 9, "--remove", 2) == 0
    timeline = load_project(path).timeline
    assert len(timeline.boundaries) == 2
    assert not timeline.boundaries[0].is_hit


def test_takes_are_kept(path, capsys):
    assert emsync("takes", path, "--rename", "2", "the quiet one", "--star", "second") == 0
    assert "the quiet one *" in capsys.readouterr().out
    assert emsync("takes", path, "--choose", "the quiet one", "--delete", "1", "--json") == 0
    [take] = json.loads(capsys.readouterr().out)["takes"]
    assert (take["id"], take["starred"], take["chosen"]) == ("second", True, True)


def test_comping_takes_segments_of_another_take(path):
    assert emsync("comp", path, "2-3", "--from", "second") == 0
    project = load_project(path)
    assert len(project.takes) == 3
    assert [part.take_id for part in project.take.parts] == ["first", "second", "second"]
    assert [note.velocity for note in project.take.music.notes][1:] == [50] * 4
    assert project.take.music.notes[0].velocity != 50


def test_another_file_may_take_the_result(path, tmp_path):
    before = path.read_bytes()
    other = tmp_path / "other.emsync"
    assert emsync("lock", path, "1", "-o", other) == 0
    assert path.read_bytes() == before
    assert states(other) == ("locked", "fresh", "fresh")
    assert emsync("lock", path, "2", "-o", other) == 3
    assert emsync("lock", path, "2", "-o", other, "--overwrite") == 0
    assert states(other) == ("fresh", "locked", "fresh")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["lock", "4"], "There is no segment 4; the film has 3 of them."),
        (["fix", "--hit", "2"], "There is no hit 2; there are 1."),
        (["comp", "1", "--from", "third"], "has no take 'third'; it has 1 (first), 2 (second)."),
        (["takes", "--rename", "1", "second"], "There is a take named 'second' already."),
        (["takes", "--rename", "1", "7"], "takes are numbered already."),
        (["edit", "--move", "1=20"], "20 lies outside the film, which is 10.010 s long."),
        (["edit", "--move", "1=7"], "Boundaries must lie strictly inside the film"),
        (["edit", "--move", "1=soon"], "'soon' is no time such as 12.5"),
        (["edit", "--level", "1=40"], "a level lies in -40..12 dB"),
        (["edit", "--mark", "3"], "There is no boundary 3; the film has 2 of them."),
        (["compose", "--segments", "9"], "There is no segment 9"),
        (["compose", "--only-stale", "--takes", "2"], "are for whole takes."),
        (["compose", "--primer", "no.mid"], "no.mid cannot be used as MIDI"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(path, capsys, arguments, sentence):
    before = path.read_bytes()
    command, *rest = arguments
    assert emsync(command, path, *rest) == 3
    said = capsys.readouterr().err.strip()
    assert sentence in said
    assert "\n" not in said
    assert path.read_bytes() == before


def test_a_project_without_a_take_has_nothing_to_lock(path, capsys):
    project = load_project(path)
    save_project(replace(project, takes=(), chosen_take=None), path, overwrite=True)
    assert emsync("lock", path, "1") == 3
    assert "compose one first" in capsys.readouterr().err
    assert emsync("parts", path) == 0
    assert "There is no take yet." in capsys.readouterr().out


@pytest.mark.parametrize("text", ["0", "3-1", "a", "1,,2", "-1", "1-", ""])
def test_what_names_no_segments_is_wrong_usage(path, text):
    with pytest.raises(SystemExit) as stop:
        emsync("lock", path, f"--={text}" if text.startswith("-") else text)
    assert stop.value.code == 2


def test_numbers_of_segments():
    assert Numbers.written("1,4-6,5").places(6) == (0, 3, 4, 5)
    assert Numbers.written("all").places(3) == (0, 1, 2)


def test_nothing_stale_changes_nothing(path, capsys):
    before = path.read_bytes()
    assert emsync("compose", path, "--only-stale") == 0
    assert "nothing was to be changed" in capsys.readouterr().out
    assert path.read_bytes() == before


def test_a_list_of_cuts_is_brought_in(path, tmp_path, capsys):
    boundaries = load_project(path).timeline.boundaries
    (tmp_path / "cuts.csv").write_text("frame\n97\n200\n900\n", encoding="utf-8")

    assert emsync("edit", path, "--cuts", tmp_path / "cuts.csv", "--cuts-with", "merge") == 0

    after = load_project(path).timeline
    frames = [round(one.time * load_project(path).video.frame_rate) for one in after.boundaries]
    assert frames == [97, 150, 200]
    assert [one.id for one in after.boundaries][:2] == [one.id for one in boundaries]
    assert "1 of 3 cuts lies outside" in capsys.readouterr().err
