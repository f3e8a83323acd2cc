"""Where somebody speaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emsync_engine.features.sound_kinds import sound_kinds
from emsync_engine.features.sound_texture import STEP_S, WINDOW_S
from emsync_engine.monitor import SILENT, Monitor

FloatArray = NDArray[np.float64]

_ENTER, _STAY = 0.75, 0.6  # probability at which a span begins, and under which it ends
_SHORTEST_S = 0.5
_BRIDGED_S = 0.6  # a pause for breath does not end a span
_LEAST_EVIDENCE = 2.0  # nats: as if seven of eight sounds that pass for speech were something else
_SUREST = 0.99


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
    found = sound_kinds(samples, rate, monitor=monitor)
    return spoken_spans(found.speech, duration_s=len(samples) / rate)


def spoken_spans(probability: FloatArray, *, duration_s: float) -> tuple[SpeechSpan, ...]:
    """Stretches of speech that there is evidence enough for.

    Bowed strings, whooshes and blows pass for speech for a second, at middling probability; a
    sentence lasts longer, a single word is clearer. So the log odds of a span's steps must add up;
    steps whose windows overlap say the same thing, and count once a window.
    """
    steps_per_window = WINDOW_S / STEP_S
    kept = []
    for span in spans_of(probability, duration_s=duration_s):
        inside = probability[round(span.start_s / STEP_S) : round(span.end_s / STEP_S)]
        sure = np.clip(inside, 1 - _SUREST, _SUREST)
        if float(np.log(sure / (1 - sure)).sum()) / steps_per_window >= _LEAST_EVIDENCE:
            kept.append(span)
    return tuple(kept)


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
