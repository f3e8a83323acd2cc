"""Weights: where they lie, what they are, and whether they are whole.

Weights are safetensors with the model's configuration in the header; ``resources/weights.json``
gives each its SHA-256, licence and card. Those that the user imported
(``imported_weights.import_weights``) have such a list in the user's data folder.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import platformdirs

from emsync_engine.errors import WeightsCorruptError, WeightsMissingError
from emsync_engine.midi import vocabulary

if TYPE_CHECKING:
    import torch

    from emsync_engine.music.layouts import Composer

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
LIST = "weights.json"


WeightsKind = Literal["composer", "regressor", "second reader", "judge", "melodies"]


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
    folder: str | None = None  # of imported weights

    @property
    def path(self) -> Path:
        return (RESOURCES if self.folder is None else Path(self.folder)) / self.file

    @property
    def is_shipped(self) -> bool:
        return self.folder is None


def shipped_weights() -> dict[str, WeightsEntry]:
    """All sets of weights that came with this version, by name."""
    try:
        listed = json.loads((RESOURCES / LIST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise WeightsMissingError(
            "The list of weights is missing; install EMSYNC Desktop again."
        ) from error
    return {name: WeightsEntry(name=name, **facts) for name, facts in listed.items()}


def imported_folder() -> Path:
    """``EMSYNC_WEIGHTS_DIR`` if set, else the place for a user's data on this system."""
    chosen = os.environ.get("EMSYNC_WEIGHTS_DIR")
    if chosen:
        return Path(chosen)
    return Path(platformdirs.user_data_path("emsync", appauthor=False)) / "weights"


def imported_weights() -> dict[str, WeightsEntry]:
    """All sets of weights that the user imported, by name.

    WeightsCorruptError if their list is damaged or names files elsewhere.
    """
    folder = imported_folder()
    try:
        listed = json.loads((folder / LIST).read_text(encoding="utf-8"))
        entries = {
            name: WeightsEntry(name=name, folder=str(folder), **facts)
            for name, facts in listed.items()
        }
        if any(Path(entry.file).name != entry.file for entry in entries.values()):
            raise ValueError("a file of the list lies elsewhere")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise WeightsCorruptError(
            f"The list of imported weights is damaged; remove {folder / LIST} and import again."
        ) from error
    return entries


def known_weights() -> dict[str, WeightsEntry]:
    """Shipped and imported weights by name."""
    return {**imported_weights(), **shipped_weights()}


def composers() -> list[WeightsEntry]:
    """Weights that can compose, shipped ones first; imported ones only if their list is sound."""
    try:
        known = [*shipped_weights().values(), *imported_weights().values()]
    except WeightsCorruptError:
        known = list(shipped_weights().values())
    return [entry for entry in known if entry.kind == "composer"]


def weights_entry(name: str, *, kind: WeightsKind = "composer") -> WeightsEntry:
    """The entry of a name; WeightsMissingError lists the names there are of that kind."""
    known = {name: entry for name, entry in shipped_weights().items() if entry.kind == kind}
    if name not in known and kind == "composer":
        known |= imported_weights()
    if name not in known:
        raise WeightsMissingError(
            f"There are no weights named {name!r}; there are: {', '.join(sorted(known))}."
        )
    entry = known[name]
    if not entry.path.is_file():
        raise WeightsMissingError(f"{entry.file} is missing; {_remedy(entry)}.")
    return entry


def _remedy(entry: WeightsEntry) -> str:
    return "install EMSYNC Desktop again" if entry.is_shipped else "import it again"


def whole(entry: WeightsEntry) -> Path:
    """The file of an entry, its SHA-256 checked; WeightsCorruptError if it differs."""
    if sha256_of(entry.path) != entry.sha256:
        raise WeightsCorruptError(f"{entry.file} is damaged; {_remedy(entry)}.")
    return entry.path


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def save_composer(model: Composer, path: Path, *, dtype: torch.dtype | None = None) -> str:
    """Write a composer as safetensors, bf16 by default, with its configuration; its SHA-256."""
    import torch
    from safetensors.torch import save_file

    from emsync_engine.music.layouts import layout_of

    tensors = {
        name: tensor.detach().to(dtype or torch.bfloat16).contiguous().cpu()
        for name, tensor in model.state_dict().items()
    }
    header = {
        "layout": layout_of(model.configuration),
        "configuration": json.dumps(asdict(model.configuration)),
        "vocabulary": _vocabulary_hash(),
    }
    save_file(tensors, path, metadata=header)
    return sha256_of(path)


def _vocabulary_hash() -> str:
    return hashlib.sha256("\n".join(vocabulary.NAMES).encode()).hexdigest()


def read_composer(path: Path) -> Composer:
    """Read a composer, ready to sample in float32 on the CPU.

    Raises
    ------
    WeightsCorruptError
        The file is damaged, of another vocabulary, or of another model.
    """
    from safetensors import SafetensorError, safe_open

    from emsync_engine.music.layouts import configuration_from, new_composer

    try:
        with safe_open(path, framework="pt") as file:
            header: dict[str, str] = file.metadata() or {}
            names = list(file.keys())
            tensors: dict[str, Any] = {name: file.get_tensor(name).float() for name in names}
        if header.get("vocabulary") != _vocabulary_hash():
            raise WeightsCorruptError(f"{path.name} was trained with another vocabulary.")
        facts = json.loads(header["configuration"])
        model = new_composer(configuration_from(header.get("layout", "rotary"), facts))
        model.load_state_dict(tensors)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise WeightsCorruptError(
            f"{path.name} is damaged or belongs to another model; install it again."
        ) from error
    model.eval()
    return model


@lru_cache(maxsize=2)
def load_composer(name: str = "open", device: str = "cpu") -> tuple[Composer, WeightsEntry]:
    """A shipped or imported composer, kept in memory; its SHA-256 is checked before use."""
    entry = weights_entry(name)
    return read_composer(whole(entry)).to(device), entry
