import numpy as np
import pytest
import soundfile

from emsync_engine.errors import OutputError
from emsync_engine.render.wav import write_wav


def test_24_bits_48_khz_and_every_sample(tmp_path):
    samples = np.random.default_rng(1).uniform(-1, 1, (12_345, 2)).astype(np.float32)
    path = tmp_path / "-Musik: ü.wav"
    write_wav(samples, path)
    info = soundfile.info(path)
    assert (info.samplerate, info.channels, info.subtype) == (48_000, 2, "PCM_24")
    assert info.frames == 12_345
    read, _ = soundfile.read(path, dtype="float32")
    np.testing.assert_allclose(read, samples, atol=2**-22)
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_a_file_too(tmp_path):
    write_wav(np.zeros((0, 2), np.float32), tmp_path / "a.wav")
    assert soundfile.info(tmp_path / "a.wav").frames == 0


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
        raise AssertionError("written frames")

    monkeypatch.setattr(soundfile.SoundFile, "write", full)
    with pytest.raises(OutputError, match="disk is full"):
        write_wav(np.zeros((10, 2), np.float32), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
