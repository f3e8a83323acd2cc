"""Small films made for the tests: the attributes of a decoded film, nothing read from a file."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np


@dataclass(frozen=True)
class MadeInfo:
    duration: Fraction
    frame_rate: Fraction


@dataclass(frozen=True)
class MadeFilm:
    info: MadeInfo
    frames: np.ndarray
    audio: np.ndarray
    has_audio: bool
    audio_rate: int = 16000

    def times_s(self) -> np.ndarray:
        return np.arange(len(self.frames)) / float(self.info.frame_rate)

    @property
    def stills(self) -> np.ndarray:
        """The first picture of every second, twice as large as the small ones."""
        first = self.frames[:: int(self.info.frame_rate)]
        return first.repeat(2, axis=1).repeat(2, axis=2)

    @property
    def still_times_s(self) -> np.ndarray:
        return self.times_s()[:: int(self.info.frame_rate)]


def film(frames: np.ndarray, rate: int = 12, audio: np.ndarray | None = None) -> MadeFilm:
    sound = np.zeros(0, np.float32) if audio is None else audio.astype(np.float32)
    info = MadeInfo(Fraction(len(frames), rate), Fraction(rate))
    return MadeFilm(info, frames, sound, audio is not None)


def plain(seconds: float, colour: tuple[int, int, int], rate: int = 12) -> np.ndarray:
    frames = np.empty((max(1, round(seconds * rate)), 54, 96, 3), np.uint8)
    frames[:] = colour
    return frames


def moving_bars(seconds: float, px_per_s: float, rate: int = 12, contrast: int = 100) -> np.ndarray:
    """Soft vertical bars that slide sideways on grey."""
    at = np.arange(96)
    rows = [
        128 + contrast * np.sin(2 * np.pi * (at - px_per_s * n / rate) / 24)
        for n in range(max(1, round(seconds * rate)))
    ]
    frames = np.repeat(np.stack(rows)[:, None, :, None], 54, axis=1)
    return np.repeat(frames, 3, axis=3).astype(np.uint8)


def tone(seconds: float, hz: float, level: float = 0.1, rate: int = 16000) -> np.ndarray:
    return level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)


def chords(pitches: list[list[int]], seconds_each: float, level: float = 0.05) -> np.ndarray:
    """Chords of decaying tones with a few partials, one after the other."""
    sound = []
    for chord in pitches:
        decay = np.exp(-np.arange(round(seconds_each * 16000)) / 16000 / 0.4)
        voices = [
            tone(seconds_each, 440 * 2 ** ((pitch - 69) / 12) * k, level / k)
            for pitch in chord
            for k in (1, 2, 3)
        ]
        sound.append(decay * np.sum(voices, axis=0))
    return np.concatenate(sound)
