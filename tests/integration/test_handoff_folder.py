"""A hand-off folder as a whole: what is in it, that it fits, and that it is there whole or not."""

import hashlib
import json
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest
import soundfile

from emsync_engine.handoff.folder import write_handoff, write_sound
from emsync_engine.handoff.marks import FilmTimecode
from emsync_engine.monitor import Cancelled
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
from emsync_engine.render.mixing import Mix
from emsync_engine.video.probe import probe
from tests.command_line import emsync, everything_in

pytestmark = [
    pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="there is no ffmpeg"),
    pytest.mark.skipif(shutil.which("fluidsynth") is None, reason="there is no FluidSynth"),
]


@pytest.fixture
def scored(tmp_path: Path, no_sound_film: Path) -> Path:
    """The project of a film of two seconds with a take of a few notes."""
    film = tmp_path / "Größe & Maß.mp4"
    shutil.copy(no_sound_film, film)
    info = probe(film)
    emotion = SegmentEmotion((1 / 6,) * 6, VAPoint(0.5, -0.5), 0.5)
    timeline = Timeline(
        info.duration, (Boundary(BoundaryId("b"), Fraction(1), is_hit=True),), (emotion, emotion)
    )
    notes = tuple(Note(1.0, 1.8, "piano", pitch, 90) for pitch in (60, 64, 67))
    take = Take(
        id="take",
        seed=7,
        settings=GenerationSettings(),
        tokens=(),
        music=Music(float(info.duration), (Note(0.0, 0.9, "strings", 48, 70), *notes)),
        hits=(),
        weights_sha256="ab" * 32,
        engine_version="0.1.0",
    )
    source = VideoSource(
        str(film), info.content_hash, info.duration, info.frame_rate.ratio, "01:00:00:00"
    )
    place = tmp_path / "film_scored.emsync"
    save_project(Project(source, timeline, (take,), "take"), place)
    return place


def test_everything_is_there_and_whole(scored):
    folder = scored.parent / "out"
    done = emsync("export", scored, "--format", "handoff", "-o", folder, "--json")

    assert done.code == 0, done.err
    told = done.json["files"]
    assert set(told) == {name for name in everything_in(folder) if (folder / name).is_file()}
    assert {Path(name).suffix for name in told} >= {
        *(".otio", ".fcpxml", ".edl", ".csv", ".mid", ".wav", ".svg", ".emsync", ".txt", ".json"),
    }
    sums = (folder / "SHA256SUMS.txt").read_text(encoding="utf-8").splitlines()
    assert {line[66:] for line in sums} == set(told) - {"SHA256SUMS.txt"}
    for line in sums:
        assert hashlib.sha256((folder / line[66:]).read_bytes()).hexdigest() == line[:64]
    assert load_project(folder / "Größe & Maß.emsync").takes == load_project(scored).takes


def test_the_stems_add_up_and_lie_where_the_timeline_says(scored):
    folder = write_handoff(scored, load_project(scored), scored.parent / "out").folder
    mix, rate = soundfile.read(folder / "audio" / "Größe & Maß_mix.wav")
    timeline = otio.adapters.read_from_file(str(folder / "Größe & Maß.otio"))
    stems = [
        clip for clip in timeline.find_clips() if clip.media_reference.target_url.endswith(".wav")
    ]
    sounds = [
        soundfile.read(
            folder
            / clip.media_reference.target_url.replace("%20", " ")
            .replace("%26", "&")
            .replace("%C3%B6", "ö")
            .replace("%C3%9F", "ß")
        )[0]
        for clip in stems
    ]

    assert len(stems) == 2
    assert (rate, len(mix)) == (48_000, 2 * 48_000)
    assert np.max(np.abs(sum(sounds) - mix)) < 10 ** (-90 / 20)
    assert {clip.range_in_parent().start_time.value for clip in stems} == {0}
    assert timeline.global_start_time.to_timecode() == "01:00:00:00"


def test_stems_that_alone_pass_full_scale_add_up_too(tmp_path, scored):
    wave = np.sin(np.arange(48_000) / 50, dtype=np.float32)[:, None].repeat(2, axis=1)
    stems = {"strings": 1.5 * wave, "piano": -0.8 * wave}
    mix = Mix(0.7 * wave, stems, None)  # how it came to its level does not matter here

    sounds, said = write_sound(mix, FilmTimecode.of(load_project(scored)), tmp_path, "film")

    heard = [soundfile.read(tmp_path / sound.url)[0] for sound in sounds]
    whole = soundfile.read(tmp_path / "audio" / "film_mix.wav")[0]
    assert np.max(np.abs(sum(heard) - whole)) < 10 ** (-90 / 20)
    assert "32 bits" in said[0]


def test_a_folder_that_is_there_stays(scored):
    folder = scored.parent / "out"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    before = everything_in(scored.parent)

    refused = emsync("export", scored, "--format", "handoff", "-o", folder)
    assert (refused.code, "--overwrite" in refused.err) == (3, True)
    refused = emsync("export", scored, "--format", "handoff", "-o", folder, "--overwrite")
    assert (refused.code, "mine.txt" in refused.err) == (3, True)
    assert everything_in(scored.parent) == before


def test_an_earlier_hand_off_is_replaced_when_asked(scored):
    folder = scored.parent / "out"
    project = load_project(scored)
    write_handoff(scored, project, folder)
    first = (folder / "midi" / "Größe & Maß.mid").read_bytes()
    take = replace(project.takes[0], music=replace(project.takes[0].music, notes=()))

    write_handoff(scored, replace(project, takes=(take,)), folder, overwrite=True)

    assert (folder / "midi" / "Größe & Maß.mid").read_bytes() != first
    assert not list((folder / "audio" / "stems").iterdir())
    assert everything_in(scored.parent) & {"out", scored.name} == {"out", scored.name}
    assert not [name for name in everything_in(scored.parent) if name.startswith(".")]


class StopsAt:
    """A monitor that cancels when a stage begins."""

    def __init__(self, stage: str) -> None:
        self._stage = stage

    def advance(self, stage: str, done: float, total: float | None = None) -> None:
        if stage == self._stage:
            raise Cancelled


@pytest.mark.parametrize("stage", ["render", "mix", "write", "arrive"])
def test_a_cancelled_hand_off_leaves_nothing(scored, stage):
    before = everything_in(scored.parent)

    with pytest.raises(Cancelled):
        write_handoff(
            scored, load_project(scored), scored.parent / "new" / "out", monitor=StopsAt(stage)
        )
    assert everything_in(scored.parent) == before


def test_a_full_disk_is_one_sentence_and_leaves_nothing(scored, small_disk):
    disk = small_disk(900)

    refused = emsync("export", scored, "--format", "handoff", "-o", disk / "out")

    assert refused.code == 3
    assert refused.sentences == [f"{disk / 'out'} cannot be written: the disk is full."]
    assert not list(disk.iterdir())


def test_a_film_that_is_gone_or_another_one(scored):
    film = Path(load_project(scored).video.path)
    film.rename(film.with_name("elsewhere.mp4"))
    made = write_handoff(scored, load_project(scored), scored.parent / "out")
    assert any("no such file" in remark for remark in made.remarks)
    film.write_bytes(film.with_name("elsewhere.mp4").read_bytes() + b"\0" * 64)

    refused = emsync("export", scored, "--format", "handoff", "-o", scored.parent / "b")
    assert (refused.code, "is not the film" in refused.err) == (3, True)


@pytest.mark.parametrize("kind", ["edl", "resolve", "fcpxml", "otio", "csv", "chapters"])
def test_single_lists(scored, kind):
    path = scored.parent / "lists" / "list"

    done = emsync("export", scored, "--format", kind, "-o", path, "--json")
    assert done.code == 0, done.err
    assert path.stat().st_size > 0
    again = emsync("export", scored, "--format", kind, "-o", path)
    assert (again.code, "--overwrite" in again.err) == (3, True)


def test_the_wav_beside_the_project_is_put_into_a_timeline(scored):
    soundfile.write(scored.with_suffix(".wav"), np.zeros((96_000, 2)), 48_000)

    done = emsync("export", scored, "--format", "otio")

    assert done.code == 0
    timeline = json.loads(scored.with_suffix(".otio").read_text(encoding="utf-8"))
    assert "film_scored.wav" in json.dumps(timeline)
    assert "no music" not in done.out


def test_a_start_that_is_no_timecode(scored):
    refused = emsync("export", scored, "--format", "edl", "--start", "25 o'clock")

    assert (refused.code, len(refused.sentences)) == (3, 1)
    assert "not a timecode" in refused.err
