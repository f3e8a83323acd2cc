"""Parts of a project on the command line, with the shipped weights and no film at hand."""

from fractions import Fraction

import pytest

from emsync_engine.midi.writing import write_midi
from emsync_engine.music.splicing import Cut, inside, outside
from emsync_engine.project.file import load_project, project_text, save_project
from emsync_engine.project.model import (
    Boundary,
    BoundaryId,
    Project,
    SegmentEmotion,
    Timeline,
    VAPoint,
    VideoSource,
)
from tests.command_line import emsync

pytestmark = pytest.mark.weights

SECONDS = 12


@pytest.fixture(scope="module")
def composed(tmp_path_factory):
    """A project of twelve seconds in four segments, two hits, with one take."""
    boundaries = tuple(
        Boundary(BoundaryId(f"b{time}"), Fraction(time), is_hit=time != 6) for time in (3, 6, 9)
    )
    emotions = tuple(
        SegmentEmotion((1 / 6,) * 6, VAPoint(valence, 0.2), 0.5)
        for valence in (-0.4, 0.4, -0.2, 0.6)
    )
    film = VideoSource("gone.mp4", "ab" * 32, Fraction(SECONDS), Fraction(24))
    path = tmp_path_factory.mktemp("parts") / "film.emsync"
    project = Project(film, Timeline(Fraction(SECONDS), boundaries, emotions))
    save_project(project, path)
    made = emsync("compose", path, "--json")
    assert made.code == 0, made.err
    assert made.json["take"]["length_s"] == SECONDS
    return path


@pytest.fixture
def path(composed, tmp_path):
    copy = tmp_path / "film.emsync"
    copy.write_bytes(composed.read_bytes())
    return copy


def states(path):
    answer = emsync("parts", path, "--json")
    assert answer.code == 0, answer.err
    return [segment["state"] for segment in answer.json["segments"]]


def note_rows(project, cut):
    """The lines of the project's file that hold the notes of some stretches."""
    text = project_text(project).splitlines()
    rows = {f"[{n.onset_s!r}, {n.end_s!r}, " for n in inside(project.take.music, cut).notes}
    return [line for line in text if any(line.strip().startswith(row) for row in rows)]


def test_an_edited_segment_is_written_anew_and_its_neighbours_keep_their_bytes(path):
    before = load_project(path).take
    assert states(path) == ["fresh"] * 4
    assert emsync("lock", path, "1").code == 0
    assert emsync("edit", path, "--va", "2=-0.8,-0.4", "--va", "1=0,0").code == 0
    assert states(path) == ["locked", "stale", "fresh", "fresh"]
    written = emsync("compose", path, "--only-stale", "--json")
    assert written.code == 0, written.err
    assert states(path) == ["locked", "fresh", "fresh", "fresh"]
    project = load_project(path)
    gap = Cut(((3.0, 6.0),), SECONDS)
    kept = Cut(((0.0, 3.0), (6.0, float(SECONDS))), SECONDS)
    assert outside(project.take.music, gap).notes == outside(before.music, gap).notes
    assert project.take.music.programs == before.music.programs
    assert inside(project.take.music, gap).notes != inside(before.music, gap).notes
    then = Project(project.video, project.timeline, (before,), before.id)
    now = Project(project.video, project.timeline, (project.take,), project.take.id)
    assert note_rows(now, kept) == note_rows(then, kept)
    assert len(project.takes) == 2
    assert project.take.music.duration_s == SECONDS


def test_other_takes_keep_what_is_locked(path):
    before = load_project(path).take
    assert emsync("lock", path, "2-3").code == 0
    made = emsync("compose", path, "--takes", "2", "--json")
    assert made.code == 0, made.err
    locked = Cut(((3.0, 9.0),), SECONDS)
    _, *others = load_project(path).takes
    assert len(others) == 2
    for take in others:
        assert inside(take.music, locked).notes == inside(before.music, locked).notes
    assert len({outside(take.music, locked).notes for take in (before, *others)}) == 3
    assert states(path) == ["fresh", "locked", "locked", "fresh"]


def test_nothing_is_written_where_all_is_locked(path):
    assert emsync("lock", path, "all").code == 0
    before = path.read_bytes()
    made = emsync("compose", path)
    assert made.code == 3
    assert made.err.strip() == (
        "Every segment is locked or silent, so there is nothing to write; unlock one first."
    )
    assert path.read_bytes() == before
    assert emsync("unlock", path, "1").code == 0
    refused = emsync("compose", path, "--no-start")
    assert refused.code == 2
    assert "unlock all segments first" in refused.err


def test_a_hit_is_repaired_to_the_frame(path):
    fixed = emsync("fix", path, "--hit", "1", "--candidates", "2", "--json")
    assert fixed.code == 0, fixed.err
    answer = fixed.json
    assert answer["hits"][0]["status"] == "exact"
    assert answer["hits"][0]["error_ms"] == pytest.approx(0.0, abs=1e-6)
    assert states(path) == ["fresh"] * 4


def test_a_take_goes_on_from_a_midi_file(path, tmp_path):
    primer = tmp_path / "theme.mid"
    write_midi(load_project(path).take.music, primer)
    made = emsync("compose", path, "--primer", primer, "--no-start", "--json")
    assert made.code == 0, made.err
    project = load_project(path)
    assert len(project.takes) == 2
    assert project.take.settings.primer
    assert not project.take.settings.has_start
    assert states(path) == ["fresh"] * 4
