import numpy as np
import pytest

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.hints import Hints
from emsync_engine.music.key_hints import KeyHint
from emsync_engine.music.pulse_hints import Where
from emsync_engine.music.sampling import log_sum
from emsync_engine.music.themes import FORM, VALENCE_APART, Themes
from emsync_engine.project.model import GenerationSettings, VAPoint
from emsync_engine.project.notes import LOWEST_PITCH

BAR_S = 2.0  # four bars are a phrase of 8 s
PHRASE = 4


def written(bars, *, valence=0.0, pitch_of=lambda bar: 60 + bar // PHRASE):
    """Themes that have heard so many bars, each phrase on a pitch of its own."""
    themes = Themes()
    for bar in range(bars):
        where = Where(bar, 0, BAR_S)
        themes.gains(where, valence)
        themes.take(pitch_of(bar), where)
    return themes


def gained(themes, bar, place=0, valence=0.0):
    """Pitches that gain, the most first."""
    gains = themes.gains(Where(bar, place, BAR_S), valence)
    if gains is None:
        return []
    order = np.argsort(-gains, kind="stable")
    return [int(pitch) + LOWEST_PITCH for pitch in order if gains[pitch] > 0]


@pytest.mark.parametrize(
    ("phrase", "again"), [(0, None), (1, 0), (2, None), (3, 1), (4, 0), (5, 1), (6, 2), (7, 3)]
)
def test_phrases_come_back_in_their_form(phrase, again):
    bar = phrase * PHRASE + 1
    found = gained(written(bar), bar)
    assert found[:1] == ([] if again is None else [60 + again])
    assert len(FORM) == 4


def test_the_pitch_at_the_same_place_gains_most_then_its_class_then_nothing():
    themes = written(PHRASE)
    gains = themes.gains(Where(PHRASE, 0, BAR_S), 0.0)
    assert gains[60 - LOWEST_PITCH] > gains[72 - LOWEST_PITCH] > gains[61 - LOWEST_PITCH] == 0
    later = themes.gains(Where(PHRASE, 3, BAR_S), 0.0)
    assert later[60 - LOWEST_PITCH] == later[72 - LOWEST_PITCH] > 0
    assert gained(themes, PHRASE, place=4) == []


def test_what_was_written_for_another_mode_does_not_come_back():
    themes = written(PHRASE, valence=0.6)
    near, same = (themes.gains(Where(PHRASE, 0, BAR_S), valence).max() for valence in (0.4, 0.6))
    assert 0 < near < same
    assert themes.gains(Where(PHRASE, 0, BAR_S), 0.6 - VALENCE_APART) is None


def test_what_can_no_longer_come_back_is_forgotten():
    themes = written(400, pitch_of=lambda bar: 60)
    assert len(themes._bars) <= 33
    assert gained(themes, 400) != []


def test_families_stay_as_likely_where_something_comes_back():
    scores = np.zeros(v.SIZE, dtype=np.float32)
    coming_back = np.zeros(v.PITCHES, dtype=np.float32)
    coming_back[60 - LOWEST_PITCH] = 2.0
    KeyHint(("strings", "bass")).shape(scores, 0.0, besides=coming_back)
    first = v.on_token("strings", LOWEST_PITCH)
    strings = scores[first : first + v.PITCHES]
    assert log_sum(strings) == pytest.approx(np.log(v.PITCHES), abs=1e-4)
    assert strings.argmax() == 60 - LOWEST_PITCH
    assert strings.max() - np.median(strings) == pytest.approx(2.0, abs=1e-4)


def test_a_take_returns_to_its_first_phrase():
    """Bars of 2 s, a note on every beat, a pitch of its own in each bar; a phrase has four."""
    hints = Hints(("piano",), GenerationSettings(), leans=True)
    pitches = [60, 62, 64, 65, 67, 69, 71, 72]
    bars = 6  # two until bars are known, then a phrase
    for beat in range(4 * bars + 1):
        bar, step = beat // 4, round(beat * 62.5)
        if beat % 4 == 0:
            hints.take(v.BAR, step)
        note = v.on_token("piano", pitches[bar])
        hints.take(note, step)
        hints.take(note - v.FIRST_ON + v.FIRST_OFF, step)
        after = round((beat + 1) * 62.5)
        hints.take(v.shift_token(after - step), after)
        scores = np.zeros(v.SIZE, dtype=np.float32)
        hints.shape(scores, after, VAPoint(0.0, 0.0))
    gains = {pitch: scores[v.on_token("piano", pitch)] for pitch in pitches}
    assert max(gains, key=gains.__getitem__) == pitches[bars - 4]
