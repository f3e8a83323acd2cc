"""Weights that the user imports: into the user's data folder, listed beside the shipped ones."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from emsync_engine.errors import InputUnusableError, WeightsCorruptError, WeightsMissingError
from emsync_engine.output import written_whole
from emsync_engine.weights import (
    LIST,
    WeightsEntry,
    imported_folder,
    imported_weights,
    load_composer,
    read_composer,
    save_composer,
    shipped_weights,
    whole,
)

if TYPE_CHECKING:
    from emsync_engine.music.published.importing import PublishedKind

LICENCE = "that of whoever published it; not stated in the file and not known here"
CARD = "docs/published-weights.md"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class WeightsNameError(InputUnusableError):
    """A name cannot be given to weights."""


def import_weights(
    path: Path, kind: PublishedKind, *, name: str | None = None, vocabulary: Path | None = None
) -> WeightsEntry:
    """Import a published checkpoint under a name, by default that of the kind.

    The file is read safely, mapped by name and shape, written as float32 safetensors into the
    user's data folder, and read once more from there.

    Raises
    ------
    InputUnusableError
        One of its children: the file, its layout, its vocabulary or the name cannot be used.
    OutputError
        The data folder cannot be written.
    """
    import torch

    from emsync_engine.music.published.importing import import_checkpoint

    name = name or kind
    _require_free(name)
    model = import_checkpoint(path, kind, vocabulary=vocabulary)
    c = model.configuration
    folder = imported_folder()
    made = folder / f"{name}.safetensors"
    with written_whole(made) as partial:
        folder.mkdir(parents=True, exist_ok=True)
        sha256 = save_composer(model, partial, dtype=torch.float32)
        read_composer(partial)
    offsets = "with boundary offsets" if c.boundary_offsets else "without boundary offsets"
    entry = WeightsEntry(
        name=name,
        file=made.name,
        sha256=sha256,
        licence=LICENCE,
        card=CARD,
        description=(
            f"Imported from {path.name} ({kind}): {c.conditioning}, {offsets}, "
            f"{model.parameter_count / 1e6:.1f} M parameters"
        ),
        folder=str(folder),
    )
    _write_list({**imported_weights(), name: entry})
    load_composer.cache_clear()  # another file may have had the name before
    return entry


def _require_free(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise WeightsNameError(
            f"{name!r} cannot be a name; use small letters, digits, dots, dashes and underscores."
        )
    if name in shipped_weights() or name in imported_weights():
        raise WeightsNameError(
            f"There are weights named {name!r} already; give another --name, or remove them."
        )


def _write_list(entries: dict[str, WeightsEntry]) -> None:
    facts = {
        name: {
            key: value
            for key, value in asdict(entry).items()
            if key not in ("name", "folder", "kind")
        }
        for name, entry in entries.items()
    }
    with written_whole(imported_folder() / LIST) as partial:
        partial.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def remove_weights(name: str) -> WeightsEntry:
    """Remove imported weights.

    WeightsMissingError if there are none of that name, WeightsNameError if they were shipped.
    """
    if name in shipped_weights():
        raise WeightsNameError(f"{name} came with this version and stays; only imports can go.")
    entries = imported_weights()
    if name not in entries:
        raise WeightsMissingError(f"There are no imported weights named {name!r}.")
    entry = entries.pop(name)
    _write_list(entries)
    entry.path.unlink(missing_ok=True)
    load_composer.cache_clear()
    return entry


def verified(entry: WeightsEntry) -> str | None:
    """What is wrong with weights, in one sentence; None if they are whole and can be opened."""
    if not entry.path.is_file():
        return f"{entry.file} is missing."
    try:
        path = whole(entry)
        if entry.kind == "composer":
            read_composer(path)
    except WeightsCorruptError as error:
        return str(error)
    return None
