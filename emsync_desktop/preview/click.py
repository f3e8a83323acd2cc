"""The click track: a tick on every beat of the take, a higher one where a bar begins. No Qt."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emsync_desktop.preview.sound import RATE, FloatArray

if TYPE_CHECKING:
    from emsync_engine.midi.tempo_map import TempoMap
    from emsync_engine.project.notes import Music

_LENGTH = RATE * 30 // 1000
_BEAT_HZ, _BAR_HZ = 1000.0, 1600.0
_LEVEL = 0.25


def _tick(frequency_hz: float) -> FloatArray:
    """(30 ms, 1) of a tone that dies away."""
    time_s = np.arange(_LENGTH) / RATE
    tone = np.sin(2 * np.pi * frequency_hz * time_s) * np.exp(-time_s * 180) * _LEVEL
    return tone.astype(np.float32)[:, None]


class ClickTrack:
    """Beats in seconds, strictly increasing, and which of them begin a bar."""

    def __init__(self, beats_s: Sequence[float], bars_s: Sequence[float]) -> None:
        self._starts: NDArray[np.int64] = np.rint(np.asarray(beats_s) * RATE).astype(np.int64)
        bars = np.rint(np.asarray(bars_s) * RATE).astype(np.int64)
        self._is_bar = np.isin(self._starts, bars)
        self._ticks = (_tick(_BEAT_HZ), _tick(_BAR_HZ))

    def add(self, samples: FloatArray, start: int) -> None:
        """Add what ticks within (n, 2) samples that start at a sample of the film."""
        end = start + len(samples)
        first, last = np.searchsorted(self._starts, [start - _LENGTH + 1, end])
        for at, is_bar in zip(
            self._starts[first:last].tolist(), self._is_bar[first:last].tolist(), strict=True
        ):
            tick = self._ticks[is_bar]
            begin, stop = max(at, start), min(at + _LENGTH, end)
            samples[begin - start : stop - start] += tick[begin - at : stop - at]


def click_of(music: Music) -> ClickTrack | None:
    """The beats of a take, as its tempo map counts them; None where it has no honest beats."""
    from emsync_engine.midi.tempo_map import tempo_map_of

    if len(music.bar_onsets_s) < 2:
        return None
    return ClickTrack(*beats_and_bars(tempo_map_of(music), music.duration_s))


def beats_and_bars(times: TempoMap, until_s: float) -> tuple[list[float], list[float]]:
    """When the beats of a tempo map come, and which of them begin a bar, in seconds."""
    starts = [tempo.tick for tempo in times.tempi]
    beats: list[float] = []
    bars: list[float] = []
    for index, meter in enumerate(times.meters):
        is_last = index + 1 == len(times.meters)
        end = None if is_last else times.meters[index + 1].tick
        bar = times.ticks_per_beat * 4 * meter.numerator // meter.denominator
        for tick in count(meter.tick, times.ticks_per_beat):
            tempo = times.tempi[bisect_right(starts, tick) - 1]
            beat_s = tempo.us_per_beat / 1e6
            time_s = tempo.time_s + (tick - tempo.tick) / times.ticks_per_beat * beat_s
            if time_s >= until_s or (end is not None and tick >= end):
                break
            beats.append(time_s)
            if (tick - meter.tick) % bar == 0:
                bars.append(time_s)
    return beats, bars
