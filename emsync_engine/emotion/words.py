"""What the words of a film say: emotions of its lines, as cues to valence and arousal.

Each line counts with those emotions that pass the text model's own thresholds. GoEmotions'
curiosity and confusion belong to Ekman's surprise, so that every question would surprise; here only
surprise itself counts as surprise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emsync_engine.emotion.cues import LIMIT
from emsync_engine.emotion.english import english_words
from emsync_engine.emotion.mapping import DEFAULT_RANGE, mixture_mean
from emsync_engine.emotion.text_emotion import ALL_LABELS, shipped_text_model
from emsync_engine.features.sequences import StepGrid
from emsync_engine.project.model import EMOTIONS
from emsync_engine.video.subtitles import TextLine

FloatArray = NDArray[np.float64]

WORDS_VALENCE, WORDS_AROUSAL = "words_valence", "words_arousal"
_COLUMNS = [
    ALL_LABELS.index(f"28.{name}" if name == "surprise" else f"7.{name}") for name in EMOTIONS
]
_FULL_REACH = 0.8  # of LIMIT, at the outermost of Ekman's emotions
_NAMED_SHARE = 0.1  # of a stretch; words that fill less of it are not named


@dataclass(frozen=True, slots=True)
class WordSequences:
    """What is said in each step of a film.

    ``emotions`` (steps, 6): how strongly each of Ekman's emotions is spoken of, 0 to 1, times the
    share of the step that the words fill; ``values`` and ``evidence`` (steps,) as of every cue.
    """

    emotions: FloatArray
    values: dict[str, FloatArray]
    evidence: FloatArray


def held_emotions(sentences: Sequence[str]) -> FloatArray:
    """(n, 6) probability of each of ``EMOTIONS`` that holds in a sentence, else 0."""
    model = shipped_text_model()
    found = model.read(sentences)[:, _COLUMNS]
    return np.where(found >= model.thresholds[_COLUMNS], found, 0.0)


def word_sequences(lines: Sequence[TextLine], grid: StepGrid) -> WordSequences | None:
    """The emotions of a film's lines, step by step; None without English lines."""
    if not english_words([line.text for line in lines]):
        return None
    spoken = held_emotions([line.text for line in lines])
    emotions = np.zeros((grid.count, len(EMOTIONS)))
    for line, said in zip(lines, spoken, strict=True):
        if said.any():
            emotions += _filled(grid, line)[:, None] * said
    emotions = np.minimum(emotions, 1.0)
    evidence = emotions.max(axis=1)
    values = {name: np.zeros(grid.count) for name in (WORDS_VALENCE, WORDS_AROUSAL)}
    for step in np.flatnonzero(evidence):
        point = mixture_mean(emotions[step])
        for name, value in ((WORDS_VALENCE, point.valence), (WORDS_AROUSAL, point.arousal)):
            values[name][step] = LIMIT * _FULL_REACH * value / DEFAULT_RANGE
    return WordSequences(emotions, values, evidence)


def _filled(grid: StepGrid, line: TextLine) -> FloatArray:
    """(steps,) share of each step that a line fills."""
    starts_s = grid.starts_s
    ends_s = np.minimum(starts_s + grid.step_s, grid.duration_s)
    shared = np.minimum(ends_s, line.end_s) - np.maximum(starts_s, line.start_s)
    filled: FloatArray = np.clip(shared / np.maximum(ends_s - starts_s, 1e-9), 0, 1)
    return filled


def named_words(emotions: FloatArray, overlap: FloatArray) -> str:
    """ "the words: anger" for a stretch, ``overlap`` (steps,) being its share of each step."""
    said = overlap @ emotions
    if said.max() < _NAMED_SHARE:
        return ""
    order = [place for place in np.argsort(-said) if said[place] >= said.max() / 2]
    return "the words: " + " and ".join(EMOTIONS[place] for place in order[:2])
