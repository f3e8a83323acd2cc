"""What each source says of a stretch of film: shares of the six emotions, and how much it says.

Sources are the extractors' own classifications (CLIP's prompts, expressions, words) and the
built-in reading of light, movement and loudness.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from emsync_engine.extractors.observed import FloatArray, Observed, TimedText
from emsync_engine.project.model import EMOTIONS, SegmentEmotion

BUILT_IN = "built-in"
NEUTRAL = "neutral"
_EXPRESSIONS: Mapping[str, str] = MappingProxyType(
    {
        **{"angry": "anger", "anger": "anger"},
        **{"disgust": "disgust", "disgusted": "disgust"},
        **{"fear": "fear", "fearful": "fear", "scared": "fear"},
        **{"happy": "joy", "happiness": "joy", "joy": "joy"},
        **{"sad": "sadness", "sadness": "sadness"},
        **{"surprise": "surprise", "surprised": "surprise"},
        NEUTRAL: NEUTRAL,
    }
)
# Words that are positive or negative do not say which emotion; every one that fits gets its part.
_SENTIMENTS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "positive": {"joy": 0.8, "surprise": 0.2},
        "negative": {"anger": 0.25, "disgust": 0.25, "fear": 0.25, "sadness": 0.25},
        NEUTRAL: {NEUTRAL: 1.0},
    }
)


@dataclass(frozen=True, slots=True)
class Source:
    """What one source says.

    ``shares`` (6,) sum to one, in the order of ``EMOTIONS``; ``evidence`` in 0..1 is how much of
    the stretch it saw or heard that says anything.
    """

    name: str
    shares: FloatArray
    evidence: float


def built_in_source(emotion: SegmentEmotion) -> Source:
    """The built-in reading; it always has something to say."""
    return Source(BUILT_IN, np.array(emotion.distribution, np.float64), 1.0)


def picture_source(clip: Observed, start_s: float, end_s: float) -> Source | None:
    """CLIP's shares, the mean over the pictures of a stretch; None without a picture in it."""
    inside = within(clip.times_s, start_s, end_s)
    if not inside.any():
        return None
    shares = clip.scores[inside].mean(axis=0).astype(np.float64)
    return Source("clip", shares / shares.sum(), 1.0)


def face_source(faces: Observed, start_s: float, end_s: float) -> Source | None:
    """Expressions; the evidence is the share of pictures with a face, less what is neutral."""
    inside = within(faces.times_s, start_s, end_s)
    looked = int(within(faces.looked_s, start_s, end_s).sum())
    if not inside.any() or not looked:
        return None
    said = dict(zip(faces.labels, faces.scores[inside].mean(axis=0).tolist(), strict=True))
    return _source("faces", said, inside.sum() / looked)


def word_source(name: str, said: Mapping[str, float], evidence: float) -> Source | None:
    """Words: sentiments, or emotions where our own text model read them."""
    return _source(name, said, evidence)


def _source(name: str, said: Mapping[str, float], evidence: float) -> Source | None:
    """A source from named shares; what is neutral takes evidence away."""
    totals = dict.fromkeys((*EMOTIONS, NEUTRAL), 0.0)
    for label, share in said.items():
        for emotion, part in _meaning(label).items():
            totals[emotion] += share * part
    neutral = totals.pop(NEUTRAL)
    total = sum(totals.values())
    if total <= 0:
        return None
    shares = np.array(list(totals.values())) / total
    return Source(name, shares, float(np.clip(evidence * total / (total + neutral), 0, 1)))


def _meaning(label: str) -> Mapping[str, float]:
    name = label.lower()
    if name in _SENTIMENTS:
        return _SENTIMENTS[name]
    return {_EXPRESSIONS[name]: 1.0} if name in _EXPRESSIONS else {}


def within(times_s: FloatArray, start_s: float, end_s: float) -> NDArray[np.bool_]:
    """(N,) which times lie in [start, end)."""
    inside: NDArray[np.bool_] = (times_s >= start_s - 1e-6) & (times_s < end_s - 1e-6)
    return inside


def words_within(texts: tuple[TimedText, ...], start_s: float, end_s: float) -> list[TimedText]:
    """Texts that are heard or stand in a stretch, if only in part."""
    return [text for text in texts if text.start_s < end_s and text.end_s > start_s]


def spoken_share(texts: list[TimedText], start_s: float, end_s: float) -> float:
    """Share of a stretch, 0..1, in which there are words."""
    covered = sum(max(0.0, min(text.end_s, end_s) - max(text.start_s, start_s)) for text in texts)
    return float(np.clip(covered / max(end_s - start_s, 1e-9), 0, 1))
