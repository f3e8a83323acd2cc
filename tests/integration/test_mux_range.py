"""A range of a film: it begins at a key frame, ends clean, and stays in sync."""

import shutil
import subprocess
from fractions import Fraction

import numpy as np
import pytest

from emsync_engine.errors import InputUnusableError
from emsync_engine.timing import FrameRate
from emsync_engine.video.film_range import clean_range, later_timecode
from emsync_engine.video.mux import MusicPlacing, mux
from tests.data import make_media
from tests.integration.test_mux import (
    RATE,
    click_music,
    click_time,
    decoded,
    facts,
    ffmpeg,
    level_at,
    make_film,
    streams,
)

pytestmark = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")

H264 = ("-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-bf", "2", "-c:a", "aac")
KINDS = {
    "film.mp4": H264,
    "film.mov": (*H264[:-1], "pcm_s16le", "-timecode", "01:00:00:00"),
    "film.mkv": H264,
    "film.ts": H264,
    "film.webm": ("-c:v", "libvpx", "-deadline", "realtime", "-g", "25", "-c:a", "libopus"),
}


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """Six seconds with a key frame each second and a number in every picture; a rising tone."""
    folder = tmp_path_factory.mktemp("films")
    for name, options in KINDS.items():
        ffmpeg(
            *("-f", "lavfi", "-i", "testsrc=size=160x120:rate=25:duration=6"),
            *("-f", "lavfi", "-i", "aevalsrc=0.2*sin(2*PI*300*t)*gte(t\\,3):s=48000:d=6"),
            *(*options, str(folder / name)),
        )
    return folder


def pictures(path):
    """One hash for every picture as it is seen."""
    command = ["ffmpeg", "-v", "error", "-i", f"file:{path}", "-map", "0:v:0", "-f", "framemd5"]
    out = subprocess.run([*command, "-"], capture_output=True, check=True, text=True).stdout
    return [line.split(",")[-1].strip() for line in out.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("name", KINDS)
def test_its_pictures_are_those_of_the_film_and_the_music_stands_at_its_time(films, tmp_path, name):
    film, output = films / name, tmp_path / name
    span = clean_range(film, 0, Fraction(12, 5), Fraction(4), duration=Fraction(6))
    assert span.start == 2  # the key frame before
    assert Fraction(4) <= span.end <= Fraction(4) + Fraction(3, 25)
    music = click_music(6, at=3.2)
    result = mux(film, music, output, MusicPlacing(audio="instead"), span=span)
    first, last = round(span.start * 25), round(span.end * 25)
    assert span.pictures == last - first
    assert pictures(output) == pictures(film)[first:last]
    assert click_time(output) == pytest.approx(1.2, abs=0.008)
    assert "key frame at 2.000 s" in result.how


@pytest.mark.parametrize(
    ("name", "audio"),
    [
        ("film.mp4", "under"),
        ("film.mkv", "under"),
        ("film.ts", "under"),
        ("film.mp4", "beside"),
        ("film.mkv", "beside"),
    ],
)
def test_the_original_sound_of_the_range_goes_with_it(films, tmp_path, name, audio):
    film, output = films / name, tmp_path / name
    span = clean_range(film, 0, Fraction(2), Fraction(4), duration=Fraction(6))
    music = np.zeros((6 * RATE, 2), np.float32)
    mux(film, music, output, MusicPlacing(audio=audio), span=span)
    heard = decoded(output)
    shift = float(facts(output)["format"].get("start_time", 0))
    shift = float(streams(output, "video")[0]["start_time"]) - max(shift, 0.0)
    at = round((1.0 + shift) * RATE)  # the tone begins 1 s into the range
    wanted = 0.2 if audio == "under" else 0.2 / 2**0.5  # ffmpeg lowers one channel on two sides
    assert level_at(heard[at - 9600 : at - 2400], 300) < 0.01
    assert level_at(heard[at + 2400 : at + 9600], 300) == pytest.approx(wanted, rel=0.1)
    before = np.sqrt(np.mean(heard[at - 1200 : at] ** 2))
    assert before < 0.05


def test_a_range_begins_at_its_own_timecode(films, tmp_path):
    film, output = films / "film.mov", tmp_path / "out.mov"
    span = clean_range(film, 0, Fraction(3), Fraction(5), duration=Fraction(6))
    start = ("01:00:00:00", FrameRate(Fraction(25)))
    mux(film, click_music(6), output, span=span, start_timecode=start)
    assert streams(output, "video")[0]["tags"]["timecode"] == "01:00:03:00"
    whole = tmp_path / "whole.mov"
    mux(film, click_music(6), whole, start_timecode=start)
    assert streams(whole, "video")[0]["tags"]["timecode"] == "01:00:00:00"


def test_chapters_outside_the_range_are_left_out(films, tmp_path):
    (tmp_path / "meta.txt").write_text(
        ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=3000\ntitle=One\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=3000\nEND=6000\ntitle=Two\n",
        encoding="utf-8",
    )
    film = tmp_path / "chapters.mkv"
    ffmpeg(
        *("-i", str(films / "film.mkv"), "-i", str(tmp_path / "meta.txt")),
        *("-map_chapters", "1", "-c", "copy", str(film)),
    )
    span = clean_range(film, 0, Fraction(1), Fraction(2), duration=Fraction(6))
    mux(film, click_music(6), tmp_path / "out.mkv", span=span)
    chapters = facts(tmp_path / "out.mkv")["chapters"]
    assert [chapter["tags"]["title"] for chapter in chapters] == ["One"]
    assert float(chapters[0]["end_time"]) <= 1.2


@pytest.mark.parametrize(("start", "end"), [(2, 2), (3, 2), (-1, 2), (6, 8)])
def test_no_range_is_one_sentence(films, start, end):
    with pytest.raises(InputUnusableError, match=r"6\.000 s long"):
        clean_range(films / "film.mp4", 0, Fraction(start), Fraction(end), duration=Fraction(6))


def test_a_variable_rate_is_cut_on_its_own_pictures(tmp_path):
    clip = make_media.make_variable_rate(tmp_path)
    middle = clip.times[len(clip.times) // 2]
    span = clean_range(clip.path, 0, middle, clip.duration, duration=clip.duration)
    first = clip.times.index(min(clip.times, key=lambda time: abs(time - span.start)))
    assert span.start <= middle
    assert span.end == clip.duration
    output = tmp_path / "out.mp4"
    mux(clip.path, click_music(float(clip.duration)), output, span=span)
    assert pictures(output) == pictures(clip.path)[first:]


def test_the_whole_film_is_a_range_too(films):
    span = clean_range(films / "film.mp4", 0, Fraction(0), Fraction(99), duration=Fraction(6))
    assert (span.start, span.end, span.pictures) == (0, 6, 150)


def test_timecode_counts_on_in_its_own_way():
    ntsc = FrameRate(Fraction(30000, 1001))
    assert later_timecode("00:00:59;28", ntsc, 2) == "00:01:00;02"
    assert later_timecode("00:00:59:28", ntsc, 2) == "00:01:00:00"
    assert later_timecode("nonsense", ntsc, 2) is None


@pytest.mark.parametrize(("extension", "codec"), [(".mov", "pcm"), (".mp4", "aac")])
@pytest.mark.parametrize("audio", ["instead", "beside"])
def test_the_sound_of_a_range_goes_to_its_end(tmp_path, extension, codec, audio):
    """Also where pictures wait for later ones, and so are written some frames behind the sound."""
    options = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "25", "-c:a", "aac")
    film = make_film(tmp_path / "film.mp4", *options, seconds=6)
    span = clean_range(film, 0, Fraction(2), Fraction(4), duration=Fraction(6))
    output = tmp_path / f"out{extension}"
    mux(film, click_music(6), output, MusicPlacing(audio=audio, codec=codec), span=span)
    track = streams(output, "audio")[-1]
    allowed_s = 0 if codec == "pcm" else 1024 / 48_000
    assert float(track["duration"]) == pytest.approx(float(span.duration), abs=allowed_s + 1e-6)
    [picture] = streams(output, "video")
    assert int(picture["nb_frames"]) == span.pictures
