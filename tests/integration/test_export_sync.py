"""A flash and a beep in the exported film lie together, by the times that the container states."""

import shutil

import pytest

from emsync_engine.video.mux import MusicPlacing, mux
from emsync_engine.video.opus_delay import opus_shift_s
from tests.benchmarks.export_report import FLASHES_S, beeping_music, beeps, flash_clip, flashes

pytestmark = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")

H264 = ("-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-c:a", "aac")
VP8 = ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus")


@pytest.mark.parametrize(
    ("ending", "rate", "codec", "options"),
    [
        (".mp4", "30000/1001", "aac", H264),
        (".mp4", "25", "opus", H264),
        (".mov", "24000/1001", "pcm", H264),
        (".mkv", "24", "opus", H264),
        (".mkv", "24", "flac", H264),
        (".webm", "30", "opus", VP8),
    ],
)
def test_each_beep_of_the_music_comes_with_its_flash(tmp_path, ending, rate, codec, options):
    film, output = flash_clip(tmp_path / f"clip{ending}", rate, *options), tmp_path / f"o{ending}"
    mux(film, beeping_music(rate), output, MusicPlacing("instead", codec))
    lit, heard = flashes(output), beeps(output, 3000)
    assert len(lit) == len(heard) == len(FLASHES_S)
    for picture, sound in zip(lit, heard, strict=True):
        assert sound == pytest.approx(picture, abs=0.002)


def test_opus_is_tried_out_once(monkeypatch):
    shift = opus_shift_s("matroska")
    assert abs(shift) in (0.0, 312 / 48_000)
    monkeypatch.setenv("PATH", "")
    assert opus_shift_s("matroska") == shift
    assert opus_shift_s("webm ") == 0.0  # cannot be tried out: nothing is moved
