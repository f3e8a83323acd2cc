"""The music to learn from: archives of MIDI files with an index, by source and licence tier."""

from __future__ import annotations

import csv
import hashlib
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from emsync_engine.errors import InputUnusableError

Split = Literal["train", "validation"]

OPEN_SOURCES = (
    "freedoom",
    "simutrans",
    "blasphemer",
    "mutopia-pd-by",
    "musetrainer-piano",
    "groove-drums",
    "openscore-lieder",
    "openscore-quartets",
    "pop909",
)
"""Permissive sources, and simutrans: what the open weights learn from."""

PERFORMED_TO_A_CLICK = frozenset(("groove-drums",))
WITHOUT_BEATS = frozenset(("blasphemer",))
"""Sources whose beat grid is known to be honest, or nominal, whatever the onsets look like."""

_HELD_OUT_PERCENT = 5


@dataclass(frozen=True, slots=True)
class Piece:
    """One MIDI file of one source."""

    source: str
    id: str
    path: Path

    @property
    def split(self) -> Split:
        """Side of the split, from the piece's name alone, so that it never changes."""
        digest = hashlib.blake2b(f"{self.source}/{self.id}".encode(), digest_size=8).digest()
        held_out = int.from_bytes(digest, "big") % 100 < _HELD_OUT_PERCENT
        return "validation" if held_out else "train"


def unpack(archives: Path, sources: Sequence[str], folder: Path) -> None:
    """Unpack ``NAME.tar.xz`` of every source that is not in the folder yet."""
    for source in sources:
        if (folder / source / "index.csv").is_file():
            continue
        archive = archives / f"{source}.tar.xz"
        try:
            with tarfile.open(archive) as tar:
                tar.extractall(folder, filter="data")
        except (OSError, tarfile.TarError) as error:
            raise InputUnusableError(f"{archive.name} cannot be unpacked: {error}.") from error


def pieces(folder: Path, sources: Sequence[str]) -> Iterator[Piece]:
    """Pieces of the unpacked sources, in a fixed order."""
    for source in sources:
        with (folder / source / "index.csv").open(encoding="utf-8", newline="") as index:
            for row in csv.DictReader(index):
                path = folder / source / f"{row['id']}.mid"
                if path.is_file():
                    yield Piece(source, row["id"], path)
