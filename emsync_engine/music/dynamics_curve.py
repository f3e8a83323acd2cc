"""How loud the music should be played, read from the picture second by second.

After Video2Music (Kang et al. 2024), which regresses the loudness of music from low-level features
of the video. There is no film here whose music could be learned from, so the weights are set by
hand: movement and the film's own sound count alike, the pace of the cutting a third of either.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from emsync_engine.emotion.cues import CUES
from emsync_engine.features.extraction import EXTRACTORS
from emsync_engine.features.sequences import Film, StepGrid
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.project.model import SceneCut

FloatArray = NDArray[np.float64]

WEIGHTS = {"motion": 0.43, "loudness_db": 0.43, "cut_rate": 0.14}
DB_PER_DEVIATION = 2.5
MOST_DB = 4.0
_SMOOTHED_S = 2.0  # deviation of the Gaussian: dynamics follow a scene, not a gesture
_QUIETEST_DB = -80.0
_DIGITS = 2  # a hundredth of a decibel is heard by nobody, and files stay short


def picture_loudness(
    film: Film, cuts: Sequence[SceneCut], *, monitor: Monitor = SILENT
) -> tuple[float, ...]:
    """A value in dB for each second of a decoded film; empty for a film without movement.

    The mean over the film is 0: a film is not louder than another, its scenes are.
    """
    if len(film.frames) < 2:
        return ()
    grid = StepGrid(float(film.info.duration), 1.0)
    measured = EXTRACTORS["motion"].extract(film, tuple(cuts), grid, monitor)
    if film.has_audio and len(film.audio):
        measured = {**measured, "loudness_db": sound_levels(film.audio, film.audio_rate, grid)}
    return loudness_curve({name: measured[name] for name in WEIGHTS if name in measured})


def sound_levels(audio: NDArray[np.float32], rate: int, grid: StepGrid) -> FloatArray:
    """(count,) root mean square of mono sound (M,) in each step, dBFS, at least -80."""
    edges = np.minimum((grid.starts_s * rate).astype(np.int64), len(audio))
    powers = np.zeros(grid.count)
    for step, (start, end) in enumerate(zip(edges, [*edges[1:], len(audio)], strict=True)):
        if end > start:
            powers[step] = np.mean(np.square(audio[start:end], dtype=np.float64))
    levels: FloatArray = 10 * np.log10(np.maximum(powers, 10 ** (_QUIETEST_DB / 10)))
    return levels


def loudness_curve(measured: dict[str, FloatArray]) -> tuple[float, ...]:
    """The curve in dB of sequences of ``WEIGHTS``, (N,) each; what was not measured is left out."""
    from scipy.ndimage import gaussian_filter1d

    cues = {cue.feature: cue for cue in CUES}
    total = sum(WEIGHTS[name] for name in measured)
    deviations = sum(
        WEIGHTS[name] / total * cues[name].standardise(sequence)
        for name, sequence in measured.items()
    )
    smooth = gaussian_filter1d(np.asarray(deviations), _SMOOTHED_S, mode="nearest")
    curve = np.clip((smooth - smooth.mean()) * DB_PER_DEVIATION, -MOST_DB, MOST_DB)
    return tuple(round(float(value), _DIGITS) + 0.0 for value in curve)
