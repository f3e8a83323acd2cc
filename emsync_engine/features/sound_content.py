"""What a film's own sound carries: music, speech, both or neither; of the whole and by segment."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from emsync_engine.features.sequences import Film
from emsync_engine.features.sound_kinds import SoundKinds, sound_kinds
from emsync_engine.features.sound_texture import STEP_S
from emsync_engine.features.speech import SpeechSpan, spans_of, spoken_spans
from emsync_engine.monitor import SILENT, Monitor

FloatArray = NDArray[np.float64]

_SPEECH_PRESENT, _MUSIC_PRESENT = 0.65, 0.5  # probabilities


@dataclass(frozen=True, slots=True)
class Presence:
    """How much of a stretch is music or speech, 0 to 1, and how sure that is, 0 to 1.

    ``confidence`` is 1 where every moment is clearly one thing or the other, 0 where every moment
    could be either.
    """

    share: float
    confidence: float


@dataclass(frozen=True, slots=True)
class StretchSound:
    """Speech and music within one stretch of a film."""

    speech: Presence
    music: Presence


@dataclass(frozen=True, slots=True)
class SoundContent:
    """The whole film's sound, that of each segment, and where somebody speaks or music plays."""

    whole: StretchSound
    segments: tuple[StretchSound, ...]
    speech: tuple[SpeechSpan, ...]
    music: tuple[SpeechSpan, ...]


def read_sound_content(
    film: Film, edges: Sequence[Fraction], *, monitor: Monitor = SILENT
) -> SoundContent | None:
    """Speech and music in a film and in each of its segments; None for a film without sound.

    Parameters
    ----------
    edges : edges of the segments in seconds, from 0 to the duration, increasing
    """
    if not film.has_audio or len(film.audio) == 0:
        return None
    found = sound_kinds(film.audio, film.audio_rate, monitor=monitor)
    duration_s = float(edges[-1])
    return SoundContent(
        whole=stretch_sound(found, 0.0, duration_s),
        segments=tuple(
            stretch_sound(found, float(start), float(end))
            for start, end in itertools.pairwise(edges)
        ),
        speech=spoken_spans(found.speech, duration_s=duration_s),
        music=spans_of(found.music, duration_s=duration_s),
    )


def stretch_sound(found: SoundKinds, start_s: float, end_s: float) -> StretchSound:
    """Speech and music between two times."""
    half = STEP_S / 2
    overlap = np.minimum(found.times_s + half, end_s) - np.maximum(found.times_s - half, start_s)
    weights = np.clip(overlap, 0, None)
    if weights.sum() <= 0:
        weights[int(np.argmin(np.abs(found.times_s - start_s)))] = 1
    weights = weights / weights.sum()
    return StretchSound(
        _presence(found.speech, weights, least=_SPEECH_PRESENT),
        _presence(found.music, weights, least=_MUSIC_PRESENT),
    )


def _presence(probability: FloatArray, weights: FloatArray, *, least: float) -> Presence:
    return Presence(
        share=float(weights @ (probability >= least)),
        confidence=float(weights @ np.abs(2 * probability - 1)),
    )
