"""Where the playhead is, and playing: the one clock of picture, timeline and sound."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from emsync_desktop.preview.clocks import Clock, best_clock
from emsync_desktop.preview.sound import RATE, MusicSound, OriginalSound, SoundMix
from emsync_engine.timing import FrameRate

_TICK_MS = 16


class Transport(QObject):
    """Standing still, the playhead lies on the start of a frame."""

    moved = Signal(float)
    """The playhead is at a time, in seconds."""
    playing_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.mix = SoundMix()
        self._clock: Clock | None = None
        self.device = ""
        self._rate = FrameRate.parse("25")
        self._duration = Fraction(0)
        self._time = Fraction(0)
        self._is_playing = False
        self._until: Fraction | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._on_tick)

    @property
    def time(self) -> Fraction:
        """Where the playhead is, exactly, in seconds from the first picture."""
        return self._time

    @property
    def is_playing(self) -> bool:
        return self._is_playing

    @property
    def last_frame(self) -> int:
        """Number of the film's last frame."""
        return max(0, -self._rate.frame_at(-self._duration) - 1)

    def wake(self) -> None:
        """Find the audio device now, since looking for one holds up the window for a moment."""
        if self._clock is None:
            self._clock, self.device = best_clock(self.mix, self)

    def open(self, path: Path | None, rate: FrameRate, duration: Fraction) -> None:
        """Another film; the playhead goes to its start."""
        self.stop()
        self._rate, self._duration = rate, duration
        if self.mix.original is not None:
            self.mix.original.close()
            self.mix.original = None
        self.set_music(None)
        if path is not None:
            self.wake()
            if self.device:
                self.mix.original = OriginalSound(path)
        self.go_to(Fraction(0))

    def set_music(self, path: Path | None) -> None:
        """The WAV that is heard with the picture; it may change while playing."""
        before = self.mix.music
        self.mix.music = MusicSound(path) if path is not None and path.is_file() else None
        if before is not None:
            before.close()

    def close(self) -> None:
        """Stop, and let go of files and threads."""
        self.open(None, self._rate, Fraction(0))

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
        if self.mix.original is not None:
            self.mix.original.prepare(round(self._time * RATE))
        self.moved.emit(float(self._time))
        if was_playing:
            self._run()

    def step(self, frames: int) -> None:
        """Move by frames, and stand."""
        self.stop()
        self.go_to_frame(self._rate.nearest_frame(self._time) + frames)

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
        if self._rate.nearest_frame(self._time) >= self.last_frame:
            self.go_to_frame(0)
        self._is_playing = True
        self._run()
        self.playing_changed.emit(True)

    def play_between(self, start: Fraction, end: Fraction) -> None:
        """Play a stretch once, and stand at its end."""
        self.stop()
        self.go_to(start)
        self._until = end
        self.play()

    def stop(self) -> None:
        """Stand still on the frame that is shown."""
        self._until = None
        if not self._is_playing:
            return
        self._halt()
        self._is_playing = False
        self.playing_changed.emit(False)
        self.go_to(self._time)

    def _run(self) -> None:
        assert self._clock is not None
        self._clock.start(float(self._time))
        self._timer.start()

    def _halt(self) -> None:
        assert self._clock is not None
        self._timer.stop()
        self._clock.stop()

    def _on_tick(self) -> None:
        assert self._clock is not None
        now = Fraction(self._clock.now_s())
        if self._until is not None and now >= self._until:
            until = self._until
            self.stop()
            self.go_to(until)
            return
        if now >= self._duration:
            self._time = self._rate.time_of(self.last_frame)
            self.stop()
            return
        self._time = max(now, Fraction(0))
        self.moved.emit(float(self._time))
