"""A project is exported: what score wrote comes again, and what cannot be is one sentence."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from emsync_engine.project.file import load_project, save_project
from emsync_engine.project.model import VAPoint
from tests.command_line import emsync

pytestmark = [
    pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="there is no ffmpeg"),
    pytest.mark.usefixtures("toy_composer"),
]


@pytest.fixture
def scored(tmp_path, no_sound_film) -> Path:
    """The project of a film of two seconds, with everything that score writes beside it."""
    film = tmp_path / "film.mp4"
    shutil.copy(no_sound_film, film)
    assert emsync("score", film, "--seed", "3").code == 0
    return tmp_path / "film_scored.emsync"


def test_what_score_wrote_comes_again(scored):
    there = scored.parent
    done = emsync("export", scored, "-o", there / "again.mp4", "--stems", "--hit-report", "--json")
    assert done.code == 0, done.err
    answer = json.loads(done.out)
    assert answer["take"]["seed"] == 3
    for ending in (".wav", ".mid"):
        again, first = there / f"again{ending}", there / f"film_scored{ending}"
        assert again.read_bytes() == first.read_bytes()
    assert load_project(there / "again.emsync").takes == load_project(scored).takes
    assert list((there / "again_stems").iterdir())
    assert (there / "again_hits.csv").exists()


def test_nothing_is_replaced_unasked_and_all_is_when_asked(scored):
    before = load_project(scored)
    refused = emsync("export", scored)
    assert refused.code == 3
    assert "--overwrite" in refused.err
    assert emsync("export", scored, "--overwrite").code == 0
    assert load_project(scored).takes == before.takes


def test_another_take_and_an_older_timeline_are_told(scored):
    project = load_project(scored)
    assert emsync("compose", scored, "--seed", "9").code == 0
    assert len(load_project(scored).takes) == len(project.takes) + 1
    changed = load_project(scored)
    timeline = changed.timeline.with_point(0, VAPoint(0.9, -0.9))
    save_project(replace(changed, timeline=timeline), scored, overwrite=True)
    done = emsync("export", scored, "-o", scored.with_name("second.mp4"), "--take", "1")
    assert done.code == 0, done.err
    assert "--only-stale" in done.out
    assert f"seed {load_project(scored).takes[0].seed}" in done.out


def test_a_film_that_changed_or_went_is_one_sentence(scored):
    film = scored.with_name("film.mp4")
    with film.open("ab") as file:
        file.write(b"\0" * 64)
    other = emsync("export", scored, "--overwrite")
    assert other.code == 3
    assert "is not the film" in other.err
    film.unlink()
    gone = emsync("export", scored, "--overwrite")
    assert gone.code == 3
    assert len(gone.sentences) == 1


def test_a_project_without_a_take_says_how_to_get_one(scored):
    project = load_project(scored)
    save_project(replace(project, takes=(), chosen_take=None), scored, overwrite=True)
    done = emsync("export", scored, "--overwrite")
    assert done.code == 3
    assert "emsync compose" in done.err
