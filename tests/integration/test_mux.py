"""Films made here by ffmpeg, and the awkward ones of the corpus where that is at hand."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from emsync_engine.errors import (
    OutputError,
    ToolFailedError,
    ToolMissingError,
    VideoUnreadableError,
)
from emsync_engine.monitor import Cancelled
from emsync_engine.video.film_container import (
    ContainerRefusalError,
    choose_container,
    read_source,
)
from emsync_engine.video.mux import MusicPlacing, mux
from tests.data.make_media import make_rotated

pytestmark = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")

RATE = 48_000
CORPUS = Path(__file__).parents[3] / "shared" / "data" / "video"
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not there")


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments], check=True)


def make_film(path, *options, seconds=2, sound="sine=frequency=300:sample_rate=44100"):
    arguments = ["-f", "lavfi", "-i", f"testsrc=size=160x120:rate=25:duration={seconds}"]
    if sound:
        arguments += ["-f", "lavfi", "-t", str(seconds), "-i", sound]
    ffmpeg(*arguments, *(options or ("-c:v", "mpeg4", "-c:a", "aac")), f"file:{path}")
    return path


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return make_film(tmp_path_factory.mktemp("film") / "film.mp4")


def click_music(seconds, at=1.0, level=0.5):
    """A burst of 2 kHz at one time in silence."""
    music = np.zeros((round(seconds * RATE), 2), np.float32)
    start = round(at * RATE)
    burst = np.sin(2 * np.pi * 2000 * np.arange(2400) / RATE).astype(np.float32) * level
    music[start : start + 2400] = burst[: len(music) - start, None]
    return music


def facts(path):
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_format"]
    command += ["-show_chapters", f"file:{path}"]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def streams(path, kind):
    return [stream for stream in facts(path)["streams"] if stream["codec_type"] == kind]


def picture_hash(path):
    """Hash over the coded packets of the first picture stream."""
    command = ["ffmpeg", "-v", "error", "-i", f"file:{path}", "-map", "0:v:0", "-c", "copy"]
    return subprocess.run(
        [*command, "-f", "streamhash", "-"], capture_output=True, check=True
    ).stdout


def decoded(path, track=0, rate=RATE):
    """(N,) left channel from the container's start on, gaps filled with silence."""
    command = ["ffmpeg", "-v", "error", "-i", f"file:{path}", "-map", f"0:a:{track}"]
    command += ["-af", "aresample=async=1:first_pts=0", "-ac", "2", "-ar", str(rate)]
    out = subprocess.run([*command, "-f", "f32le", "-"], capture_output=True, check=True).stdout
    return np.frombuffer(out, np.float32)[::2]


def click_time(path, track=0):
    """Seconds from the first picture to the burst of 2 kHz, found by its energy."""
    sound = decoded(path, track).astype(np.float64)
    carrier = np.exp(-2j * np.pi * 2000 * np.arange(len(sound)) / RATE)
    envelope = np.abs(np.convolve(sound * carrier, np.ones(240) / 240, mode="same"))
    onset = np.flatnonzero(envelope > 0.5 * envelope.max())[0] / RATE
    video = streams(path, "video")[0]
    start = float(facts(path)["format"].get("start_time", 0))
    return onset - (float(video["start_time"]) - max(start, 0.0))


def level_at(sound, hz):
    """Amplitude of one frequency over a whole sound."""
    tone = np.exp(-2j * np.pi * hz * np.arange(len(sound)) / RATE)
    return 2 * np.abs(np.mean(sound * tone))


@pytest.mark.parametrize("audio", ["under", "beside", "instead"])
def test_the_picture_is_copied_bit_for_bit(film, tmp_path, audio):
    output = tmp_path / "out.mp4"
    result = mux(film, click_music(2), output, MusicPlacing(audio=audio))
    assert result.path == output
    assert result.container == "MP4"
    assert picture_hash(output) == picture_hash(film)
    assert list(tmp_path.iterdir()) == [output]


def test_under_keeps_the_original_and_lays_the_music_6_db_lower(film, tmp_path):
    tone = 0.25 * np.sin(2 * np.pi * 1000 * np.arange(2 * RATE) / RATE)
    music = np.stack([tone, tone], axis=1).astype(np.float32)
    result = mux(film, music, tmp_path / "out.mp4", MusicPlacing(audio="under"))
    assert "6 dB under" in result.how
    assert len(streams(tmp_path / "out.mp4", "audio")) == 1
    mixed, original = decoded(tmp_path / "out.mp4"), decoded(film)[: 2 * RATE]
    as_it_was = level_at(original, 300) * 2**0.5  # ffmpeg lowers one channel on two sides by 3 dB
    assert level_at(mixed, 300) == pytest.approx(as_it_was, rel=0.05)
    assert level_at(mixed, 1000) == pytest.approx(0.25 * 10 ** (-6 / 20), rel=0.05)


def test_beside_leaves_the_original_track_as_it_is(film, tmp_path):
    mux(film, click_music(2), tmp_path / "out.mp4", MusicPlacing(audio="beside"))
    tracks = streams(tmp_path / "out.mp4", "audio")
    assert [track["disposition"]["default"] for track in tracks] == [1, 0]
    assert np.array_equal(decoded(tmp_path / "out.mp4", 0), decoded(film))
    assert level_at(decoded(tmp_path / "out.mp4", 1), 300) < 1e-3


def test_instead_holds_the_music_alone(film, tmp_path):
    mux(film, click_music(2), tmp_path / "out.mp4", MusicPlacing(audio="instead"))
    assert len(streams(tmp_path / "out.mp4", "audio")) == 1
    assert level_at(decoded(tmp_path / "out.mp4"), 300) < 1e-3


@pytest.mark.parametrize("audio", ["under", "beside", "instead"])
def test_the_music_stands_at_its_time(film, tmp_path, audio):
    mux(film, click_music(2, at=1.2), tmp_path / "out.mp4", MusicPlacing(audio=audio))
    track = 1 if audio == "beside" else 0
    assert click_time(tmp_path / "out.mp4", track) == pytest.approx(1.2, abs=0.004)


def test_the_track_ends_with_the_picture(tmp_path):
    film = make_film(tmp_path / "film.mp4", sound=None)
    ffmpeg(
        *("-i", str(film), "-f", "lavfi", "-i", "sine=frequency=300:duration=5"),
        *("-c:v", "copy", "-c:a", "aac", str(tmp_path / "longer.mp4")),
    )
    mux(tmp_path / "longer.mp4", click_music(2), tmp_path / "out.mp4")
    ends_s = float(streams(tmp_path / "out.mp4", "audio")[0]["duration"])
    assert ends_s == pytest.approx(2.0, abs=1024 / RATE)  # one codec frame


def test_music_begins_with_the_picture_where_the_sound_begins_earlier(tmp_path):
    film = make_film(tmp_path / "film.mp4")
    ffmpeg(
        *("-itsoffset", "0.5", "-i", str(film), "-i", str(film), "-map", "0:v", "-map", "1:a"),
        *("-c", "copy", str(tmp_path / "late.mkv")),
    )
    output = tmp_path / "out.mkv"
    mux(tmp_path / "late.mkv", click_music(2, at=1.0), output)
    assert float(streams(output, "video")[0]["start_time"]) == pytest.approx(0.5, abs=0.05)
    assert click_time(output) == pytest.approx(1.0, abs=0.004)


def test_a_film_without_sound_gets_the_music_at_full_level(tmp_path):
    film = make_film(tmp_path / "film.mp4", sound=None)
    result = mux(film, click_music(2, level=0.5), tmp_path / "out.mp4")
    assert "no sound of its own" in result.how
    assert np.max(np.abs(decoded(tmp_path / "out.mp4"))) == pytest.approx(0.5, rel=0.1)


def test_a_silent_track_does_not_hold_the_music_down(tmp_path):
    film = make_film(tmp_path / "film.mp4", sound="anullsrc")
    result = mux(film, click_music(2, level=0.5), tmp_path / "out.mp4")
    assert "silent" in result.how
    assert np.max(np.abs(decoded(tmp_path / "out.mp4"))) == pytest.approx(0.5, rel=0.1)


def test_a_loud_original_does_not_clip(tmp_path):
    film = make_film(tmp_path / "film.mp4", sound="aevalsrc=0.98*sin(2*PI*300*t)")
    result = mux(film, click_music(2, level=0.8), tmp_path / "out.mp4")
    assert "limited" in result.how
    assert np.max(np.abs(decoded(tmp_path / "out.mp4"))) < 1.0


def test_chapters_subtitles_metadata_and_rotation_survive(tmp_path):
    film = make_film(tmp_path / "plain.mp4")
    (tmp_path / "s.srt").write_text("1\n00:00:00,500 --> 00:00:01,500\nHello\n", encoding="utf-8")
    (tmp_path / "meta.txt").write_text(
        ";FFMETADATA1\ntitle=Größe\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=One\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\nEND=2000\ntitle=Two\n",
        encoding="utf-8",
    )
    rich = tmp_path / "rich.mp4"
    ffmpeg(
        *("-i", str(film), "-i", str(tmp_path / "s.srt"), "-i", str(tmp_path / "meta.txt")),
        *("-map", "0", "-map", "1", "-map_metadata", "2", "-map_chapters", "2"),
        *("-c", "copy", "-c:s", "mov_text", "-metadata:s:v:0", "rotate=90", str(rich)),
    )
    output = tmp_path / "out.mp4"
    result = mux(rich, click_music(2), output)
    assert "left out" not in result.how
    before, after = facts(rich), facts(output)
    assert after["format"]["tags"]["title"] == "Größe"
    assert [chapter["tags"]["title"] for chapter in after["chapters"]] == ["One", "Two"]
    assert [s["codec_name"] for s in streams(output, "subtitle")] == ["mov_text"]
    rotations = [
        [side.get("rotation") for side in f["streams"][0].get("side_data_list", [])]
        for f in (before, after)
    ]
    assert rotations[0] == rotations[1]


@pytest.mark.parametrize(
    ("name", "options", "extension"),
    [
        ("film.mp4", ("-c:v", "mpeg4", "-c:a", "aac"), ".mp4"),
        ("film.mov", ("-c:v", "mpeg4", "-c:a", "pcm_s16le"), ".mov"),
        ("film.mkv", ("-c:v", "mpeg4", "-c:a", "aac"), ".mkv"),
        ("film.avi", ("-c:v", "mpeg4", "-c:a", "mp2"), ".mp4"),
        ("film.ts", ("-c:v", "mpeg2video", "-c:a", "mp2"), ".ts"),
        ("film.wmv", ("-c:v", "wmv2", "-c:a", "wmav2"), ".mkv"),
    ],
)
def test_every_container_holds_the_picture_unchanged(tmp_path, name, options, extension):
    film = make_film(tmp_path / name, *options)
    assert choose_container(film) == extension
    output = tmp_path / f"out{extension}"
    result = mux(film, click_music(2, at=0.8), output)
    assert picture_hash(output) == picture_hash(film)
    assert result.container in result.how
    assert click_time(output) == pytest.approx(0.8, abs=0.006)


@pytest.mark.parametrize(
    "name", ["-film.mp4", "my film: 'a' \"b\" ü日本.mp4", "%d.mp4", "a,b;[c].mp4"]
)
def test_any_name_is_only_a_name(film, tmp_path, name):
    if os.name == "nt":
        pytest.skip("such names are not allowed there")
    source = Path(shutil.copy(film, tmp_path / name))
    output = tmp_path / f"out {name}"
    mux(source, click_music(2), output)
    assert picture_hash(output) == picture_hash(film)


def test_the_source_is_never_written_over(tmp_path, film):
    source = Path(shutil.copy(film, tmp_path / "film.mp4"))
    before = source.read_bytes()
    (tmp_path / "link.mp4").symlink_to(source)
    for output in (source, tmp_path / "link.mp4"):
        with pytest.raises(OutputError, match="source film itself"):
            mux(source, click_music(2), output)
    assert source.read_bytes() == before


def test_a_container_that_cannot_hold_a_stream_is_named_and_another_offered(film, tmp_path):
    with pytest.raises(ContainerRefusalError) as refused:
        mux(film, click_music(2), tmp_path / "out.webm")
    assert refused.value.offered == ".mp4"
    assert "WebM cannot hold mpeg4 pictures; name it out.mp4." in str(refused.value)
    with pytest.raises(OutputError, match=r"must end in \.mp4"):
        mux(film, click_music(2), tmp_path / "out.avi")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("extension", [".mov", ".mkv", ".m4v"])
def test_a_name_may_ask_for_another_container(film, tmp_path, extension):
    output = tmp_path / f"out{extension}"
    assert choose_container(film, name=output) == extension
    mux(film, click_music(2, at=1.2), output)
    assert picture_hash(output) == picture_hash(film)
    assert click_time(output) == pytest.approx(1.2, abs=0.006)


def test_a_missing_folder_is_one_sentence(film, tmp_path):
    with pytest.raises(OutputError, match="folder does not exist"):
        mux(film, click_music(2), tmp_path / "nowhere" / "out.mp4")


def test_a_turned_picture_stays_turned_or_it_is_said(tmp_path):
    film = make_rotated(tmp_path).path
    kept = mux(film, click_music(1), tmp_path / "out.mov")
    assert "turned" not in kept.how
    with pytest.raises(ContainerRefusalError, match=r"turned pictures; name it out\.mp4"):
        mux(film, click_music(1), tmp_path / "out.mkv")
    # where the source is of that kind, what ffmpeg can do there is done, and the rest is told
    stored = tmp_path / "stored.mkv"
    subprocess.run(["ffmpeg", "-v", "error", "-i", film, "-c", "copy", stored], check=True)
    again = mux(stored, click_music(1), tmp_path / "again.mkv")
    turned = [read_source(one).turned for one in (stored, again.path)]
    assert ("to be turned" in again.how) == (turned[0] != turned[1])


def test_what_is_no_film_is_refused(tmp_path):
    (tmp_path / "no.mp4").write_text("no film")
    with pytest.raises(VideoUnreadableError):
        mux(tmp_path / "no.mp4", click_music(1), tmp_path / "out.mp4")


def test_a_playlist_reads_nothing_else(film, tmp_path):
    listing = tmp_path / "list.mp4"
    listing.write_text(f"ffconcat version 1.0\nfile '{film}'\n")
    with pytest.raises(VideoUnreadableError):
        mux(listing, click_music(2), tmp_path / "out.mp4")


def test_a_full_disk_is_said_and_leaves_nothing(film, tmp_path, monkeypatch):
    def full(arguments, **_):
        raise ToolFailedError(["ffmpeg"], 1, "av_write_frame(): No space left on device")

    monkeypatch.setattr("emsync_engine.video.mux.run_ffmpeg", full)
    with pytest.raises(OutputError, match="disk is full"):
        mux(film, click_music(2), tmp_path / "out.mp4", MusicPlacing(audio="instead"))
    assert list(tmp_path.iterdir()) == []


def test_without_ffmpeg_it_says_how_to_get_it(film, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissingError, match="install"):
        mux(film, click_music(2), tmp_path / "out.mp4")


@pytest.mark.parametrize("stage", ["read sound", "mux"])
def test_cancelling_ends_ffmpeg_and_leaves_nothing(tmp_path, stage, monkeypatch):
    film = make_film(tmp_path / "film.mp4", seconds=60)
    started = []
    original = subprocess.Popen

    def remember(*arguments, **options):
        started.append(original(*arguments, **options))
        return started[-1]

    class Impatient:
        def advance(self, at, done, total=None):
            if at == stage:
                raise Cancelled

    monkeypatch.setattr(subprocess, "Popen", remember)
    with pytest.raises(Cancelled):
        mux(film, click_music(60), tmp_path / "out.mp4", monitor=Impatient())
    assert all(process.poll() is not None for process in started)
    assert list(tmp_path.iterdir()) == [film]


def test_progress_runs_to_the_end(film, tmp_path):
    seen = []

    class Recorder:
        def advance(self, stage, done, total=None):
            seen.append((stage, done, total))

    mux(film, click_music(2), tmp_path / "out.mp4", monitor=Recorder())
    assert {stage for stage, _, _ in seen} >= {"read sound", "blend", "level", "mux"}
    assert seen[-1] == ("mux", pytest.approx(2.0), pytest.approx(2.0))


@pytest.mark.corpus
@needs_corpus
@pytest.mark.parametrize(
    ("name", "seconds", "tolerance"),
    [
        ("awkward/first_pts_10s_noaudio.mp4", 4, 0.004),
        ("awkward/audio_starts_late_ends_early.mp4", 5, 0.004),
        ("awkward/rotated_minus90_51audio.mp4", 1.875, 0.004),
        ("awkward/interlaced_25i_mpeg2.ts", 6, 0.006),
        ("awkward/two_audio_two_subs_chapters.mkv", 12, 0.004),
        ("awkward/corrupt_bitflips.mp4", 8, 0.004),
        ("awkward/animated.gif", 3, 0.004),
        # Opus: some versions of ffmpeg let its 6.5 ms of delay be counted twice in WebM
        ("awkward/vp9_square_noaudio.webm", 3, 0.009),
        ("nasa_webb_2997fps_silent.mp4", 13.013, 0.004),
    ],
)
def test_awkward_films_keep_their_picture_and_get_music_in_time(tmp_path, name, seconds, tolerance):
    source = CORPUS / name
    output = tmp_path / f"out{choose_container(source, audio='beside')}"
    track = len(streams(source, "audio")) and 1
    mux(source, click_music(seconds, at=1.0), output, MusicPlacing(audio="beside"))
    assert picture_hash(output) == picture_hash(source)
    assert click_time(output, track) == pytest.approx(1.0, abs=tolerance)


@pytest.mark.corpus
@needs_corpus
def test_damaged_sound_does_not_bury_the_music(tmp_path):
    output = tmp_path / "out.mp4"
    result = mux(CORPUS / "awkward" / "corrupt_bitflips.mp4", click_music(8), output)
    assert "6 dB under" in result.how
    assert level_at(decoded(output)[RATE : RATE + 2400], 2000) > 0.1
