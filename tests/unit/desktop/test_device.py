"""The device's clock with a PortAudio that the test drives."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from emsync_desktop.preview import device
from emsync_desktop.preview.device import Device, DeviceClock
from emsync_desktop.preview.sound import RATE


class HandStream:
    """Asks for samples when the test says so; its clock stands still otherwise."""

    def __init__(self, callback, **_):
        self.callback, self.time, self.latency = callback, 100.0, 0.1
        self.active = False

    def start(self):
        self.active = True

    def abort(self):
        self.active = False

    def close(self):
        self.active = False

    def ask(self, frames=960, *, underflow=False):
        out = np.full((frames, 2), -1, np.float32)
        times = SimpleNamespace(outputBufferDacTime=self.time + 0.1, currentTime=self.time)
        self.callback(out, frames, times, SimpleNamespace(output_underflow=underflow))
        self.time += frames / RATE
        return out


class Counting:
    """A mix whose samples say their place in the film."""

    def settle(self):
        pass

    def read(self, start, count):
        return np.repeat(np.arange(start, start + count, dtype=np.float32)[:, None], 2, axis=1)


@pytest.fixture
def clock(qapp, monkeypatch):
    module = SimpleNamespace(OutputStream=HandStream, PortAudioError=OSError)
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    monkeypatch.setattr(device, "_WARM_S", 0.0)
    one = DeviceClock(Counting(), Device())
    yield one
    one.close()


class Stubborn(HandStream):
    """A device that plays 44.1 kHz, and nothing else."""

    def __init__(self, callback, *, samplerate, **others):
        if samplerate != 44_100:
            raise OSError("Invalid sample rate")
        super().__init__(callback, **others)


@pytest.mark.gui
def test_a_device_of_another_rate_plays_the_film_at_its_own_speed(qapp, monkeypatch):
    module = SimpleNamespace(
        OutputStream=Stubborn,
        PortAudioError=OSError,
        query_devices=lambda *_: {"default_samplerate": 44_100.0},
    )
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    monkeypatch.setattr(device, "_WARM_S", 0.0)
    clock = DeviceClock(Counting(), Device())
    stream = primed(clock, 10.0)
    out = stream.ask(441)
    assert out[:, 0] == pytest.approx(10 * RATE + np.arange(441) * RATE / 44_100, abs=1.0)
    stream.time = 100.1 + 0.005  # five milliseconds after the first sample is heard
    assert clock.now_s() == pytest.approx(10.005, abs=1e-6)
    clock.close()


@pytest.mark.gui
def test_a_device_that_plays_at_no_rate_is_refused(qapp, monkeypatch):
    module = SimpleNamespace(
        OutputStream=Stubborn,
        PortAudioError=OSError,
        query_devices=lambda *_: {"default_samplerate": 48_000.0},
    )
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    with pytest.raises(OSError, match="Invalid sample rate"):
        DeviceClock(Counting(), Device())


def primed(clock, at_s):
    clock.start(at_s)
    while not clock._ahead.is_primed:
        pass
    return clock._stream


@pytest.mark.gui
def test_what_is_heard_comes_as_much_later_as_the_device_says(clock):
    stream = primed(clock, 2.0)
    assert stream.ask()[0, 0] == 2 * RATE
    assert clock.now_s() == 2.0  # nothing is heard yet, and it never goes back
    for _ in range(9):
        while clock._ahead._written - clock._ahead._taken < 960:
            pass
        stream.ask()
    assert clock.now_s() == pytest.approx(2.0 + 0.2 - 0.1)
    assert clock.underruns == 0


@pytest.mark.gui
def test_standing_it_is_silent_and_the_time_stays(clock):
    stream = primed(clock, 1.0)
    stream.ask()
    clock.stop()
    stood = clock.now_s()
    assert not stream.ask().any()
    assert clock.now_s() == stood


@pytest.mark.gui
def test_the_devices_own_underruns_count(clock):
    stream = primed(clock, 0.0)
    stream.ask(underflow=True)
    clock.stop()
    assert clock.underruns == 1


@pytest.mark.gui
def test_a_device_that_asks_no_more_is_lost(clock, monkeypatch):
    stream = primed(clock, 0.0)
    stream.ask()
    assert not clock.is_lost
    now_s = clock._asked_at_s
    for _ in range(9):
        assert not clock.is_lost
        now_s += 0.5
        monkeypatch.setattr(device.time, "monotonic", lambda now_s=now_s: now_s)
    assert clock.is_lost
    monkeypatch.undo()


@pytest.mark.gui
def test_a_device_is_not_lost_because_the_computer_slept(clock, monkeypatch):
    stream = primed(clock, 0.0)
    stream.ask()
    assert not clock.is_lost
    now_s = clock._asked_at_s + 3600
    monkeypatch.setattr(device.time, "monotonic", lambda: now_s)
    assert not clock.is_lost
    stream.ask()
    monkeypatch.undo()


@pytest.mark.gui
def test_a_device_that_ended_is_lost_and_opened_again_when_it_plays(clock):
    stream = primed(clock, 0.0)
    stream.abort()
    assert clock.is_lost
    clock.stop()
    assert primed(clock, 1.0) is not stream
    assert not clock.is_lost
