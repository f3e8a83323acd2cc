"""The order of another vocabulary: which of its numbers stands for which of our tokens.

Published models number their tokens otherwise than we do. The order is read from the mappings file
that lies beside the checkpoint, or is the one that the midi-emotion code makes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emsync_engine.errors import InputUnusableError
from emsync_engine.midi import vocabulary as v
from emsync_engine.music.published.checkpoints import LARGEST_PICKLE, load_plain, readable
from emsync_engine.music.published.conditions import BINS
from emsync_engine.project.notes import FAMILIES, HIGHEST_PITCH, LOWEST_PITCH

_NUMBER_OF = {name: number for number, name in enumerate(v.NAMES)}
_SPECIAL_NAMES = {
    **{name: name for name in v.SPECIAL_NAMES},
    "LESS_INSTRUMENTS": "FEWER_INSTRUMENTS",  # as the published code calls it
}
_MIDI_EMOTION_FAMILIES = ("drums", "guitar", "bass", "piano", "strings")
_EVENT_KEYS = ("index_to_event", "idx2event")
_TOKEN_KEYS = ("token_to_pair", "idx2tuple")


class VocabularyOrderError(InputUnusableError):
    """A vocabulary does not hold the tokens that a model of ours needs."""


@dataclass(frozen=True, slots=True)
class VocabularyOrder:
    """Names of another vocabulary's tokens, in its order; ours where we know the token.

    ``names[k]`` is the name of its token k as ours are written, such as ``ON_piano_60``; emotion
    tokens keep theirs, ``<V-2>`` to ``<A2>``.
    """

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(set(self.names)) != len(self.names):
            raise VocabularyOrderError("The vocabulary holds a token twice.")
        needed = (*v.NAMES[: v.START + 1], *v.NAMES[v.FIRST_ON :])
        if missing := [name for name in needed if name not in self.places]:
            raise VocabularyOrderError(
                f"The vocabulary lacks {len(missing)} tokens that every model needs, the first is "
                f"{missing[0]}."
            )
        if strange := [name for name in self.names if not _is_known(name)]:
            raise VocabularyOrderError(
                f"The vocabulary holds an unknown token, {readable(strange[0])!r}."
            )

    @property
    def places(self) -> Mapping[str, int]:
        """Its number of each name."""
        return {name: number for number, name in enumerate(self.names)}

    @property
    def ours(self) -> tuple[int | None, ...]:
        """For each token of ours its number there, None where it has none."""
        places = self.places
        return tuple(places.get(name) for name in v.NAMES)

    @property
    def special_tokens(self) -> tuple[str, ...]:
        """Special tokens of ours that it has."""
        return tuple(name for name in v.SPECIAL_NAMES if name in self.places)

    @property
    def emotion_tokens(self) -> tuple[tuple[int, ...], ...] | None:
        """Its numbers of the valence and of the arousal bins, low to high; None if it has none."""
        places = self.places
        bins = range(-(BINS // 2), BINS // 2 + 1)
        rows = tuple(tuple(places.get(f"<{axis}{k}>", -1) for k in bins) for axis in "VA")
        return rows if all(number >= 0 for row in rows for number in row) else None


def _is_known(name: str) -> bool:
    return name in _NUMBER_OF or re.fullmatch(r"<[VA](-?[0-9])>|<CLS>", name) is not None


def midi_emotion_order(*, with_emotion_tokens: bool = False) -> VocabularyOrder:
    """The order that the midi-emotion code gives: 1,007 tokens, 1,017 with emotion tokens."""
    names = ["PAD", "START"]
    for family in _MIDI_EMOTION_FAMILIES:
        for event in ("OFF", "ON"):
            names += [f"{event}_{family}_{p}" for p in range(LOWEST_PITCH, HIGHEST_PITCH + 1)]
    names += v.NAMES[v.FIRST_SHIFT :]
    if with_emotion_tokens:
        bins = range(-(BINS // 2), BINS // 2 + 1)
        names += sorted(f"<{axis}{k}>" for axis in "AV" for k in bins)
    return VocabularyOrder(tuple(names))


def order_from_mappings(mappings: object) -> VocabularyOrder:
    """The order that a mappings file holds.

    Parameters
    ----------
    mappings : the dictionaries that the published code saves (``token_to_pair`` and
        ``index_to_event`` with ``tick_to_ms``; ``idx2tuple`` and ``idx2event`` in midi-emotion),
        or simply a list of names

    Raises
    ------
    VocabularyOrderError
        It is neither, or holds other tokens than ours.
    """
    try:
        if isinstance(mappings, Sequence) and not isinstance(mappings, str):
            return VocabularyOrder(tuple(_our_name(str(name)) for name in mappings))
        if isinstance(mappings, Mapping):
            return VocabularyOrder(tuple(_names_of(mappings)))
    except (LookupError, TypeError, ValueError, OverflowError, StopIteration) as error:
        raise VocabularyOrderError(
            "The vocabulary file holds no list of tokens that can be read."
        ) from error
    raise VocabularyOrderError("The vocabulary file holds no list of tokens.")


def _names_of(mappings: Mapping[Any, Any]) -> list[str]:
    events = next(mappings[key] for key in _EVENT_KEYS if key in mappings)
    tokens = next(mappings[key] for key in _TOKEN_KEYS if key in mappings)
    tick_ms = int(mappings.get("tick_to_ms", 1))
    names: list[str] = []
    for number in range(len(tokens)):
        entry = tokens[number]
        if isinstance(entry, str):
            names.append(_our_name(entry))
            continue
        event, value = str(events[int(entry[0])]), int(entry[1])
        if event == "TIMESHIFT":
            names.append(f"TIMESHIFT_{value * tick_ms}")
        else:
            names.append(_our_name(event if event.startswith("<") else f"{event}_{value}"))
    return names


def _our_name(name: str) -> str:
    """``<CHORD>``, ``ON_PIANO_60`` and ``PIANO_ON_60`` as our vocabulary writes them."""
    if name in _NUMBER_OF:
        return name
    bare = name.strip("<>").replace("-", "") if "SHIFT" in name else name.strip("<>")
    if bare in _SPECIAL_NAMES:
        return _SPECIAL_NAMES[bare]
    parts = bare.split("_")
    if len(parts) == 3:
        event = next((part for part in parts[:2] if part in ("ON", "OFF")), None)
        family = next((part.lower() for part in parts[:2] if part.lower() in FAMILIES), None)
        if event and family:
            return f"{event}_{family}_{parts[2]}"
    if len(parts) == 2 and parts[0] == "TIMESHIFT":
        return bare
    return name


def read_order(path: Path) -> VocabularyOrder:
    """The order of a vocabulary file: the published mappings, or JSON.

    JSON is a list of names in order, or the same dictionaries. InputUnusableError if the file
    cannot be read, VocabularyOrderError if it holds another vocabulary.
    """
    if path.suffix.lower() != ".json":
        return order_from_mappings(load_plain(path))
    try:
        if path.stat().st_size > LARGEST_PICKLE:
            raise InputUnusableError(f"{path.name} is too large for a vocabulary.")
        read = _with_numbers(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError) as error:
        raise InputUnusableError(f"{path.name} cannot be read as JSON.") from error
    return order_from_mappings(read)


def _with_numbers(read: object) -> object:
    """The tables of a mappings file with numbers as keys, which JSON does not know."""
    if not isinstance(read, dict):
        return read
    return {
        name: {int(key): entry for key, entry in table.items()}
        if name in (*_EVENT_KEYS, *_TOKEN_KEYS) and isinstance(table, dict)
        else table
        for name, table in read.items()
    }
