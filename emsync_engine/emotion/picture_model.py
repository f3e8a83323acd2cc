"""Valence and arousal of a single picture: the small model trained on rated photographs.

A picture and four parts of it are described by groups of features (``features.descriptor``), its
cells by how they deviate from learned words (``features.cells``). All groups, standardised and of
equal weight, are carried into structured random Fourier features, which make a linear model act
like kernel ridge regression with one Gaussian kernel. Four ridge regressions read these: valence,
arousal, and by how much either is likely to be wrong.

References
----------
Rahimi and Recht (2007), random features; Yu et al. (2016), orthogonal ones made of Hadamard
transforms and signs. The ratings: OASIS, Kurdi, Lozano and Banaji (2017). See
``docs/models/picture-va.md``.
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
from emsync_engine.features.descriptor import Description, describe_picture
from emsync_engine.features.picture import Picture

FloatArray = NDArray[np.float64]
Axis = Literal["valence", "arousal"]
AXES: tuple[Axis, ...] = ("valence", "arousal")

SHIPPED = Path(__file__).resolve().parents[2] / "resources" / "picture_va.safetensors"
FORMAT = "emsync-picture-va-3"
MEASURED = ("palette", "layout", "marks", "orientation", "outlines", "texture", "scales")


@dataclass(frozen=True, slots=True)
class Words:
    """The words for what a picture's cells show, of colours and of shapes."""

    colours: CellWords
    shapes: CellWords

    def describe(self, one: Description) -> list[FloatArray]:
        """Two groups of features, the same for a picture and its mirror image."""
        both = one.cells, one.cells.mirrored()
        return [
            np.mean([self.colours.describe(cells.colours) for cells in both], axis=0),
            np.mean([self.shapes.describe(cells.shapes) for cells in both], axis=0),
        ]


@dataclass(frozen=True, slots=True)
class PictureMap:
    """From descriptions to features in which ratings are linear.

    ``mean`` and ``scale`` (D,) of all groups side by side, the kernel's width inside; ``signs``
    (B, 3, P), P a power of two and at least D: each block makes P frequencies of three rounds of
    signs and Hadamard transforms.
    """

    words: Words
    mean: FloatArray
    scale: FloatArray
    signs: FloatArray

    def __call__(self, descriptions: Sequence[Description]) -> FloatArray:
        """(N, 2 B P), each row of length one."""
        values = (side_by_side(self.words, descriptions) - self.mean) / self.scale
        size = self.signs.shape[2]
        padded = np.zeros((len(values), size))
        padded[:, : values.shape[1]] = values
        blocks = []
        for rounds in self.signs:
            turned = padded
            for signs in rounds:
                turned = hadamard(turned * signs)
            blocks.append(turned * np.sqrt(size))
        phase = np.concatenate(blocks, axis=1)
        waves = np.concatenate([np.cos(phase), np.sin(phase)], axis=1)
        mapped: FloatArray = waves / np.sqrt(phase.shape[1])
        return mapped


def hadamard(values: FloatArray) -> FloatArray:
    """(N, P) values times the Hadamard matrix, lengths kept; P is a power of two."""
    count, size = values.shape
    half = 1
    while half < size:
        pairs = values.reshape(count, size // (2 * half), 2, half)
        above, below = pairs[:, :, 0], pairs[:, :, 1]
        values = np.stack([above + below, above - below], axis=2).reshape(count, size)
        half *= 2
    turned: FloatArray = values / np.sqrt(size)
    return turned


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


def describe_pictures(pictures: Sequence[Picture]) -> list[Description]:
    """Groups of features and cells of each RGB picture."""
    return [describe_picture(picture) for picture in pictures]


def side_by_side(words: Words, descriptions: Sequence[Description]) -> FloatArray:
    """(N, D) all groups of each picture: what was measured, then what the words say."""
    rows = [
        np.concatenate([*(one.groups[name] for name in MEASURED), *words.describe(one)])
        for one in descriptions
    ]
    return np.stack(rows)


def group_sizes(words: Words, description: Description) -> list[int]:
    """How many values each of the groups has."""
    said = (words.colours.centres.size, words.shapes.centres.size)
    return [*(len(description.groups[name]) for name in MEASURED), *said]


def save_picture_model(model: PictureModel, path: Path, notes: Mapping[str, str]) -> None:
    """Write a model as safetensors."""
    from safetensors.numpy import save_file

    mapping, words = model.mapping, model.mapping.words
    arrays: dict[str, NDArray[np.generic]] = {
        "mean": mapping.mean.astype(np.float32),
        "scale": mapping.scale.astype(np.float32),
        "signs": mapping.signs.astype(np.int8),
    }
    for kind in Words.__dataclass_fields__:
        for name in CellWords.__dataclass_fields__:
            arrays[f"{kind}.{name}"] = getattr(getattr(words, kind), name).astype(np.float32)
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

    words = Words(
        *(
            CellWords(*(arrays[f"{kind}.{name}"] for name in CellWords.__dataclass_fields__))
            for kind in Words.__dataclass_fields__
        )
    )
    mapping = PictureMap(words, *(arrays[name] for name in ("mean", "scale", "signs")))
    return PictureModel(mapping, heads("rating"), heads("error"))


@cache
def shipped_picture_model() -> PictureModel:
    """The model that comes with the app, read once."""
    return load_picture_model()
