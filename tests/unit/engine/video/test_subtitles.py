import shutil
import subprocess
from fractions import Fraction

import pytest

from emsync_engine.video.probe import probe
from emsync_engine.video.subtitles import parse_subtitles, plain_words, read_subtitles

SRT = """\ufeff1
00:00:01,000 --> 00:00:02,500
<i>I hate you!</i>
- Get out.

2
00:00:02,600 --> 00:00:03,000
[door slams]

3
00:00:03,000 --> 00:00:03,500 align:start
JOHN: I am so afraid.
"""
VTT = """WEBVTT

NOTE nobody sees this

first
00:01.000 --> 00:02.500 position:10%
<v Ann>I hate you!</v>

00:00:03.000 --> 00:00:03.500
I am so afraid.
"""
COLOURS = "testsrc=duration=4:rate=12:size=64x48"


def made_film(path, *options):
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", COLOURS, *options, str(path)],
        check=True,
        capture_output=True,
    )
    return path


@pytest.fixture(scope="module")
def plain_film(tmp_path_factory):
    return made_film(tmp_path_factory.mktemp("plain") / "film.mp4")


@pytest.fixture
def film(plain_film, tmp_path):
    return shutil.copy(plain_film, tmp_path / "film.mp4")


@pytest.mark.parametrize(
    ("name", "codec"),
    [("film.mp4", "mov_text"), ("film.mkv", "srt"), ("film.mkv", "ass"), ("film.webm", "webvtt")],
)
def test_text_streams_are_read_at_their_times(tmp_path, name, codec):
    (tmp_path / "lines.srt").write_text(SRT, encoding="utf-8")
    path = made_film(tmp_path / name, "-i", str(tmp_path / "lines.srt"), "-c:s", codec)
    first, second = read_subtitles(probe(path)).lines
    assert (first.start_s, first.end_s) == pytest.approx((1.0, 2.5), abs=0.02)
    assert first.text == "I hate you! Get out."
    assert second.start_s == pytest.approx(3.0, abs=0.02)
    assert second.text == "I am so afraid."


@pytest.mark.parametrize(("name", "text"), [("film.srt", SRT), ("FILM.en.vtt", VTT)])
def test_files_beside_the_film_are_read(film, name, text):
    (film.parent / name).write_text(text, encoding="utf-8")
    found = read_subtitles(probe(film))
    assert [line.start_s for line in found.lines] == [1.0, 3.0]
    assert found.lines[0].text.startswith("I hate you!")
    assert found.lines[1].text == "I am so afraid."
    assert found.source == name


@pytest.mark.parametrize("name", ["film.de.srt", "other.srt", "film2.srt", "film.txt"])
def test_other_files_are_not(film, name):
    (film.parent / name).write_text(SRT, encoding="utf-8")
    assert read_subtitles(probe(film)).lines == ()


@pytest.mark.parametrize("coding", ["utf-16", "cp1252", "utf-8"])
def test_usual_codings_are_understood(film, coding):
    (film.parent / "film.srt").write_bytes(
        SRT.lstrip("\ufeff").replace("hate", "haté").encode(coding)
    )
    assert read_subtitles(probe(film)).lines[0].text.startswith("I haté you!")


@pytest.mark.parametrize("content", [b"", b"\x00\xff" * 500, b"0 --> 1", SRT.encode()[:20]])
def test_a_broken_file_is_told_and_passed_over(film, content):
    (film.parent / "film.srt").write_bytes(content)
    found = read_subtitles(probe(film))
    assert found.lines == ()
    (remark,) = found.remarks
    assert "film.srt" in remark


def test_lines_past_the_end_and_without_words_are_left_out(film):
    times = [("00:00:03,500", "00:00:09,000"), ("00:00:05,000", "00:00:06,000")]
    text = "\n".join(f"{at}\n{a} --> {b}\nYes.\n" for at, (a, b) in enumerate(times))
    (film.parent / "film.srt").write_text(text)
    (line,) = read_subtitles(probe(film)).lines
    assert (line.start_s, line.end_s) == (3.5, 4.0)


def test_words_without_styles_noises_and_speakers():
    assert plain_words(r"{\an8}<b>MARY ANN:</b> No!\N- (sighs) Why? ♪ la ♪") == "No! Why? la"
    assert plain_words("[thunder]") == ""


def test_hours_and_missing_hours():
    lines = list(parse_subtitles("01:00:00.5 --> 1:00:01.250\na\n\n00:05.000 --> 00:06.000\nb\n"))
    assert [line.start_s for line in lines] == [3600.5, 5.0]
    assert lines[0].end_s == float(Fraction(360125, 100))
