"""Emotions of a song's words, as weak labels of its music (thesis, section 3.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emsync_engine.emotion.english import english_words
from emsync_engine.emotion.text_emotion import FINE_LABELS, TEXT_LABELS, shipped_text_model
from emsync_engine.emotion.text_pieces import words_of

FEWEST_WORDS = 50  # thesis, section 3.2.2


@dataclass(frozen=True, slots=True)
class LyricEmotions:
    """Number of words, and probability of each of 7 and of 28 labels, in the labels' order."""

    words: int
    broad: tuple[float, ...]
    fine: tuple[float, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "words": self.words,
            "emotions": dict(zip(TEXT_LABELS, self.broad, strict=True)),
            "emotions_28": dict(zip(FINE_LABELS, self.fine, strict=True)),
        }


def lyric_emotions(lines: Sequence[str]) -> LyricEmotions | None:
    """Emotions of a song's lines; None for fewer than 50 words, or if they are not English.

    The thesis reads the whole song at once; our model has learned from single sentences, so the
    lines are read one by one, and each counts with its number of words. No threshold is applied.
    """
    words = english_words(lines)
    if words < FEWEST_WORDS:
        return None
    weights = np.array([len(words_of(line)) for line in lines], np.float64)
    found = weights @ shipped_text_model().read(lines) / weights.sum()
    rounded = tuple(round(float(one), 4) for one in found)
    return LyricEmotions(words, rounded[len(FINE_LABELS) :], rounded[: len(FINE_LABELS)])
