from fractions import Fraction

import numpy as np
import pytest

from emsync_engine.emotion.builtin import read_segment_emotions
from emsync_engine.emotion.words import held_emotions, named_words, word_sequences
from emsync_engine.features.sequences import StepGrid
from emsync_engine.project.model import EMOTIONS
from emsync_engine.video.subtitles import TextLine
from tests.unit.engine.features.films import film, moving_bars, tone

BITTER = TextLine(0.5, 3.5, "I hate you, you ruined everything! Get out, you bastard!")
GLAD = TextLine(0.5, 3.5, "I am so happy, I love you! This is wonderful, thank you!")


@pytest.fixture(scope="module")
def made():
    return film(moving_bars(8, 20), audio=tone(8, 220))


def read(made, *lines):
    edges = [Fraction(0), Fraction(4), made.info.duration]
    return read_segment_emotions(made, edges, (), lines=lines)


def test_words_move_their_segment_a_little(made):
    (silent, _), (bitter, after), (glad, _) = read(made), read(made, BITTER), read(made, GLAD)
    assert bitter.detected.valence < silent.detected.valence < glad.detected.valence
    assert glad.detected.valence - silent.detected.valence < 0.3
    assert bitter.detected.arousal > silent.detected.arousal
    assert bitter.explanation.endswith("; the words: anger")
    assert "the words: joy" in glad.explanation
    assert "the words" not in after.explanation


def test_without_words_nothing_changes(made):
    plain = read(made)
    foreign = TextLine(0.5, 3.5, "Ich hasse dich, geh weg, du hast alles zerstört")
    dull = TextLine(0.5, 3.5, "The train to the city leaves from there at nine.")
    assert read(made, foreign) == plain
    assert read(made, dull) == plain


def test_words_count_only_while_they_last():
    found = word_sequences([BITTER], StepGrid(8.0, 0.5))
    spoken = np.flatnonzero(found.evidence)
    assert spoken.min() == 1
    assert spoken.max() == 6
    assert (found.values["words_valence"][spoken] < 0).all()
    assert word_sequences([], StepGrid(8.0, 0.5)) is None


def test_a_question_is_no_surprise():
    asked, surprised = held_emotions(["Where do you live?", "Wow, I am so surprised!"])
    surprise = EMOTIONS.index("surprise")
    assert asked[surprise] == 0
    assert surprised[surprise] > 0


def test_two_emotions_of_like_strength_are_both_named():
    emotions = np.zeros((2, 6))
    emotions[0, EMOTIONS.index("fear")] = 0.8
    emotions[1, EMOTIONS.index("anger")] = 0.6
    assert named_words(emotions, np.array([0.5, 0.5])) == "the words: fear and anger"
    assert named_words(emotions, np.array([0.0, 0.1])) == ""
