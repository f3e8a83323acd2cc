"""The demo film's own sound: sea, wind, rain, thunder, fire and fireworks, made of noise."""

from __future__ import annotations

from functools import cache

import numpy as np
from film import DURATION_S, FILM, Shot
from nights import ROCKETS
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt
from storm import NEAR_STRIKES, STRIKES

RATE = 48_000
_EDGE_S = 0.03  # of a shot's sound at a cut: short enough for a cut, long enough not to click

Sound = NDArray[np.float64]  # (2, N)


def film_sound() -> NDArray[np.float32]:
    """The whole sound, (2, N) float32 at 48 kHz, peaks below -3 dBFS."""
    total = np.zeros((2, round(DURATION_S * RATE)))
    makers = {
        "dawn": _dawn,
        "balloons": _balloons,
        "festival": _festival,
        "storm": _storm,
        "wave": _wave,
        "embers": _embers,
        "aurora": _aurora,
        "homecoming": _homecoming,
    }
    for shot in FILM:
        start = round(shot.start_s * RATE)
        part = makers[shot.name](round((shot.end_s - shot.start_s) * RATE)) * _edges(shot)
        total[:, start : start + part.shape[1]] += part
    return (total * min(1.0, 0.7 / np.abs(total).max())).astype(np.float32)


def _edges(shot: Shot) -> Sound:
    count = round((shot.end_s - shot.start_s) * RATE)
    time_s = np.arange(count) / RATE
    rise = max(shot.fade_in_s, shot.dissolve_s, _EDGE_S)
    fall = max(shot.fade_out_s, _EDGE_S)
    return np.clip(time_s / rise, 0, 1) * np.clip((count / RATE - time_s) / fall, 0, 1)


@cache
def _noise(seed: int) -> Sound:
    return np.random.default_rng(seed).normal(0, 1, (2, 8 * RATE))


def _band(count: int, seed: int, low: float, high: float) -> Sound:
    """Noise between two frequencies (Hz), of unit power."""
    shaped = sosfilt(butter(2, (low, high), "bandpass", fs=RATE, output="sos"), _noise(seed))
    part = shaped[:, RATE // 2 : RATE // 2 + count]
    return part / part.std()


def _swell(count: int, period_s: float, phase: float, floor: float) -> NDArray[np.float64]:
    """Level that comes and goes, from ``floor`` to 1."""
    wave = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(count) / RATE / period_s + phase))
    return floor + (1 - floor) * wave**1.5


def _surf(count: int, level: float, seed: int) -> Sound:
    deep = _band(count, seed, 90, 700) * _swell(count, 3.7, 0.1, 0.35)
    foam = _band(count, seed + 1, 1500, 6000) * _swell(count, 3.7, 0.92, 0.1)
    return level * (deep + 0.35 * foam)


def _wind(count: int, level: float, seed: int, low: float = 250, high: float = 900) -> Sound:
    gusts = _swell(count, 2.3, 0.3, 0.3) * _swell(count, 1.37, 0.0, 0.6)
    return level * _band(count, seed, low, high) * gusts


def _strokes(
    count: int, times_s: list[float], *, low: float, high: float, decay_s: float, level: float
) -> Sound:
    """A burst of noise at each time."""
    total = np.zeros((2, count))
    for number, time_s in enumerate(times_s):
        start = round(time_s * RATE)
        left = count - max(start, 0)
        if left <= 0:
            continue
        age = np.arange(max(-start, 0), max(-start, 0) + left) / RATE
        shape = np.exp(-age / decay_s) * np.clip(age / 0.004, 0, 1)
        total[:, max(start, 0) :] += level * shape * _band(left, 200 + number, low, high)
    return total


def _gull(count: int, time_s: float, level: float, pan: float) -> Sound:
    """Three falling cries, far away."""
    total = np.zeros((2, count))
    for cry in range(3):
        start = round((time_s + 0.34 * cry) * RATE)
        length = min(round(0.26 * RATE), count - start)
        if length <= 0:
            break
        place = np.arange(length) / (0.26 * RATE)
        hertz = 1350 - 420 * place + 160 * np.sin(np.pi * place)
        angle = 2 * np.pi * np.cumsum(hertz) / RATE
        voice = (np.sin(angle) + 0.4 * np.sin(2 * angle)) * np.sin(np.pi * place) ** 2
        total[:, start : start + length] += level * voice * np.array([[1 - pan], [pan]])
    return total


def _dawn(count: int) -> Sound:
    return _surf(count, 0.030, 1) + _gull(count, 2.1, 0.010, 0.3)


def _balloons(count: int) -> Sound:
    burner = _strokes(count, [0.5, 2.1], low=180, high=2500, decay_s=0.35, level=0.05)
    return _wind(count, 0.034, 5, 300, 1500) + burner


def _festival(count: int) -> Sound:
    times = [rocket.at_s for rocket in ROCKETS]
    boom = _strokes(count, times, low=45, high=260, decay_s=0.22, level=0.15)
    crack = _strokes(count, times, low=1200, high=7000, decay_s=0.05, level=0.07)
    noise = np.random.default_rng(3)
    late = [time + noise.uniform(0.5, 1.3) for time in times for _ in range(9)]
    crackle = _strokes(count, late, low=2500, high=9000, decay_s=0.010, level=0.03)
    return boom + crack + crackle + 0.010 * _band(count, 7, 300, 1200)


def _storm(count: int) -> Sound:
    return _weather(count, [time + 0.15 for time in STRIKES])


def _wave(count: int) -> Sound:
    roar = np.linspace(0.2, 1, count) ** 1.5 * _band(count, 9, 40, 300)
    return _weather(count, [time + 0.1 for time in NEAR_STRIKES]) + 0.09 * roar


def _weather(count: int, thunder_s: list[float]) -> Sound:
    rain = 0.030 * _band(count, 11, 500, 3500)
    rumble = _strokes(count, thunder_s, low=35, high=160, decay_s=0.9, level=0.26)
    crack = _strokes(count, thunder_s, low=200, high=1800, decay_s=0.15, level=0.16)
    return rain + _wind(count, 0.090, 13, 150, 480) + rumble + crack


def _embers(count: int) -> Sound:
    noise = np.random.default_rng(5)
    pops = list(noise.uniform(0.3, count / RATE, 34))
    crackle = _strokes(count, pops, low=900, high=4500, decay_s=0.008, level=0.040)
    return crackle + _wind(count, 0.010, 15, 150, 500) + _surf(count, 0.008, 17)


def _aurora(count: int) -> Sound:
    air = 0.010 * _band(count, 19, 1500, 5000) * _swell(count, 4.1, 0.0, 0.2)
    return air + _surf(count, 0.012, 21)


def _homecoming(count: int) -> Sound:
    gulls = _gull(count, 0.7, 0.014, 0.35) + _gull(count, 2.6, 0.009, 0.7)
    return _surf(count, 0.034, 23) + gulls
