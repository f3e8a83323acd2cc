"""Where somebody speaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emsync_engine.features.sound_texture import (
    SILENCE_DB,
    STEP_S,
    SoundTexture,
    measure_names,
    sound_texture,
)
from emsync_engine.monitor import SILENT, Monitor

FloatArray = NDArray[np.float64]

_ENTER, _STAY = 0.6, 0.4  # probability at which a span begins, and under which it ends
_SHORTEST_S = 0.5
_BRIDGED_S = 0.6  # a pause for breath does not end a span


@dataclass(frozen=True, slots=True)
class SpeechSpan:
    """A stretch [start_s, end_s) of the sound in which somebody speaks; confidence 0 to 1."""

    start_s: float
    end_s: float
    confidence: float


def speech_spans(
    samples: NDArray[np.float32], rate: int, *, monitor: Monitor = SILENT
) -> tuple[SpeechSpan, ...]:
    """Stretches in which somebody speaks, in order of time, apart from each other.

    Parameters
    ----------
    samples : (M,) mono in [-1, 1]; may be a memory map
    rate : samples per second
    """
    if len(samples) == 0:
        return ()
    texture = sound_texture(samples, rate, monitor=monitor)
    return spans_of(speech_probability(texture), duration_s=len(samples) / rate)


def speech_probability(texture: SoundTexture) -> FloatArray:
    """(S,) probability that somebody speaks in each step."""
    at = {name: column for column, name in enumerate(measure_names())}

    def measure(name: str) -> FloatArray:
        return texture.measures[:, at[name]].astype(np.float64)

    syllables = np.mean([measure(f"syllables_{group}") for group in range(1, 5)], axis=0)
    score = (
        4.0 * (syllables - 0.55)
        + 6.0 * (measure("gliding_pitch") - 0.25)
        + 4.0 * (measure("quiet_share_long") - 0.35)
        - 6.0 * (measure("lasting_long") - 0.35)
        - 3.0 * (measure("steady_pitch") - 0.15)
    )
    audible = texture.level_db > SILENCE_DB
    return np.where(audible, 1 / (1 + np.exp(-score)), 0.0)


def spans_of(
    probability: FloatArray, *, duration_s: float, step_s: float = STEP_S
) -> tuple[SpeechSpan, ...]:
    """Stretches of steps with high probability, short pauses bridged, short stretches left out."""
    spans: list[list[int]] = []
    begun: int | None = None
    for step, value in enumerate([*probability, 0.0]):
        if begun is None and value >= _ENTER:
            begun = step
        elif begun is not None and value < _STAY:
            if spans and (begun - spans[-1][1]) * step_s <= _BRIDGED_S:
                spans[-1][1] = step
            else:
                spans.append([begun, step])
            begun = None
    return tuple(
        SpeechSpan(
            start_s=start * step_s,
            end_s=min(end * step_s, duration_s),
            confidence=float(np.mean(probability[start:end])),
        )
        for start, end in spans
        if min(end * step_s, duration_s) - start * step_s >= _SHORTEST_S
    )
