"""Words out of what a reader of on-screen text makes of letters.

References
----------
Thesis 5.2.1: words that stand together are separated, typing errors corrected (SymSpell), and what
is not English translated. SymSpell is here, with the word list that comes with it; its further
models (T5 for spelling, XLM-R for the language, NLLB to translate) are not: what is not English, as
far as the word list can tell, is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from importlib.util import find_spec
from typing import Any

from emsync_engine.extractors.interface import library

LIBRARY = "symspellpy"
_WORD_LIST = "frequency_dictionary_en_82_765.txt"
_KNOWN_SHARE = 0.5  # of the words; fewer are another language, or noise
_LONGEST = 400  # characters: a picture full of text says what its beginning says
_SHORTEST = 3  # letters: shorter words are left as they are
_SEVERAL = 6  # letters: only longer words are thought to be several that stand together
_REPEATED = re.compile(r"(.)\1{3,}")
_NOT_WORDS = re.compile(r"[^a-z0-9' ]+")


@lru_cache(maxsize=1)
def word_list() -> Any:
    """SymSpell with its English word list; None where the library is not installed."""
    if find_spec(LIBRARY) is None:
        return None
    speller = library(LIBRARY).SymSpell(max_dictionary_edit_distance=1, prefix_length=7)
    with as_file(files(LIBRARY) / _WORD_LIST) as path:
        speller.load_dictionary(str(path), term_index=0, count_index=1)
    return speller


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Text that is fit to be read, and the share of its words that needed no correction.

    Where the word list is missing, nothing is known to be wrong.
    """

    text: str
    known: float


def cleaned(text: str) -> Cleaned:
    """Lower-case words, separated and corrected; without the library only the signs go."""
    plain = _NOT_WORDS.sub(" ", text.lower().replace("’", "'"))
    words = [word.strip("'") for word in _REPEATED.sub(r"\1", plain)[:_LONGEST].split()]
    words = [word for word in words if word]
    speller = word_list()
    if speller is None or not words:
        return Cleaned(" ".join(words), 1.0 if words else 0.0)
    parted = [part for word in words for part in _parted(word, speller)]
    letters = [word for word in parted if any(sign.isalpha() for sign in word)]
    known = sum(_is_known(word, speller) for word in letters)
    spelled = [_corrected(word, speller) for word in parted]
    return Cleaned(" ".join(spelled), known / len(letters) if letters else 0.0)


def is_english(found: Cleaned) -> bool:
    """Whether half of the words are known ones."""
    return bool(found.text) and found.known >= _KNOWN_SHARE


def _is_known(word: str, speller: Any) -> bool:
    return word in speller.words or word.replace("'", "") in speller.words


def _parted(word: str, speller: Any) -> list[str]:
    """The words that a word consists of, where all of them are known; else the word."""
    if not word.isalpha() or len(word) < _SEVERAL or _is_known(word, speller):
        return [word]
    parts = str(speller.word_segmentation(word, max_edit_distance=0).corrected_string).split()
    is_sensible = all(part in speller.words and (len(part) > 1 or part in "ai") for part in parts)
    return parts if parts and is_sensible else [word]


def _corrected(word: str, speller: Any) -> str:
    """The likeliest known word that differs in one letter; the word itself without any."""
    if not word.isalpha() or len(word) < _SHORTEST or _is_known(word, speller):
        return word
    verbosity = library(LIBRARY).Verbosity.TOP
    close = speller.lookup(word, verbosity, max_edit_distance=1)
    return str(close[0].term) if close else word
