"""Sounds made by rule: a voice of formants, and the noises of films. Mono, 16 kHz, in [-1, 1]."""

from __future__ import annotations

import numpy as np
from scipy.signal import butter as butterworth
from scipy.signal import fftconvolve, lfilter, sosfilt

RATE = 16_000
VOWELS = (  # first three formants in Hz: Peterson and Barney (1952)
    *((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480)),
    *((660, 1720, 2410), (570, 840, 2410), (440, 1020, 2240), (490, 1350, 1690)),
)


def voice(seconds: float, *, seed: int = 0, pitch_hz: float = 120.0) -> np.ndarray:
    """Syllables, four or five a second, of hiss or stop and a gliding vowel; breath in between."""
    rng = np.random.default_rng(seed)
    stretch = rng.uniform(0.9, 1.2)
    sound = np.zeros(round(seconds * RATE))
    at = 0.1
    while at < seconds - 0.3:
        for place in range(phrase := int(rng.integers(4, 10))):
            length = rng.uniform(0.13, 0.28)
            height = pitch_hz * 2 ** (0.25 - 0.45 * place / phrase + rng.normal(0, 0.08))
            syllable = _syllable(length, height, stretch, rng)
            start = round(at * RATE)
            room = len(sound) - start
            if room <= 0:
                break
            sound[start : start + len(syllable)] += syllable[:room]
            at += length + rng.uniform(0, 0.04)
        at += rng.uniform(0.25, 0.6)
    return 0.25 * sound / (np.abs(sound).max() + 1e-9)


def _syllable(length_s, pitch_hz, stretch, rng):
    onset = _consonant(rng)
    count = round(length_s * RATE)
    glide = np.linspace(0, 1, count)
    pitch = pitch_hz * 2 ** (rng.uniform(-0.25, 0.25) * glide + 0.01 * np.sin(30 * glide))
    phase = np.cumsum(pitch) / RATE
    source = np.diff(np.floor(phase), prepend=0) + 0.02 * rng.normal(size=count)
    start, end = (np.array(VOWELS[rng.integers(len(VOWELS))]) * stretch for _ in range(2))
    sound = np.zeros(count)
    for place, (low, high) in enumerate(zip(start, end, strict=True)):
        early, late = (_resonance(source, hz, 70 + 30 * place) for hz in (low, high))
        sound += ((1 - glide) * early + glide * late) / (1 + place)
    rise = np.minimum(1, np.minimum(glide, 1 - glide) * 8)
    return np.concatenate([onset, sound * rise / (np.abs(sound).max() + 1e-9)])


def _consonant(rng):
    kind = rng.integers(4)
    if kind == 0:
        return np.zeros(0)
    count = round(rng.uniform(0.03, 0.09) * RATE)
    hiss = _band(rng.normal(size=count), *((2500, 7000), (1200, 5000), (3500, 7500))[kind - 1])
    shape = np.exp(-np.arange(count) / count * (1 if kind < 3 else 6))
    return np.concatenate([0.1 * hiss * shape, np.zeros(round(0.01 * RATE))])


def _resonance(source, hz, width_hz):
    radius = np.exp(-np.pi * width_hz / RATE)
    turn = 2 * np.pi * hz / RATE
    return lfilter([1 - radius], [1, -2 * radius * np.cos(turn), radius**2], source)


def _band(sound, low_hz, high_hz):
    return sosfilt(butterworth(2, (low_hz, high_hz), "band", fs=RATE, output="sos"), sound)


def noise(seconds: float, kind: str, *, seed: int = 0) -> np.ndarray:
    """One of ``NOISES``."""
    rng = np.random.default_rng(seed)
    sound = NOISES[kind](round(seconds * RATE), rng)
    return 0.25 * sound / (np.abs(sound).max() + 1e-9)


def _slow(count, rng, hz):
    """(count,) a smooth random curve from 0 to 1 that changes some times a second."""
    points = rng.uniform(0, 1, max(2, round(count / RATE * hz) + 2))
    return np.interp(np.linspace(0, len(points) - 1, count), np.arange(len(points)), points)


def _wind(count, rng):
    return lfilter([0.05], [1, -0.95], rng.normal(size=count)) * (0.2 + _slow(count, rng, 0.7))


def _rain(count, rng):
    drops = (rng.uniform(size=count) < 0.004) * rng.exponential(size=count)
    return _band(rng.normal(size=count) * 0.15 + drops * 2, 800, 7000)


def _engine(count, rng):
    pitch = rng.uniform(30, 90) * (1 + 0.3 * _slow(count, rng, 0.3))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    hum = sum(np.sin(k * phase) / k for k in (1, 2, 3, 4, 6))
    return hum + 0.3 * lfilter([0.2], [1, -0.8], rng.normal(size=count))


def _blows(count, rng):
    """Steps, knocks and bangs."""
    sound = np.zeros(count)
    gap_s = rng.uniform(0.25, 1.2)
    at = 0
    while at < count:
        length = min(round(rng.uniform(0.05, 0.4) * RATE), count - at)
        tail = np.exp(-np.arange(length) / length * 6)
        sound[at : at + length] += rng.normal(size=length) * tail * rng.uniform(0.3, 1)
        at += round(gap_s * rng.uniform(0.8, 1.2) * RATE)
    return lfilter([0.3], [1, -0.7], sound)


def _birds(count, rng):
    sound = np.zeros(count)
    for _ in range(max(1, count // RATE * 2)):
        length = round(rng.uniform(0.05, 0.3) * RATE)
        at = rng.integers(0, max(1, count - length))
        curve = np.linspace(0, 1, length)
        hz = rng.uniform(1800, 4500) * 2 ** (rng.uniform(-0.5, 0.5) * curve)
        tone = np.sin(2 * np.pi * np.cumsum(hz) / RATE) * np.sin(np.pi * curve)
        sound[at : at + length] += tone[: count - at]
    return sound + 0.02 * rng.normal(size=count)


def _growl(count, rng):
    """An animal: a rough low voice in long swells, without syllables."""
    pitch = rng.uniform(50, 160) * 2 ** (0.8 * (_slow(count, rng, 0.6) - 0.5))
    source = np.diff(np.floor(np.cumsum(pitch) / RATE), prepend=0)
    source = source * (0.5 + 0.5 * _slow(count, rng, 25)) + 0.05 * rng.normal(size=count)
    throat = _resonance(source, rng.uniform(300, 700), 150)
    throat = throat + 0.5 * _resonance(source, rng.uniform(900, 1800), 250)
    return throat * np.maximum(_slow(count, rng, 0.5) - 0.4, 0)


NOISES = {
    "white": lambda count, rng: rng.normal(size=count),
    "brown": lambda count, rng: lfilter([0.02], [1, -0.99], rng.normal(size=count)),
    "wind": _wind,
    "rain": _rain,
    "engine": _engine,
    "blows": _blows,
    "birds": _birds,
    "growl": _growl,
}


def in_a_room(sound: np.ndarray, *, decay_s: float = 0.3, seed: int = 0) -> np.ndarray:
    """The sound with the reverberation of a room of its own length."""
    rng = np.random.default_rng(seed)
    times_s = np.arange(round(2 * decay_s * RATE)) / RATE
    tail = rng.normal(size=len(times_s)) * np.exp(-6.9 * times_s / decay_s)
    tail /= np.sqrt((tail**2).sum())
    return sound + 0.5 * fftconvolve(sound, tail)[: len(sound)]
