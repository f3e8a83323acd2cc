"""Several sources without a trained fusion: their shares are added, by stated weights.

The weights say what is believed of each source before anything is known of a film; how much a
source has to say in a stretch (a face in half of its pictures, words in a tenth of it) scales its
weight. They are chosen, not learned: no films with labelled emotions were at hand to measure them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from emsync_engine.emotion.mapping import mixture_mean
from emsync_engine.emotion.reading_sources import BUILT_IN, Source
from emsync_engine.extractors.observed import FloatArray
from emsync_engine.project.model import VAPoint

WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "clip": 0.35,  # what is seen, of every picture
        "faces": 0.25,  # the surest sign of an emotion, of somebody in the film
        "speech": 0.15,  # words are as often about something as about a feeling
        "screen-text": 0.05,  # titles and signs seldom are
        BUILT_IN: 0.20,  # light, movement and loudness
    }
)
_MOST_CONFIDENCE = 0.85
_CLEAR = 0.45  # distance from even shares that is clear: half of what one sure emotion has


@dataclass(frozen=True, slots=True)
class Fused:
    """What all sources say together.

    ``shares`` (6,) of the emotions; ``counted`` is the share of each source in the result, which
    sum to one; ``confidence`` in 0..1 grows with how much there was to go by, how far the sources
    agree and how clear it is what they say.
    """

    shares: tuple[float, ...]
    point: VAPoint
    counted: tuple[tuple[str, float], ...]
    confidence: float


def fused(sources: Sequence[Source], built_in_point: VAPoint) -> Fused:
    """Add what the sources say, each by its weight times its evidence.

    Parameters
    ----------
    sources : at least one, named in ``WEIGHTS``
    built_in_point : where the built-in reading puts the stretch; its own point, which is finer than
        the one that its distribution would lead back to
    """
    weights = np.array([WEIGHTS[source.name] * source.evidence for source in sources])
    if weights.sum() <= 0:
        weights = np.array([WEIGHTS[source.name] for source in sources])
    counted = weights / weights.sum()
    said = np.stack([source.shares for source in sources])  # (sources, 6)
    shares = counted @ said
    points = [
        built_in_point if source.name == BUILT_IN else mixture_mean(source.shares.tolist())
        for source in sources
    ]
    valence = float(np.dot(counted, [point.valence for point in points]))
    arousal = float(np.dot(counted, [point.arousal for point in points]))
    evidence = float(min(1.0, weights.sum() / sum(WEIGHTS.values())))
    return Fused(
        shares=tuple(float(share) for share in shares),
        point=VAPoint(valence, arousal),
        counted=tuple(
            (source.name, float(share)) for source, share in zip(sources, counted, strict=True)
        ),
        confidence=_MOST_CONFIDENCE * (0.4 + 0.6 * evidence) * _decided(said, counted),
    )


def _decided(said: FloatArray, counted: FloatArray) -> float:
    """How far the sources agree, times how far what they say together is from saying nothing.

    Both from the distances of shares (6,) to even ones: sources that contradict each other take
    their distances away, and sources that say nothing have none.
    """
    off_even = said - 1 / said.shape[1]
    together = float(np.linalg.norm(counted @ off_even))
    apart = float(counted @ np.linalg.norm(off_even, axis=1))
    if apart <= 0:
        return 0.0
    return together / apart * min(1.0, together / _CLEAR)
