"""Whether a sound holds speech, and whether it holds music: both, either or neither.

A small network of one hidden layer weighs the measures of ``sound_texture``. It was trained on
scenes mixed from synthesised voices, played music and made noises; see ``docs/models/sound.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from emsync_engine.errors import WeightsCorruptError, WeightsMissingError
from emsync_engine.features.sound_texture import (
    SILENCE_DB,
    SoundTexture,
    measure_names,
    sound_texture,
)
from emsync_engine.monitor import SILENT, Monitor

FloatArray = NDArray[np.float64]
SoundKind = Literal["speech", "music"]
KINDS: tuple[SoundKind, ...] = ("speech", "music")

SHIPPED = Path(__file__).resolve().parents[2] / "resources" / "sound_kinds.safetensors"
FORMAT = "emsync-sound-kinds-1"
_ARRAYS = ("mean", "scale", "hidden", "hidden_bias", "out", "out_bias")
_SMOOTHED_STEPS = {"speech": 3, "music": 9}  # music does not come and go within a second


@dataclass(frozen=True, slots=True)
class SoundKindsModel:
    """``mean``, ``scale`` (F,); ``hidden`` (F, H), ``hidden_bias`` (H,); ``out`` (H, 2)."""

    mean: FloatArray
    scale: FloatArray
    hidden: FloatArray
    hidden_bias: FloatArray
    out: FloatArray
    out_bias: FloatArray


@dataclass(frozen=True, slots=True)
class SoundKinds:
    """Probability (S,) of speech and of music in each step of a sound."""

    times_s: FloatArray
    speech: FloatArray
    music: FloatArray


def sound_kinds(
    samples: NDArray[np.float32],
    rate: int,
    *,
    model: SoundKindsModel | None = None,
    monitor: Monitor = SILENT,
) -> SoundKinds:
    """Speech and music in (M,) mono samples, every 0.2 s; neither where it is silent."""
    texture = sound_texture(samples, rate, monitor=monitor)
    return kinds_of_texture(texture, model or shipped_sound_kinds())


def kinds_of_texture(texture: SoundTexture, model: SoundKindsModel) -> SoundKinds:
    """Smoothed probabilities, zero where the sound is silent."""
    from scipy.ndimage import maximum_filter1d, uniform_filter1d

    loud = maximum_filter1d((texture.level_db > SILENCE_DB).astype(np.float64), 3)
    found = kinds_of(texture.measures, model)
    smoothed = [
        uniform_filter1d(found[:, column] * loud, _SMOOTHED_STEPS[kind], mode="nearest") * loud
        for column, kind in enumerate(KINDS)
    ]
    return SoundKinds(texture.times_s, *smoothed)


def kinds_of(measures: NDArray[np.float32], model: SoundKindsModel) -> FloatArray:
    """(S, 2) probability of speech and of music for rows of measures."""
    standard = np.clip((measures - model.mean) / model.scale, -5, 5)
    hidden = np.tanh(standard @ model.hidden + model.hidden_bias)
    odds = hidden @ model.out + model.out_bias
    probability: FloatArray = 1 / (1 + np.exp(-odds))
    return probability


def save_sound_kinds(model: SoundKindsModel, path: Path) -> None:
    """Write a model as safetensors."""
    from safetensors.numpy import save_file

    # safetensors writes memory as it lies: a transposed array would come back scrambled
    arrays = {
        name: np.ascontiguousarray(getattr(model, name), dtype=np.float32) for name in _ARRAYS
    }
    save_file(arrays, path, metadata={"format": FORMAT})


def load_sound_kinds(path: Path = SHIPPED) -> SoundKindsModel:
    """Read a model; WeightsMissingError or WeightsCorruptError if that fails."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise WeightsMissingError(f"The sound model {path} is missing; install the app again.")
    try:
        with safe_open(path, framework="numpy") as file:
            if (file.metadata() or {}).get("format") != FORMAT:
                raise WeightsCorruptError(f"{path.name} is not a sound model of this version.")
            model = SoundKindsModel(*(file.get_tensor(name).astype(float) for name in _ARRAYS))
    except (SafetensorError, ValueError, OSError) as error:
        raise WeightsCorruptError(f"The sound model {path.name} is damaged.") from error
    if model.hidden.shape[0] != len(measure_names()):
        raise WeightsCorruptError(f"{path.name} is not a sound model of this version.")
    return model


@cache
def shipped_sound_kinds() -> SoundKindsModel:
    """The model that comes with the app, read once."""
    return load_sound_kinds()
