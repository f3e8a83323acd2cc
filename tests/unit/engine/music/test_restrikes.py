import numpy as np
import pytest

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.restrikes import ALLOWED, LOST, RestrikeHint

CHORD = [v.on_token("piano", pitch) for pitch in (48, 60, 64, 67)]


def lost(hint, step, token):
    scores = np.zeros(v.SIZE, dtype=np.float32)
    hint.shape(scores, step)
    assert set(np.flatnonzero(scores)) <= set(CHORD)
    return -float(scores[token])


def hammer(hint, times, *, every=10):
    """Strike the chord so many times; the step of the last stroke."""
    for time in range(times):
        for token in CHORD:
            hint.take(token, every * time)
    return every * (times - 1)


def test_the_first_strokes_are_free_and_hammering_costs_more_and_more():
    hint = RestrikeHint()
    assert lost(hint, hammer(hint, 1) + 5, CHORD[0]) == 0
    costs = []
    for times in (2, 4, 8, 16):
        hint = RestrikeHint()
        costs.append(lost(hint, hammer(hint, times) + 5, CHORD[0]))
    assert costs == sorted(costs)
    assert costs[-1] == pytest.approx(LOST * (1 / ALLOWED - 1), rel=0.3)


def test_a_key_that_was_struck_a_while_ago_is_free_again():
    hint = RestrikeHint()
    last = hammer(hint, 16)
    assert lost(hint, last + 19, CHORD[0]) == 0
    assert lost(RestrikeHint(), 0, CHORD[0]) == 0


def test_steady_chords_and_drums_are_left_alone():
    hint = RestrikeHint()
    assert lost(hint, hammer(hint, 30, every=30) + 5, CHORD[0]) == 0
    for step in range(0, 300, 3):
        hint.take(v.on_token("drums", 38), step)
    assert lost(hint, 301, v.on_token("drums", 38)) == 0


def test_other_music_brings_the_cost_down():
    hint = RestrikeHint()
    last = hammer(hint, 16)
    for place in range(120):
        hint.take(v.on_token("strings", 40 + place % 40), last + place)
    hint.take(CHORD[0], last + 120)
    assert lost(hint, last + 125, CHORD[0]) == 0
