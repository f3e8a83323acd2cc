"""The built-in reading of a film: light, colour, movement, cutting and sound, not the story.

Steps: features every half second, and what the picture model says of each shot; each as a cue in
standard deviations from usual films (``cues``); averaged over each segment, where short segments
lean on their surroundings; weighed into valence and arousal. Works without a network and without a
GPU.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from emsync_engine.emotion.cues import CUES, Reading, explain, read_axis
from emsync_engine.emotion.mapping import emotion_posterior
from emsync_engine.emotion.picture_model import PictureModel, shipped_picture_model
from emsync_engine.emotion.picture_reading import picture_readings
from emsync_engine.emotion.words import WordSequences, named_words, word_sequences
from emsync_engine.errors import BoundaryOrderError
from emsync_engine.features.extraction import extract_features
from emsync_engine.features.sequences import FeatureSequences, Film, StepGrid
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.project.model import SceneCut, SegmentEmotion, VAPoint
from emsync_engine.video.subtitles import TextLine

FloatArray = NDArray[np.float64]

_log = logging.getLogger(__name__)

_STEP_S = 0.5
_LONG_FILM_S = 1200.0  # from twenty minutes on, one picture a second is enough
_LEAN_S = 0.7  # a segment of this length takes half of its reading from its surroundings
_CONTEXT_S = 2.0  # deviation of the Gaussian that says how far surroundings reach
_FULL_CONTRAST = 0.06  # standard deviation of lightness; plain grounds and black say less
_PICTURE_CUES = frozenset({"picture_valence", "picture_arousal", "lightness", "saturation"})
_DOUBTS = ("valence_doubt", "arousal_doubt")
_DOUBT_COUNTS = 0.15  # share of the confidence that one deviation of doubt takes
_LEAST_SURE, _MOST_SURE = 0.6, 1.25
_UNCUT_FILM_S = 10.0  # a shorter film without a cut says little about its pace
# These cues tell light from dark and calm from lively, not love from loss: never quite sure.
_MOST_CONFIDENCE = 0.7


@dataclass(frozen=True, slots=True)
class CueSequences:
    """Standardised cues and the evidence for each, both (steps,), by feature name.

    ``doubt`` (steps,) is by how many deviations the picture model expects to err more than usual,
    on the mean of both axes. ``words`` is None where nothing is known of what is said.
    """

    grid: StepGrid
    values: dict[str, FloatArray]
    evidence: dict[str, FloatArray]
    doubt: FloatArray
    words: WordSequences | None = None


def read_segment_emotions(
    video: Film,
    edges: Sequence[Fraction],
    cuts: Sequence[SceneCut],
    *,
    lines: Sequence[TextLine] = (),
    monitor: Monitor = SILENT,
) -> tuple[SegmentEmotion, ...]:
    """Valence, arousal, distribution, confidence and reasons for each segment of a film.

    Parameters
    ----------
    video : decoded film
    edges : edges of the segments in seconds, from 0 to the duration, strictly increasing;
        else BoundaryOrderError
    cuts : all scene cuts, which tell the lengths of the shots
    lines : what is said in the film, if it has subtitles; English lines move the reading a little

    Returns
    -------
    One SegmentEmotion per segment. The point lies in the mapped space, within 0.8; the distribution
    is its posterior under Ekman's mixture to the power of the confidence (flat where unsure).
    """
    if len(edges) < 2 or any(b <= a for a, b in itertools.pairwise(edges)):
        raise BoundaryOrderError("The edges of the segments must increase from 0 to the end.")
    started = time.perf_counter()
    cues = read_cues(video, cuts, lines=lines, monitor=monitor)
    context = _surroundings(cues)
    emotions = tuple(
        _segment_emotion(cues, context, float(start_s), float(end_s))
        for start_s, end_s in itertools.pairwise(edges)
    )
    _log.info("read %d segments in %.1f s", len(emotions), time.perf_counter() - started)
    return emotions


def read_cues(
    video: Film,
    cuts: Sequence[SceneCut],
    *,
    model: PictureModel | None = None,
    lines: Sequence[TextLine] = (),
    monitor: Monitor = SILENT,
) -> CueSequences:
    """Every cue of a film, step by step; cues of sound and words only where it has them."""
    step_s = _STEP_S if video.info.duration < _LONG_FILM_S else 1.0
    features = extract_features(video, cuts, step_s=step_s, monitor=monitor)
    pictures = picture_readings(
        video, cuts, features.grid, model or shipped_picture_model(), monitor=monitor
    )
    measured = {**features.sequences, **pictures}
    values = {
        cue.feature: cue.standardise(measured[cue.feature])
        for cue in CUES
        if cue.feature in measured
    }
    evidence = {name: _evidence(name, features) for name in values}
    if not cuts:
        evidence["cut_rate"] *= min(1.0, features.grid.duration_s / _UNCUT_FILM_S)
    if len(video.frames) < 2:
        evidence["motion"] *= 0.0
    doubt = np.mean([pictures[name] for name in _DOUBTS], axis=0)
    words = word_sequences(lines, features.grid)
    if words is not None:
        values |= words.values
        evidence |= dict.fromkeys(words.values, words.evidence)
    return CueSequences(features.grid, values, evidence, doubt, words)


def _evidence(name: str, features: FeatureSequences) -> FloatArray:
    """(steps,) 0..1: blank pictures say little about light and colour, silence about harmony."""
    if name in _PICTURE_CUES:
        return np.clip(features["contrast"] / _FULL_CONTRAST, 0, 1)
    if name in {"mode", "brightness_hz"}:
        return 1 - np.clip(features["silence_share"], 0, 1)
    return np.ones(features.grid.count)


def _surroundings(cues: CueSequences) -> CueSequences:
    """The cues smoothed over time, weighted by their evidence."""
    from scipy.ndimage import gaussian_filter1d

    width = _CONTEXT_S / cues.grid.step_s
    values, evidence = {}, {}
    for name, value in cues.values.items():
        around = gaussian_filter1d(cues.evidence[name], width, mode="nearest")
        weighted = gaussian_filter1d(value * cues.evidence[name], width, mode="nearest")
        values[name], evidence[name] = weighted / np.maximum(around, 1e-6), around
    return CueSequences(cues.grid, values, evidence, cues.doubt, cues.words)


def _segment_emotion(
    cues: CueSequences, context: CueSequences, start_s: float, end_s: float
) -> SegmentEmotion:
    length_s = end_s - start_s
    own = length_s / (length_s + _LEAN_S)
    inside, inside_evidence = _means(cues, start_s, end_s)
    around, around_evidence = _means(context, start_s, end_s)
    evidence, values = {}, {}
    for name in inside:
        ours, theirs = own * inside_evidence[name], (1 - own) * around_evidence[name]
        evidence[name] = ours + theirs
        values[name] = (ours * inside[name] + theirs * around[name]) / max(evidence[name], 1e-9)
    valence = read_axis("valence", values, evidence)
    arousal = read_axis("arousal", values, evidence)
    point = VAPoint(valence.value, arousal.value)
    overlap = _overlap(cues.grid, start_s, end_s)
    doubt = float(overlap @ cues.doubt)
    said = "" if cues.words is None else named_words(cues.words.emotions, overlap)
    confidence = _confidence((valence, arousal), own=own, doubt=doubt)
    return SegmentEmotion(
        distribution=_tempered(emotion_posterior(point), confidence),
        detected=point,
        confidence=confidence,
        explanation=explain((arousal, valence), values)
        + (f"; {said}" if said else "")
        + ("" if "loudness_db" in values else "; no sound to go by"),
    )


def _means(
    cues: CueSequences, start_s: float, end_s: float
) -> tuple[dict[str, float], dict[str, float]]:
    """Mean of each cue over a stretch, weighted by its evidence, and the mean evidence."""
    overlap = _overlap(cues.grid, start_s, end_s)
    values, evidence = {}, {}
    for name, sequence in cues.values.items():
        weights = overlap * cues.evidence[name]
        evidence[name] = float(weights.sum())
        values[name] = float(weights @ sequence) / max(evidence[name], 1e-9)
    return values, evidence


def _overlap(grid: StepGrid, start_s: float, end_s: float) -> FloatArray:
    """(steps,) share of a stretch that lies in each step."""
    starts_s = grid.starts_s
    overlap: FloatArray = np.clip(
        np.minimum(starts_s + grid.step_s, end_s) - np.maximum(starts_s, start_s), 0, None
    )
    if overlap.sum() <= 0:
        overlap[grid.step_of(np.array([start_s]))] = 1
    share: FloatArray = overlap / overlap.sum()
    return share


def _confidence(readings: tuple[Reading, ...], *, own: float, doubt: float) -> float:
    """How far to trust a reading.

    Much to go by, cues that agree, time enough to show it, and pictures of a kind on which the
    picture model errs little.
    """
    trust = [reading.evidence * (0.4 + 0.6 * reading.agreement) for reading in readings]
    sure = np.clip(1 - _DOUBT_COUNTS * doubt, _LEAST_SURE, _MOST_SURE)
    return float(np.clip(_MOST_CONFIDENCE * np.mean(trust) * (0.5 + 0.5 * own) * sure, 0, 1))


def _tempered(distribution: tuple[float, ...], confidence: float) -> tuple[float, ...]:
    powered = np.maximum(np.array(distribution), 1e-12) ** confidence
    return tuple(float(p) for p in powered / powered.sum())
