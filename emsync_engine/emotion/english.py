"""Whether a text is English, the only language that the text model has learned."""

from __future__ import annotations

from collections.abc import Sequence

from emsync_engine.emotion.text_pieces import words_of

_COMMON = frozenset(
    words_of(
        "the a an and or but if so of to in on at by for from with about into as than then is am "
        "are was were be been do does did don't have has had can can't could will would should "
        "i i'm you he she it it's we they me him her us them my your his its our their this that "
        "that's these those there here what who how when where why not no yes all just like now "
        "know get got go come out up down one never always oh let love time"
    )
)
_LEAST_SHARE = 0.25  # of the words; English lines have about a half, other languages under a tenth
_FEWEST_WORDS = 3


def english_words(texts: Sequence[str]) -> int:
    """Number of words in these texts if they are English as a whole, else 0."""
    words = [word for text in texts for word in words_of(text) if word[0].isalpha()]
    foreign = sum(not letter.isascii() and letter.isalpha() for text in texts for letter in text)
    if len(words) < _FEWEST_WORDS or foreign >= len(words):
        return 0
    share = sum(word in _COMMON for word in words) / len(words)
    return len(words) if share >= _LEAST_SHARE else 0
