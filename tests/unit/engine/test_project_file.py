import json
import os
import tempfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emsync_engine import output
from emsync_engine.errors import (
    OutputError,
    OutputExistsError,
    ProjectTooNewError,
    ProjectUnreadableError,
)
from emsync_engine.project import file as project_file
from emsync_engine.project.file import load_project, parsed_project, project_text, save_project
from emsync_engine.project.model import SCHEMA_VERSION
from emsync_engine.project.upgrades import UPGRADES, upgraded
from tests.unit.engine.project_samples import projects, sample_project

DATA = Path(__file__).resolve().parents[2] / "data"


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(projects())
def test_a_saved_project_is_the_same_project(project):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.emsync"
        save_project(project, path)
        assert load_project(path) == project


def as_written_by_version_3(project):
    """The sample before there were locks, levels and parts.

    Its take lists another silence than the timeline's, so nobody can say what it was written for.
    """
    take = project.takes[0]
    then = replace(take.settings, has_start=True, primer=(), branches=1)
    return replace(
        project,
        timeline=replace(project.timeline, locked=(), levels_db=(), loudness_db=()),
        takes=(replace(take, settings=then, parts=(), name="", is_starred=False),),
    )


def as_written_by_version_2(project):
    """And before there were keys, tempi and silent segments."""
    later = as_written_by_version_3(project)
    settings_then = replace(later.takes[0].settings, key=None, tempo_bpm=None)
    return replace(
        later,
        timeline=replace(later.timeline, tacet=()),
        takes=(replace(later.takes[0], settings=settings_then, tacet_s=()),),
    )


def as_written_by_version_1(project):
    """And before anybody could say what is to be hit, or bend the tempo."""
    later = as_written_by_version_2(project)
    detected, placed = later.timeline.boundaries
    first_boundaries = (detected, replace(placed, wanted=None, strength=None))
    settings_then = replace(later.takes[0].settings, sync_percent=0.0)
    return replace(
        later,
        timeline=replace(later.timeline, boundaries=first_boundaries),
        takes=(replace(later.takes[0], settings=settings_then),),
    )


def test_the_first_version_keeps_opening():
    assert load_project(DATA / "project_v1.emsync") == as_written_by_version_1(sample_project())


def test_the_second_version_keeps_opening():
    assert load_project(DATA / "project_v2.emsync") == as_written_by_version_2(sample_project())


def test_the_third_version_keeps_opening():
    assert load_project(DATA / "project_v3.emsync") == as_written_by_version_3(sample_project())


def test_a_take_of_version_3_for_this_very_timeline_is_known_to_be_for_it():
    document = json.loads((DATA / "project_v3.emsync").read_text(encoding="utf-8"))
    take = document["takes"][0]
    take["tacet_s"] = [[4.004, 6.25625]]  # as the timeline's
    take["hits"] = take["hits"][:1]
    project = parsed_project(json.dumps(document))
    parts = project.takes[0].parts
    assert [(part.start, part.end) for part in parts] == [
        (segment.start, segment.end) for segment in project.timeline.segments
    ]
    assert [part.is_tacet for part in parts] == [False, True, False]
    assert [part.begins_on_hit for part in parts] == [False, True, False]
    assert [part.point for part in parts] == [
        segment.emotion.point for segment in project.timeline.segments
    ]
    assert {part.take_id for part in parts} == {"take-1"}
    take["hits"][0]["time_s"] = 4.1  # written before a boundary moved
    assert parsed_project(json.dumps(document)).takes[0].parts == ()


def test_the_present_version_is_the_sample():
    assert load_project(DATA / f"project_v{SCHEMA_VERSION}.emsync") == sample_project()


def test_every_version_has_an_upgrade_and_a_stored_example():
    assert set(UPGRADES) == set(range(1, SCHEMA_VERSION))
    for version in range(1, SCHEMA_VERSION + 1):
        load_project(DATA / f"project_v{version}.emsync")


def test_the_file_is_written_for_people():
    text = project_text(sample_project())
    assert text == (DATA / f"project_v{SCHEMA_VERSION}.emsync").read_text(encoding="utf-8")
    lines = text.splitlines()
    assert '     [4.004, 6.5, "strings", 60, 88],' in lines, "one note to a line"
    assert f' "schema_version": {SCHEMA_VERSION},' in lines
    assert "Der Anfang – “Schnitt 3”.mov" in text, "letters stay letters"
    assert max(map(len, lines)) < 130
    assert json.loads(text)["timeline"]["boundaries"][0]["time"] == "1001/250"


def test_saving_twice_gives_the_same_bytes(tmp_path):
    first, second = tmp_path / "a.emsync", tmp_path / "b.emsync"
    save_project(sample_project(), first)
    save_project(load_project(first), second)
    assert first.read_bytes() == second.read_bytes()


def test_nothing_is_replaced_unasked(tmp_path):
    path = tmp_path / "film.emsync"
    path.write_text("mine")
    with pytest.raises(OutputExistsError):
        save_project(sample_project(), path)
    assert path.read_text() == "mine"
    save_project(sample_project(), path, overwrite=True)
    assert load_project(path) == sample_project()
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "film.emsync"
    save_project(sample_project(), path)
    before = path.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(project_file.os, "fsync", full)
    with pytest.raises(OutputError, match="the disk is full"):
        save_project(replace(sample_project(), chosen_take=None), path, overwrite=True)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_save_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "film.emsync"
    save_project(sample_project(), path)
    before = path.read_bytes()

    def interrupted(*_paths: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(output.os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_project(replace(sample_project(), chosen_take=None), path, overwrite=True)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_keeps_leading_to_the_project(tmp_path):
    path, link = tmp_path / "film.emsync", tmp_path / "link.emsync"
    save_project(sample_project(), path)
    link.symlink_to(path)
    save_project(replace(sample_project(), chosen_take=None), link, overwrite=True)
    assert link.is_symlink()
    assert load_project(path).chosen_take is None


def test_a_missing_folder_is_said_so(tmp_path):
    with pytest.raises(OutputError, match="folder does not exist"):
        save_project(sample_project(), tmp_path / "nowhere" / "film.emsync")


def test_what_could_not_be_opened_again_is_not_written(tmp_path):
    project = sample_project()
    take = replace(project.takes[0], music=replace(project.takes[0].music, duration_s=float("nan")))
    path = tmp_path / "film.emsync"
    save_project(project, path)
    with pytest.raises(OutputError, match="was not written"):
        save_project(replace(project, takes=(take,)), path, overwrite=True)
    assert load_project(path) == project


def test_a_measure_that_was_not_measured_is_left_out(tmp_path):
    project = sample_project()
    take = replace(project.takes[0], measures={"va_error": float("nan"), "hits": 0.5})
    save_project(replace(project, takes=(take,)), tmp_path / "film.emsync")
    assert load_project(tmp_path / "film.emsync").takes[0].measures == {"hits": 0.5}


def test_names_in_another_encoding_survive(tmp_path):
    project = sample_project()
    path = os.fsdecode(b"/films/caf\xe9 \xf0\x9f\x8e\xac.mp4")
    project = replace(project, video=replace(project.video, path=path))
    save_project(project, tmp_path / "film.emsync")
    assert load_project(tmp_path / "film.emsync") == project


def changed(*keys: str | int, to: object = ..., drop: bool = False) -> str:
    """The sample's file with one value replaced or left out."""
    document = json.loads(project_text(sample_project()))
    place = document
    for key in keys[:-1]:
        place = place[key]
    if drop:
        del place[keys[-1]]
    else:
        place[keys[-1]] = to
    return json.dumps(document)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (changed("video", drop=True), "video is missing"),
        (changed("takes", 0, "seed", drop=True), r"takes\[0\]\.seed is missing"),
        (changed("takes", 0, "sead", to=1), r"takes\[0\]\.sead is not known"),
        (changed("takes", 0, "seed", to="1"), r"takes\[0\]\.seed must be a whole number"),
        (changed("takes", 0, "seed", to=True), r"takes\[0\]\.seed must be a whole number"),
        (changed("takes", 0, "seed", to=10**40), r"takes\[0\]\.seed must be between"),
        (changed("takes", to={}), "takes must be a list"),
        (changed("video", to=[]), "video must be an object"),
        (changed("video", "path", to=None), "video.path must be a text"),
        (changed("video", "frame_rate", to="0/1"), "video.frame_rate must be a frame rate above 0"),
        (changed("video", "frame_rate", to=25), "video.frame_rate must be a text"),
        (changed("video", "duration", to="10.01"), "video.duration must be an exact fraction"),
        (changed("video", "duration", to="1/0"), "video.duration must be an exact fraction"),
        (changed("video", "duration", to="9" * 18 + "/1"), "video.duration must be a time"),
        (changed("video", "duration", to="9" * 5000 + "/1"), "video.duration must be an exact"),
        (
            changed("timeline", "boundaries", 0, "time", to="10/1"),
            "timeline: Boundaries must lie strictly inside",
        ),
        (
            changed("timeline", "boundaries", 0, "time", to="11/1"),
            "timeline: Boundaries must lie strictly inside",
        ),
        (
            changed("timeline", "boundaries", 0, "id", to="b-user"),
            "timeline.boundaries holds the id 'b-user' more than once",
        ),
        (
            changed("timeline", "boundaries", 0, "origin", to="guessed"),
            r"timeline\.boundaries\[0\]\.origin must be one of detected, imported, user",
        ),
        (
            changed("timeline", "boundaries", 0, "is_hit", to=1),
            r"timeline\.boundaries\[0\]\.is_hit must be true or false",
        ),
        (
            changed("timeline", "emotions", 1, "chosen", "valence", to=1.5),
            r"timeline\.emotions\[1\]\.chosen\.valence must be between -1 and 1",
        ),
        (
            changed("timeline", "emotions", 1, "distribution", "joy", to=float("nan")),
            "NaN, which is no number",
        ),
        (
            changed("takes", 0, "settings", "temperature", to=float("inf")),
            "Infinity, which is no number",
        ),
        (
            changed("takes", 0, "settings", "key", to="H major"),
            r"takes\[0\]\.settings\.key must be a key such as",
        ),
        (
            changed("takes", 0, "settings", "tempo_bpm", to=5),
            r"takes\[0\]\.settings\.tempo_bpm must be between 40 and 220",
        ),
        (changed("takes", 0, "settings", "key", drop=True), r"settings\.key is missing"),
        (changed("timeline", "tacet", to=[True]), "timeline.tacet must be a list of 3 values"),
        (changed("timeline", "tacet", 1, to=1), r"timeline\.tacet\[1\] must be true or false"),
        (
            changed("takes", 0, "tacet_s", 0, to=[8.0, 7.5]),
            r"takes\[0\]\.tacet_s\[0\] ends before it begins",
        ),
        (changed("takes", 0, "measures", "va_error", to="low"), r"va_error must be a number"),
        (changed("takes", 0, "tokens", 3, to=1.5), r"takes\[0\]\.tokens\[3\] must be a whole"),
        (changed("takes", 0, "tokens", 3, to=-1), r"takes\[0\]\.tokens\[3\] must be between"),
        (
            changed("takes", 0, "music", "notes", 1, to=[4.0, 6.5, "strings", 60]),
            r"takes\[0\]\.music\.notes\[1\] must be a list of 5 values",
        ),
        (
            changed("takes", 0, "music", "notes", 1, 2, to="harp"),
            r"takes\[0\]\.music\.notes\[1\]\[2\] must be one of drums",
        ),
        (
            changed("takes", 0, "music", "notes", 1, 1, to=1.0),
            r"takes\[0\]\.music\.notes\[1\] ends before it begins",
        ),
        (changed("takes", 0, "music", "notes", 1, 3, to=128), r"\[1\]\[3\] must be between 0 and"),
        (changed("takes", 0, "music", "note_fields", to=[]), "note_fields must be the list"),
        (changed("takes", 0, "music", "programs", "harp", to=1), "programs must be one of drums"),
        (changed("chosen_take", to="take-9"), "chosen_take must be the id of one of the takes"),
        (changed("provenance", "weights", to=3), "provenance.weights must be a text"),
        (changed("schema_version", drop=True), "schema_version is missing"),
        (changed("schema_version", to="1"), "schema_version is missing or is no whole number"),
        (changed("schema_version", to=True), "schema_version is missing or is no whole number"),
        (changed("schema_version", to=0), "schema_version 0 was never used"),
        (changed("schema_version", to=-3), "schema_version -3 was never used"),
        ('{"a": 1, "a": 2}', "'a' stands twice"),
        ("", "line 1, column 1 is not JSON"),
        ("{\n", "line 2, column 1 is not JSON"),
        ("[]", "not an object"),
        ("7", "not an object"),
        ("[" * 100_000, "nested far too deeply"),
        ('{"schema_version": ' + "1" * 5000 + "}", "far too long"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path, text, message):
    path = tmp_path / "film.emsync"
    path.write_text(text)
    with pytest.raises(ProjectUnreadableError, match=message) as caught:
        load_project(path)
    assert str(caught.value).startswith("film.emsync cannot be opened as a project: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_number_too_large_for_a_float_is_refused():
    text = project_text(sample_project()).replace('"va_error": 0.28', '"va_error": 1e999')
    with pytest.raises(ProjectUnreadableError, match=r"measures\.va_error must be between"):
        parsed_project(text)


def test_a_newer_project_says_so(tmp_path):
    path = tmp_path / "film.emsync"
    path.write_text(json.dumps({"schema_version": SCHEMA_VERSION + 1, "unheard": "of"}))
    with pytest.raises(ProjectTooNewError, match="newer version"):
        load_project(path)


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"\xff\xfe{\x00", b"RIFF....WAVE"])
def test_a_file_of_another_kind_is_no_project(tmp_path, content):
    path = tmp_path / "film.emsync"
    path.write_bytes(content)
    with pytest.raises(ProjectUnreadableError, match=r"film\.emsync"):
        load_project(path)


def test_a_file_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(ProjectUnreadableError, match="cannot be read: no such file"):
        load_project(tmp_path / "none.emsync")
    with pytest.raises(ProjectUnreadableError, match="cannot be read"):
        load_project(tmp_path)


def test_a_byte_order_mark_of_an_editor_does_no_harm(tmp_path):
    path = tmp_path / "film.emsync"
    path.write_text("\ufeff" + project_text(sample_project()), encoding="utf-8")
    assert load_project(path) == sample_project()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a JSON document."""
    found = [path] if path else []
    children = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, child in children:
        found += places(child, (*path, key))
    return found


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(places(json.loads(project_text(sample_project())))),
    json_values,
)
def test_a_damaged_file_opens_whole_or_says_what_is_wrong(place, value):
    try:
        project = parsed_project(changed(*place, to=value))
    except ProjectUnreadableError:
        return
    assert parsed_project(project_text(project)) == project


def test_an_older_project_is_brought_up_step_by_step():
    def rename(document):
        return {**document, "film": document["video"], "steps": [1]}

    def add(document):
        return {**document, "steps": [*document["steps"], 2]}

    document = upgraded(
        {"schema_version": 1, "video": "a"}, upgrades={1: rename, 2: add}, present=3
    )
    assert document == {"schema_version": 3, "video": "a", "film": "a", "steps": [1, 2]}
    with pytest.raises(ProjectTooNewError):
        upgraded({"schema_version": 4}, upgrades={1: rename, 2: add}, present=3)


def test_times_stay_exact_where_floats_would_not():
    project = sample_project()
    odd = Fraction(1234567 * 1001, 30000 * 7)
    timeline = replace(project.timeline, duration=odd)
    assert (
        parsed_project(project_text(replace(project, timeline=timeline))).timeline.duration == odd
    )


def test_a_disk_that_cannot_be_written_is_told_in_one_sentence(tmp_path, monkeypatch):
    """Nothing can be taken away there either; that does not hide why nothing was written."""
    import errno

    def refused(self, *arguments, **named):
        raise OSError(errno.EROFS, "Read-only file system", str(self))

    monkeypatch.setattr(Path, "open", refused)
    monkeypatch.setattr(Path, "unlink", refused)
    with pytest.raises(OutputError, match="read-only"):
        save_project(sample_project(), tmp_path / "film.emsync", overwrite=True)
