"""A sentence as the pieces that the reading of text knows: words, their neighbours, their letters.

Pieces are told apart by a 32-bit hash, so that a model is two tables and no dictionary of words.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise
from typing import Literal

PieceKind = Literal["word", "pair", "triple", "letters"]
KIND_WEIGHTS: Mapping[PieceKind, float] = {"word": 1.0, "pair": 0.8, "triple": 0.4, "letters": 0.8}
"""How much each kind of piece counts in a sentence; within a kind all pieces share its weight."""

_LETTERS = (3, 4, 5)
_LONGEST_WORDS = 400  # of one text: more than any line that is spoken or shown
_WORD = re.compile(
    r"\[name\]|\[religion\]|[a-z]+(?:'[a-z]+)?|[0-9]+|[!?]+|\.\.+|[:;=][-']?[()dp/\\|]|<3|[^\w\s]",
    re.IGNORECASE,
)
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_APOSTROPHES = str.maketrans("\u2018\u2019", "''")

Pieces = dict[PieceKind, Counter[int]]


def words_of(text: str) -> list[str]:
    """Words, numbers, signs and smileys in lower case; "soooo" is "soo"."""
    found = _WORD.findall(text.translate(_APOSTROPHES))[:_LONGEST_WORDS]
    return [_DRAWN_OUT.sub(r"\1\1", word.lower()) for word in found]


def pieces_of(text: str) -> Pieces:
    """Hashes of the pieces of a text, by kind, each with how often it occurs."""
    words = words_of(text)
    bounded = ["<s>", *words, "</s>"]
    pairs = pairwise(bounded)
    triples = zip(bounded, bounded[1:], bounded[2:], strict=False)
    letters = chain.from_iterable(_letters_of(word) for word in words)
    return {
        "word": Counter(_hash("w", (word,)) for word in words),
        "pair": Counter(_hash("p", pair) for pair in pairs),
        "triple": Counter(_hash("t", triple) for triple in triples),
        "letters": Counter(_hash("c", (some,)) for some in letters),
    }


def _letters_of(word: str) -> Iterator[str]:
    """Runs of three to five letters of a word with its bounds: inside "<sad>" are "<sa", "ad>"."""
    if not word[0].isalpha():
        return
    bounded = f"<{word}>"
    for length in _LETTERS:
        for start in range(len(bounded) - length + 1):
            yield bounded[start : start + length]


def _hash(kind: str, parts: Sequence[str]) -> int:
    return zlib.crc32(f"{kind} {' '.join(parts)}".encode())
