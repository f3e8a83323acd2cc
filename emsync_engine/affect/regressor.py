"""The music-emotion regressor: kernel ridge regression on descriptors of 12 s windows.

One student with a head for every set of labels (VGMIDI, MemoMusic, mood words, quadrants) was
fitted jointly; where a piece lacks a set's label, the teacher of that set alone gave it
(``training.affect_training``). The heads are blended into one valence and one arousal, and these
are carried onto [-1, 1] so that music of the training corpus fills the range evenly: the scale of
the composer's labels.

References
----------
The joint training follows the unified multitask recognition with distillation from single-set
teachers of DESIGN section 4 and thesis section 4.5, with a feature model in the transformer's
place: with 338 rated pieces it predicts held-out ratings better (``docs/models/music-va.md``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emsync_engine.affect.descriptors import GROUPS, NAMES, describe
from emsync_engine.affect.reader_file import Arrays, load_reader, save_reader
from emsync_engine.affect.reading import WINDOW_S, FloatArray, ScaledReader
from emsync_engine.affect.sounding import NoteArrays
from emsync_engine.errors import WeightsMissingError
from emsync_engine.weights import weights_entry, whole

NAME = "music-va"
FORMAT = "emsync-music-va-1"
_CLIP = 4.0  # deviations; beyond, a descriptor says no more
_BLOCK = 4096
_PLACES = {name: place for place, name in enumerate(NAMES)}
_COLUMNS = [np.array([_PLACES[name] for name in names]) for names in GROUPS.values()]


@dataclass(frozen=True, slots=True)
class Standard:
    """How descriptors are standardised: mean and scale, (D,) each."""

    mean: FloatArray
    scale: FloatArray

    def __call__(self, values: FloatArray) -> NDArray[np.float32]:
        """(N, D) to the same in deviations, clipped."""
        scaled = np.clip((values - self.mean) / self.scale, -_CLIP, _CLIP)
        return scaled.astype(np.float32)


def kernel(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, D), (M, D) to (N, M): Gaussian kernels of each group and of all, averaged half and half.

    Each is exp(-|x - y|^2 / (4 D)) over its D standardised descriptors.
    """
    squares = [_squared(a[:, columns], b[:, columns]) for columns in _COLUMNS]
    whole = np.exp(sum(squares) * np.float32(-0.25 / a.shape[1]))
    groups = sum(
        np.exp(square * np.float32(-0.25 / len(columns)))
        for square, columns in zip(squares, _COLUMNS, strict=True)
    )
    return np.asarray(0.5 * whole + 0.5 / len(_COLUMNS) * groups, dtype=np.float32)


def _squared(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    distance = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    result: NDArray[np.float32] = np.maximum(distance, 0, out=distance)
    return result


@dataclass(frozen=True, slots=True)
class MusicAffect(ScaledReader):
    """Reads valence and arousal from notes (an ``AffectReader``).

    ``anchors`` (A, D) are standardised descriptors of the training pieces, ``heads`` (A, H) their
    weights and ``bias`` (H,); ``blend`` (H, 2) makes valence and arousal of the heads, in standard
    deviations of the ratings. ``scale`` (2, Q) are the quantiles of both over the reference music,
    evenly from -1 to 1; ``spread`` (2,) the deviation from people, on the scale from -1 to 1.
    """

    standard: Standard
    anchors: NDArray[np.float32]
    heads: NDArray[np.float32]
    bias: FloatArray
    blend: FloatArray
    scale: FloatArray
    spread: FloatArray

    def rate(self, descriptors: FloatArray) -> FloatArray:
        """(N, D) to (N, 2) in deviations of the human ratings; NaN where descriptors are."""
        rated = np.full((len(descriptors), 2), np.nan)
        known = np.flatnonzero(np.isfinite(descriptors).all(axis=1))
        for start in range(0, len(known), _BLOCK):
            rows = known[start : start + _BLOCK]
            heads = kernel(self.standard(descriptors[rows]), self.anchors) @ self.heads
            rated[rows] = (heads + self.bias) @ self.blend
        return rated

    def rate_windows(
        self, notes: NoteArrays, centres_s: FloatArray, width_s: float = WINDOW_S
    ) -> FloatArray:
        """(N, 2) in deviations of the human ratings, before the scale is evened out."""
        return self.rate(describe(notes, centres_s - width_s / 2, centres_s + width_s / 2))


def save_music_affect(model: MusicAffect, path: Path, notes: Mapping[str, str]) -> None:
    """Write a model as safetensors (the anchors in half precision)."""
    arrays: Arrays = {
        "mean": model.standard.mean.astype(np.float32),
        "deviation": model.standard.scale.astype(np.float32),
        "anchors": model.anchors.astype(np.float16),
        "heads": model.heads.astype(np.float32),
        "bias": model.bias.astype(np.float32),
        "blend": model.blend.astype(np.float32),
        "scale": model.scale.astype(np.float32),
        "spread": model.spread.astype(np.float32),
    }
    save_reader(arrays, {**notes, "format": FORMAT, "descriptors": list(NAMES)}, path)


def load_music_affect(path: Path) -> MusicAffect:
    """Read a model; WeightsCorruptError if it is damaged or of other descriptors."""
    what = "music-emotion model"
    return load_reader(path, _made, what=what, format=FORMAT, descriptors=list(NAMES))


def _made(header: dict[str, Any], arrays: Arrays) -> MusicAffect:
    wide = {name: values.astype(np.float64) for name, values in arrays.items()}
    return MusicAffect(
        Standard(wide["mean"], wide["deviation"]),
        arrays["anchors"].astype(np.float32),
        arrays["heads"],
        *(wide[name] for name in ("bias", "blend", "scale", "spread")),
    )


@cache
def shipped_regressor() -> MusicAffect:
    """The regressor that comes with the app, its SHA-256 checked, read once."""
    return load_music_affect(whole(weights_entry(NAME, kind="regressor")))


def regressor_or_none() -> MusicAffect | None:
    """The regressor; None where it is not installed."""
    try:
        return shipped_regressor()
    except WeightsMissingError:
        return None
