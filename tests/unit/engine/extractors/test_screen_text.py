"""On-screen text: which pictures are read, what becomes of the letters, and easyocr itself."""

import os

import numpy as np
import pytest

from emsync_engine.extractors.interface import ModelUnusableError
from emsync_engine.extractors.observed import TimedText
from emsync_engine.extractors.screen_text import ScreenText, every, joined
from emsync_engine.extractors.text_cleaning import cleaned, is_english
from emsync_engine.monitor import SILENT
from tests.data import make_models
from tests.unit.engine.extractors.conftest import film_of, pictures, plain


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("THE END", "the end"),
        ("THEEND", "the end"),
        ("WELCOMETOTHEJUNGLE", "welcome to the jungle"),
        ("Thank you for evrything!", "thank you for everything"),
        ("NO EXIT  2024", "no exit 2024"),
        ("it’s a traaaaaap", "it's a trap"),
        ("  ", ""),
    ],
)
def test_words_are_separated_and_corrected(raw, clean):
    pytest.importorskip("symspellpy")
    assert cleaned(raw).text == clean


@pytest.mark.parametrize("foreign", ["Guten Abend meine Damen und Herren", "Il était une fois"])
def test_another_language_is_no_english(foreign):
    pytest.importorskip("symspellpy")
    assert not is_english(cleaned(foreign))
    assert is_english(cleaned("Once upon a time"))
    assert not is_english(cleaned("xkq zzpt"))


def test_without_the_word_list_only_the_signs_go(monkeypatch):
    from emsync_engine.extractors import text_cleaning

    monkeypatch.setattr(text_cleaning, "word_list", lambda: None)
    assert cleaned("THEEND ***").text == "theend"
    assert is_english(cleaned("THEEND"))


def test_a_picture_every_two_seconds_is_read():
    assert every(pictures(*[plain(0)] * 12, step_s=0.5), 2.0) == [0, 4, 8]
    assert every(pictures(*[plain(0)] * 3, step_s=3.0), 2.0) == [0, 1, 2]


def test_a_text_that_stays_is_one_text():
    one = TimedText(0.0, 2.0, "the end", 0.6)
    assert joined([one, TimedText(2.0, 4.0, "the end", 0.9)]) == (
        TimedText(0.0, 4.0, "the end", 0.9),
    )
    later = TimedText(6.0, 8.0, "the end", 0.9)
    assert joined([one, later]) == (one, later)


def test_easyocr_reads_with_its_own_networks(tmp_path, monkeypatch):
    """Random weights find no words; the networks, their files and their times are the real ones."""
    pytest.importorskip("easyocr")
    folder = make_models.make_screen_text(tmp_path / "screen-text")
    shown = pictures(plain(0), plain(0), plain(200), step_s=2.0)
    film = film_of(shown, duration_s=6.0)
    with pytest.raises(ModelUnusableError, match="screen-text"):  # not the files it knows
        ScreenText().observe({"screen-text": folder}, film, device="cpu", monitor=SILENT)
    make_models.trust_screen_text(folder, monkeypatch)
    reads = []
    import easyocr

    original = easyocr.Reader.readtext

    def readtext(self, picture, **options):
        reads.append(picture.shape)
        original(self, picture, **options)
        return [([[0, 0]], "THEEND", 0.9), ([[0, 0]], "blurred", 0.1)]

    monkeypatch.setattr(easyocr.Reader, "readtext", readtext)
    found = ScreenText().observe({"screen-text": folder}, film, device="cpu", monitor=SILENT)
    assert len(reads) == 2  # the second picture looks like the first
    assert [(text.start_s, text.end_s) for text in found.texts] == [(0.0, 6.0)]
    assert found.texts[0].text.replace(" ", "") == "theend"
    assert np.array_equal(found.looked_s, [0.0, 2.0, 4.0])
    assert not os.path.exists(os.path.expanduser("~/.EasyOCR"))  # noqa: PTH110, PTH111
