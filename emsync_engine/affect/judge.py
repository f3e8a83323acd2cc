"""The second judge: a convolutional network on rolls of pitch classes.

It is of another kind than the regressor, and learned from other pieces: nothing is labelled with
it and nothing ranked, so that what it says of a take is not what the take was chosen for. Its
first layer turns around the circle of pitch classes, so that a piece in another key reads the
same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from emsync_engine.affect.reader_file import Arrays, load_reader, save_reader
from emsync_engine.affect.reading import WINDOW_S, FloatArray, ScaledReader
from emsync_engine.affect.roll import CHANNELS, is_unstruck, rolls
from emsync_engine.affect.sounding import NoteArrays
from emsync_engine.weights import weights_entry, whole

NAME = "music-judge"
FORMAT = "emsync-music-judge-1"
MOODS = 5
_BATCH = 64


@dataclass(frozen=True, slots=True)
class JudgeConfiguration:
    """Widths of the network: of the chords' layer (the phrases' has twice as many), of the body."""

    width: int = 20
    hidden: int = 64
    dropout: float = 0.4


class JudgeNetwork(nn.Module):
    """Rolls (B, CHANNELS, 12, FRAMES) to (B, 2) valence and arousal and (B, 5) mood scores."""

    def __init__(self, configuration: JudgeConfiguration) -> None:
        super().__init__()
        self.configuration = configuration
        width, hidden = configuration.width, configuration.hidden
        self.chords = nn.Conv2d(CHANNELS, width, (12, 4), stride=(1, 4))
        self.phrases = nn.Conv2d(width, 2 * width, (1, 4), stride=(1, 2))
        self.norms = nn.ModuleList((nn.BatchNorm2d(width), nn.BatchNorm2d(2 * width)))
        self.dropout = nn.Dropout(configuration.dropout)
        self.body = nn.Linear(8 * width + 3 * CHANNELS, hidden)
        self.emotion = nn.Linear(hidden, 2)
        self.moods = nn.Linear(hidden, MOODS)

    def forward(self, roll: Tensor) -> tuple[Tensor, Tensor]:
        turned = torch.cat([roll, roll[:, :, :11]], dim=2)  # the circle closes
        values = turned
        layers = (self.chords, self.phrases)
        for layer, norm in zip(layers, self.norms, strict=True):
            values = nn.functional.gelu(norm(layer(values)))
        per_class = values.mean(dim=3)  # (B, width, 12)
        pooled = torch.cat(
            [
                per_class.mean(dim=2),
                per_class.amax(dim=2),
                values.amax(dim=2).mean(dim=2),
                values.amax(dim=(2, 3)),
                *_amounts(roll),
            ],
            dim=1,
        )
        hidden = nn.functional.gelu(self.body(self.dropout(pooled)))
        hidden = self.dropout(hidden)
        return self.emotion(hidden), self.moods(hidden)


def _amounts(roll: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """How much there is in each channel, how unevenly in time, and in how many frames."""
    per_frame = roll.sum(dim=2)  # (B, CHANNELS, FRAMES)
    any_note = (per_frame > 0).float().mean(dim=2)
    return torch.log1p(per_frame.mean(dim=2)), torch.log1p(per_frame.std(dim=2)), any_note


def as_input(roll: NDArray[np.uint8]) -> Tensor:
    """Rolls as the network reads them: square roots, so that a doubled note counts little more."""
    return torch.from_numpy(roll).float().sqrt()


@dataclass(frozen=True, slots=True)
class MusicJudge(ScaledReader):
    """Reads valence and arousal from rolls (an ``AffectReader``).

    ``scale`` (2, Q) and ``spread`` (2,) are as in ``regressor.MusicAffect``.
    """

    networks: tuple[JudgeNetwork, ...]
    scale: FloatArray
    spread: FloatArray

    def rate_rolls(self, roll: NDArray[np.uint8]) -> FloatArray:
        """(N, 2) in deviations of the human ratings, mean of the networks."""
        rated = np.zeros((len(roll), 2))
        with torch.inference_mode():
            for start in range(0, len(roll), _BATCH):
                batch = as_input(roll[start : start + _BATCH])
                for network in self.networks:
                    rated[start : start + _BATCH] += network(batch)[0].numpy()
        return rated / len(self.networks)

    def rate_windows(
        self, notes: NoteArrays, centres_s: FloatArray, width_s: float = WINDOW_S
    ) -> FloatArray:
        """(N, 2) in deviations of the human ratings; NaN where nothing pitched starts."""
        rated = self.rate_rolls(rolls(notes, centres_s, width_s))
        rated[is_unstruck(notes, centres_s, width_s)] = np.nan
        return rated


def save_music_judge(judge: MusicJudge, path: Path, notes: Mapping[str, str]) -> None:
    """Write a judge as safetensors, its networks in half precision."""
    arrays = {
        f"{number}.{name}": (tensor.half() if tensor.is_floating_point() else tensor).numpy()
        for number, network in enumerate(judge.networks)
        for name, tensor in network.state_dict().items()
    }
    arrays["scale"] = judge.scale.astype(np.float32)
    arrays["spread"] = judge.spread.astype(np.float32)
    header = {
        **notes,
        "format": FORMAT,
        "networks": len(judge.networks),
        "configuration": asdict(judge.networks[0].configuration),
    }
    save_reader(arrays, header, path)


def load_music_judge(path: Path) -> MusicJudge:
    """Read a judge; WeightsCorruptError if it is damaged or of another version."""
    return load_reader(path, _made, what="music judge", format=FORMAT)


def _made(header: dict[str, Any], arrays: Arrays) -> MusicJudge:
    configuration = JudgeConfiguration(**header["configuration"])
    networks = [JudgeNetwork(configuration) for _ in range(header["networks"])]
    for number, network in enumerate(networks):
        own = {name: values for name, values in arrays.items() if name.startswith(f"{number}.")}
        network.load_state_dict(
            {name.split(".", 1)[1]: torch.from_numpy(values) for name, values in own.items()}
        )
        network.eval()
    scale, spread = (arrays[name].astype(np.float64) for name in ("scale", "spread"))
    return MusicJudge(tuple(networks), scale, spread)


@cache
def shipped_judge() -> MusicJudge:
    """The judge that comes with the app, its SHA-256 checked, read once."""
    return load_music_judge(whole(weights_entry(NAME, kind="judge")))
