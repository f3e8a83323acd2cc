"""One hall for all stems: a convolution reverb with a response made here, from a fixed seed."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from emsync_engine.render.synthesizer import SAMPLE_RATE

RESPONSE_S = 1.8

_FFT_SIZE = 1 << 18  # three times the response: the fewest operations per sample
_SEED = 20_250_101
_PREDELAY_S = 0.018
_BUILDUP_S = 0.012
_BANDS = (  # from Hz, RT60 in seconds: air and upholstery take the high end first
    (125.0, 1.9),
    (400.0, 1.8),
    (1200.0, 1.5),
    (3000.0, 1.1),
    (6500.0, 0.7),
)
_TOP_HZ = 12_000.0
_RT60_DECAY = float(np.log(1000.0))  # 60 dB as natural logarithm of the amplitude ratio


@cache
def hall_response() -> NDArray[np.float32]:
    """Impulse response of a medium hall.

    Stereo noise from a fixed seed, split into bands that decay exponentially, each with its own
    RT60 (Moorer 1979, "About this reverberation business"), after a short predelay. Below 125 Hz
    nothing is returned, so that basses stay clear.

    Returns
    -------
    (M, 2) float32, M = 1.8 s at 48 kHz; energy 1 in each channel: noise through it keeps its level
    """
    length = round(RESPONSE_S * SAMPLE_RATE)
    time_s = np.arange(length) / SAMPLE_RATE
    noise = np.random.default_rng(_SEED).standard_normal((length, 2))
    spectrum = np.fft.rfft(noise, axis=0)
    frequencies = np.fft.rfftfreq(length, 1 / SAMPLE_RATE)
    response = np.zeros((length, 2))
    edges = [*(low for low, _ in _BANDS), _TOP_HZ]
    for (low, rt60), high in zip(_BANDS, edges[1:], strict=True):
        in_band = (frequencies >= low) & (frequencies < high)
        band = np.fft.irfft(spectrum * in_band[:, None], n=length, axis=0)
        response += band * np.exp(-_RT60_DECAY * time_s / rt60)[:, None]
    response *= np.clip(time_s / _BUILDUP_S, 0, 1)[:, None]
    response *= np.clip((RESPONSE_S - time_s) / 0.1, 0, 1)[:, None]
    predelay = round(_PREDELAY_S * SAMPLE_RATE)
    response = np.concatenate([np.zeros((predelay, 2)), response[:-predelay]])
    response /= np.sqrt(np.sum(response**2, axis=0))
    return response.astype(np.float32)


def reverberated(dry: NDArray[np.float32]) -> NDArray[np.float32]:
    """The hall's answer to (N, 2) samples, without the direct sound; (N, 2), the tail cut."""
    wet = np.zeros_like(dry)
    if np.any(dry):
        for channel in (0, 1):
            wet[:, channel] = _convolved(dry[:, channel], channel)
    return wet


def _convolved(dry: NDArray[np.float32], channel: int) -> NDArray[np.float32]:
    """Convolution of one channel by overlap-add, in float32: (N,) to (N,)."""
    from scipy import fft

    transfer = _transfer()[channel]
    tail = len(hall_response()) - 1
    step = _FFT_SIZE - tail
    wet = np.zeros(len(dry) + _FFT_SIZE, np.float32)
    for start in range(0, len(dry), step):
        spectrum = fft.rfft(dry[start : start + step], _FFT_SIZE)
        wet[start : start + _FFT_SIZE] += fft.irfft(spectrum * transfer, _FFT_SIZE)
    return wet[: len(dry)]


@cache
def _transfer() -> NDArray[np.complex64]:
    """(2, F) complex64: spectrum of the response of each channel."""
    from scipy import fft

    return np.stack([fft.rfft(response, _FFT_SIZE) for response in hall_response().T])
