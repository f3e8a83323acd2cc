import numpy as np

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.ostinato import Ostinato, figures

LOW, HIGH = v.on_token("bass", 36), v.on_token("strings", 72)
OTHER = v.on_token("bass", 40)
END = v.FIRST_OFF - v.FIRST_ON


def free():
    return np.zeros(v.SIZE, np.float32)


def test_a_family_plays_its_figure_at_its_time():
    ostinato = Ostinato([(10, LOW), (20, LOW + END), (20, OTHER)], ["bass"])
    assert ostinato.next_token(4, free()) is None
    assert [ostinato.next_token(step, free()) for step in (10, 20, 20)] == [LOW, LOW + END, OTHER]


def test_until_then_it_begins_no_other_note_and_the_others_are_free():
    ostinato, scores = Ostinato([(10, LOW)], ["bass"]), free()
    ostinato.next_token(4, scores)
    allowed = scores > -np.inf
    assert not allowed[[LOW, OTHER]].any()
    assert allowed[HIGH]
    assert allowed[OTHER + END]
    longest = np.flatnonzero(allowed[v.FIRST_SHIFT :]).max()
    assert v.FIRST_SHIFT + longest == v.shift_token(6)


def test_what_others_did_then_and_what_may_not_follow_is_left_out():
    ostinato = Ostinato([(10, v.CHORD), (10, HIGH), (10, LOW), (12, OTHER)], ["bass"])
    scores = free()
    scores[LOW] = -np.inf
    assert ostinato.next_token(10, scores) is None
    assert ostinato.next_token(12, free()) == OTHER


def test_when_the_figure_is_over_all_are_free():
    ostinato, scores = Ostinato([(10, LOW)], ["bass"]), free()
    assert ostinato.next_token(10, scores) == LOW
    assert ostinato.next_token(10, scores) is None
    assert np.all(scores > -np.inf)


def test_a_bar_line_and_an_announced_chord_come_first():
    ostinato = Ostinato([(10, LOW)], ["bass"])
    bar_due = free()
    bar_due[v.FIRST_SHIFT :] = -np.inf
    assert ostinato.next_token(12, bar_due) is None
    announced = np.full(v.SIZE, -np.inf, np.float32)
    announced[OTHER] = 0.0
    assert ostinato.next_token(4, announced) is None
    assert announced[OTHER] == 0.0


def test_the_busiest_families_go_on():
    drum, key = v.on_token("drums", 40), v.on_token("piano", 60)
    struck = [drum] * 9 + [key] * 5 + [LOW] * 4 + [HIGH] * 2
    events = [(step, token) for step, token in enumerate(struck)] + [(9, HIGH + END)] * 9
    assert figures(events, most=3) == [("piano",), ("piano", "bass")]
    assert figures(events, most=1) == [("piano",)]
    assert figures([(0, v.CHORD)], most=2) == []
