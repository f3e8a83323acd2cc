"""``emsync conform`` on films made for it: shown first, taken on when it is accepted."""

import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from emsync_engine.music.parts import part_states, with_provenance
from emsync_engine.project.file import load_project, save_project
from emsync_engine.project.model import (
    Boundary,
    BoundaryId,
    GenerationSettings,
    Project,
    SegmentEmotion,
    Take,
    Timeline,
    VAPoint,
    VideoSource,
)
from emsync_engine.project.notes import Music, Note
from emsync_engine.video.probe import probe
from tests.command_line import emsync, everything_in
from tests.data.make_media import picture, write_film

RATE = Fraction(24)
LENGTHS = (30, 36, 42, 24)


def shot(number: int) -> list:
    return [picture(step, number) for step in range(LENGTHS[number])]


def film(path: Path, *pieces: list) -> Path:
    return write_film(path, [one for piece in pieces for one in piece], RATE)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A project of four shots with a note in each; the third segment is locked."""
    video = film(tmp_path / "cut.mp4", *(shot(number) for number in range(4)))
    info = probe(video)
    edges = [sum(LENGTHS[:n]) for n in range(1, 4)]
    emotion = SegmentEmotion((1 / 6,) * 6, VAPoint(0.5, -0.5), 0.5)
    timeline = Timeline(
        info.duration,
        tuple(Boundary(BoundaryId(f"b{edge}"), edge / RATE) for edge in edges),
        (emotion,) * 4,
        locked=(False, False, True, False),
    )
    starts = [0, *edges]
    notes = tuple(
        Note(start / 24 + 0.25, start / 24 + 0.5, "piano", 60 + n, 80)
        for n, start in enumerate(starts)
    )
    take = Take(
        id="take",
        seed=7,
        settings=GenerationSettings(),
        tokens=(),
        music=Music(float(info.duration), notes),
        hits=(),
        weights_sha256="ab" * 32,
        engine_version="0.1.0",
    )
    source = VideoSource(str(video), info.content_hash, info.duration, RATE)
    project = Project(source, timeline, (with_provenance(take, timeline),), "take")
    save_project(project, tmp_path / "cut.emsync")
    return tmp_path / "cut.emsync"


def test_what_was_matched_is_shown_and_nothing_written(place):
    new = film(place.with_name("new.mp4"), shot(2), shot(0), shot(1)[6:], shot(3))
    before = place.read_bytes()

    done = emsync("conform", place, new)

    assert done.code == 0, done.err
    assert "4 segments in the new edit: 3 keep their music (3 moved), 1 changed" in done.out
    assert "add --yes" in done.out
    assert place.read_bytes() == before


def test_accepted_it_is_written_with_music_and_locks(place):
    new = film(place.with_name("new.mp4"), shot(2), shot(0), shot(1)[6:], shot(3))
    before = load_project(place)

    done = emsync("conform", place, new, "--yes", "--json")

    assert done.code == 0, done.err
    whats = [one["what"] for one in done.json["segments"]]
    assert whats == ["moved", "moved", "changed", "moved"]
    after = load_project(place)
    assert Path(after.video.path) == new
    assert part_states(after.timeline, after.take) == ("locked", "fresh", "stale", "fresh")
    old, kept = before.take.music.notes, after.take.music.notes
    assert [note.pitch for note in kept] == [62, 60, 63]
    assert kept[0].onset_s == pytest.approx(old[2].onset_s - 66 / 24)
    assert kept[0].velocity == old[2].velocity


def test_the_old_film_may_be_exported_over(place):
    """What was kept of the old film is compared, where its file is the new one already."""
    assert emsync("analyze", place.with_name("cut.mp4")).code == 0
    film(place.with_name("cut.mp4"), shot(1), shot(0), shot(2), shot(3))

    done = emsync("conform", place, place.with_name("cut.mp4"), "--json")

    assert done.code == 0, done.err
    assert [one["was"] for one in done.json["segments"]] == [2, 1, 3, 4]


def test_an_old_film_that_is_nowhere_is_one_sentence(place):
    new = place.with_name("cut.mp4").rename(place.with_name("new.mp4"))
    names = everything_in(place.parent)

    done = emsync("conform", place, new, "--yes")

    assert (done.code, len(done.sentences)) == (3, 1)
    assert "nothing of the old film was kept" in done.err
    assert everything_in(place.parent) == names


def test_a_new_version_that_is_no_film(place):
    wrong = place.with_name("new.mp4")
    wrong.write_text("nothing", encoding="utf-8")

    done = emsync("conform", place, wrong, "--yes")

    assert (done.code, len(done.sentences)) == (3, 1)


def test_another_place_for_the_result(place):
    content = place.read_bytes()
    shutil.copy(place.with_name("cut.mp4"), place.with_name("same.mp4"))
    out = place.with_name("out.emsync")

    assert emsync("conform", place, place.with_name("same.mp4"), "--yes", "-o", out).code == 0
    assert place.read_bytes() == content
    before, after = load_project(place).timeline, load_project(out).timeline
    assert replace(after, loudness_db=()) == replace(before, loudness_db=())
    again = emsync("conform", place, place.with_name("same.mp4"), "--yes", "-o", out)
    assert (again.code, "--overwrite" in again.err) == (3, True)
