"""A trained fusion as a file: weights, sizes and statistics; and how the published one is imported.

Published weights are those of VEMOCLAP (Sulun et al. 2024): ``model.pt`` and ``stats.pt`` of its
public code, taken over by name and shape. None was at hand when this was written. Their sounds were
read by BEATs, which is not among the extractors here, so that sounds go unheard with them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from emsync_engine.emotion.fusion import FRAMES, FeatureSet, FusionConfiguration, Statistics
from emsync_engine.errors import InputUnusableError, WeightsCorruptError
from emsync_engine.music.published.checkpoints import load_plain, load_tensors, readable
from emsync_engine.output import written_whole
from emsync_engine.project.model import EMOTIONS
from emsync_engine.weights import imported_folder

if TYPE_CHECKING:
    from torch import Tensor

    from emsync_engine.emotion.fusion_network import FusionNetwork
    from emsync_engine.extractors.observed import Features

FORMAT = "emsync-fusion-1"
FILE = "emotion-fusion.safetensors"
UNHEARD = "beats"  # a modality of the published weights that no extractor here gives
PUBLISHED = {
    "clip": "clip",
    UNHEARD: "beats",
    "faces": "face_emotion",
    "speech": "asr_sentiment",
    "screen-text": "ocr_sentiment",
}
_PUBLISHED_SEQUENCES = ("clip", UNHEARD, "faces")
_PUBLISHED_HEADS = 4  # thesis 5.2.2.3; the file does not say
_PARTS = {"query_proj": "queries", "key_proj": "keys", "value_proj": "values"}


class FusionLayoutError(InputUnusableError):
    """A checkpoint is no fusion that is known here."""

    def __init__(self, reason: str) -> None:
        self.reason = readable(reason)
        super().__init__(f"The checkpoint is no VEMOCLAP fusion: {self.reason}.")


@dataclass(frozen=True, slots=True, eq=False)
class Fusion:
    """A network ready to read, and the statistics that its input is normalised by."""

    network: FusionNetwork
    statistics: Statistics
    description: str = ""

    def shares(self, sets: list[FeatureSet], *, device: str = "cpu") -> Features:
        """(N, 6) shares of the emotions in each set."""
        import torch

        from emsync_engine.emotion.fusion_network import tensors_of

        with torch.inference_mode():
            network = self.network.to(device).eval()
            given = tensors_of(sets, self.statistics, network.configuration, device=device)
            shares: Features = torch.softmax(network(*given), dim=1).cpu().numpy()
        return shares


def installed_fusion() -> Path | None:
    """The user's own fusion, trained or imported; None without one."""
    path = imported_folder() / FILE
    return path if path.is_file() else None


def save_fusion(fusion: Fusion, path: Path) -> None:
    """Write a fusion as safetensors; OutputUnwritableError where it cannot be."""
    from safetensors.torch import save_file

    tensors: dict[str, Tensor] = {
        f"network.{name}": tensor.detach().cpu().contiguous()
        for name, tensor in fusion.network.state_dict().items()
    }
    tensors |= _statistics_tensors(fusion.statistics)
    header = {
        "format": FORMAT,
        "configuration": json.dumps(asdict(fusion.network.configuration)),
        "emotions": json.dumps(EMOTIONS),
        "description": fusion.description,
    }
    with written_whole(path) as partial:
        partial.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, partial, metadata=header)


def _statistics_tensors(statistics: Statistics) -> dict[str, Tensor]:
    import torch

    return {
        f"{kind}.{name}": torch.from_numpy(np.ascontiguousarray(values, np.float32))
        for kind in ("least", "greatest")
        for name, values in getattr(statistics, kind).items()
    }


def load_fusion(path: Path) -> Fusion:
    """Read a fusion; WeightsCorruptError if the file is damaged or something else."""
    from safetensors import SafetensorError, safe_open

    from emsync_engine.emotion.fusion_network import FusionNetwork

    try:
        with safe_open(path, framework="pt") as file:
            header: dict[str, str] = file.metadata() or {}
            tensors: dict[str, Any] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
        if header.get("format") != FORMAT or tuple(json.loads(header["emotions"])) != EMOTIONS:
            raise ValueError("another format")
        network = FusionNetwork(_configuration_from(json.loads(header["configuration"])))
        network.load_state_dict(_below("network", tensors))
        statistics = Statistics(
            *(
                {name: values.numpy() for name, values in _below(kind, tensors).items()}
                for kind in ("least", "greatest")
            )
        )
        for name, width in network.configuration.modalities:
            if statistics.least[name].shape != (width,) != statistics.greatest[name].shape:
                raise ValueError(f"statistics of {name}")
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise WeightsCorruptError(
            f"{path.name} is damaged or no fusion of this version; train or import it again."
        ) from error
    return Fusion(network.eval(), statistics, header.get("description", ""))


def _below(prefix: str, tensors: Mapping[str, Any]) -> dict[str, Any]:
    start = f"{prefix}."
    return {
        name.removeprefix(start): tensor
        for name, tensor in tensors.items()
        if name.startswith(start)
    }


def _configuration_from(facts: dict[str, Any]) -> FusionConfiguration:
    for kind in ("sequences", "singles"):
        facts[kind] = tuple((str(name), int(width)) for name, width in facts[kind])
    return FusionConfiguration(**facts)


def import_fusion(path: Path, statistics: Path | None = None) -> Fusion:
    """Published weights as a fusion of ours.

    Parameters
    ----------
    statistics : ``stats.pt`` that belongs to them; the one beside the file where not given

    Raises
    ------
    InputUnusableError
        One of its children: a file is unsafe or damaged, or a name or a shape does not fit.
    """
    if not path.is_file():
        raise InputUnusableError(f"There is no file {path}.")
    beside = statistics or path.with_name("stats.pt")
    if not beside.is_file():
        raise FusionLayoutError(
            "its statistics are not known; give the stats.pt that belongs to it with --statistics"
        )
    return published_fusion(load_tensors(path), load_plain(beside), description=path.name)


def published_fusion(
    tensors: Mapping[str, Tensor], statistics: Any, *, description: str = ""
) -> Fusion:
    """A fusion from the named tensors of the published code; FusionLayoutError if one is amiss."""
    import torch

    from emsync_engine.emotion.fusion_network import FusionNetwork

    configuration = _published_configuration(tensors)
    _require_shapes(tensors, published_shapes(configuration))
    for name, tensor in tensors.items():
        if not tensor.is_floating_point() or not bool(torch.isfinite(tensor).all()):
            raise FusionLayoutError(f"{name} holds what is no finite number")
    network = FusionNetwork(configuration)
    network.load_state_dict(_renamed(tensors, configuration))
    return Fusion(network.eval(), _published_statistics(statistics, configuration), description)


def _published_configuration(tensors: Mapping[str, Tensor]) -> FusionConfiguration:
    """Sizes, read from names and shapes."""
    widths: dict[str, int] = {}
    shape: tuple[int, ...] = ()
    for ours, theirs in PUBLISHED.items():
        name = f"encoders.{theirs}.weight"
        if name not in tensors:
            raise FusionLayoutError(f"it lacks {name}")
        shape = tuple(tensors[name].shape)
        if len(shape) != 2 or max(shape) > 8192:
            raise FusionLayoutError(f"{name} has the shape {shape}")
        widths[ours] = shape[1]
    sequences = tuple((name, widths[name]) for name in _PUBLISHED_SEQUENCES)
    singles = tuple((name, widths[name]) for name in ("screen-text", "speech"))
    try:
        return FusionConfiguration(
            sequences, singles, shape[0], _PUBLISHED_HEADS, frames=FRAMES, pads_with_zeros=True
        )
    except ValueError as error:
        raise FusionLayoutError(str(error)) from error


def published_shapes(c: FusionConfiguration) -> dict[str, tuple[int, ...]]:
    """Names and shapes of a published state_dict with these sizes."""
    shapes: dict[str, tuple[int, ...]] = {}
    for name, width in c.modalities:
        shapes |= _linear(f"encoders.{PUBLISHED[name]}", width, c.width)
    for part in _PARTS:
        for name, _ in c.sequences:
            shapes |= _linear(f"{part}.{PUBLISHED[name]}", c.width, c.width)
    for one, other in c.pairs:
        pair = f"{PUBLISHED[one]}_{PUBLISHED[other]}"
        attention = f"attention_layers.{pair}"
        shapes[f"{attention}.in_proj_weight"] = (3 * c.width, c.width)
        shapes[f"{attention}.in_proj_bias"] = (3 * c.width,)
        shapes |= _linear(f"{attention}.out_proj", c.width, c.width)
        shapes |= {f"attn_norms.{pair}.{part}": (c.width,) for part in ("weight", "bias")}
    vectors = len(c.pairs) + len(c.singles)
    return shapes | _linear("cls_mlp.0", vectors * c.width, len(EMOTIONS))


def _linear(name: str, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def _require_shapes(tensors: Mapping[str, Tensor], expected: Mapping[str, tuple[int, ...]]) -> None:
    """FusionLayoutError that names the first thing that does not fit."""
    if missing := sorted(set(expected) - set(tensors)):
        raise FusionLayoutError(f"it lacks {missing[0]}")
    if strange := sorted(set(tensors) - set(expected)):
        raise FusionLayoutError(f"it holds {strange[0]}, which has no place here")
    for name, shape in expected.items():
        if tuple(tensors[name].shape) != shape:
            raise FusionLayoutError(
                f"{name} has the shape {tuple(tensors[name].shape)} and not {shape}"
            )


def _renamed(tensors: Mapping[str, Tensor], c: FusionConfiguration) -> dict[str, Tensor]:
    """The tensors under our names, the columns of the last layer in our order."""
    import torch

    ours = {theirs: name for name, theirs in PUBLISHED.items()}
    pairs = {
        f"{one}_{other}": f"{ours[one]}:{ours[other]}"
        for one, other in permutations((PUBLISHED[name] for name, _ in c.sequences), 2)
    }
    found: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        part, which, *rest = name.split(".")
        end = ".".join(rest)
        value = tensor.float()
        if part == "encoders":
            found[f"encoders.{ours[which]}.{end}"] = value
        elif part in _PARTS:
            found[f"{_PARTS[part]}.{ours[which]}.{end}"] = value
        elif part == "attention_layers":
            found[f"pairs.{pairs[which]}.attention.{end}"] = value
        elif part == "attn_norms":
            found[f"pairs.{pairs[which]}.norm.{end}"] = value
        else:
            found[f"head.{end}"] = value
    # the published code joins its vectors in the alphabetical order of their names
    theirs = sorted([*pairs, *(PUBLISHED[name] for name, _ in c.singles)])
    wanted = [
        *(f"{PUBLISHED[one]}_{PUBLISHED[other]}" for one, other in c.pairs),
        *(PUBLISHED[name] for name, _ in c.singles),
    ]
    blocks = torch.split(found["head.weight"], c.width, dim=1)
    found["head.weight"] = torch.cat([blocks[theirs.index(name)] for name in wanted], dim=1)
    return found


def _published_statistics(found: Any, c: FusionConfiguration) -> Statistics:
    """Least and greatest values by our names; a single number stands for all features."""
    import torch

    least: dict[str, Features] = {}
    greatest: dict[str, Features] = {}
    for name, width in c.modalities:
        theirs = PUBLISHED[name]
        try:
            one = found[theirs]
            for kind, kept in (("min", least), ("max", greatest)):
                values = torch.as_tensor(one[kind]).float().reshape(-1).numpy()
                kept[name] = np.array(np.broadcast_to(values, (width,)), np.float32)
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise FusionLayoutError(
                f"its statistics hold no least and greatest values of {theirs} that fit"
            ) from error
        if not (np.isfinite(least[name]).all() and np.isfinite(greatest[name]).all()):
            raise FusionLayoutError(f"its statistics of {theirs} are no finite numbers")
    return Statistics(least, greatest)
