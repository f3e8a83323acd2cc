"""The clock that picture and playhead follow: the audio device's, else a monotonic one."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer

from emsync_desktop.preview.device import DeviceClock, output_devices, sound_errors
from emsync_desktop.preview.mixer import SoundMix
from emsync_desktop.preview.sound import RATE, FloatArray

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QAudioDevice

LONGEST_PERIOD_S = 0.05  # between two reports of a device that plays
AHEAD_S = 0.25  # sound handed to the device before it is heard
_FEED_MS = 15

logger = logging.getLogger(__name__)


class Clock(Protocol):
    """Film time while playing, in seconds."""

    def start(self, at_s: float) -> None: ...

    def stop(self) -> None: ...

    def scrub(self, read: Callable[[int, int], FloatArray] | None) -> None:
        """Play what a hand moves over, while no film plays; None ends it."""
        ...

    def now_s(self) -> float: ...

    @property
    def is_lost(self) -> bool:
        """Whether the device has gone while playing."""
        ...

    @property
    def underruns(self) -> int:
        """How often sound was not there in time."""
        ...

    def close(self) -> None: ...


class MonotonicClock:
    """Without a device, or at another speed: time as it passes, in silence; backwards below 0."""

    is_lost = False
    underruns = 0

    def __init__(self, speed: int = 1) -> None:
        self._speed = speed
        self._at_s = 0.0
        self._since: float | None = None

    def start(self, at_s: float) -> None:
        self._at_s, self._since = at_s, time.monotonic()

    def stop(self) -> None:
        self._at_s, self._since = self.now_s(), None

    def scrub(self, read: Callable[[int, int], FloatArray] | None) -> None:
        """There is nothing to be heard."""

    def now_s(self) -> float:
        passed = time.monotonic() - self._since if self._since is not None else 0.0
        return self._at_s + passed * self._speed

    def close(self) -> None:
        self.stop()


@dataclass(frozen=True, slots=True)
class Played:
    """How much a device has played, in seconds, and the moment at which it said so."""

    reported_s: float = 0.0
    at_s: float = 0.0
    shown_s: float = 0.0

    def reported(self, played_s: float, now_s: float) -> Played:
        """What is known after the device was asked again, at a moment of the monotonic clock."""
        if played_s <= 0.0:
            return self  # nothing is heard yet: some devices take a while to begin
        if played_s != self.reported_s:
            return Played(played_s, now_s, max(self.shown_s, played_s))
        between_s = min(now_s - self.at_s, LONGEST_PERIOD_S)
        return Played(played_s, self.at_s, max(self.shown_s, played_s + between_s))


class AudioClock(QObject):
    """Where PortAudio is not there, Qt plays: fed from the mix by the window's own thread."""

    is_lost = False
    underruns = 0

    def __init__(self, mix: SoundMix, device: QAudioDevice, parent: QObject | None = None) -> None:
        from PySide6.QtMultimedia import QAudioFormat, QAudioSink

        super().__init__(parent)
        form = QAudioFormat()
        form.setSampleRate(RATE)
        form.setChannelCount(2)
        form.setSampleFormat(QAudioFormat.SampleFormat.Float)
        self._mix = mix
        self._sink = QAudioSink(device, form, self)
        self._sink.setBufferSize(int(AHEAD_S * RATE) * 8)
        self._feed = QTimer(self)
        self._feed.setInterval(_FEED_MS)
        self._feed.timeout.connect(self._on_feed)
        self._output: object | None = None
        self._at_s = 0.0
        self._next = 0
        self._played = Played()

    def start(self, at_s: float) -> None:
        self._mix.settle()
        self._at_s, self._next = at_s, round(at_s * RATE)
        self._output = self._sink.start()
        self._played = Played()
        self._on_feed()
        self._feed.start()

    def stop(self) -> None:
        self._at_s = self.now_s()
        self._feed.stop()
        self._sink.reset()
        self._output = None

    def close(self) -> None:
        self.stop()

    def scrub(self, read: Callable[[int, int], FloatArray] | None) -> None:
        """Qt plays too late to follow a hand: nothing is heard."""

    def now_s(self) -> float:
        """Time of the sound that is heard now; waits for the device to begin, never goes back.

        The device reports in steps of its period; between two reports time passes evenly.
        """
        if self._output is None:
            return self._at_s
        self._played = self._played.reported(self._sink.processedUSecs() / 1e6, time.monotonic())
        return self._at_s + self._played.shown_s

    def _on_feed(self) -> None:
        if self._output is None:
            return
        frames = self._sink.bytesFree() // 8
        if frames > 0:
            samples = self._mix.read(self._next, frames)
            self._output.write(samples.tobytes())  # type: ignore[attr-defined]
            self._next += frames


def best_clock(mix: SoundMix, parent: QObject, wanted: str = "") -> tuple[Clock, str]:
    """The clock of an audio device where there is one, and a few words on what is heard.

    ``wanted`` is the device's name; where it is not there, the system chooses.
    """
    for name in dict.fromkeys((wanted, "")):
        found = next((one for one in output_devices() if one.name == name), None)
        try:
            if found is not None:
                return DeviceClock(mix, found, parent), found.words
        except sound_errors() as error:
            logger.warning("%s cannot be opened: %s", found, error)
    return _clock_of_qt(mix, parent)


def _clock_of_qt(mix: SoundMix, parent: QObject) -> tuple[Clock, str]:
    try:
        from PySide6.QtMultimedia import QMediaDevices
    except ImportError as error:
        logger.warning("QtMultimedia cannot be loaded: %s", error)
        return MonotonicClock(), ""
    device = QMediaDevices.defaultAudioOutput()
    if device.isNull():
        return MonotonicClock(), ""
    return AudioClock(mix, device, parent), device.description()
