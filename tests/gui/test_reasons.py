"""Reasons that the engine gives in English, in the words of the window."""

import pytest

from emsync_desktop.inspector import reasons
from emsync_desktop.inspector.reasons import reasons_words
from emsync_engine.emotion.cues import CUES, WORD_CUES

pytestmark = pytest.mark.gui
SAID = "dark, still, quiet: low arousal; minor harmony but bright: neutral valence"


def test_every_word_of_the_engine_is_known():
    known = reasons._known()
    for cue in (*CUES, *WORD_CUES):
        assert {cue.low, cue.high} <= set(known)
    for axis in ("arousal", "valence"):
        assert sum(one.endswith(f" {axis}") for one in known) == 3


def test_in_english_the_reasons_are_the_engines():
    assert reasons_words(SAID) == SAID


def test_they_are_put_together_in_another_language(monkeypatch):
    monkeypatch.setattr(reasons, "tr", str.upper)
    assert reasons_words(SAID) == SAID.upper()


def test_what_is_not_known_stays_as_it_is(monkeypatch):
    monkeypatch.setattr(reasons, "tr", str.upper)
    assert reasons_words("dark, purple: low arousal") == "dark, purple: low arousal"
    assert reasons_words("") == ""
