"""The audio device's clock, by PortAudio: its callback copies, and says what is heard when."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QTimer

from emsync_desktop.preview.ahead import Ahead
from emsync_desktop.preview.mixer import SoundMix
from emsync_desktop.preview.resampling import Reading, Resampled
from emsync_desktop.preview.sound import RATE, FloatArray

LATENCY_S = 0.12  # asked of the device: short enough for a fader, long enough for a busy machine
_LOST_AFTER_S = 4.0  # a device that asks for nothing that long is gone
_AWAY_S = 1.0  # who has not looked for so long was away too: a computer that slept
_REST_MS = 60_000  # a device is let go when nothing was played that long
_WARM_S = 0.15  # a device asks for its first buffers at once, before it plays
_CLOSING_S = 1.0
_SCRUB_BLOCKS = 4  # 85 ms: what is scrubbed must follow the hand
_closing: list[threading.Thread] = []

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Device:
    """An output of this machine; without a name, the one that the system chooses."""

    name: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """Samples of the film that were handed over last, and when the first of them is heard."""

    place: int  # in samples of the device
    count: int
    heard_at_s: float  # by the device's clock


def film_time_s(mark: Mark, device_s: float, rate: int = RATE) -> float:
    """What is heard at a moment of the device's clock, in seconds of the film.

    Never beyond what was handed over: a device that stalls stops the picture.
    """
    heard = mark.place / rate + device_s - mark.heard_at_s
    return min(heard, (mark.place + mark.count) / rate)


def sound_errors() -> tuple[type[Exception], ...]:
    """What PortAudio raises where a device cannot be used."""
    import sounddevice

    return (sounddevice.PortAudioError, ValueError)


def look_again() -> None:
    """Let PortAudio find devices that came since; not while one is still being closed."""
    for one in _closing:
        one.join(_CLOSING_S)
        if one.is_alive():
            logger.info("PortAudio does not look again: a device is still being closed")
            return
    try:
        import sounddevice

        sounddevice._terminate()
        sounddevice._initialize()
    except (ImportError, OSError, AttributeError) as error:
        logger.info("PortAudio does not look again: %s", error)


def output_devices() -> list[Device]:
    """The outputs that PortAudio knows now, the system's choice first; none without PortAudio."""
    try:
        import sounddevice
    except (ImportError, OSError) as error:
        logger.info("PortAudio cannot be loaded: %s", error)
        return []
    try:
        apis = sounddevice.query_hostapis()
        found = [
            Device(f"{one['name']}, {apis[one['hostapi']]['name']}", one["name"])
            for one in sounddevice.query_devices()
            if one["max_output_channels"] >= 2
        ]
        default = sounddevice.query_devices(kind="output")["name"] if found else ""
    except (sounddevice.PortAudioError, ValueError) as error:
        logger.info("no audio device: %s", error)
        return []
    return [Device("", default), *found] if found else []


def own_rate(device: Device) -> int:
    """The rate in Hz that a device plays by itself; 0 where PortAudio does not know."""
    import sounddevice

    try:
        asked = device.name or None
        return round(sounddevice.query_devices(asked, "output")["default_samplerate"])
    except (*sound_errors(), KeyError, TypeError):
        return 0


class DeviceClock(QObject):
    """Plays a mix on a device, and reads the time of the film from what is heard of it."""

    def __init__(self, mix: SoundMix, device: Device, parent: QObject | None = None) -> None:
        """PortAudioError (sounddevice's) where the device cannot be opened."""

        super().__init__(parent)
        self._mix = mix
        self._underruns_before = 0
        self._ahead: Ahead | None = None
        self._scrubbed: Ahead | None = None
        self._mark: Mark | None = None
        self._at_s = self._shown_s = 0.0
        self._asked_at_s = self._looked_at_s = 0.0
        self._device = device
        self._stream: Any = None
        self._rate = RATE
        self._opened_at_s = 0.0
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._let_go)
        self._open()

    def _open(self) -> None:
        """Let the device run, in silence until something plays: then it begins at once.

        One that does not play 48 kHz plays at the rate that is its own.
        """
        try:
            self._stream, self._rate = self._stream_at(RATE), RATE
        except sound_errors():
            own = own_rate(self._device)
            if own in (0, RATE):
                raise
            self._stream, self._rate = self._stream_at(own), own
            logger.info("%s plays %d Hz: the sound is resampled", self._device.words, own)
        self._opened_at_s = time.monotonic()
        self._stream.start()
        self._asked_at_s = time.monotonic()
        self._rest.start()

    def _stream_at(self, rate: int) -> Any:
        import sounddevice

        return sounddevice.OutputStream(
            samplerate=rate,
            channels=2,
            dtype="float32",
            latency=LATENCY_S,
            device=self._device.name or None,
            callback=self._on_asked,
        )

    def _at_rate(self, read: Reading) -> Reading:
        """What is read, at the device's rate."""
        return read if self._rate == RATE else Resampled(read, self._rate).read

    @property
    def latency_s(self) -> float:
        """From the callback to the ear, as the device says; the film's time takes it off."""
        return float(self._stream.latency) if self._stream is not None else LATENCY_S

    @property
    def underruns(self) -> int:
        """How often sound was not there in time, since the device was opened."""
        return self._underruns_before + (self._ahead.underruns if self._ahead else 0)

    @property
    def is_lost(self) -> bool:
        """Whether the device has gone while playing; to be asked all the time."""
        if self._ahead is None:
            return False
        now_s = time.monotonic()
        if now_s - self._looked_at_s > _AWAY_S:
            self._asked_at_s = now_s
        self._looked_at_s = now_s
        is_silent = now_s - self._asked_at_s > _LOST_AFTER_S
        return self._stream is None or not self._stream.active or is_silent

    def scrub(self, read: Callable[[int, int], FloatArray] | None) -> None:
        """Play what a hand moves over, made block by block, while no film plays; None ends it."""
        ahead, self._scrubbed = self._scrubbed, None
        if ahead is not None:
            ahead.end()
        if read is None or self._ahead is not None or self._stream is None:
            return
        self._rest.start()  # from now on
        self._mix.settle()
        self._scrubbed = Ahead(self._at_rate(read), 0, blocks=_SCRUB_BLOCKS)
        self._scrubbed.begin()

    def start(self, at_s: float) -> None:
        self.scrub(None)
        self._rest.stop()
        self._mix.settle()
        self._at_s = self._shown_s = at_s
        self._mark = None
        if self._stream is None or not self._stream.active:
            self._let_go()
            try:
                self._open()
            except sound_errors() as error:
                logger.warning("the audio device does not start: %s", error)
        self._ahead = Ahead(self._at_rate(self._mix.read), round(at_s * self._rate))
        self._ahead.begin()

    def stop(self) -> None:
        self._at_s = self.now_s()
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead.end()
            self._underruns_before += ahead.underruns
        self._rest.start()

    def close(self) -> None:
        """Let go of the device."""
        self.scrub(None)
        self.stop()
        self._rest.stop()
        self._let_go()

    def now_s(self) -> float:
        """Time of the sound that is heard now; waits for the device to begin, never goes back."""
        if self._ahead is None:
            return self._at_s
        mark = self._mark
        if mark is not None and self._stream is not None:
            heard_s = film_time_s(mark, float(self._stream.time), self._rate)
            self._shown_s = max(self._shown_s, heard_s)
        return self._shown_s

    def _on_asked(self, out: Any, frames: int, times: Any, status: Any) -> None:
        """For PortAudio's thread: copy, and note when it will be heard."""
        now_s = time.monotonic()
        self._asked_at_s = now_s
        ahead, scrubbed = self._ahead, self._scrubbed
        if ahead is None and scrubbed is not None:
            scrubbed.take(out)
            return
        if ahead is None or now_s - self._opened_at_s < _WARM_S:
            out.fill(0.0)
            return
        place = ahead.place
        count = ahead.take(out)
        if status.output_underflow:
            ahead.underruns += 1
        if count:
            heard_at_s = times.outputBufferDacTime or times.currentTime + self.latency_s
            self._mark = Mark(place, count, heard_at_s)

    def _let_go(self) -> None:
        """Close it, on a thread: a device that has gone can keep its caller waiting for long."""
        stream, self._stream = self._stream, None
        if stream is not None:
            closing = threading.Thread(target=_close, args=(stream,), daemon=True)
            _closing[:] = [one for one in _closing if one.is_alive()] + [closing]
            closing.start()


def _close(stream: Any) -> None:
    try:
        stream.abort()
        stream.close()
    except sound_errors() as error:
        logger.info("the audio device does not close: %s", error)
