"""What an extractor gives: one row for each thing that it looked at, and the words it found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emsync_engine.errors import InputUnusableError

FloatArray = NDArray[np.float64]
Features = NDArray[np.float32]

_ARRAYS, _WORDS = "observed.npz", "words.json"


class ObservedUnreadableError(InputUnusableError):
    """What was kept of an earlier reading cannot be used."""


@dataclass(frozen=True, slots=True)
class TimedText:
    """Words of a film in English, and when they are heard or shown, in seconds.

    ``language`` is what was spoken, where that is known ("de"); ``confidence`` lies in 0..1.
    """

    start_s: float
    end_s: float
    text: str
    confidence: float = 1.0
    language: str | None = None


def _no_times() -> FloatArray:
    return np.zeros(0, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """Rows in order of time.

    Attributes
    ----------
    times_s : (N,) seconds, the middle of what each row is of
    features : (N, D) activations before the model's last layer; D is 0 where words alone are read
    scores : (N, L) in 0..1, one for each of ``labels``
    looked_s : (P,) seconds of everything that was looked at, whether or not it gave a row (a
        picture without a face gives none); the same as ``times_s`` where all did
    texts : words in order of time
    """

    times_s: FloatArray
    features: Features
    scores: Features
    labels: tuple[str, ...] = ()
    looked_s: FloatArray = field(default_factory=_no_times)
    texts: tuple[TimedText, ...] = ()

    def __post_init__(self) -> None:
        rows = len(self.times_s)
        if self.features.shape[:1] != (rows,) or self.scores.shape != (rows, len(self.labels)):
            raise ValueError(
                f"{rows} times go with features {self.features.shape} and scores "
                f"{self.scores.shape} of {len(self.labels)} labels"
            )
        if not len(self.looked_s):
            object.__setattr__(self, "looked_s", self.times_s)


def words_alone(texts: tuple[TimedText, ...], looked_s: FloatArray) -> Observed:
    """What reads words only: no rows, but the times at which it looked."""
    nothing = np.zeros((0, 0), np.float32)
    return Observed(np.zeros(0), nothing, nothing, looked_s=looked_s, texts=texts)


def save_observed(observed: Observed, folder: Path) -> None:
    """Write into a folder of the cache."""
    np.savez(
        folder / _ARRAYS,
        times_s=observed.times_s,
        features=observed.features,
        scores=observed.scores,
        looked_s=observed.looked_s,
    )
    words: dict[str, Any] = {
        "labels": list(observed.labels),
        "texts": [asdict(text) for text in observed.texts],
    }
    (folder / _WORDS).write_text(json.dumps(words), encoding="utf-8")


def load_observed(folder: Path) -> Observed:
    """Read from a folder of the cache; ObservedUnreadableError where it holds something else."""
    try:
        words: Mapping[str, Any] = json.loads((folder / _WORDS).read_text(encoding="utf-8"))
        with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
            return Observed(
                times_s=arrays["times_s"],
                features=arrays["features"],
                scores=arrays["scores"],
                labels=tuple(words["labels"]),
                looked_s=arrays["looked_s"],
                texts=tuple(TimedText(**text) for text in words["texts"]),
            )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ObservedUnreadableError("What was read of this film before is damaged.") from error
