"""Valence and arousal of a single picture: the small model trained on rated photographs.

A picture is described by groups of features (``features.descriptor``), its cells by how they
deviate from learned words (``features.cells``). All groups, standardised and of equal weight, are
carried to their principal components, and these into random Fourier features, which make a linear
model act like kernel ridge regression with one Gaussian kernel. Four ridge regressions read them:
valence, arousal, and by how much either is likely to be wrong.

References
----------
Rahimi and Recht (2007), random features; Yu et al. (2016), orthogonal ones. The ratings: OASIS,
Kurdi, Lozano and Banaji (2017). See ``docs/models/picture-va.md``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from emsync_engine.errors import WeightsCorruptError, WeightsMissingError
from emsync_engine.features.cells import CellWords
from emsync_engine.features.descriptor import describe_picture
from emsync_engine.features.picture import Picture

FloatArray = NDArray[np.float64]
Description = Mapping[str, FloatArray]
Axis = Literal["valence", "arousal"]
AXES: tuple[Axis, ...] = ("valence", "arousal")

SHIPPED = Path(__file__).resolve().parents[2] / "resources" / "picture_va.safetensors"
FORMAT = "emsync-picture-va-2"
GROUPS = ("palette", "layout", "marks", "orientation", "outlines", "texture", "scales", "words")
WORDS = "words"


@dataclass(frozen=True, slots=True)
class PictureMap:
    """From descriptions to features in which ratings are linear.

    ``mean`` (D,) of all groups side by side, ``projection`` (D, P) to standardised principal
    components, ``frequencies`` (M, P) with the kernel's width inside.
    """

    words: CellWords
    mean: FloatArray
    projection: FloatArray
    frequencies: FloatArray

    def __call__(self, descriptions: Sequence[Description]) -> FloatArray:
        """(N, 2M), each row of length one."""
        components = (side_by_side(self.words, descriptions) - self.mean) @ self.projection
        phase = components @ self.frequencies.T
        waves = np.concatenate([np.cos(phase), np.sin(phase)], axis=1)
        mapped: FloatArray = waves / np.sqrt(phase.shape[1])
        return mapped


@dataclass(frozen=True, slots=True)
class Head:
    """One ridge regression: ``weights`` (2M,) and ``bias``.

    ``reference_mean`` and ``reference_std`` are those of its out-of-fold predictions on the rated
    pictures: what is a usual, and what an unusual prediction.
    """

    weights: FloatArray
    bias: float
    reference_mean: float
    reference_std: float

    def predict(self, mapped: FloatArray) -> FloatArray:
        """(N,) in the unit of what it was trained on."""
        values: FloatArray = mapped @ self.weights + self.bias
        return values

    def standardised(self, mapped: FloatArray) -> FloatArray:
        """(N,) predictions in standard deviations of the reference pictures' predictions."""
        offset: FloatArray = self.predict(mapped) - self.reference_mean
        return offset / self.reference_std


@dataclass(frozen=True, slots=True)
class PictureModel:
    """Valence and arousal of pictures in [-1, 1], and the absolute error expected of either."""

    mapping: PictureMap
    heads: Mapping[Axis, Head]
    errors: Mapping[Axis, Head]

    def predict(self, pictures: Sequence[Picture]) -> FloatArray:
        """(N, 2) valence and arousal on the scale of the ratings."""
        mapped = self.mapping(describe_pictures(pictures))
        return np.stack([self.heads[axis].predict(mapped) for axis in AXES], axis=1)

    def read(self, pictures: Sequence[Picture]) -> FloatArray:
        """(N, 4) valence, arousal and the expected errors of both, all standardised."""
        mapped = self.mapping(describe_pictures(pictures))
        return np.stack(
            [
                kind[axis].standardised(mapped)
                for kind in (self.heads, self.errors)
                for axis in AXES
            ],
            axis=1,
        )


def describe_pictures(pictures: Sequence[Picture]) -> list[dict[str, FloatArray]]:
    """Groups of features of each RGB picture."""
    return [describe_picture(picture) for picture in pictures]


def side_by_side(words: CellWords, descriptions: Sequence[Description]) -> FloatArray:
    """(N, D) all groups of each picture in the order of ``GROUPS``."""
    rows = [
        np.concatenate(
            [words.describe(one["cells"]) if name == WORDS else one[name] for name in GROUPS]
        )
        for one in descriptions
    ]
    return np.stack(rows)


def group_sizes(words: CellWords, description: Description) -> list[int]:
    """How many values each of ``GROUPS`` has."""
    return [words.centres.size if name == WORDS else len(description[name]) for name in GROUPS]


def save_picture_model(model: PictureModel, path: Path, notes: Mapping[str, str]) -> None:
    """Write a model as safetensors (large arrays in half precision)."""
    from safetensors.numpy import save_file

    mapping, words = model.mapping, model.mapping.words
    arrays: dict[str, NDArray[np.generic]] = {
        "mean": mapping.mean.astype(np.float32),
        "projection": mapping.projection.astype(np.float16),
        "frequencies": mapping.frequencies.astype(np.float16),
    }
    for name in CellWords.__dataclass_fields__:
        arrays[f"words.{name}"] = getattr(words, name).astype(np.float32)
    references: dict[str, list[float]] = {}
    for kind, heads in (("rating", model.heads), ("error", model.errors)):
        for axis, head in heads.items():
            arrays[f"{kind}.{axis}"] = head.weights.astype(np.float32)
            references[f"{kind}.{axis}"] = [head.bias, head.reference_mean, head.reference_std]
    about = {**notes, "format": FORMAT, "references": json.dumps(references)}
    # safetensors writes memory as it lies: a transposed array would come back scrambled
    laid_out = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    save_file(laid_out, path, metadata=about)


def load_picture_model(path: Path = SHIPPED) -> PictureModel:
    """Read a picture model; WeightsMissingError or WeightsCorruptError if that fails."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise WeightsMissingError(f"The picture model {path} is missing; install the app again.")
    try:
        with safe_open(path, framework="numpy") as file:
            notes = file.metadata() or {}
            arrays = {name: file.get_tensor(name).astype(np.float64) for name in file.keys()}  # noqa: SIM118 - not a dictionary
        if notes.get("format") != FORMAT:
            raise WeightsCorruptError(f"{path.name} is not a picture model of this version.")
        return _model_of(arrays, json.loads(notes["references"]))
    except (SafetensorError, KeyError, TypeError, ValueError, OSError) as error:
        raise WeightsCorruptError(f"The picture model {path.name} is damaged.") from error


def _model_of(
    arrays: Mapping[str, FloatArray], references: Mapping[str, list[float]]
) -> PictureModel:
    def heads(kind: str) -> dict[Axis, Head]:
        return {
            axis: Head(arrays[f"{kind}.{axis}"], *map(float, references[f"{kind}.{axis}"]))
            for axis in AXES
        }

    words = CellWords(*(arrays[f"words.{name}"] for name in CellWords.__dataclass_fields__))
    mapping = PictureMap(words, *(arrays[name] for name in ("mean", "projection", "frequencies")))
    return PictureModel(mapping, heads("rating"), heads("error"))


@cache
def shipped_picture_model() -> PictureModel:
    """The model that comes with the app, read once."""
    return load_picture_model()
