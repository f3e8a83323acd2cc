"""How loud a mix is: integrated loudness and true peak."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emsync_engine.render.synthesizer import SAMPLE_RATE

_GATE_BLOCK_S = 0.4
_OVERSAMPLING = 4
_SPAN = 8192
_MARGIN = 32  # samples around a span that the interpolation looks at
_WORTH_A_LOOK = 0.5  # of the highest sample: between samples less than twice as much can hide


def integrated_loudness(samples: NDArray[np.float32]) -> float:
    """Loudness of (N, 2) samples in LUFS (ITU-R BS.1770-4); -inf for silence.

    Music shorter than a gating block of 0.4 s is measured as if it were repeated.
    """
    import pyloudnorm

    if len(samples) == 0 or not np.any(samples):
        return float("-inf")
    shortest = round(_GATE_BLOCK_S * SAMPLE_RATE) + 1
    if len(samples) < shortest:
        samples = np.tile(samples, (-(-shortest // len(samples)), 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        loudness = float(pyloudnorm.Meter(SAMPLE_RATE).integrated_loudness(samples))
    return loudness if np.isfinite(loudness) else float("-inf")


def true_peak_dbtp(samples: NDArray[np.float32]) -> float:
    """Highest level of (N, 2) samples in dBTP, 4 times oversampled (BS.1770-4, annex 2).

    Only stretches whose samples reach half of the highest one are oversampled. -inf for silence.
    """
    from scipy.signal import resample_poly

    level = np.max(np.abs(samples), axis=1) if len(samples) else np.zeros(0)
    peak = float(level.max(initial=0.0))
    if peak == 0:
        return float("-inf")
    starts = np.arange(0, len(level), _SPAN)
    span_peaks = np.maximum.reduceat(level, starts)
    for start in starts[span_peaks >= _WORTH_A_LOOK * span_peaks.max()]:
        span = samples[max(start - _MARGIN, 0) : start + _SPAN + _MARGIN]
        peak = max(peak, float(np.max(np.abs(resample_poly(span, _OVERSAMPLING, 1)))))
    return 20 * float(np.log10(peak))
