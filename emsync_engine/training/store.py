"""The packed token store: all pieces in two arrays and an index, opened as memory maps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emsync_engine.errors import InputUnusableError
from emsync_engine.midi import vocabulary as v
from emsync_engine.music.conditioning import LABEL_KINDS
from emsync_engine.training.labels import label_source

FORMAT = 1
KINDS = "kinds.npy"


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece, or one drawing of it, and where it lies in the arrays.

    ``group`` is the source, with ``+ensemble`` for drawings: labels are ranked within it. ``bpm``,
    ``notes_per_s`` and ``mode`` (major above 0) are medians over its seconds, None where unknown.
    """

    source: str
    piece: str
    group: str
    split: str
    families: tuple[str, ...]
    has_bars: bool
    chords: int
    duration_s: float
    first_token: int
    tokens: int
    first_second: int
    seconds: int
    tier: str = "unclear"
    bpm: float | None = None
    notes_per_s: float | None = None
    mode: float | None = None


@dataclass(frozen=True, slots=True)
class TokenStore:
    """Entries with their tokens (T,) uint16 and labels (S, 2) float32, one row per second.

    ``kinds`` (S, 2) uint8 tells where each label comes from, as places in ``LABEL_KINDS``.
    """

    entries: tuple[Entry, ...]
    tokens: NDArray[np.uint16]
    labels: NDArray[np.float32]
    kinds: NDArray[np.uint8]

    def tokens_of(self, entry: Entry) -> NDArray[np.int64]:
        section = self.tokens[entry.first_token : entry.first_token + entry.tokens]
        return section.astype(np.int64)

    def labels_of(self, entry: Entry) -> NDArray[np.float32]:
        return self.labels[entry.first_second : entry.first_second + entry.seconds]

    def kinds_of(self, entry: Entry) -> NDArray[np.uint8]:
        return self.kinds[entry.first_second : entry.first_second + entry.seconds]

    def split(self, name: str) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.split == name)


def write_store(
    folder: Path,
    drawn: Sequence[tuple[dict[str, Any], NDArray[np.uint16], NDArray[np.float32]]],
) -> TokenStore:
    """Write pieces (facts, tokens, features) as a store, labelled by source group."""
    folder.mkdir(parents=True, exist_ok=True)
    entries: list[Entry] = []
    token_count = second_count = 0
    for facts, tokens, features in drawn:
        entries.append(
            Entry(
                **facts,
                first_token=token_count,
                tokens=len(tokens),
                first_second=second_count,
                seconds=len(features),
            )
        )
        token_count += len(tokens)
        second_count += len(features)
    all_features = np.concatenate([features for _, _, features in drawn])
    labels = np.full((second_count, 2), np.nan, dtype=np.float32)
    for group in sorted({entry.group for entry in entries}):
        rows = np.concatenate(
            [
                np.arange(entry.first_second, entry.first_second + entry.seconds)
                for entry in entries
                if entry.group == group
            ]
        )
        labels[rows] = label_source(all_features[rows])
    np.save(folder / "tokens.npy", np.concatenate([tokens for _, tokens, _ in drawn]))
    np.save(folder / "labels.npy", labels)
    np.save(folder / "features.npy", all_features)
    index = {
        "format": FORMAT,
        "vocabulary": v.SIZE,
        "entries": [asdict(entry) for entry in entries],
    }
    (folder / "index.json").write_text(json.dumps(index), encoding="utf-8")
    return open_store(folder)


def open_store(folder: Path) -> TokenStore:
    """Open a store; InputUnusableError if it is missing, damaged or of another vocabulary."""
    try:
        index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputUnusableError(f"{folder} holds no token store; run emsync train prepare.") from (
            error
        )
    try:
        is_ours = index["format"] == FORMAT and index["vocabulary"] == v.SIZE
        store = _opened(folder, index["entries"]) if is_ours else None
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputUnusableError(
            f"{folder} holds a damaged token store; run emsync train prepare again."
        ) from error
    if store is None:
        raise InputUnusableError(
            f"{folder} holds a token store of another version; run emsync train prepare again."
        )
    return store


def _opened(folder: Path, listed: list[dict[str, Any]]) -> TokenStore:
    """The arrays of a store as memory maps; ValueError if the entries do not lie within them."""
    entries = tuple(Entry(**{**entry, "families": tuple(entry["families"])}) for entry in listed)
    tokens = np.load(folder / "tokens.npy", mmap_mode="r")
    labels = np.load(folder / "labels.npy", mmap_mode="r")
    if (folder / KINDS).is_file():
        kinds = np.load(folder / KINDS, mmap_mode="r")
    else:
        kinds = np.where(np.isnan(labels), 0, LABEL_KINDS.index("rule")).astype(np.uint8)
    for entry in entries:
        if not (
            0 <= entry.first_token <= entry.first_token + entry.tokens <= len(tokens)
            and 0 <= entry.first_second <= entry.first_second + entry.seconds <= len(labels)
        ):
            raise ValueError(f"{entry.piece} lies outside the arrays")
    if labels.shape != kinds.shape:
        raise ValueError("labels and their kinds differ in length")
    return TokenStore(entries, tokens, labels, kinds)
