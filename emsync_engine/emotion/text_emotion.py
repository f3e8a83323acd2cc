"""Emotions of English sentences: a small linear model of our own, read without any download.

Each sentence is a bag of words, neighbouring words and letters (``text_pieces``), weighted by how
rare they are; a logistic regression for each label reads it. 7 labels (Ekman's six and neutral) and
GoEmotions' 28 come from the same table. Several labels may hold at once.

References
----------
GoEmotions: Demszky et al. (2020). Thesis, section 3.2: a DistilBERT of 67 M parameters, thresholds
alike for all labels; here each label has its own. See ``docs/models/text-emotion.md``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emsync_engine.emotion.text_pieces import KIND_WEIGHTS, Pieces, pieces_of
from emsync_engine.errors import WeightsCorruptError, WeightsMissingError

FloatArray = NDArray[np.float64]

TEXT_LABELS = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise")
FINE_LABELS = (
    *("admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion"),
    *("curiosity", "desire", "disappointment", "disapproval", "disgust", "embarrassment"),
    *("excitement", "fear", "gratitude", "grief", "joy", "love", "nervousness", "optimism"),
    *("pride", "realization", "relief", "remorse", "sadness", "surprise", "neutral"),
)
ALL_LABELS = (*(f"28.{name}" for name in FINE_LABELS), *(f"7.{name}" for name in TEXT_LABELS))

SHIPPED = Path(__file__).resolve().parents[2] / "resources" / "text_emotion.safetensors"
FORMAT = "emsync-text-emotion-1"
_ARRAYS = ("keys", "rarity", "weights", "scales", "bias", "thresholds")
_WHOLE = ("keys", "weights")  # read as they are


@dataclass(frozen=True, slots=True)
class TextModel:
    """What each known piece says for each of ``ALL_LABELS``.

    ``keys`` (P,) uint32, increasing: hashes of the pieces; ``rarity`` (P,) logarithm of how rare
    each is; ``weights`` (P, 35) int8 in units of ``scales`` (35,); ``bias`` (35,);
    ``thresholds`` (35,): the probability from which a label is taken to hold.
    """

    keys: NDArray[np.uint32]
    rarity: FloatArray
    weights: NDArray[np.int8]
    scales: FloatArray
    bias: FloatArray
    thresholds: FloatArray

    def read(self, sentences: Sequence[str]) -> FloatArray:
        """(n, 35) probability of each of ``ALL_LABELS``; zeros for a text without a word."""
        found = np.zeros((len(sentences), len(ALL_LABELS)))
        for row, sentence in enumerate(sentences):
            pieces = pieces_of(sentence)
            if not pieces["word"]:
                continue
            places, values = weighed(pieces, self.keys, self.rarity)
            said = values @ self.weights[places].astype(np.float64) * self.scales + self.bias
            found[row] = 1 / (1 + np.exp(-said))
        return found


def weighed(
    pieces: Pieces, keys: NDArray[np.uint32], rarity: FloatArray
) -> tuple[NDArray[np.intp], FloatArray]:
    """Places in ``keys`` of a text's pieces, and the value of each: rare and repeated ones weigh.

    The values of each kind make a vector of the length that ``KIND_WEIGHTS`` gives it.
    """
    all_places, all_values = [], []
    for kind, counted in pieces.items():
        hashes = np.fromiter(counted.keys(), np.int64, len(counted)).astype(np.uint32)
        counts = np.fromiter(counted.values(), np.float64, len(counted))
        places = np.minimum(np.searchsorted(keys, hashes), len(keys) - 1)
        known = keys[places] == hashes
        places, counts = places[known], counts[known]
        values = (1 + np.log(counts)) * rarity[places]
        length = np.linalg.norm(values)
        all_places.append(places)
        all_values.append(values * KIND_WEIGHTS[kind] / max(float(length), 1e-9))
    return np.concatenate(all_places), np.concatenate(all_values)


def text_emotions(sentences: Sequence[str]) -> FloatArray:
    """Ekman's six emotions and neutral in English sentences.

    Returns
    -------
    (n, 7) probability of each of ``TEXT_LABELS``, each by itself: a row need not sum to one.
    A text without a word gives zeros.
    """
    return shipped_text_model().read(sentences)[:, len(FINE_LABELS) :]


def fine_text_emotions(sentences: Sequence[str]) -> FloatArray:
    """(n, 28) probability of each of ``FINE_LABELS`` in English sentences, each by itself."""
    return shipped_text_model().read(sentences)[:, : len(FINE_LABELS)]


def text_thresholds() -> dict[str, float]:
    """Probability from which each of ``TEXT_LABELS`` is taken to hold."""
    chosen = shipped_text_model().thresholds[len(FINE_LABELS) :]
    return dict(zip(TEXT_LABELS, map(float, chosen), strict=True))


def save_text_model(model: TextModel, path: Path, notes: Mapping[str, str]) -> None:
    """Write a model as safetensors."""
    from safetensors.numpy import save_file

    kinds: dict[str, Any] = {"keys": np.uint32, "rarity": np.float16, "weights": np.int8}
    arrays = {
        name: np.ascontiguousarray(getattr(model, name), dtype=kinds.get(name, np.float32))
        for name in _ARRAYS
    }
    about = {**notes, "format": FORMAT, "labels": json.dumps(ALL_LABELS)}
    save_file(arrays, path, metadata=about)


def load_text_model(path: Path = SHIPPED) -> TextModel:
    """Read a model; WeightsMissingError or WeightsCorruptError if that fails."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise WeightsMissingError(f"The text model {path} is missing; install the app again.")
    try:
        with safe_open(path, framework="numpy") as file:
            notes = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in _ARRAYS}
        labels = json.loads(notes.get("labels", "[]"))
    except (SafetensorError, ValueError, OSError) as error:
        raise WeightsCorruptError(f"The text model {path.name} is damaged.") from error
    if notes.get("format") != FORMAT or tuple(labels) != ALL_LABELS:
        raise WeightsCorruptError(f"{path.name} is not a text model of this version.")
    if arrays["weights"].shape != (len(arrays["keys"]), len(ALL_LABELS)):
        raise WeightsCorruptError(f"The text model {path.name} is damaged.")
    rest = {name: arrays[name].astype(np.float64) for name in _ARRAYS if name not in _WHOLE}
    return TextModel(keys=arrays["keys"], weights=arrays["weights"], **rest)


@cache
def shipped_text_model() -> TextModel:
    """The model that comes with the app, read once."""
    return load_text_model()
