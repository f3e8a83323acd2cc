"""Places that results cannot go, full disks, missing tools and Ctrl-C: one sentence, no trace."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from emsync_engine import pipeline, weights
from emsync_engine.render import synthesizer
from emsync_engine.video.cache import CONTINUES
from tests.command_line import (
    Ended,
    emsync,
    ended,
    everything_in,
    started,
    wait_for_start,
)

pytestmark = [
    pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="there is no ffmpeg"),
    pytest.mark.skipif(os.name == "nt", reason="mounts and signals of POSIX"),
    pytest.mark.usefixtures("toy_composer"),
]
FILM = "film.mp4"


@pytest.fixture
def folder(tmp_path, no_sound_film) -> Path:
    shutil.copy(no_sound_film, tmp_path / FILM)
    return tmp_path


@pytest.fixture
def no_work(monkeypatch):
    """Fails the test if the film is read: what is wrong must be known before."""

    def analyse(*arguments, **options):
        raise AssertionError("the work has begun")

    monkeypatch.setattr(pipeline, "analyse", analyse)


def assert_refused(outcome: Ended, code: int, words: str) -> None:
    assert outcome.code == code, outcome
    assert outcome.out == ""
    assert len(outcome.sentences) == 1, outcome.err
    assert outcome.err.endswith(".\n")
    assert words in outcome.err


# ------------------------------------------------------------------- places that cannot be used


@pytest.mark.parametrize("suffix", [".mp4", ".wav", ".mid", ".emsync"])
def test_a_result_that_exists_is_known_before_any_work(folder, no_work, suffix):
    there = folder / f"film_scored{suffix}"
    there.write_text("mine", encoding="utf-8")

    assert_refused(emsync("score", folder / FILM, "--json"), 3, f"{there} exists already")
    assert there.read_text(encoding="utf-8") == "mine"
    assert everything_in(folder) == {FILM, there.name}


@pytest.mark.parametrize("link", [None, "hard", "symbolic"])
def test_the_source_is_never_replaced(folder, no_work, link):
    target = folder / FILM
    if link is not None:
        target = folder / "other.mp4"
        os.link(folder / FILM, target) if link == "hard" else target.symlink_to(folder / FILM)
    before = (folder / FILM).read_bytes()

    outcome = emsync("score", folder / FILM, "-o", target, "--overwrite")
    assert_refused(outcome, 3, "is the video itself")
    assert (folder / FILM).read_bytes() == before


def test_a_folder_in_the_place_of_a_result_is_left_alone(folder, no_work):
    place = folder / "film_scored.wav"
    place.mkdir()
    (place / "mine.txt").write_text("mine", encoding="utf-8")

    outcome = emsync("score", folder / FILM, "--overwrite")
    assert_refused(outcome, 3, f"{place} is in the way")
    assert (place / "mine.txt").is_file()


def test_a_film_named_like_a_folder(folder, no_work):
    (folder / "results").mkdir()

    outcome = emsync("score", folder / FILM, "-o", folder / "results")
    assert_refused(outcome, 3, "is a folder; name the film in it, or use --out-dir")


def test_a_wrong_extension_is_told_with_the_right_one(folder, no_work):
    outcome = emsync("score", folder / FILM, "-o", folder / "new.avi")
    assert_refused(outcome, 3, "name it new.mp4")


def test_a_file_in_the_place_of_the_folder(folder, no_work):
    (folder / "results").write_text("a file", encoding="utf-8")

    outcome = emsync("score", folder / FILM, "--out-dir", folder / "results" / "deeper")
    assert_refused(outcome, 3, "results is a file, not a folder; choose another place")
    outcome = emsync("score", folder / FILM, "--out-dir", folder / "results")
    assert_refused(outcome, 3, "results is a file, not a folder; choose another place")
    assert everything_in(folder) == {FILM, "results"}


def test_a_name_that_is_too_long(folder, no_work):
    name = "x" * 245 + ".mp4"
    (folder / FILM).rename(folder / name)

    assert_refused(emsync("score", folder / name), 3, "the name is too long")
    assert everything_in(folder) == {name}


def test_a_disk_that_is_read_only(folder, no_work, small_disk):
    disk = small_disk(512, "ro")

    assert_refused(emsync("score", folder / FILM, "--out-dir", disk), 3, "read-only")
    assert_refused(emsync("score", folder / FILM, "--out-dir", disk / "new"), 3, "read-only")


# ------------------------------------------------------------------------------------- full disks


@pytest.mark.parametrize("kilobytes", [4, 40, 300])
def test_a_full_disk_leaves_nothing(folder, small_disk, kilobytes):
    disk = small_disk(kilobytes)

    outcome = emsync("score", folder / FILM, "--out-dir", disk / "results", "--json")
    assert_refused(outcome, 3, f"{disk / 'results'} cannot be written: the disk is full")
    assert everything_in(disk) == set()
    assert everything_in(folder) == {FILM}


def test_a_full_disk_keeps_what_an_earlier_run_wrote(folder, small_disk):
    disk = small_disk(300)
    (disk / "film_scored.mp4").write_bytes(b"earlier")

    outcome = emsync("score", folder / FILM, "--out-dir", disk, "--overwrite")
    assert outcome.code == 3
    assert everything_in(disk) == {"film_scored.mp4"}
    assert (disk / "film_scored.mp4").read_bytes() == b"earlier"


@pytest.mark.parametrize("kilobytes", [4, 64])
def test_a_full_cache_is_done_without_and_told_once(folder, small_disk, monkeypatch, kilobytes):
    disk = small_disk(kilobytes)
    monkeypatch.setenv("EMSYNC_CACHE_DIR", str(disk))

    outcome = emsync("score", folder / FILM, "--json")
    assert outcome.code == 0
    assert outcome.sentences == [
        f"The cache folder {disk} cannot be used (the disk is full), so nothing of this film is "
        "kept for the next time."
    ]
    assert outcome.json["duration_s"] == 2
    kept = everything_in(disk)  # nothing of the film, at most small tables that are whole
    assert all(name.startswith("attack-") for name in kept)


def test_with_no_room_for_temporary_files_either(folder, small_disk, monkeypatch):
    disk = small_disk(64)
    monkeypatch.setenv("EMSYNC_CACHE_DIR", str(disk / "cache"))
    monkeypatch.setattr(tempfile, "tempdir", str(disk))

    assert_refused(emsync("analyze", folder / FILM, "--json"), 3, "the disk is full")
    assert everything_in(disk) == {"cache"}


# ---------------------------------------------------------------------------------- what is missing


def test_without_ffmpeg(folder, monkeypatch, no_work, tmp_path_factory):
    monkeypatch.setenv("PATH", str(tmp_path_factory.mktemp("empty")))

    outcome = emsync("score", folder / FILM)
    assert outcome.code == 4
    assert len(outcome.sentences) == 1
    assert "is not installed; install the package ffmpeg" in outcome.err
    assert everything_in(folder) == {FILM}


def test_with_ffprobe_alone(folder, monkeypatch, no_work, tmp_path_factory):
    tools = tmp_path_factory.mktemp("tools")
    (tools / "ffprobe").symlink_to(Path(shutil.which("ffprobe") or "").resolve())
    monkeypatch.setenv("PATH", str(tools))

    assert_refused(emsync("score", folder / FILM), 4, "ffmpeg is not installed")


def test_analyze_needs_neither(folder, monkeypatch, tmp_path_factory):
    monkeypatch.setenv("PATH", str(tmp_path_factory.mktemp("empty")))

    assert emsync("analyze", folder / FILM, "--json").code == 0


def test_without_fluidsynth(folder, monkeypatch, no_work):
    monkeypatch.setattr(synthesizer, "_candidates", lambda: iter(()))
    synthesizer._library.cache_clear()

    outcome = emsync("score", folder / FILM)
    synthesizer._library.cache_clear()
    assert_refused(outcome, 4, "FluidSynth is not installed; ")


def test_a_soundfont_that_is_none(folder, monkeypatch, no_work):
    monkeypatch.setenv("EMSYNC_SOUNDFONT", str(folder / FILM))
    assert_refused(emsync("score", folder / FILM), 3, "is not a soundfont")


def test_weights_of_another_name(folder, no_work):
    outcome = emsync("score", folder / FILM, "--weights", "beethoven")
    assert_refused(outcome, 4, "no weights named 'beethoven'; there are: open")


@pytest.mark.parametrize("fault", ["missing", "damaged", "no list"])
def test_weights_that_are_not_whole(folder, monkeypatch, tmp_path_factory, toy_resources, fault):
    copy = tmp_path_factory.mktemp("resources")
    shutil.copytree(toy_resources, copy, dirs_exist_ok=True)
    monkeypatch.setattr(weights, "RESOURCES", copy)
    if fault == "damaged":
        with (copy / "toy.safetensors").open("r+b") as file:
            file.seek(5000)
            file.write(b"damage")
    else:
        (copy / ("toy.safetensors" if fault == "missing" else weights.LIST)).unlink()

    assert_refused(emsync("score", folder / FILM), 4, "nstall")
    assert everything_in(folder) == {FILM}


def test_a_device_that_is_not_there(folder, no_work):
    import torch

    name = "mps" if torch.cuda.is_available() else "cuda"
    outcome = emsync("score", folder / FILM, "--device", name)
    assert_refused(outcome, 4, "--device cpu")


# -------------------------------------------------------------------------------------- cancelling


@pytest.fixture(scope="module")
def long_film(tmp_path_factory) -> Path:
    """Ninety seconds: long enough to be interrupted in any stage."""
    folder = tmp_path_factory.mktemp("long")
    still = folder / "long.mp4"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25"]
    command += ["-t", "90", "-c:v", "libx264", "-preset", "ultrafast", str(still)]
    subprocess.run(command, check=True)
    return still


def children_of(group: int) -> list[str]:
    listing = subprocess.run(
        ["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = (line.split(None, 2) for line in listing.splitlines())
    return [row[2] for row in rows if row[0] == str(group) and not row[1].startswith("Z")]


@pytest.mark.parametrize(
    ("delay_s", "to_all"), [(0.1, False), (1.5, True), (3.0, False), (5.0, True)]
)
def test_ctrl_c_leaves_no_file_and_no_child(tmp_path, long_film, toy_resources, delay_s, to_all):
    """At the process alone, and at all of its group as a terminal sends it."""
    shutil.copy(long_film, tmp_path / FILM)
    cache = tmp_path / "cache"
    work = tmp_path / "tmp"
    work.mkdir()
    process = started(
        toy_resources,
        *("score", tmp_path / FILM, "--out-dir", tmp_path / "results"),
        EMSYNC_CACHE_DIR=str(cache),
        TMPDIR=str(work),
    )
    wait_for_start(process)
    time.sleep(delay_s)
    (os.killpg if to_all else os.kill)(process.pid, signal.SIGINT)
    outcome = ended(process)

    assert outcome.code == 130, outcome
    assert "Traceback" not in outcome.err
    assert outcome.sentences[-1:] == ["Cancelled; nothing was written."]
    assert outcome.out == ""
    left = everything_in(tmp_path) - {FILM, "tmp", "cache"}
    kept = ("cache/decoded-", "cache/unfinished-decoded-")  # the latter: reading goes on from there
    assert [name for name in left if not name.startswith(kept)] == []
    for folder in cache.glob("unfinished-*"):
        assert (folder / CONTINUES).exists()
    assert children_of(process.pid) == []


def test_an_output_that_appears_meanwhile_is_not_replaced(folder, monkeypatch):
    compose = pipeline.compose_takes

    def meanwhile(*arguments, **options):
        (folder / "film_scored.wav").write_text("mine", encoding="utf-8")
        return compose(*arguments, **options)

    monkeypatch.setattr(pipeline, "compose_takes", meanwhile)

    assert_refused(emsync("score", folder / FILM), 3, "exists already")
    assert everything_in(folder) == {FILM, "film_scored.wav"}
    assert (folder / "film_scored.wav").read_text(encoding="utf-8") == "mine"
