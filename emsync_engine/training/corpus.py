"""The music to learn from: archives of MIDI files with an index, by source and licence tier."""

from __future__ import annotations

import csv
import hashlib
import shutil
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from emsync_engine.errors import InputUnusableError

Split = Literal["train", "validation", "test"]
Tier = Literal["permissive", "share-alike", "non-commercial", "unclear"]

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

ALL_SOURCES = (
    *OPEN_SOURCES,
    "mutopia-by-sa",
    "openttd-openmsx",
    "nottingham",
    "symmv-piano",
    "asap-piano",
    "tegridy-multi",
    "vgmidi-labelled",
    "vgmidi-unlabelled",
    "memomusic",
    "web-midi-archive",
    "web-jazz-gospel",
    "web-wildwest",
    "web-rbk-multi",
)
"""Every source, for weights that are not shipped: research and private use."""

PERFORMED_TO_A_CLICK = frozenset(("groove-drums",))
WITHOUT_BEATS = frozenset(("blasphemer", "symmv-piano", "asap-piano"))
"""Sources whose beat grid is known to be honest, or nominal, whatever the onsets look like."""

TIERS: dict[str, Tier] = {
    **dict.fromkeys((*OPEN_SOURCES,), "permissive"),
    **dict.fromkeys(("simutrans", "mutopia-by-sa", "openttd-openmsx", "nottingham"), "share-alike"),
    **dict.fromkeys(("symmv-piano", "asap-piano", "tegridy-multi"), "non-commercial"),
}
"""Licence tier of each source; what is not listed has no licence stated."""

_TEST_PERCENT = 2
_HELD_OUT_PERCENT = 5  # the test pieces among them


@dataclass(frozen=True, slots=True)
class Piece:
    """One MIDI file of one source, and its side of the split."""

    source: str
    id: str
    path: Path
    split: Split = "train"

    @property
    def tier(self) -> Tier:
        return TIERS.get(self.source, "unclear")


def split_by_name(source: str, piece: str) -> Split:
    """Side of the split from the piece's name alone, so that it never changes."""
    digest = hashlib.blake2b(f"{source}/{piece}".encode(), digest_size=8).digest()
    place = int.from_bytes(digest, "big") % 100
    if place < _TEST_PERCENT:
        return "test"
    return "validation" if place < _HELD_OUT_PERCENT else "train"


def split_together(found: Sequence[Piece], groups: Sequence[int]) -> list[Piece]:
    """The pieces with near-duplicates on one side: a group is held out if one of it is.

    Parameters
    ----------
    groups : the number of each piece's group
    """
    sides: dict[int, Split] = {}
    for piece, group in zip(found, groups, strict=True):
        named = split_by_name(piece.source, piece.id)
        if sides.get(group, "train") == "train" or named == "test":
            sides[group] = named
    return [replace(piece, split=sides[group]) for piece, group in zip(found, groups, strict=True)]


def unpack(archives: Path, sources: Sequence[str], folder: Path) -> None:
    """Unpack ``NAME.tar.xz`` of every source that is not in the folder yet."""
    for source in sources:
        if (folder / source / "index.csv").is_file():
            continue
        archive = archives / f"{source}.tar.xz"
        try:
            with tarfile.open(archive) as tar:
                _extract(tar, folder)
        except (OSError, tarfile.TarError) as error:
            raise InputUnusableError(f"{archive.name} cannot be unpacked: {error}.") from error
        if not (folder / source / "index.csv").is_file():
            raise InputUnusableError(f"{archive.name} holds no {source}/index.csv.")


def _extract(tar: tarfile.TarFile, folder: Path) -> None:
    """Write the regular files of an archive; TarError for one that would lie outside the folder.

    The filters of ``tarfile`` do as much, but Python 3.11 has them from its fourth release only.
    """
    root = folder.resolve()
    for member in tar:
        target = (root / member.name).resolve()
        if not target.is_relative_to(root):
            raise tarfile.TarError(f"{member.name} would lie outside")
        content = tar.extractfile(member) if member.isfile() else None
        if content is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            with content, target.open("wb") as file:
                shutil.copyfileobj(content, file)


def pieces(folder: Path, sources: Sequence[str]) -> Iterator[Piece]:
    """Pieces of the unpacked sources, in a fixed order."""
    for source in sources:
        with (folder / source / "index.csv").open(encoding="utf-8", newline="") as index:
            rows = csv.DictReader(index)
            if "id" not in (rows.fieldnames or ()):
                raise InputUnusableError(f"The index.csv of {source} has no column id.")
            for row in rows:
                path = folder / source / f"{row['id']}.mid"
                if path.is_file():
                    yield Piece(source, row["id"], path, split_by_name(source, row["id"]))
