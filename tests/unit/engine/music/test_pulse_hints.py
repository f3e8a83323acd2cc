import numpy as np
import pytest

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.bar_plan import MOST_BENT, places_until
from emsync_engine.music.hints import Hints
from emsync_engine.music.pulse import METERS, Pulse
from emsync_engine.music.pulse_hints import SHIFT_LOST, PulseHint
from emsync_engine.music.rhythm_memory import MOST_LOST, RhythmMemory
from emsync_engine.music.sampling import MAX_EVENTS_AT_ONCE, log_sum
from emsync_engine.music.tempo_hints import pass_at_most
from emsync_engine.project.model import GenerationSettings, VAPoint

PLACE = 17.0  # steps: 136 ms
BAR = 16 * PLACE
NOTE = v.on_token("piano", 60)
END = NOTE - v.FIRST_ON + v.FIRST_OFF


def even_scores():
    return np.zeros(v.SIZE, dtype=np.float32)


def shifts_of(scores):
    return scores[v.FIRST_SHIFT :]


def played(*, bars=3, struck=(0, 4, 8, 12), hits=(), shaky=0):
    """A hint that has heard so many bars, struck on these places, some steps off at random."""
    hint, rng = PulseHint(hits), np.random.default_rng(1)
    for bar in range(bars):
        line = round(bar * BAR)
        hint.take(v.shift_token(1), line)
        hint.take(v.BAR, line + int(rng.integers(-shaky, shaky + 1)) * (bar > 0))
        for place in struck:
            step = round(line + place * PLACE) + int(rng.integers(-shaky, shaky + 1))
            hint.take(v.shift_token(1), step)
            hint.take(NOTE, step)
            hint.take(END, step)
    return hint


def bar_lines(hint, step, *, count):
    """Bar lines that are met by walking on by the longest time that may pass."""
    lines = []
    for _ in range(5000):
        scores = even_scores()
        hint.shape(scores, step)
        if np.isfinite(scores[v.BAR]):
            lines.append(step)
            if len(lines) == count:
                return lines
            hint.take(v.BAR, step)
            continue
        longest = int(np.flatnonzero(np.isfinite(shifts_of(scores)))[-1]) + 1
        step += longest
        hint.take(v.shift_token(longest), step)
    raise AssertionError("bar lines are missing")


@pytest.mark.parametrize("place", [13.0, 17.3, 25.0])
def test_even_onsets_have_a_pulse(place):
    pulse = Pulse()
    for number in (0, 2, 4, 6, 8, 9, 10, 12, 14, 16, 18, 20):
        pulse.hear(round(7 + number * place))
    ratio = pulse.place / place
    assert min(abs(ratio - simple) for simple in (0.5, 2 / 3, 1, 4 / 3, 2)) < 0.01
    off = (7 - pulse.origin + pulse.place / 2) % pulse.place - pulse.place / 2
    assert abs(off) < 2


def test_the_last_onsets_count_more_and_the_pulse_is_not_changed_for_a_trifle():
    pulse = Pulse()
    for number in range(30):
        pulse.hear(round(number * 16))
    first = pulse.place
    changes = [pulse.hear(480 + round(number * 22.4)) for number in range(6)]
    assert not any(changes)
    assert pulse.place == first
    changes = [pulse.hear(614 + round(number * 22.4)) for number in range(60)]
    assert any(changes)
    assert abs(pulse.place / 22.4 - 1) < 0.02


def test_a_bar_is_a_usual_number_of_places():
    pulse = Pulse()
    for number in range(0, 48, 2):
        pulse.hear(round(number * PLACE))
    meter = pulse.settle(BAR, spread=0.01)
    assert meter in METERS
    assert meter * pulse.place == pytest.approx(BAR, rel=0.02)


def test_a_hit_falls_on_a_bar_line_where_little_bending_does_it_else_on_a_beat():
    assert places_until(33 * PLACE, PLACE, meter=16) == 32
    assert places_until(34.5 * PLACE, PLACE, meter=16) == 36
    assert places_until(0.4 * PLACE, PLACE, meter=16) == 1
    for places in range(30, 200):
        found = places_until(places * PLACE, PLACE, meter=16)
        assert found % 4 == 0
        assert abs(np.log(found / places)) <= MOST_BENT + 0.01


def test_places_that_are_struck_gain_and_one_odd_bar_changes_little():
    memory = RhythmMemory(16)
    for _ in range(4):
        memory.keep([0, 4, 8, 12.2])
    usual = memory.gains.copy()
    assert usual[[0, 4, 8, 12]].min() > 0 > usual[[1, 5, 15]].max()
    memory.keep([1, 5, 17 + 4])
    assert memory.gains[0] > memory.gains[1] > usual[1]
    assert np.isfinite(memory.gains).all()
    full = RhythmMemory(16)
    full.keep(range(15))
    assert full.gains[15] == -MOST_LOST > -SHIFT_LOST


def test_nothing_leans_before_a_pulse_is_heard():
    hint = PulseHint([500])
    hint.take(v.BAR, 0)
    hint.take(NOTE, 0)
    hint.restart(0)
    scores = even_scores()
    hint.shape(scores, 3)
    assert (scores == 0).all()


def test_onsets_lean_to_the_places_of_the_bars_heard_and_most_to_those_that_were_struck():
    hint = played(bars=3)
    now = round(2 * BAR + 12 * PLACE)
    scores = even_scores()
    hint.shape(scores, now)
    shifts = shifts_of(scores)
    beat = round(4 * PLACE)  # the next bar line
    assert np.isfinite(shifts).sum() == beat
    # a place that was never struck has lost most of what places have over no place
    assert shifts[round(PLACE) - 1] > shifts[round(1.5 * PLACE) - 1] + 0.5
    assert shifts[beat - 1] > shifts[round(PLACE) - 1] + 1
    assert log_sum(shifts) == pytest.approx(np.log(v.MAX_SHIFT_STEPS), abs=1e-3)
    assert (scores[v.FIRST_OFF : v.FIRST_SHIFT] == 0).all()


def test_a_note_that_ends_between_places_is_followed_by_time_rather_than_by_an_onset():
    hint = played(bars=3)
    scores = even_scores()
    hint.shape(scores, round(2 * BAR + 12.5 * PLACE))
    assert scores[NOTE] < -2
    assert scores[END] == 0


def test_bars_go_on_evenly_however_shaky_the_first_ones_were():
    hint = played(bars=4, struck=range(0, 16, 2), shaky=1)
    lines = bar_lines(hint, round(3 * BAR + 14 * PLACE), count=12)
    lengths = np.diff(lines)
    assert lengths.max() - lengths.min() <= 1
    assert lengths.mean() == pytest.approx(BAR, rel=0.03)


@pytest.mark.parametrize(("bars", "is_line"), [(6.1, True), (6.3, False)])
def test_a_hit_is_a_bar_line_or_a_beat_and_the_bars_go_on_evenly(bars, is_line):
    hit = round(bars * BAR)
    hint = played(bars=3, hits=[hit, 100_000])
    lines = bar_lines(hint, round(2 * BAR + 12 * PLACE), count=12)
    assert (hit in lines) == is_line
    assert np.log(np.diff(lines) / BAR) == pytest.approx(0, abs=MOST_BENT + 0.01)
    bar = sum(line <= hit for line in lines)
    beat = (lines[bar] - lines[bar - 1]) / 4
    beats = (hit - lines[bar - 1]) / beat
    assert beats == pytest.approx(round(beats), abs=0.02)


def test_where_a_chord_reaches_a_hit_between_places_a_bar_begins_and_the_hit_is_done():
    hit = round(5 * BAR)
    hint = played(bars=5, hits=[hit])
    early = round(4 * BAR + 13.5 * PLACE)
    hint.take(v.CHORD, early)
    hint.restart(early)
    scores = even_scores()
    hint.shape(scores, early)
    assert np.isfinite(scores[v.BAR])
    assert scores[NOTE] == -np.inf
    hint.take(v.BAR, early)
    lines = bar_lines(hint, early, count=3)
    assert np.diff([early, *lines]) == pytest.approx(BAR, rel=0.02)


def test_where_a_chord_reaches_a_hit_on_a_beat_the_bar_goes_on():
    hint = played(bars=5, hits=[round(5 * BAR)])
    beat = round(4 * BAR + 12 * PLACE)
    hint.take(v.CHORD, beat)
    hint.restart(beat)
    assert bar_lines(hint, beat, count=1)[0] == pytest.approx(5 * BAR, abs=2)


def test_a_hit_reached_where_its_bar_begins_leaves_the_next_one_open():
    hits = [round(4 * BAR), round(4 * BAR) + 100]
    hint = played(bars=3, hits=hits)
    lines = bar_lines(hint, round(2 * BAR + 12 * PLACE), count=2)
    assert lines == [round(3 * BAR), hits[0]]
    hint.take(v.BAR, hits[0])
    hint.take(v.CHORD, hits[0])
    hint.restart(hits[0])
    line = bar_lines(hint, hits[0], count=1)[0]
    place = (line - hits[0]) / 16
    assert place != pytest.approx(PLACE, abs=0.1)
    assert 100 / place == pytest.approx(round(100 / place), abs=0.05)


def test_bar_lines_in_a_silence_lie_behind():
    hint = played(bars=3)
    after = round(7.5 * BAR)
    hint.take(v.shift_token(1), after)
    hint.restart(after)
    scores = even_scores()
    hint.shape(scores, after)
    assert np.isfinite(scores[v.BAR])
    hint.take(v.BAR, after)
    assert bar_lines(hint, after, count=1)[0] - after == pytest.approx(BAR, rel=0.02)


def test_where_time_must_pass_no_bar_line_is_forced():
    hint = played(bars=3)
    line = round(3 * BAR)
    for _ in range(MAX_EVENTS_AT_ONCE):
        hint.take(v.CHORD, line)
    scores = even_scores()
    hint.shape(scores, line)
    assert np.isfinite(shifts_of(scores)).any()


def test_who_would_wait_longer_waits_as_long_as_there_is():
    scores = even_scores()
    pass_at_most(scores, 10)
    shifts = shifts_of(scores)
    assert np.isfinite(shifts).sum() == 10
    assert (shifts[:9] == 0).all()
    assert log_sum(shifts) == pytest.approx(np.log(v.MAX_SHIFT_STEPS), abs=1e-5)
    pass_at_most(scores, 0)
    assert not np.isfinite(shifts_of(scores)).any()


def test_a_named_tempo_and_music_that_does_not_lean_have_no_pulse_of_their_own():
    for hints in (
        Hints(("piano",), GenerationSettings(), leans=False, hits_s=(2.0,)),
        Hints(("piano",), GenerationSettings(key="C major"), leans=False),
    ):
        for number in range(40):
            hints.take(v.BAR if number % 8 == 0 else NOTE, number * 20)
        scores = even_scores()
        hints.shape(scores, 805, VAPoint(0.0, 0.0))
        assert (shifts_of(scores) == 0).all()


def test_after_a_sharp_turn_the_music_may_leave_its_rhythm():
    """Places lose and gain less for a while; the pulse is still known, the habit is not."""
    hint = played()
    line = round(3 * BAR)
    hint.take(v.BAR, line)

    def costs(step):
        scores = even_scores()
        hint.shape(scores, step)
        own = shifts_of(scores)
        return float(own[round(4 * PLACE) - 1] - own[round(4.5 * PLACE) - 1])

    before = costs(line)
    hint.forget(line)
    assert 0 < costs(line) < 0.6 * before
    assert hint.where(line) is not None
    assert not np.any(hint._memory.gains)
    hint._light_until = 0  # the while is over
    assert costs(line) > 0.6 * SHIFT_LOST * 0.75
