"""The meter against another implementation and against ffmpeg's."""

import math
import re
import shutil
import subprocess

import numpy as np
import pyloudnorm
import pytest

from emsync_engine.render.loudness import block_peaks, integrated_loudness, measured, true_peak_dbtp
from emsync_engine.render.wav import write_wav

RATE = 48_000


def passages(seed=3, seconds=24.0):
    """Coloured noise, different on both sides, loud and soft in turn, with a silence."""
    random = np.random.default_rng(seed)
    count = round(seconds * RATE)
    noise = np.cumsum(random.standard_normal((count, 2)), axis=0)
    noise -= np.linspace(0, 1, count)[:, None] * noise[-1]
    noise = np.diff(noise, axis=0, prepend=0) + 0.002 * noise
    level = np.repeat([0.02, 0.2, 0.08, 0.0, 0.3, 0.05], -(-count // 6))[:count, None]
    return (noise / np.abs(noise).max() * level * 3).astype(np.float32)


def ffmpeg_says(path):
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-i", str(path)]
    command += ["-af", "ebur128=peak=true", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, check=True, text=True).stderr
    said = said[said.rindex("Summary:") :]
    return {
        name: float(re.search(rf"{name}:\s+(-?[\d.]+)", said)[1]) for name in ("I", "LRA", "Peak")
    }


@pytest.mark.parametrize("seed", range(3))
def test_it_reads_what_pyloudnorm_reads(seed):
    samples = passages(seed)
    other = pyloudnorm.Meter(RATE).integrated_loudness(samples.astype(np.float64))
    assert integrated_loudness(samples) == pytest.approx(other, abs=0.1)


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_it_reads_what_ffmpeg_reads(tmp_path):
    samples = passages()
    write_wav(samples, tmp_path / "a.wav")
    said, read = ffmpeg_says(tmp_path / "a.wav"), measured(samples)
    assert read.integrated_lufs == pytest.approx(said["I"], abs=0.1)
    assert read.range_lu == pytest.approx(said["LRA"], abs=0.5)
    assert true_peak_dbtp(samples) == pytest.approx(said["Peak"], abs=0.1)


def test_a_full_tone_reads_what_the_recommendation_says():
    # BS.1770-4: a sine of 1 kHz at 0 dBFS in one channel reads -3.01 LUFS
    tone = np.zeros((10 * RATE, 2), np.float32)
    tone[:, 0] = np.sin(2 * np.pi * 997 * np.arange(10 * RATE) / RATE)
    assert integrated_loudness(tone) == pytest.approx(-3.01, abs=0.02)
    both = np.repeat(tone[:, :1], 2, axis=1)
    assert integrated_loudness(both) == pytest.approx(0.0, abs=0.02)


def test_of_five_channels_the_rear_counts_more_and_the_lowest_not_at_all():
    tone = np.sin(2 * np.pi * 997 * np.arange(5 * RATE) / RATE).astype(np.float32)
    readings = []
    for channel in range(6):
        samples = np.zeros((5 * RATE, 6), np.float32)
        samples[:, channel] = tone
        readings.append(integrated_loudness(samples))
    assert readings[:3] == pytest.approx([-3.01] * 3, abs=0.02)
    assert readings[3] == -math.inf
    assert readings[4:] == pytest.approx([-3.01 + 10 * math.log10(1.41)] * 2, abs=0.02)


def test_a_passage_in_between_does_not_hide_behind_a_loud_one():
    samples = passages(seconds=30.0)
    read = measured(samples)
    assert read.short_term_lufs <= read.momentary_lufs
    assert read.integrated_lufs < read.momentary_lufs
    assert read.range_lu > 5


@pytest.mark.parametrize("count", [0, 1, 4799, 19_200])
def test_the_shortest_sounds_are_read(count):
    tone = 0.5 * np.sin(2 * np.pi * 997 * np.arange(count) / RATE)
    read = integrated_loudness(np.stack([tone, tone], axis=1).astype(np.float32))
    assert read == -math.inf if count < 2 else -20 < read < 0


def test_peaks_of_blocks_are_the_peak_of_all():
    samples = passages(seconds=2.0)
    fine = block_peaks(samples, 32, floor=0.0)
    assert fine.shape == (2 * RATE // 32,)
    assert 20 * math.log10(fine.max()) == pytest.approx(true_peak_dbtp(samples), abs=1e-4)
    own = np.abs(samples).max(axis=1).reshape(-1, 32).max(axis=1)
    assert np.all(fine >= own)
    assert np.allclose(block_peaks(samples, 32, floor=2.0), own)
