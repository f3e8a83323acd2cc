"""Valence and arousal of a single picture: the small model trained on rated photographs.

Each picture is described by groups of colour, layout and texture features
(``features.descriptor``). For each axis the groups it uses are standardised and carried into random
Fourier features, which make a linear model act like kernel ridge regression with one Gaussian
kernel per group, averaged; a ridge regression then gives the rating.

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

import numpy as np
from numpy.typing import NDArray

from emsync_engine.errors import WeightsCorruptError, WeightsMissingError
from emsync_engine.features.descriptor import describe_picture
from emsync_engine.features.picture import Picture

FloatArray = NDArray[np.float64]
Descriptors = Mapping[str, FloatArray]  # group name to (N, D)

SHIPPED = Path(__file__).resolve().parents[2] / "resources" / "picture_va.safetensors"
FORMAT = "emsync-picture-va-1"


@dataclass(frozen=True, slots=True)
class GroupMap:
    """Random Fourier features of one group: standardise, project, take cosine and sine.

    ``mean`` and ``scale`` are (D,), ``frequencies`` is (M, D) with the kernel's width inside.
    """

    mean: FloatArray
    scale: FloatArray
    frequencies: FloatArray

    def __call__(self, values: FloatArray) -> FloatArray:
        """(N, D) features to (N, 2M), each row of length one."""
        phase = (values - self.mean) / self.scale @ self.frequencies.T
        waves = np.concatenate([np.cos(phase), np.sin(phase)], axis=1)
        mapped: FloatArray = waves / np.sqrt(phase.shape[1])
        return mapped


@dataclass(frozen=True, slots=True)
class AxisModel:
    """Ridge regression of one axis on the mapped features of its groups.

    ``reference_mean`` and ``reference_std`` are those of its out-of-fold predictions on the rated
    pictures: what is a usual, and what an unusual prediction.
    """

    groups: Mapping[str, GroupMap]
    weights: FloatArray
    bias: float
    reference_mean: float
    reference_std: float

    def predict(self, descriptors: Descriptors) -> FloatArray:
        """(N,) ratings in the scale of the ratings it was trained on, [-1, 1]."""
        ratings: FloatArray = joint_map(self.groups, descriptors) @ self.weights + self.bias
        return ratings

    def standardised(self, descriptors: Descriptors) -> FloatArray:
        """(N,) predictions in standard deviations of the reference pictures' predictions."""
        offset: FloatArray = self.predict(descriptors) - self.reference_mean
        return offset / self.reference_std


@dataclass(frozen=True, slots=True)
class PictureModel:
    """Valence and arousal of pictures, each by a model of its own."""

    valence: AxisModel
    arousal: AxisModel

    @property
    def axes(self) -> dict[str, AxisModel]:
        return {"valence": self.valence, "arousal": self.arousal}


def joint_map(groups: Mapping[str, GroupMap], descriptors: Descriptors) -> FloatArray:
    """(N, 2M G) mapped features of several groups side by side, each row of length one."""
    mapped = [group(descriptors[name]) for name, group in groups.items()]
    joint: FloatArray = np.concatenate(mapped, axis=1) / np.sqrt(len(mapped))
    return joint


def describe_pictures(pictures: Sequence[Picture]) -> dict[str, FloatArray]:
    """Descriptors of several RGB pictures, group by group, each (N, D)."""
    described = [describe_picture(picture) for picture in pictures]
    return {name: np.stack([one[name] for one in described]) for name in described[0]}


def save_picture_model(model: PictureModel, path: Path, notes: Mapping[str, str]) -> None:
    """Write a model as safetensors (arrays of many values in half precision)."""
    from safetensors.numpy import save_file

    arrays: dict[str, NDArray[np.generic]] = {}
    layout: dict[str, dict[str, object]] = {}
    for name, axis in model.axes.items():
        arrays[f"{name}.weights"] = axis.weights.astype(np.float32)
        for group, mapping in axis.groups.items():
            arrays[f"{name}.{group}.mean"] = mapping.mean.astype(np.float32)
            arrays[f"{name}.{group}.scale"] = mapping.scale.astype(np.float32)
            arrays[f"{name}.{group}.frequencies"] = mapping.frequencies.astype(np.float16)
        layout[name] = {
            "groups": list(axis.groups),
            "bias": axis.bias,
            "reference_mean": axis.reference_mean,
            "reference_std": axis.reference_std,
        }
    save_file(arrays, path, metadata={**notes, "format": FORMAT, "layout": json.dumps(layout)})


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
        layout = json.loads(notes["layout"])
        return PictureModel(
            valence=_axis(arrays, layout, "valence"), arousal=_axis(arrays, layout, "arousal")
        )
    except (SafetensorError, KeyError, TypeError, ValueError, OSError) as error:
        raise WeightsCorruptError(f"The picture model {path.name} is damaged.") from error


@cache
def shipped_picture_model() -> PictureModel:
    """The model that comes with the app, read once."""
    return load_picture_model()


def _axis(
    arrays: dict[str, FloatArray], layout: dict[str, dict[str, object]], name: str
) -> AxisModel:
    described = layout[name]
    names = described["groups"]
    if not isinstance(names, list):
        raise TypeError("groups must be a list")
    return AxisModel(
        groups={
            group: GroupMap(
                arrays[f"{name}.{group}.mean"],
                arrays[f"{name}.{group}.scale"],
                arrays[f"{name}.{group}.frequencies"],
            )
            for group in names
        },
        weights=arrays[f"{name}.weights"],
        bias=float(str(described["bias"])),
        reference_mean=float(str(described["reference_mean"])),
        reference_std=float(str(described["reference_std"])),
    )
