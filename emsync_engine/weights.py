"""Shipped weights: where they lie, what they are, and whether they are whole.

Weights are safetensors with the model's configuration in the header; ``resources/weights.json``
gives each its SHA-256, licence and card.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from emsync_engine.errors import WeightsCorruptError, WeightsMissingError
from emsync_engine.midi import vocabulary

if TYPE_CHECKING:
    from emsync_engine.music.transformer import MusicTransformer

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
LIST = "weights.json"


WeightsKind = Literal["composer", "regressor", "judge"]


@dataclass(frozen=True, slots=True)
class WeightsEntry:
    """One set of weights as the list describes it."""

    name: str
    file: str
    sha256: str
    licence: str
    card: str
    description: str
    kind: WeightsKind = "composer"

    @property
    def path(self) -> Path:
        return RESOURCES / self.file


def shipped_weights() -> dict[str, WeightsEntry]:
    """All sets of weights that came with this version, by name."""
    try:
        listed = json.loads((RESOURCES / LIST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise WeightsMissingError(
            "The list of weights is missing; install EMSYNC Desktop again."
        ) from error
    return {name: WeightsEntry(name=name, **facts) for name, facts in listed.items()}


def weights_entry(name: str, *, kind: WeightsKind = "composer") -> WeightsEntry:
    """The entry of a name; WeightsMissingError lists the names there are of that kind."""
    known = {name: entry for name, entry in shipped_weights().items() if entry.kind == kind}
    if name not in known:
        raise WeightsMissingError(
            f"There are no weights named {name!r}; there are: {', '.join(sorted(known))}."
        )
    entry = known[name]
    if not entry.path.is_file():
        raise WeightsMissingError(f"{entry.file} is missing; install EMSYNC Desktop again.")
    return entry


def whole(entry: WeightsEntry) -> Path:
    """The file of an entry, its SHA-256 checked; WeightsCorruptError if it differs."""
    if sha256_of(entry.path) != entry.sha256:
        raise WeightsCorruptError(f"{entry.file} is damaged; install EMSYNC Desktop again.")
    return entry.path


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def save_composer(model: MusicTransformer, path: Path) -> str:
    """Write a composer as bf16 safetensors with its configuration; returns the SHA-256."""
    import torch
    from safetensors.torch import save_file

    tensors = {
        name: tensor.detach().to(torch.bfloat16).contiguous().cpu()
        for name, tensor in model.state_dict().items()
    }
    header = {
        "configuration": json.dumps(asdict(model.configuration)),
        "vocabulary": _vocabulary_hash(),
    }
    save_file(tensors, path, metadata=header)
    return sha256_of(path)


def _vocabulary_hash() -> str:
    return hashlib.sha256("\n".join(vocabulary.NAMES).encode()).hexdigest()


def read_composer(path: Path) -> MusicTransformer:
    """Read a composer, ready to sample in float32 on the CPU.

    Raises
    ------
    WeightsCorruptError
        The file is damaged, of another vocabulary, or of another model.
    """
    from safetensors import SafetensorError, safe_open

    from emsync_engine.music.transformer import ModelConfiguration, MusicTransformer

    try:
        with safe_open(path, framework="pt") as file:
            header: dict[str, str] = file.metadata() or {}
            names = list(file.keys())
            tensors: dict[str, Any] = {name: file.get_tensor(name).float() for name in names}
        if header.get("vocabulary") != _vocabulary_hash():
            raise WeightsCorruptError(f"{path.name} was trained with another vocabulary.")
        model = MusicTransformer(ModelConfiguration(**json.loads(header["configuration"])))
        model.load_state_dict(tensors)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise WeightsCorruptError(
            f"{path.name} is damaged or belongs to another model; install it again."
        ) from error
    model.eval()
    return model


@lru_cache(maxsize=2)
def load_composer(name: str = "open", device: str = "cpu") -> tuple[MusicTransformer, WeightsEntry]:
    """A shipped composer, kept in memory; its SHA-256 is checked before use."""
    entry = weights_entry(name)
    return read_composer(whole(entry)).to(device), entry
