import errno
import json
import shutil
import struct
import subprocess
from fractions import Fraction

import numpy as np
import pytest
import soundfile

from emsync_engine.errors import OutputError
from emsync_engine.render import wav
from emsync_engine.render.loudness import Loudness
from emsync_engine.render.wav import Broadcast, write_wav


def noise(count=12_345, seed=1):
    return np.random.default_rng(seed).uniform(-1, 1, (count, 2)).astype(np.float32)


def chunks(path):
    """Name and content of every chunk of a RIFF file."""
    content = path.read_bytes()
    assert content[:4] in (b"RIFF", b"RF64")
    place, found = 12, {}
    while place < len(content):
        name, size = content[place : place + 4], struct.unpack_from("<I", content, place + 4)[0]
        found[name] = content[place + 8 : place + 8 + size]
        place += 8 + size + size % 2
    return found


def test_24_bits_48_khz_and_every_sample(tmp_path):
    samples = noise()
    path = tmp_path / "-Musik: ü.wav"
    write_wav(samples, path)
    info = soundfile.info(path)
    assert (info.samplerate, info.channels, info.subtype) == (48_000, 2, "PCM_24")
    assert info.frames == 12_345
    read, _ = soundfile.read(path, dtype="float32")
    np.testing.assert_allclose(read, samples, atol=2**-22)
    assert list(tmp_path.iterdir()) == [path]


def test_full_scale_is_kept_and_never_wraps_round(tmp_path):
    write_wav(np.array([1.0, -1.0, 2.0, -2.0, 0.5], np.float32), tmp_path / "a.wav")
    read, _ = soundfile.read(tmp_path / "a.wav", dtype="int32")
    assert list(read >> 8) == [2**23 - 1, -(2**23), 2**23 - 1, -(2**23), 2**22]


def test_nothing_is_a_file_too(tmp_path):
    write_wav(np.zeros((0, 2), np.float32), tmp_path / "a.wav")
    assert soundfile.info(tmp_path / "a.wav").frames == 0


def test_an_odd_number_of_bytes_is_filled_up(tmp_path):
    write_wav(np.zeros(3, np.float32), tmp_path / "a.wav")
    assert (tmp_path / "a.wav").stat().st_size % 2 == 0
    assert soundfile.info(tmp_path / "a.wav").frames == 3


def test_what_passes_full_scale_can_be_written_with_a_decimal_point(tmp_path):
    samples = noise() * 3
    write_wav(samples, tmp_path / "a.wav", is_float=True)
    assert soundfile.info(tmp_path / "a.wav").subtype == "FLOAT"
    read, _ = soundfile.read(tmp_path / "a.wav", dtype="float32")
    np.testing.assert_array_equal(read, samples)


def test_the_start_timecode_and_the_loudness_stand_in_the_file(tmp_path):
    reading = Loudness(-14.02, 6.5, -9.1, -11.25)
    start = Fraction(3600) + Fraction(1001, 30000)
    about = Broadcast(start, "Größe: a film", reading, -1.1)
    write_wav(noise(), tmp_path / "a.wav", broadcast=about)
    bext = chunks(tmp_path / "a.wav")[b"bext"]
    assert bext[:256].rstrip(b"\0") == b"Gr??e: a film"
    low, high, version = struct.unpack_from("<IIH", bext, 338)
    assert low + (high << 32) == round(start * 48_000)
    assert version == 2
    assert struct.unpack_from("<5h", bext, 412) == (-1402, 650, -110, -910, -1125)
    assert bext[602:].startswith(b"A=PCM,F=48000,W=24")
    assert soundfile.info(tmp_path / "a.wav").frames == 12_345


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffmpeg is not installed")
def test_other_programs_read_the_start(tmp_path):
    write_wav(noise(), tmp_path / "a.wav", broadcast=Broadcast(Fraction(86_399), "a film"))
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_format", str(tmp_path / "a.wav")]
    facts = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert facts["format"]["tags"]["time_reference"] == str(86_399 * 48_000)
    assert float(facts["format"]["duration"]) == pytest.approx(12_345 / 48_000, abs=1e-6)


def test_more_than_4_gb_is_written_as_rf64(tmp_path, monkeypatch):
    monkeypatch.setattr(wav, "_LARGEST_RIFF", 50_000)
    samples = noise()
    write_wav(samples, tmp_path / "a.wav", broadcast=Broadcast(Fraction(1)))
    content = (tmp_path / "a.wav").read_bytes()
    assert content[:4] == b"RF64"
    size, data, count = struct.unpack_from("<QQQ", content, 20)
    assert (size, data, count) == (len(content) - 8, 12_345 * 6, 12_345)


def test_the_same_samples_are_the_same_file(tmp_path):
    for name in ("a.wav", "b.wav"):
        write_wav(noise(), tmp_path / name, broadcast=Broadcast(Fraction(5), "x"))
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_an_unwritable_place_is_one_sentence(tmp_path):
    samples = np.zeros((10, 2), np.float32)
    with pytest.raises(OutputError, match="folder does not exist"):
        write_wav(samples, tmp_path / "nowhere" / "a.wav")
    with pytest.raises(OutputError, match="folder of that name"):
        write_wav(samples, tmp_path)


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.wav"
    write_wav(np.ones((10, 2), np.float32), path)
    before = path.read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(wav, "_packed", full)
    with pytest.raises(OutputError, match="disk is full"):
        write_wav(np.zeros((10, 2), np.float32), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
