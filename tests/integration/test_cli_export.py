"""A project is exported: what score wrote comes again, and what cannot be is one sentence."""

import json
import shutil
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from emsync_engine.project.file import load_project, save_project
from emsync_engine.project.model import VAPoint
from emsync_engine.render.loudness import integrated_loudness
from emsync_engine.video.probe import probe
from tests.command_line import emsync
from tests.integration.conftest import toy_composing

pytestmark = [
    pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="there is no ffmpeg"),
    pytest.mark.usefixtures("toy_composer"),
]


@pytest.fixture(scope="module")
def scored_once(tmp_path_factory, no_sound_film, toy_resources) -> Path:
    """The folder of a film of two seconds, with everything that score writes beside it."""
    folder = tmp_path_factory.mktemp("scored")
    shutil.copy(no_sound_film, folder / "film.mp4")
    with toy_composing(toy_resources), pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMSYNC_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        assert emsync("score", folder / "film.mp4", "--seed", "3").code == 0
    return folder


@pytest.fixture
def scored(tmp_path, scored_once) -> Path:
    """The project of that film, copied for one test with everything beside it."""
    shutil.copytree(scored_once, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "film_scored.emsync"
    project = load_project(path)
    video = replace(project.video, path=str(tmp_path / "film.mp4"))
    save_project(replace(project, video=video), path, overwrite=True)
    return path


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


@pytest.mark.parametrize(
    ("what", "name"), [("wav", "x.wav"), ("flac", "x.flac"), ("midi", "x.mid"), ("film", "x.mp4")]
)
def test_one_format_alone_writes_one_file(scored, tmp_path, what, name):
    place = tmp_path / "alone" / name
    done = emsync("export", scored, "--format", what, "-o", place, "--json")
    assert done.code == 0, done.err
    assert list(place.parent.iterdir()) == [place]
    key = "video" if what == "film" else what
    assert json.loads(done.out)["outputs"] == {key: str(place)}
    wrong = emsync("export", scored, "--format", what, "-o", place.with_suffix(".doc"))
    assert wrong.code == 3
    assert len(wrong.sentences) == 1
    assert list(place.parent.iterdir()) == [place]


def test_stems_add_up_to_the_mix_and_bear_the_start_of_a_range(scored, tmp_path):
    folder = tmp_path / "parts"
    for what, name in (("stems", "stems"), ("wav", "x.wav"), ("flac", "x.flac")):
        done = emsync(
            *("export", scored, "--format", what, "--range", "0.5-end", "-o", folder / name)
        )
        assert done.code == 0, done.err
    mix, rate = soundfile.read(folder / "x.wav")
    stems = sum(soundfile.read(one)[0] for one in (folder / "stems").iterdir())
    assert (rate, len(mix)) == (48_000, round(1.48 * 48_000))  # from the nearest frame on
    assert 20 * np.log10(np.max(np.abs(stems - mix)) + 1e-9) < -90
    np.testing.assert_array_equal(soundfile.read(folder / "x.flac")[0], mix)
    content = (folder / "x.wav").read_bytes()
    start = struct.unpack_from("<Q", content, content.index(b"bext") + 8 + 338)[0]
    assert start == round(0.52 * 48_000)


def test_a_preset_says_parts_and_levels_and_options_change_it(scored, tmp_path):
    folder = tmp_path / "music"
    done = emsync("export", scored, "--preset", "music", "--lufs", "-20", "--out-dir", folder)
    assert done.code == 0, done.err
    assert sorted(one.suffix for one in folder.iterdir()) == [".flac", ".mid", ".wav"]
    assert "-20.0 LUFS" in done.out
    plan = emsync("export", scored, "--preset", "broadcast", "--plan", "--json")
    answer = json.loads(plan.out)
    assert [one["what"] for one in answer["files"]] == ["film", "music, WAV"]
    assert answer["files"][0]["path"].endswith(".mov")
    assert "MP4 cannot hold PCM sound" in answer["remarks"][0]
    assert answer["obstacle"] == ""


def test_a_plan_writes_nothing_and_is_about_right(scored, tmp_path):
    before = sorted(scored.parent.rglob("*"))
    plan = emsync("export", scored, "--plan", "--stems", "--json")
    assert plan.code == 0, plan.err
    assert sorted(scored.parent.rglob("*")) == before
    files = {one["what"]: one for one in json.loads(plan.out)["files"]}
    assert files["film"]["exists"]
    assert not files["stems"]["exists"]
    for what in ("film", "music, WAV"):
        there = Path(files[what]["path"]).stat().st_size
        assert files[what]["bytes"] == pytest.approx(there, rel=0.5)
    told = emsync("export", scored, "--plan")
    assert "(exists)" in told.out
    assert "in all, about" in told.out


def test_a_range_of_the_film_begins_at_a_key_frame_and_all_results_with_it(scored, tmp_path):
    done = emsync(
        *("export", scored, "--range", "1.2-1.6", "-o", tmp_path / "cut" / "x.mp4", "--json")
    )
    assert done.code == 0, done.err
    answer = json.loads(done.out)
    assert any("key frame" in remark for remark in answer["remarks"])
    samples = soundfile.info(answer["outputs"]["wav"]).frames
    film = probe(Path(answer["outputs"]["video"]))
    assert samples == round(film.duration * 48_000)
    assert 0.4 <= film.duration < 2
    start_s, end_s = answer["range"]["start_s"], answer["range"]["end_s"]
    assert start_s <= 1.2
    assert end_s >= 1.6
    assert end_s - start_s == pytest.approx(float(film.duration))
    [told] = [remark for remark in answer["remarks"] if "Film and sound are of the range" in remark]
    assert f"({end_s - start_s:.2f} s)" in told
    assert told.endswith("; MIDI and the project are of the whole film.")
    assert all(start_s <= hit["time_s"] < end_s for hit in answer["hits"])
    for wrong, code in (("1.6-1.2", 2), ("1", 2), ("5-6", 3), ("a-b", 2)):
        refused = emsync("export", scored, "--range", wrong, "-o", tmp_path / "cut" / "y.mp4")
        assert refused.code == code
        assert len(refused.sentences) == 1
    assert not list((tmp_path / "cut").glob("y*"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["-o", "x.webm"], "WebM cannot hold h264 pictures; name it x.mp4."),
        (["--codec", "pcm", "-o", "x.mp4"], "MP4 cannot hold PCM sound; name it x.mov."),
        (["-o", "x.avi"], "x.avi cannot hold all that this film has; name it x.mp4."),
    ],
)
def test_what_a_container_cannot_hold_is_said_and_another_offered(scored, arguments, sentence):
    before = sorted(scored.parent.iterdir())
    arguments = [scored.parent / one if one.startswith("x.") else one for one in arguments]
    done = emsync("export", scored, *arguments)
    assert done.code == 3
    assert sentence in done.err
    assert len(done.sentences) == 1
    assert sorted(scored.parent.iterdir()) == before


def test_a_handoff_folder_is_part_of_a_preset(scored, tmp_path):
    folder = tmp_path / "for the mixer"
    done = emsync("export", scored, "--preset", "handoff", "-o", folder, "--json")
    assert done.code == 0, done.err
    assert (folder / "SHA256SUMS.txt").exists()
    assert list(tmp_path.glob(".emsync*")) == []
    again = emsync("export", scored, "--preset", "handoff", "-o", folder)
    assert again.code == 3
    assert emsync("export", scored, "--preset", "handoff", "-o", folder, "--overwrite").code == 0


def test_a_disk_that_is_full_or_read_only_leaves_nothing(scored, small_disk):
    for disk, reason in ((small_disk(64), "full"), (small_disk(64, "ro"), "read-only")):
        done = emsync("export", scored, "--preset", "music", "--out-dir", disk / "new")
        assert done.code == 3
        assert reason in done.err
        assert len(done.sentences) == 1
        assert list(disk.iterdir()) == []


@pytest.mark.parametrize("kilobytes", [4, 16, 40])
def test_a_film_for_whose_last_bytes_there_is_no_room_is_no_film(scored, small_disk, kilobytes):
    """ffmpeg 5 ends as if all were well where only what it held back could not be written."""
    disk = small_disk(kilobytes)
    done = emsync("export", scored, "--format", "film", "-o", disk / "x.mp4")
    assert (done.code, done.sentences) == (3, [f"{disk} cannot be written: the disk is full."])
    assert list(disk.iterdir()) == []


@pytest.mark.parametrize("stage", ["render", "mix", "mux", "arrive"])
def test_cancelling_leaves_what_was_there(scored, stage):
    from emsync_engine.export import ExportRequest, export_project
    from emsync_engine.monitor import Cancelled

    class Impatient:
        def advance(self, at, done, total=None):
            if at == stage:
                raise Cancelled

    before = {one: one.read_bytes() for one in scored.parent.rglob("*") if one.is_file()}
    request = ExportRequest(stems=True, overwrite=True)
    with pytest.raises(Cancelled):
        export_project(scored, load_project(scored), request, monitor=Impatient())
    now = {one: one.read_bytes() for one in scored.parent.rglob("*") if one.is_file()}
    assert now == before


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


def test_music_and_notes_need_no_film(scored, tmp_path):
    for film in scored.parent.glob("*.mp4"):
        film.unlink()
    for what, ending in (("midi", "mid"), ("wav", "wav"), ("flac", "flac"), ("stems", "")):
        place = tmp_path / "alone" / f"x.{ending}".rstrip(".")
        plan = emsync("export", scored, "--format", what, "-o", place, "--plan", "--json")
        assert json.loads(plan.out)["obstacle"] == ""
        done = emsync("export", scored, "--format", what, "-o", place)
        assert done.code == 0, done.err
        assert place.exists()
    refused = emsync("export", scored, "--format", "film")
    assert refused.code == 3
    assert "film.mp4" in refused.err


def test_a_range_is_told_in_its_own_figures(scored, tmp_path):
    plan = emsync("export", scored, "--format", "wav", "--range", "0.5-1.5", "--plan", "--json")
    answer = json.loads(plan.out)
    assert answer["range"] == {"start_s": pytest.approx(0.52), "end_s": pytest.approx(1.52)}
    assert answer["files"][0]["bytes"] == pytest.approx(288_000, rel=0.01)
    assert answer["remarks"] == ["The range is 00:00:00:13 to 00:00:01:13 (1.00 s)."]
    place = tmp_path / "x.wav"
    done = emsync("export", scored, "--format", "wav", "--range", "0.5-1.5", "-o", place)
    assert done.code == 0, done.err
    assert "The sound is of the range 00:00:00:13 to 00:00:01:13 (1.00 s)." in done.out
    assert "notes in the range" in done.out
    heard = soundfile.read(place, dtype="float32")[0]
    level = integrated_loudness(heard)
    if np.isfinite(level):
        assert f"In this range the music is at {level:.1f} LUFS" in done.out
