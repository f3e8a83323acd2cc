"""One contract for the readers and the judge; then what is each one's own."""

import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import save_file

from emsync_engine.affect.judge import shipped_judge
from emsync_engine.affect.random_convolutions import (
    SHAPES,
    draw_kernels,
    load_convolution_reader,
    save_convolution_reader,
    shipped_convolutions,
)
from emsync_engine.affect.reading import window_centres_s
from emsync_engine.affect.regressor import load_music_affect, save_music_affect, shipped_regressor
from emsync_engine.affect.roll import rolls
from emsync_engine.affect.sounding import arrays_of
from emsync_engine.errors import WeightsCorruptError
from emsync_engine.project.notes import Music
from tests.data.make_music import MAJOR, MINOR, song


@pytest.fixture(params=["regressor", "second", "judge"])
def reader(request, fitted, second, judge):
    return {"regressor": fitted, "second": second, "judge": judge}[request.param]


def test_windows_are_read_on_the_scale(reader):
    windows = reader.read_windows(song(bars=30), np.arange(6.0, 54.0, 4.0))
    assert windows.shape == (12, 2)
    assert np.isfinite(windows).all()
    assert np.abs(windows).max() <= 1


def test_silence_and_drums_cannot_be_read(reader):
    assert np.isnan(reader.read_windows(Music(30.0, ()), np.array([15.0]))).all()
    drums = reader.read_windows(song(families=("drums",)), np.array([8.0]))
    assert np.isnan(drums[0, 0])
    reading = reader.read(Music(30.0, ()), 0.0, 30.0)
    assert (reading.point.valence, reading.point.arousal) == (0.0, 0.0)
    assert (reading.valence_spread, reading.arousal_spread) == (1.0, 1.0)


def test_a_reading_is_the_mean_of_its_windows(reader):
    music = song(bars=30)
    windows = reader.read_windows(music, window_centres_s(4.0, 40.0))
    reading = reader.read(music, 4.0, 40.0)
    assert reading.point.valence == pytest.approx(windows[:, 0].mean())
    assert reading.point.arousal == pytest.approx(windows[:, 1].mean())
    assert 0 < reading.valence_spread < 1


def test_a_short_stretch_is_read_by_itself(reader):
    music = song(bars=30)
    short = reader.read(music, 20.0, 25.0)
    window = reader.read_windows(music, np.array([22.5]), 5.0)[0]
    assert short.point.arousal == pytest.approx(window[1])


@pytest.mark.parametrize("kind", ["fitted", "second"])
def test_major_reads_as_pleasanter_and_speed_as_livelier(kind, request):
    fitted = request.getfixturevalue(kind)
    bright = fitted.read(song(seed=90, beat_s=0.3, triad=MAJOR, bars=20), 0.0, 24.0).point
    dark = fitted.read(song(seed=91, beat_s=0.9, triad=MINOR, bars=8), 0.0, 24.0).point
    assert bright.valence > dark.valence + 0.3
    assert bright.arousal > dark.arousal + 0.3


def test_a_saved_regressor_reads_the_same(fitted, tmp_path):
    save_music_affect(fitted, tmp_path / "model.safetensors", {"data": "made by rule"})
    again = load_music_affect(tmp_path / "model.safetensors")
    notes, centres = arrays_of(song(bars=20)), np.arange(6.0, 30.0, 3.0)
    np.testing.assert_allclose(
        again.rate_windows(notes, centres), fitted.rate_windows(notes, centres), atol=0.01
    )


def test_a_damaged_regressor_is_refused(fitted, tmp_path):
    path = tmp_path / "model.safetensors"
    save_music_affect(fitted, path, {})
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(WeightsCorruptError, match=r"model\.safetensors"):
        load_music_affect(path)


def test_a_saved_judge_reads_nearly_the_same(judge, tmp_path):
    from emsync_engine.affect.judge import load_music_judge, save_music_judge

    save_music_judge(judge, tmp_path / "judge.safetensors", {})
    again = load_music_judge(tmp_path / "judge.safetensors")
    notes, centres = arrays_of(song(bars=20)), np.arange(6.0, 30.0, 3.0)
    np.testing.assert_allclose(
        again.rate_windows(notes, centres), judge.rate_windows(notes, centres), atol=0.02
    )
    (tmp_path / "judge.safetensors").write_bytes(b"no weights")
    with pytest.raises(WeightsCorruptError, match=r"judge\.safetensors"):
        load_music_judge(tmp_path / "judge.safetensors")


def test_the_judge_reads_the_same_in_every_key(judge):
    """Its first layer turns around the circle: moved within the registers nothing changes."""
    roll = rolls(arrays_of(song(bars=12)), np.array([8.0]))
    turned = np.roll(roll, 5, axis=2)
    np.testing.assert_allclose(judge.rate_rolls(roll), judge.rate_rolls(turned), atol=1e-4)


def test_a_saved_second_reader_reads_the_same(second, tmp_path):
    path = tmp_path / "second.safetensors"
    save_convolution_reader(second, path, {"data": "made by rule"})
    again = load_convolution_reader(path)
    notes, centres = arrays_of(song(bars=20)), np.arange(6.0, 30.0, 3.0)
    np.testing.assert_allclose(
        again.rate_windows(notes, centres), second.rate_windows(notes, centres), atol=1e-4
    )
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(WeightsCorruptError, match=r"second\.safetensors"):
        load_convolution_reader(path)
    save_file({"bias": np.zeros(2, np.float32)}, path, metadata={"model": '{"format": "other"}'})
    with pytest.raises(WeightsCorruptError, match="of this version"):
        load_convolution_reader(path)


def test_the_second_reader_reads_the_same_in_every_key(second):
    roll = rolls(arrays_of(song(bars=12)), np.array([8.0]))
    turned = np.roll(roll, 5, axis=2)
    np.testing.assert_allclose(second.rate_rolls(roll), second.rate_rolls(turned), atol=0.15)


def test_kernels_listen_and_are_of_mean_zero():
    kernels = draw_kernels(3, count=40)
    assert [tuple(group.shape[2:]) for group in kernels] == [one[:2] for one in SHAPES]
    for group in kernels:
        assert (group.abs().sum(dim=(1, 2, 3)) > 0).all()
        np.testing.assert_allclose(group.mean(dim=(1, 2, 3)), 0.0, atol=1e-3)
    assert all((a == b).all() for a, b in zip(kernels, draw_kernels(3, count=40), strict=True))


def test_the_regressor_needs_neither_torch_nor_sklearn():
    code = (
        "import sys, emsync_engine.affect.regressor;"
        "assert not {'torch', 'sklearn'} & set(sys.modules), 'heavy'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.weights
@pytest.mark.parametrize("shipped", [shipped_regressor, shipped_convolutions, shipped_judge])
def test_the_shipped_readers_follow_mode_and_tempo(shipped):
    model = shipped()
    fast_major = model.read(song(beat_s=0.3, triad=MAJOR, bars=30), 0.0, 36.0).point
    slow_minor = model.read(song(beat_s=0.9, triad=MINOR, bars=10), 0.0, 36.0).point
    assert fast_major.valence > slow_minor.valence + 0.3
    assert fast_major.arousal > slow_minor.arousal + 0.5
