"""Where the playhead is, and playing: the one clock of picture, timeline and sound."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from emsync_desktop.preview.clocks import Clock, MonotonicClock, best_clock
from emsync_desktop.preview.device import look_again
from emsync_desktop.preview.grains import Grains
from emsync_desktop.preview.matching import LoudnessMatch
from emsync_desktop.preview.mixer import SoundMix, TakeSound
from emsync_desktop.preview.shuttle import next_speed
from emsync_desktop.preview.sound import RATE, OriginalSound
from emsync_engine.timing import FrameRate

_TICK_MS = 16
_PREPARE_MS = 250  # after a jump the picture comes first, then the sound that may be played
_HUSH_MS = 400  # a playhead that rests so long is scrubbed no more
_LEAD_S = 0.008  # what it takes to paint, and a part of what the screen takes to show it


class Transport(QObject):
    """Standing still, the playhead lies on the start of a frame."""

    moved = Signal(float)
    """The playhead is at a time, in seconds."""
    playing_changed = Signal(bool)
    speed_changed = Signal(int)
    """How fast the film plays, backwards below 0; 1 while it stands."""
    device_changed = Signal(str)
    """What is heard now comes from a device of this name; none where there is none."""
    device_lost = Signal(str)
    """The device of this name has gone while playing; the film plays on in silence."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.mix = SoundMix()
        self.matching = LoudnessMatch(self)
        self.matching.changed.connect(self._on_level)
        self._clock: Clock | None = None
        self.device = ""
        self._rate = FrameRate.parse("25")
        self._duration = Fraction(0)
        self._time = Fraction(0)
        self._is_playing = False
        self._until: Fraction | None = None
        self._from = Fraction(0)
        self._speed = 1
        self._shuttle: MonotonicClock | None = None
        self._span: tuple[Fraction, Fraction] | None = None
        self.is_looping = False
        """Whether playing starts over at the end of the range, or of the film."""
        self._prepare = QTimer(self)
        self._prepare.setSingleShot(True)
        self._prepare.setInterval(_PREPARE_MS)
        self._prepare.timeout.connect(self._prepare_sound)
        self.has_scrub_sound = True
        """Whether a playhead that is moved by hand is heard."""
        self._grains: Grains | None = None
        self._hush = QTimer(self)
        self._hush.setSingleShot(True)
        self._hush.setInterval(_HUSH_MS)
        self._hush.timeout.connect(self._end_scrub)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._on_tick)

    @property
    def time(self) -> Fraction:
        """Where the playhead is, exactly, in seconds from the first picture."""
        return self._time

    @property
    def frame(self) -> int:
        """Number of the frame under the playhead."""
        return self._rate.frame_at(self._time + Fraction(1, 10**6))

    @property
    def lead_s(self) -> float:
        """How much earlier than it is heard a picture is asked for, so that it is seen with it."""
        return _LEAD_S if self.is_rolling else 0.0

    @property
    def is_playing(self) -> bool:
        return self._is_playing

    @property
    def plays_on(self) -> bool:
        """Whether the film plays at its own speed, forth."""
        return self._is_playing and self._speed == 1

    @property
    def is_rolling(self) -> bool:
        """Whether it does so now; not while the playhead jumps."""
        return self.plays_on and self._timer.isActive()

    @property
    def speed(self) -> int:
        """How fast the film plays, backwards below 0."""
        return self._speed

    def set_span(self, span: tuple[Fraction, Fraction] | None) -> None:
        """The range that is looped over; None for the whole film."""
        self._span = span

    @property
    def last_frame(self) -> int:
        """Number of the film's last frame."""
        return max(0, -self._rate.frame_at(-self._duration) - 1)

    def wake(self) -> None:
        """Find the audio device now, since looking for one holds up the window for a moment."""
        if self._clock is None:
            self._clock, self.device = best_clock(self.mix, self)

    @property
    def clock(self) -> Clock | None:
        """What time goes by at usual speed; none before there is a film."""
        return self._clock

    @property
    def now_s(self) -> float:
        """Time of what is heard at this moment, in seconds."""
        return self._running.now_s() if self._is_playing else float(self._time)

    def choose_device(self, name: str) -> None:
        """Play on another output; none is the one that the system chooses."""
        self._end_scrub()
        was_playing = self._is_playing
        if was_playing:
            self._halt()
            self._time = Fraction(self._running.now_s())
        if self._clock is not None:
            self._clock.close()
        look_again()
        self._clock, self.device = best_clock(self.mix, self, name)
        if was_playing:
            self._run()
        self.device_changed.emit(self.device)

    def _go_on_in_silence(self) -> None:
        """The device has gone: time goes on without it."""
        assert self._clock is not None
        lost, self.device = self.device, ""
        self._time = Fraction(self._clock.now_s())
        self._clock.close()
        self._clock = MonotonicClock()
        self._clock.start(float(self._time))
        self.device_changed.emit("")
        self.device_lost.emit(lost)

    def open(self, path: Path | None, rate: FrameRate, duration: Fraction) -> None:
        """Another film; the playhead goes to its start."""
        self.stop()
        self._end_scrub()
        self._rate, self._duration = rate, duration
        self.mix.set_original(None)
        self.set_music(None)
        self.mix.settle()
        self.matching.forget()
        if path is not None:
            self.wake()
            if self.device:
                self.mix.set_original(OriginalSound(path))
        self.go_to(Fraction(0))

    def set_music(
        self, path: Path | None, *, stems: Mapping[str, Path] | None = None, take: str = ""
    ) -> None:
        """The take that is heard with the picture; it may change while playing, without a gap.

        The same files again change nothing. ``take`` is its id: of one take, another rendering is
        not compared with the last.
        """
        if path is None or not path.is_file():
            self.mix.set_take(None)
            return
        if self.mix.take is not None and self.mix.take.path == path:
            return
        sound = TakeSound(path, stems)
        self.matching.hear(take, path)
        sound.level = self.matching.level
        self.mix.set_take(sound)
        if not self._is_playing:
            self.mix.settle()

    def _on_level(self) -> None:
        if self.mix.take is not None:
            self.mix.take.level = self.matching.level

    def close(self) -> None:
        """Stop, and let go of files and threads."""
        self.open(None, self._rate, Fraction(0))
        if self._clock is not None:
            self._clock.close()
            self._clock = None
        self._prepare.stop()
        self.matching.close()

    # -- moving

    def go_to(self, time: Fraction | float) -> None:
        """Move the playhead to the frame at a time; while playing, play on from there."""
        frame = self._rate.frame_at(Fraction(time) + Fraction(1, 10**6))
        self.go_to_frame(frame)

    def go_to_frame(self, frame: int) -> None:
        was_playing = self._is_playing
        if was_playing:
            self._halt()
        self._time = self._rate.time_of(min(max(frame, 0), self.last_frame))
        if was_playing:
            self._prepare_sound()
        else:
            self._prepare.start()
        self.moved.emit(float(self._time))
        if was_playing:
            self._run()

    def _prepare_sound(self) -> None:
        self._prepare.stop()
        if self.mix.original is not None:
            self.mix.original.prepare(round(self._time * RATE))

    def step(self, frames: int) -> None:
        """Move by frames, and stand."""
        self.stop()
        self.go_to_frame(self._rate.nearest_frame(self._time) + frames)
        self._scrub()

    def scrub_to(self, time: Fraction | float) -> None:
        """Move the playhead by hand: standing, a little is heard of where it is."""
        self.go_to(time)
        self._scrub()

    def _scrub(self) -> None:
        if self._is_playing or not self.has_scrub_sound or self._clock is None:
            return
        place = round(self._time * RATE)
        if self._grains is None:
            self._grains = Grains(self.mix.read, place)
            self._clock.scrub(self._grains.next)
        self._grains.move(place)
        self._hush.start()

    def _end_scrub(self) -> None:
        self._hush.stop()
        if self._grains is not None and self._clock is not None:
            self._clock.scrub(None)
        self._grains = None

    # -- playing

    def toggle(self) -> None:
        if self._is_playing:
            self.stop()
        else:
            self.play()

    def play(self) -> None:
        """Play from the playhead; from the start where it stands at the end."""
        if self._is_playing or self._clock is None or not self._duration:
            return
        self._set_speed(1)
        if self.is_looping and self._span is not None and self._until is None:
            start, end = self._span
            if not start <= self._time < end:
                self.go_to(start)
        elif self._rate.nearest_frame(self._time) >= self.last_frame:
            self.go_to_frame(0)
        self._is_playing = True
        self._run()
        self.playing_changed.emit(True)

    def shuttle(self, direction: int) -> None:
        """Play forth (1) or back (-1); asked again, twice as fast, up to 8 times.

        At another speed than 1 the film is silent: sound is no help there.
        """
        if self._clock is None or not self._duration:
            return
        if not self._is_playing:
            if direction > 0:
                self.play()
                return
            speed = -1
        else:
            speed = next_speed(self._speed, direction)
        self._until = None
        if self._is_playing:
            self._halt()
        self._set_speed(speed)
        was_playing, self._is_playing = self._is_playing, True
        self._run()
        if not was_playing:
            self.playing_changed.emit(True)

    def _set_speed(self, speed: int) -> None:
        if speed != self._speed:
            self._speed = speed
            self.speed_changed.emit(speed)

    def play_between(self, start: Fraction, end: Fraction) -> None:
        """Play a stretch once, and stand at its end; over and over while looping."""
        self.stop()
        self.go_to(start)
        self._from, self._until = self._time, end
        self.play()

    def stop(self) -> None:
        """Stand still on the frame that is shown."""
        self._until = None
        if not self._is_playing:
            return
        self._halt()
        self._is_playing = False
        self._set_speed(1)
        self.playing_changed.emit(False)
        self.go_to(self._time)

    def _run(self) -> None:
        self._end_scrub()
        self._prepare_sound()
        self._shuttle = None if self._speed == 1 else MonotonicClock(self._speed)
        self._running.start(float(self._time))
        self._timer.start()

    @property
    def _running(self) -> Clock:
        """The clock of the speed that the film plays at."""
        if self._shuttle is not None:
            return self._shuttle
        assert self._clock is not None
        return self._clock

    def _halt(self) -> None:
        self._timer.stop()
        self._running.stop()

    @property
    def _begin(self) -> Fraction:
        """Where a loop starts over."""
        if self._until is not None:
            return self._from
        return self._span[0] if self._is_in_span else Fraction(0)

    @property
    def _end(self) -> Fraction:
        """Where a loop ends; from beyond the range the film plays to its own end."""
        if self._until is not None:
            return min(self._until, self._duration)
        return min(self._span[1], self._duration) if self._is_in_span else self._duration

    @property
    def _is_in_span(self) -> bool:
        return self._span is not None and self._time < self._span[1]

    def _on_tick(self) -> None:
        if self._running.is_lost:
            self._go_on_in_silence()
        now = Fraction(self._running.now_s())
        end = self._end
        if self.is_looping and self._speed > 0 and now >= end:
            self.go_to(self._begin)
            return
        if self._until is not None and now >= self._until:
            until = self._until
            self.stop()
            self.go_to(until)
            return
        if now >= self._duration or now < 0:
            self._time = self._rate.time_of(self.last_frame if now > 0 else 0)
            self.stop()
            return
        self._time = max(now, Fraction(0))
        self.moved.emit(float(self._time))
