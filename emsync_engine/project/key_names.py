"""The 24 keys by the names that projects, command line and window use."""

from __future__ import annotations

import re

MAJOR_KEYS = tuple(
    f"{tonic} major" for tonic in ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"]
)
MINOR_KEYS = tuple(
    f"{tonic} minor" for tonic in ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"]
)
KEYS = (*MAJOR_KEYS, *MINOR_KEYS)
"""One spelling for each key, the one with fewer accidentals; by mode and pitch class from C on."""

_SPELLING = re.compile(
    r"\s*(?P<letter>[A-G])\s*-?\s*(?P<accidental>#|♯|b|♭|sharp|flat|)\s*-?\s*(?P<mode>\w*)\s*",
    re.IGNORECASE,
)
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ACCIDENTALS = {"": 0, "#": 1, "♯": 1, "sharp": 1, "b": -1, "♭": -1, "flat": -1}
_MODES = {
    **dict.fromkeys(("", "M", "maj", "major", "dur"), MAJOR_KEYS),
    **dict.fromkeys(("m", "min", "minor", "moll"), MINOR_KEYS),
}


def key_named(text: str) -> str:
    """The canonical name of a key however people write it; ValueError for what is no key.

    ``Cm``, ``c minor``, ``Db``, ``C# major``, ``B flat minor`` and ``F♯ maj`` are understood; a
    tonic alone is major. Of two spellings of one key the usual one is returned.
    """
    match = _SPELLING.fullmatch(text)
    mode = match["mode"] if match else None
    keys = None if mode is None else _MODES.get(mode, _MODES.get(mode.lower()))
    if match is None or keys is None:
        raise ValueError(f"{text!r} is no key such as C major, F# minor or Bb major")
    pitch_class = _LETTERS[match["letter"].upper()] + _ACCIDENTALS[match["accidental"].lower()]
    return keys[pitch_class % 12]
