"""The mix at another rate: the same sound, in time, whatever the blocks."""

import numpy as np
import pytest

from emsync_desktop.preview.resampling import Resampled
from emsync_desktop.preview.sound import RATE


class Tones:
    """A mix that sounds for ever, and remembers what it was asked for."""

    def __init__(self, hz: float) -> None:
        self.hz = hz
        self.asked: list[tuple[int, int]] = []

    def read(self, start, count):
        self.asked.append((start, count))
        times_s = np.arange(start, start + count) / RATE
        left = np.sin(2 * np.pi * self.hz * times_s)
        return np.stack([left, -0.5 * left], axis=1).astype(np.float32)


@pytest.mark.parametrize("rate", [22_050, 44_100, 88_200, 96_000, 192_000])
@pytest.mark.parametrize("hz", [50.0, 1000.0, 5000.0])
def test_a_tone_is_the_same_tone_at_the_same_time(rate, hz):
    start, count = 3 * rate + 17, 2048
    heard = Resampled(Tones(hz).read, rate).read(start, count)
    wanted = np.sin(2 * np.pi * hz * np.arange(start, start + count) / rate)
    assert heard[:, 0] == pytest.approx(wanted, abs=2e-3)
    assert heard[:, 1] == pytest.approx(-0.5 * wanted, abs=2e-3)


def test_what_the_device_cannot_play_is_left_out():
    heard = Resampled(Tones(20_000).read, 22_050).read(44_100, 4096)
    assert np.abs(heard).max() < 1e-3


@pytest.mark.parametrize("blocks", [(1024,) * 6, (1, 700, 3, 1440, 512, 88)])
def test_block_by_block_it_is_the_same_and_nothing_is_read_twice(blocks):
    whole = Resampled(Tones(440).read, 44_100).read(1000, sum(blocks))
    mix, at, parts = Tones(440), 1000, []
    resampled = Resampled(mix.read, 44_100)
    for count in blocks:
        parts.append(resampled.read(at, count))
        at += count
    assert np.concatenate(parts) == pytest.approx(whole, abs=1e-6)
    ends = [start + count for start, count in mix.asked]
    assert [start for start, _ in mix.asked[1:]] == ends[:-1]


def test_elsewhere_it_begins_anew():
    mix = Tones(440)
    resampled = Resampled(mix.read, 44_100)
    resampled.read(0, 1024)
    heard = resampled.read(441_000, 1024)
    wanted = np.sin(2 * np.pi * 440 * (10 + np.arange(1024) / 44_100))
    assert heard[:, 0] == pytest.approx(wanted, abs=2e-3)
