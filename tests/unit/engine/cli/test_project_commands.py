"""The commands on a project, on a project file of a toy take; composing itself is tested apart."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from emsync_engine.cli.main import main
from emsync_engine.cli.parts import Numbers
from emsync_engine.music import hit_repair
from emsync_engine.music.parts import part_states, with_provenance
from emsync_engine.project.file import load_project, save_project
from emsync_engine.project.model import GenerationSettings, Hit
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
        (["edit", "--move", "1=00:00:01:30"], "'00:00:01:30' is no time at 24000/1001 pictures"),
        (["edit", "--mark", "3"], "There is no boundary 3; the film has 2 of them."),
        (["compose", "--segments", "9"], "There is no segment 9"),
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


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["edit", "--move", "1=soon"], "'soon' is no time such as 12.5 or 00:00:12:12"),
        (["edit", "--add", "1/0"], "'1/0' is no time"),
        (["edit", "--level", "1=40"], "'1=40' is not a segment and a level from -40 to 12 dB"),
        (["edit", "--va", "1=2,0"], "'1=2,0' is not a segment and two numbers"),
        (["edit", "--vaa", "1=0,0"], "emsync edit has no option --vaa"),
        (["lock", "1", "2"], "emsync lock can do nothing with 2"),
        (["lock", "3-1"], "'3-1' names no segments"),
        (["export", "--range", "20-10"], "The range 20-10 ends before it begins"),
        (["export", "--range", "20"], "'20' is no range such as"),
        (["export", "--format", "csv", "--plan"], "--plan tells of films, music and folders"),
        (["compose", "--only-stale", "--takes", "2"], "are for whole takes"),
        (["fix"], "the following arguments are required: --hit"),
    ],
)
def test_wrong_words_are_wrong_usage_in_one_sentence(path, capsys, arguments, sentence):
    before = path.read_bytes()
    command, *rest = arguments
    try:
        code = emsync(command, path, *rest)
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    said = capsys.readouterr().err.strip()
    assert sentence in said
    assert said.endswith(f"; emsync {command} --help tells more.")
    assert "\n" not in said
    assert path.read_bytes() == before


def test_hits_are_numbered_as_the_timeline_has_them_now(path, capsys):
    assert emsync("parts", path, "--json") == 0
    [hit] = json.loads(capsys.readouterr().out)["hits"]
    assert (hit["number"], hit["state"], hit["status"]) == (1, "written", "exact")
    assert emsync("edit", path, "--add", "2", "--mark", 1, "--json") == 0
    capsys.readouterr()
    assert emsync("edit", path, "--mark", 1, "--json") == 0
    new, old = json.loads(capsys.readouterr().out)["hits"]
    assert (new["number"], new["state"]) == (1, "not written yet")
    assert new["time_s"] == pytest.approx(2.0, abs=0.03)
    assert (old["number"], old["state"], old["status"]) == (2, "stale", "exact")
    assert emsync("parts", path) == 0
    assert "hits: 1 not written yet, 2 stale (exact)" in capsys.readouterr().out
    assert emsync("edit", path, "--remove", 1) == 0
    capsys.readouterr()
    assert emsync("parts", path, "--json") == 0
    [hit] = json.loads(capsys.readouterr().out)["hits"]
    assert (hit["number"], hit["state"]) == (1, "written")


def test_an_exact_hit_needs_no_repair(path, capsys):
    before = path.read_bytes()
    assert emsync("fix", path, "--hit", 1) == 0
    assert "Hit 1 is exact already; nothing was changed." in capsys.readouterr().out
    assert emsync("fix", path, "--hit", 1, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert not answer["changed"]
    assert "exact already" in answer["remarks"][0]
    assert path.read_bytes() == before


def test_a_repair_that_lands_no_better_leaves_the_old_music(path, capsys, monkeypatch):
    project = load_project(path)
    late = Hit(project.take.hits[0].time_s, 4.064, 60.0, 1.4, "chord", "near")
    take = replace(project.take, hits=(late,))
    save_project(replace(project, takes=(take, project.takes[1])), path, overwrite=True)
    before = path.read_bytes()
    later = replace(late, landed_s=4.063, error_ms=59.8)
    monkeypatch.setattr(
        hit_repair, "fix_hit", lambda take, *_, **__: replace(take, id="third", hits=(later,))
    )
    assert emsync("fix", path, "--hit", 1) == 3
    said = capsys.readouterr().err
    assert said.startswith("Hit 1 is near (60 ms late) still: of 4 ways written none lands better")
    assert path.read_bytes() == before
    exact = replace(late, landed_s=late.time_s, error_ms=0.0, error_frames=0.0, status="exact")
    monkeypatch.setattr(
        hit_repair, "fix_hit", lambda take, *_, **__: replace(take, id="third", hits=(exact,))
    )
    assert emsync("fix", path, "--hit", 1) == 0
    assert "hit 1 was near (60 ms late), is exact now" in capsys.readouterr().out
    assert load_project(path).take.id == "third"


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


def test_a_text_as_primer_is_no_midi_file(path, tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("C E G", encoding="utf-8")
    assert emsync("compose", path, "--primer", tmp_path / "notes.txt") == 3
    assert capsys.readouterr().err == "notes.txt cannot be used as MIDI: it is not a MIDI file.\n"
